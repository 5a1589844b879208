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
