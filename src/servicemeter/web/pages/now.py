"""Now: who waits, what nobody has, what is due and overdue, who is in the queue; kept up to date, and fit for a wall."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.desk.methods.watch import watch
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.condition import condition
from servicemeter.model.watch import Watch, WatchList
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.retelling import retold_notes
from servicemeter.show.sentences import data_status
from servicemeter.show.tickets import AGE_WORDS, seconds_since
from servicemeter.show.words import null_words
from servicemeter.web.address import FILTERS
from servicemeter.web.asked import instant_from
from servicemeter.web.exports import FIGURES, Taken, take_along
from servicemeter.web.pages import Page
from servicemeter.web.pages.tickets import TicketLine, ticket_line
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Now"), "/now", "work", 10, may="see_rows")
router = APIRouter()
_KEYS = ("wall", "live")
_API_KEYS = ("where", "as_of", "limit")
_LINES, _LINES_ON_WALL = 8, 6
_EVERY_S = 20
_STALE_S = 3600
_TITLES = {
    "overdue": phrase("Overdue, still running"),
    "at_risk": phrase("Soon overdue"),
    "waiting": phrase("Waiting for a first answer"),
    "unassigned": phrase("Assigned to nobody"),
    "queue": phrase("In the queue"),
}
_GRAVE = ("overdue", "at_risk")
_PROMISED = ("overdue", "at_risk")


@dataclass(frozen=True)
class _Tile:
    """One figure of the top row: where it leads, what stands below it, and whether it presses."""

    name: str
    title: str
    value: str
    under: str
    href: str
    is_grave: bool


@dataclass(frozen=True)
class _Part:
    """A list below: its title, its lines, and how many more there are."""

    name: str
    title: str
    href: str
    lines: list[TicketLine]
    contacts: list[tuple[str, str, str]]
    more: str
    is_measured: bool


@router.get("/api/now")
def now_api(request: Request) -> Response:
    """The moment as JSON; `where=` as for metrics, `limit` rows of each list, `as_of` another moment."""
    params = request.query_params
    for key in params:
        if key not in _API_KEYS:
            raise UnknownName("parameter of now", key, _API_KEYS)
    limit = params.get("limit", str(_LINES))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 4):
        raise BadQuestion(f"limit={limit!r} is no number of rows.")
    as_of = instant_from(params["as_of"], "as_of") if params.get("as_of") else None
    where = tuple(condition(text) for text in params.getlist("where"))
    found = watch(request.app.state.desk, where=where, as_of=as_of, limit=int(limit))
    return _marked(PlainJSON(found.to_dict()), request)


@router.api_route("/now", methods=["GET", "HEAD"])
def now_page(request: Request) -> Response:
    """The page; unchanged since the mark that the reader has, it is not sent again."""
    seen = visit(request, _KEYS)
    own, language = seen.address.own, seen.language
    for key in own:
        if own[key] not in ("1", "0"):
            raise BadQuestion(f"{key}={own[key]!r} is neither 1 nor 0.")
    on_wall, is_live = own.get("wall") == "1", own.get("live", "1") == "1" and seen.address.as_of is None
    found = _found(seen, _LINES_ON_WALL if on_wall else _LINES)
    age = max(0, int((datetime.now(UTC) - found.as_of).total_seconds()))
    page = seen.page(
        "now.html",
        here="now",
        on_wall=on_wall,
        is_live=is_live,
        every=_EVERY_S,
        offered={name: values for name in FILTERS if len(values := seen.desk.dimension_values(name)) > 1},
        age=_age_words(age, language),
        is_stale=age >= _STALE_S,
        tiles=_tiles(found, seen),
        ages=_ages(found, seen),
        change=_change(found, language),
        parts=[_part(one, found, seen) for one in found.lists],
        notes=found.notes,
        files=[(form.upper(), seen.address.beside(f"/now.{form}", wall=None, live=None)) for form in FIGURES],
        reach=data_status(found.as_of, found.report_tz, found.lagging_sources, language),
        zone=found.report_tz,
    )
    return _marked(page, request)


@router.api_route("/now.{form}", methods=["GET", "HEAD"])
@may("see_rows", is_export=True)
def now_file(request: Request, form: str) -> Response:
    """The lists of the page as one file: a row a ticket or contact, with the list it stands in."""
    seen = visit(request, _KEYS)
    found = _found(seen, _LINES)
    rows = [{"list": one.name, "count": one.count, **row} for one in found.lists for row in one.rows]
    about = [
        ("title", say(seen.language, "Now")),
        ("filters", ", ".join(f"{name} {value}" for name, value in seen.address.filters.items())),
        *((one.name, "" if one.count is None else str(one.count)) for one in found.lists),
        ("backlog", str(found.backlog.get("value"))),
        ("notes", retold_notes(seen.language, found.notes)),
        ("data", data_status(found.as_of, found.report_tz, found.lagging_sources, seen.language)),
        ("data_version", str(found.data_version)),
        ("address", seen.address.beside("/now")),
    ]
    return take_along(Taken(f"now-{found.as_of:%Y-%m-%d-%H%M}", rows, about, found.to_dict()), form)


def _found(seen: Visit, limit: int) -> Watch:
    return watch(seen.desk, where=tuple(seen.address.where), as_of=seen.address.as_of, limit=limit)


def _marked(response: Response, request: Request) -> Response:
    """The response with a mark of what it holds, or none of it where the reader has that already."""
    mark = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:20]}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    answer = Response(status_code=304) if mark in known else response
    answer.headers["ETag"] = mark
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _age_words(seconds: int, language: str) -> str:
    """How old the data is, as far as it matters: minutes, then hours."""
    if seconds < 60:
        return say(language, "less than a minute old")
    rounded = seconds // 60 * 60 if seconds < 7200 else seconds // 3600 * 3600
    return say(language, "{time} old", time=duration(rounded, language=language))


def _href(one: WatchList, seen: Visit) -> str:
    """The list among all tickets."""
    own = {condition.dimension: condition.values[0] for condition in one.where}
    return seen.address.to("/tickets", **own, sort=one.sort) if one.where else ""


def _tiles(found: Watch, seen: Visit) -> list[_Tile]:
    """The figures: everything that waits, then all that is unresolved."""
    language = seen.language
    tiles = []
    for one in found.lists:
        under = _longest(one, found, language)
        if one.count is None and one.name in _PROMISED:
            under = next(null_words(m, found.at_risk, language) for m in seen.desk.metrics() if m.name == "sla_at_risk")
        if one.name == "at_risk" and (paused := found.at_risk.get("paused_over_threshold")):
            under = counted(language, paused, "{n} more is paused", "{n} more are paused")
        grave = one.name in _GRAVE and bool(one.count)
        figure = "–" if one.count is None else number(one.count, language=language)
        tiles.append(_Tile(one.name, say(language, _TITLES[one.name]), figure, under, _href(one, seen), grave))
    return tiles


def _longest(one: WatchList, found: Watch, language: str) -> str:
    """How long the first of a list has waited, has been late, or has left."""
    if one.count is None:
        return say(language, "not measured")
    if not one.rows:
        return say(language, "nothing")
    row = one.rows[0]
    if one.name == "at_risk":
        left = -(seconds_since(row.get("due_at"), found.as_of) or 0)
        return say(language, "the first in {time}", time=duration(left, language=language))
    since = {"overdue": "passed_at", "waiting": "first_contact_at", "unassigned": "created_at", "queue": "queued_at"}[one.name]
    waited = seconds_since(row.get(since), found.as_of)
    return say(language, "the longest {time}", time=duration(waited, language=language)) if waited is not None else ""


def _change(found: Watch, language: str) -> dict[str, str]:
    """All that is unresolved, its middle age, and how that differs from a day before."""
    value, before = found.backlog.get("value"), found.before.get("value")
    said = {"value": "–" if value is None else number(value, language=language), "change": "", "age": ""}
    if value is not None and before is not None:
        if value == before:
            said["change"] = say(language, "as many as a day before")
        elif value > before:
            said["change"] = say(language, "{n} more than a day before", n=number(value - before, language=language))
        else:
            said["change"] = say(language, "{n} fewer than a day before", n=number(before - value, language=language))
    if found.age.get("value") is not None:
        said["age"] = say(language, "half are older than {time}", time=duration(found.age["value"], language=language))
    return said


def _ages(found: Watch, seen: Visit) -> list[tuple[str, str, str, int]]:
    """The unresolved by age: words, number, the list, and the part of the greatest in tenths (for a bar of classes)."""
    buckets: Mapping[str, int] = found.age.get("buckets") or {}
    most = max(buckets.values(), default=0)
    return [
        (
            say(seen.language, AGE_WORDS[name]),
            number(count, language=seen.language),
            seen.address.to("/tickets", age=name, sort="created"),
            -(-20 * count // most) if most else 0,
        )
        for name, count in buckets.items()
    ]


def _part(one: WatchList, found: Watch, seen: Visit) -> _Part:
    language, is_queue = seen.language, one.name == "queue"
    more = (one.count or 0) - len(one.rows)
    return _Part(
        one.name,
        say(language, _TITLES[one.name]),
        _href(one, seen),
        [] if is_queue else [ticket_line(row, found, seen) for row in one.rows],
        [_contact(row, language) for row in one.rows] if is_queue else [],
        counted(language, more, "and {n} more", "and {n} more") if more > 0 else "",
        one.count is not None,
    )


def _contact(row: Mapping[str, Any], language: str) -> tuple[str, str, str]:
    """A call or chat that waits: its channel, its queue, and since how long."""
    channel = dimension_value("channel", row["channel"], language) if row.get("channel") else ""
    return channel[:1].upper() + channel[1:], str(row.get("queue") or ""), duration(row["wait_seconds"], language=language)
