"""Tickets: searched and filtered by any mix of what they are; a page, files of what it shows, and an API resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.ticket_choices import ticket_choices
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.condition import condition
from servicemeter.model.question import Filter
from servicemeter.model.ticket import AGES, SLA_STATES, SORTS, STATUSES, WAITS, TicketList, TicketWish
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.retelling import retold_notes
from servicemeter.show.sentences import data_status
from servicemeter.show.tickets import AGE_WORDS, agent_words, at_words, promise_words, wait_words
from servicemeter.web.asked import day_from, instant_from
from servicemeter.web.exports import FIGURES, Taken, take_along
from servicemeter.web.pages import Page
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "TicketLine", "router", "ticket_line"]

PAGE = Page(phrase("Tickets"), "/tickets", "work", 20, may="see_rows")
router = APIRouter()

_OWN_FILTERS = ("agent", "reason", "priority", "language", "customer_segment", "status", "sla", "waits", "age", "customer")
_DAYS = ("created_from", "created_to", "solved_from", "solved_to")
_KEYS = (*_OWN_FILTERS, *_DAYS, "id", "words", "sort", "page", "size")
_API_KEYS = ("where", *_DAYS, "id", "words", "sort", "page", "size", "as_of")
_SIZES = (50, 200, 1000)
_STATUS_WORDS = {
    "unresolved": phrase("unresolved"),
    "new": phrase("new"),
    "open": phrase("open"),
    "pending": phrase("pending"),
    "on_hold": phrase("on hold"),
    "solved": phrase("solved"),
}
_SLA_WORDS = {
    "at_risk": phrase("at risk"),
    "overdue": phrase("overdue, still running"),
    "running": phrase("running"),
    "paused": phrase("paused"),
    "breached": phrase("breached at some time"),
    "met": phrase("met, none breached"),
}
_WAIT_WORDS = {"first_answer": phrase("for a first answer"), "answer": phrase("for any answer")}
_SORT_WORDS = {
    "-created": phrase("newest first"),
    "created": phrase("oldest first"),
    "-solved": phrase("last solved first"),
    "solved": phrase("first solved first"),
    "wait": phrase("longest wait first"),
    "due": phrase("due first"),
    "id": phrase("by number"),
}


@dataclass(frozen=True)
class TicketLine:
    """One ticket of a list, in words; `urgency` is `late`, `soon` or empty."""

    name: str
    href: str
    subject: str
    status: str
    status_key: str
    customer: str
    customer_href: str
    what: str
    agent: str
    team: str
    priority: str
    wait: str
    promise: str
    urgency: str
    created: str


def ticket_line(row: Mapping[str, Any], found: Any, seen: Visit) -> TicketLine:
    """A row of a desk's list as texts; `found` has `as_of` and `report_tz`."""
    language = seen.language
    promise, urgency = promise_words(row, found.as_of, language)
    said = [dimension_value("channel", row["channel"], language) if row.get("channel") else "", str(row.get("reason") or "")]
    customer = str(row.get("customer_id") or "")
    return TicketLine(
        str(row["ticket_id"]),
        seen.address.to("/ticket", id=row["ticket_id"], of=row["source"]),
        str(row.get("subject") or ""),
        say(language, _STATUS_WORDS.get(str(row.get("status")), "")) if row.get("status") else "",
        str(row.get("status") or ""),
        customer,
        seen.address.to("/customer", id=customer, of=row["customer_source"]) if customer else "",
        " · ".join(text for text in said if text),
        agent_words(row, language),
        str(row.get("team_name") or row.get("team_id") or ""),
        dimension_value("priority", row["priority"], language) if row.get("priority") else "",
        wait_words(row, found.as_of, language),
        promise,
        urgency,
        at_words(row.get("created_at"), found.report_tz, language),
    )


@router.get("/api/tickets")
@may("see_rows", is_export=True)
def tickets_api(request: Request) -> Response:
    """Tickets as JSON; `where=` as for metrics, and of status, sla, waits, age, customer."""
    params = request.query_params
    for key in params:
        if key not in _API_KEYS:
            raise UnknownName("parameter of a list of tickets", key, _API_KEYS)
    where = tuple(condition(text) for text in params.getlist("where"))
    as_of = instant_from(params["as_of"], "as_of") if "as_of" in params else None
    found = find_tickets(request.app.state.desk, wish=_wish(where, params), as_of=as_of)
    return PlainJSON(found.to_dict())


@router.api_route("/tickets", methods=["GET", "HEAD"])
def tickets_page(request: Request) -> Response:
    """The list, with the form that narrows it."""
    seen = visit(request, _KEYS)
    found = _found(seen)
    choices = _choices(seen)
    return seen.page(
        "tickets.html",
        here="tickets",
        found=found,
        lines=[ticket_line(row, found, seen) for row in found.rows],
        title=counted(seen.language, found.total, "{n} ticket", "{n} tickets"),
        count=_count_words(found, seen.language),
        choices=choices,
        chosen=_chosen(seen, choices),
        own=seen.address.own,
        filters=seen.address.filters,
        sorts={key: say(seen.language, text) for key, text in _SORT_WORDS.items()},
        sizes=_SIZES,
        page_links=_page_links(found, seen),
        files=[(form.upper(), seen.address.beside(f"/tickets.{form}")) for form in FIGURES],
        reach=data_status(found.as_of, found.report_tz, (), seen.language),
        aside=[_aside_words(row, seen) for row in found.aside],
    )


