"""Asks an application without a network, one request at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


def ask(app: ASGIApp, path: str, method: str = "GET", host: str = "127.0.0.1:8321", **more: Any) -> httpx.Response:
    """One request and its response; redirects are not followed."""

    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{host}") as client:
            return await client.request(method, path, **more)

    return asyncio.run(once())


class _Direct(httpx.BaseTransport):
    """Requests of a client that waits, answered by an application in this process."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def once() -> httpx.Response:
            found = await self._app.handle_async_request(request)
            return httpx.Response(found.status_code, headers=found.headers, content=await found.aread())

        return asyncio.run(once())


def client_of(app: ASGIApp, **more: Any) -> httpx.Client:
    """A client of an application, without a network."""
    return httpx.Client(transport=_Direct(app), **more)
