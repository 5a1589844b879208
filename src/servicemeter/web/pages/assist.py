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

from servicemeter.desk.methods.assist import assist
from servicemeter.ground.errors import BadQuestion, NotAllowed, ServicemeterError, Stopped, UnknownName
from servicemeter.show.dimensions import an_agent
from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.web.api import read_json
from servicemeter.web.asker import note_export
from servicemeter.web.desklike import DeskLike
from servicemeter.web.documented import ASSIST, ASSIST_TEXT
from servicemeter.web.pages import Page
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Before you answer"), "/assist", "work", 50, may="read_words")
router = APIRouter()
_ASKED = ("ticket", "source")
_SENT = ("text", "language")
_MOST_BYTES = 1_000_000
_TURNED = {
    "recovered": phrase("no longer sounds negative"),
    "worsened": phrase("has come to sound negative"),
    "flat": phrase("unchanged in kind"),
}
_SOUNDS = {
    "positive": phrase("positive"),
    "neutral": phrase("neutral"),
    "negative": phrase("negative"),
    "not sure": phrase("not sure"),
    "not analysed": phrase("not analysed"),
}
_EVENTS = {
    "ticket": phrase("ticket"),
    "contact": phrase("call or chat"),
    "answer": phrase("survey answer"),
    "order": phrase("order"),
}


def _desk(request: Request) -> DeskLike:
    desk: DeskLike = request.app.state.desk
    return desk


@router.get("/api/assist", openapi_extra=ASSIST)
@may("read_words", is_export=True)
def assist_ticket(request: Request) -> Response:
    """A ticket (`ticket`, and `source` where several have it): impression and customer's story."""
    for key in request.query_params:
        if key not in _ASKED:
            raise UnknownName("parameter of assist", key, _ASKED)
    return PlainJSON(_of_ticket(_desk(request), request.query_params))


@router.post("/api/assist", openapi_extra=ASSIST_TEXT)
@may("read_words", asks=True)
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
    found = await run_in_threadpool(assist, _desk(request), text=sent["text"], language=sent.get("language"))
    return PlainJSON(found)


@router.api_route("/assist", methods=["GET", "HEAD"])
@may("read_words", is_export=True)
def assist_page(request: Request) -> Response:
    """The page: of the ticket that the address names, or empty."""
    seen = visit(request, own=("ticket",))
    ticket = seen.address.own.get("ticket")
    note_export(bool(ticket))
    if not ticket:
        return _page(seen, None, "")
    try:
        return _page(seen, assist(seen.desk, ticket_id=ticket, source=seen.address.filters.get("source")), "")
    except (NotAllowed, Stopped):
        raise
    except ServicemeterError as fault:
        return _page(seen, None, str(fault), 400)


@router.post("/assist")
@may("read_words", asks=True)
async def assist_page_of_text(request: Request) -> Response:
    """The page of a text that was typed in."""
    seen = visit(request, own=("ticket",))
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise BadQuestion("A text longer than 1 MB is not read. Give a part of it.")
    text = parse_qs(raw.decode("utf-8", "replace")).get("text", [""])[0]
    found = await run_in_threadpool(assist, seen.desk, text=text)
    return await run_in_threadpool(_page, seen, found, "")


def _of_ticket(desk: DeskLike, asked: Mapping[str, str]) -> dict[str, Any]:
    if not asked.get("ticket"):
        raise BadQuestion("Name the ticket: /api/assist?ticket=ID, and &source=NAME where several sources have it.")
    return assist(desk, ticket_id=asked["ticket"], source=asked.get("source") or None)


def _page(seen: Visit, found: dict[str, Any] | None, fault: str, status: int = 200) -> Response:
    told, language = found or {}, seen.language
    customer = told.get("customer") or {"counts": {}, "entries": []}
    sounds = told.get("sentiment")
    return seen.page(
        "assist.html",
        here="assist",
        status=status,
        found=found,
        fault=fault,
        ticket=seen.address.own.get("ticket", ""),
        source=seen.address.filters.get("source", ""),
        sounds=say(language, _SOUNDS.get(sounds["label"], sounds["label"])) if sounds else "",
        turned=say(language, _TURNED[told["turned"]]) if told.get("turned") else "",
        counts=", ".join(f"{number(n, language=language)} × {_event(what, language)}" for what, n in customer["counts"].items()),
        entries=[_entry(entry, language) for entry in customer["entries"]],
    )


def _event(what: str, language: str) -> str:
    return say(language, _EVENTS.get(what, what))


def _entry(entry: Mapping[str, Any], language: str) -> dict[str, str]:
    """One line of the story: when, what, and the rest as it is."""
    told = ((name, value) for name, value in entry.items() if name not in ("at", "what") and value is not None)
    rest = ", ".join(f"{name} {an_agent(str(value), language)}" for name, value in told)
    at = str(entry.get("at", "")).replace("T", " ").removesuffix("Z")
    return {"at": at, "what": _event(str(entry["what"]), language), "rest": rest}