@router.api_route("/tickets.{form}", methods=["GET", "HEAD"])
@may("see_rows", is_export=True)
def tickets_file(request: Request, form: str) -> Response:
    """The rows of the page as a file."""
    seen = visit(request, _KEYS)
    found = _found(seen)
    said = {**seen.address.filters, **seen.address.own}
    about = [
        ("title", counted(seen.language, found.total, "{n} ticket", "{n} tickets")),
        ("rows", _count_words(found, seen.language)),
        ("filters", ", ".join(f"{name} {value}" for name, value in said.items())),
        ("notes", retold_notes(seen.language, found.notes)),
        ("data", data_status(found.as_of, found.report_tz, (), seen.language)),
        ("data_version", str(found.data_version)),
        ("address", seen.address.beside("/tickets")),
    ]
    return take_along(Taken(f"tickets-{found.as_of:%Y-%m-%d}", found.rows, about, found.to_dict()), form)


def _found(seen: Visit) -> TicketList:
    own = {name: seen.address.own[name] for name in _OWN_FILTERS if name in seen.address.own}
    where = (*seen.address.where, *(Filter(name, (value,)) for name, value in own.items()))
    return find_tickets(seen.desk, wish=_wish(where, seen.address.own), as_of=seen.address.as_of)


def _wish(where: tuple[Filter, ...], given: Mapping[str, str] | QueryParams) -> TicketWish:
    """A wish from the texts of an address; the last day of a span is in it, as people say it."""
    days = {key: day_from(given[key], key) for key in _DAYS if given.get(key)}
    ends: dict[str, date] = {key: days[key] + timedelta(days=1) for key in ("created_to", "solved_to") if key in days}
    for name in ("created", "solved"):
        if f"{name}_from" in days and f"{name}_to" in ends and days[f"{name}_from"] >= ends[f"{name}_to"]:
            raise BadQuestion(f"{name}_to={days[f'{name}_to']} lies before {name}_from={days[f'{name}_from']}. Swap the two.")
    return TicketWish(
        where,
        days.get("created_from"),
        ends.get("created_to"),
        days.get("solved_from"),
        ends.get("solved_to"),
        given.get("id") or "",
        given.get("words") or "",
        given.get("sort") or SORTS[0],
        _whole(given, "page", 1),
        _whole(given, "size", _SIZES[0]),
    )


def _whole(given: Mapping[str, str] | QueryParams, key: str, otherwise: int) -> int:
    text = given.get(key)
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuestion(f"{key}={text!r} is no whole number.")
    return int(text)


def _count_words(found: TicketList, language: str) -> str:
    """Which of them are shown, and of how many they were chosen."""
    of = counted(language, found.of, "of {n} in all", "of {n} in all")
    if not found.rows:
        return of
    first, last = (number(place, language=language) for place in (found.first, found.last))
    return f"{say(language, 'shown: {first} to {last}', first=first, last=last)} · {of}"


Choices = dict[str, list[tuple[str, str]]]


def _choices(seen: Visit) -> Choices:
    """What each select of the form offers: (value, words); a chosen value that the book does not have is offered, too."""
    language = seen.language
    offered = {
        name: [(value, dimension_value(name, value, language) if value == label else label) for value, label in values]
        for name, values in ticket_choices(seen.desk).items()
    }
    for name, keys, words in (
        ("status", STATUSES, _STATUS_WORDS),
        ("sla", SLA_STATES, _SLA_WORDS),
        ("waits", WAITS, _WAIT_WORDS),
        ("age", AGES, AGE_WORDS),
    ):
        offered[name] = [(key, say(language, words[key])) for key in keys]
    for name, value in {**seen.address.filters, **seen.address.own}.items():
        if name in offered and value not in dict(offered[name]):
            offered[name].append((value, value))
    return {
        name: values
        for name, values in offered.items()
        if len(values) > 1 or name in {**seen.address.filters, **seen.address.own}
    }


def _chosen(seen: Visit, choices: Choices) -> list[tuple[str, str, str]]:
    """Each condition that holds: its dimension, its value in words, and the address without it."""
    found = []
    for name, value in {**seen.address.filters, **seen.address.own}.items():
        if name not in ("sort", "page", "size"):
            found.append((name, dict(choices.get(name, [])).get(value, value), seen.address.here(**{name: None, "page": None})))
    return found


def _page_links(found: TicketList, seen: Visit) -> list[tuple[str, str]]:
    """Where the pages before and after this one are; first and last, too."""
    at, last = found.wish.page, found.pages
    wanted = [
        (say(seen.language, "first"), 1, at > 2),
        (say(seen.language, "before"), at - 1, at > 1),
        (say(seen.language, "next"), at + 1, at < last),
        (say(seen.language, "last"), last, at < last - 1),
    ]
    return [(text, seen.address.here(page=page if page > 1 else None)) for text, page, is_there in wanted if is_there]


_FLAG_WORDS = {"is_spam": phrase("spam"), "is_test": phrase("a test"), "is_deleted": phrase("deleted")}


def _aside_words(row: Mapping[str, Any], seen: Visit) -> tuple[str, str, str]:
    """A ticket that is in no figure: its name, where it is, and why."""
    flags = [say(seen.language, _FLAG_WORDS[flag]) for flag in str(row.get("flags") or "").split(",") if flag in _FLAG_WORDS]
    why = ", ".join(flags) or say(seen.language, "merged into a ticket that does not count")
    return str(row["ticket_id"]), seen.address.to("/ticket", id=row["ticket_id"], of=row["source"]), why
