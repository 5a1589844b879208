"""Sources: when each last brought something, how far it is behind, what went wrong, what to do, and when it is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.methods.pull_soon import pull_soon
from servicemeter.desk.methods.source_states import source_states
from servicemeter.desk.withdrawing import can_remove
from servicemeter.show.dates import moment
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.web.asker import asker
from servicemeter.web.pages import Page
from servicemeter.web.plain import PlainJSON
from servicemeter.web.posted import moved_to, posted, present
from servicemeter.web.rules import may
from servicemeter.web.visit import visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Sources"), "/sources", "data", 20, may="see_data")
router = APIRouter()
_STATES = {
    "ok": phrase("in order"),
    "failed": phrase("failed"),
    "running": phrase("is being pulled"),
    "interrupted": phrase("was interrupted"),
    "never pulled": phrase("never pulled yet"),
}
_BAD = ("failed", "interrupted")


@dataclass(frozen=True)
class _SourceView:
    """A connected source in words."""

    name: str
    kind: str
    address: str
    state: str
    is_bad: bool
    success: str
    behind: str
    rows: str
    kept: str
    next_run: str
    error: str
    remarks: list[str]
    missing: list[str]
    command: str
    can_pull: bool


@router.api_route("/sources", methods=["GET", "HEAD"])
def sources_page(request: Request) -> Response:
    """All sources, those in trouble first."""
    seen, now = visit(request, ("asked",)), present()
    states = source_states(seen.desk, now)
    zone = seen.desk.report_tz
    views = [_view(one, now, zone, seen.language) for one in states.connected]
    return seen.page(
        "sources.html",
        here="sources",
        connected=sorted(views, key=lambda view: (not view.is_bad, view.name)),
        loaded=[_loaded(one, zone, seen.language) for one in states.loaded],
        asked=seen.address.own.get("asked"),
        may_remove=asker().person.may("change_settings"),
    )


@router.get("/api/sources")
def sources_resource(request: Request) -> Response:
    """The connected sources as `servicemeter sources --format json` prints them, and the others in the book."""
    states = source_states(visit(request).desk, present())
    return PlainJSON({"connected": _plain(states.connected), "loaded": _plain(states.loaded)})


@router.post("/sources/pull")
@may("load_data")
async def pull(request: Request) -> Response:
    """Let the schedule pull a source now."""
    seen = visit(request, ("asked",))
    name = (await posted(request, ("name",))).get("name", "")
    await run_in_threadpool(lambda: pull_soon(seen.desk, name, present()))
    return moved_to(seen.address.to("/sources", asked=name))


def _plain(value: Any) -> Any:
    """Instants as ISO 8601 with offset; what the book keeps is UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _view(one: Mapping[str, Any], now: datetime, zone: str, language: str) -> _SourceView:
    last: Mapping[str, Any] = one["last_run"] or {}
    rows = ""
    if last:
        new, changed = (number(last[name], language=language) for name in ("new_rows", "changed_rows"))
        rows = say(language, "{new} new, {changed} changed", new=new, changed=changed)
    return _SourceView(
        one["name"],
        one["kind"],
        one["address"],
        say(language, _STATES.get(one["state"], one["state"])),
        one["state"] in _BAD,
        _when(one["last_success_at"], zone, language),
        duration(one["lag_seconds"], language=language) if one["lag_seconds"] is not None else "–",
        rows or "–",
        counted(language, last["kept_aside"], "{n} row kept aside", "{n} rows kept aside") if last.get("kept_aside") else "",
        _next(one, now, zone, language),
        last.get("error") or "",
        list(last.get("remarks") or ()),
        [
            say(
                language,
                "{day}: {there} at the source, {here} here",
                day=day,
                there=number(last["counts"][day][0], language=language),
                here=number(last["counts"][day][1], language=language),
            )
            for day in last.get("missing") or ()
        ],
        one["what_to_do"] or "",
        one["every_s"] is not None and one["state"] != "running",
    )


def _next(one: Mapping[str, Any], now: datetime, zone: str, language: str) -> str:
    if one["every_s"] is None:
        return say(language, "only when asked")
    at = one["next_run_at"]
    return say(language, "within seconds") if at is None or at <= now else _when(at, zone, language)


def _when(at: datetime | None, zone: str, language: str) -> str:
    if at is None:
        return "–"
    return moment(at if at.tzinfo else at.replace(tzinfo=UTC), zone, language=language, with_year=True)


def _loaded(one: Mapping[str, Any], zone: str, language: str) -> dict[str, Any]:
    return {
        "name": one["name"],
        "since": _when(one["loaded_from"], zone, language),
        "through": _when(one["loaded_through"], zone, language),
        "loads": number(one["loads"], language=language),
        "last": _when(one["last_load_at"], zone, language),
        "kept": number(one["kept_aside"], language=language),
        "can_go": can_remove(one["name"]),
    }
