"""For the agent, at once: how a customer sounds, what it is about, and the customer's story; a page and an API resource.

Texts come in the body, never in the address, so that no log of addresses holds a customer's words. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.ground.errors import BadQuestion, ServicemeterError, UnknownName
from servicemeter.show.numbers import number
from servicemeter.web.api import PlainJSON, read_json
from servicemeter.web.desklike import DeskLike
from servicemeter.web.paper import render

__all__ = ["router"]

router = APIRouter()
_ASKED = ("ticket", "source")
_SENT = ("text", "language")
_MOST_BYTES = 1_000_000
_TURNED = {"recovered": "no longer sounds negative", "worsened": "has come to sound negative", "flat": "unchanged in kind"}


def _desk(request: Request) -> DeskLike:
    desk: DeskLike = request.app.state.desk
    return desk


@router.get("/api/v1/assist")
def assist_ticket(request: Request) -> Response:
    """A ticket (`ticket`, and `source` where several have it): impression and customer's story."""
    for key in request.query_params:
        if key not in _ASKED:
            raise UnknownName("parameter of assist", key, _ASKED)
    return PlainJSON(_of_ticket(_desk(request), request.query_params))


@router.post("/api/v1/assist")
async def assist_text(request: Request) -> Response:
    """A text as JSON: {"text": …, "language": …}; asks only, and keeps nothing."""
    sent = await read_json(request)
    if not isinstance(sent, dict) or not isinstance(sent.get("text"), str):
        raise BadQuestion('Send {"text": "what the customer wrote"}, and "language" where it is known.')
    for key in sent:
        if key not in _SENT:
            raise UnknownName("key of assist", key, _SENT)
    if not isinstance(sent.get("language"), str | None):
        raise BadQuestion("The language is a code such as en, nl or ro.")
    found = await run_in_threadpool(_desk(request).assist, text=sent["text"], language=sent.get("language"))
    return PlainJSON(found)


@router.api_route("/assist", methods=["GET", "HEAD"])
def assist_page(request: Request) -> Response:
    """The page: of the ticket that the address names, or empty."""
    asked = request.query_params
    if not asked.get("ticket"):
        return _page(asked, None, "")
    try:
        return _page(asked, _of_ticket(_desk(request), asked), "")
    except ServicemeterError as fault:
        return _page(asked, None, str(fault), 400)


@router.post("/assist")
async def assist_page_of_text(request: Request) -> Response:
    """The page of a text that was typed in."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise BadQuestion("A text longer than 1 MB is not read. Give a part of it.")
    text = parse_qs(raw.decode("utf-8", "replace")).get("text", [""])[0]
    found = await run_in_threadpool(_desk(request).assist, text=text)
    return _page({}, found, "")


def _of_ticket(desk: DeskLike, asked: Mapping[str, str]) -> dict[str, Any]:
    if not asked.get("ticket"):
        raise BadQuestion("Name the ticket: /api/v1/assist?ticket=ID, and &source=NAME where several sources have it.")
    return desk.assist(ticket_id=asked["ticket"], source=asked.get("source") or None)


def _page(asked: Mapping[str, str], found: dict[str, Any] | None, fault: str, status: int = 200) -> Response:
    customer = (found or {}).get("customer")
    return render(
        "assist.html",
        status,
        here="assist",
        asked={name: asked.get(name, "") for name in _ASKED},
        found=found,
        fault=fault,
        turned=_TURNED.get(str((found or {}).get("turned")), ""),
        counts=", ".join(f"{number(n)} × {what}" for what, n in customer["counts"].items()) if customer else "",
        entries=[_entry(entry) for entry in customer["entries"]] if customer else [],
    )


def _entry(entry: Mapping[str, Any]) -> dict[str, str]:
    """One line of the story: when, what, and the rest as it is."""
    rest = ", ".join(f"{name} {value}" for name, value in entry.items() if name not in ("at", "what") and value is not None)
    return {"at": str(entry.get("at", "")).replace("T", " ").removesuffix("Z"), "what": str(entry["what"]), "rest": rest}
