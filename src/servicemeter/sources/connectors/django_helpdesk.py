"""django-helpdesk over its REST API: tickets with their follow-ups, which are replies, notes and changes of status.

Its API has no list of what changed since, so that every sync walks all tickets; and it tells neither when a ticket was
created nor when it was assigned. The first follow-up stands for the creation; an assignment holds from the beginning.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from servicemeter.ground.errors import SourceForbids, SourceRefused
from servicemeter.sources.client import Answer, Client, Pace
from servicemeter.sources.paging import Next, items_of, pages, settled
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Row, Shaped, Source, Stream, each
from servicemeter.sources.statuses import read_statuses, status_of

__all__ = ["DjangoHelpdesk"]

_TICKETS = "/api/tickets/"
_SIZE = 100
_STATUSES = {"1": "open", "2": "open", "3": "solved", "4": "closed", "5": "closed"}
_BY_CUSTOMER = "Ticket Opened Via Web"
_HOLDS = {"Ticket placed on hold": True, "Ticket taken off hold": False}
_MERGED = re.compile(r"^\[Merged from #(\d+)\] ")
_SPENT = re.compile(r"^(?:(\d+) )?(\d+):(\d\d):(\d\d)")


class DjangoHelpdesk(Source):
    """One django-helpdesk."""

    title = "django-helpdesk"
    about = "Tickets with replies, notes, changes of status, time spent."
    asks = (
        Asked("address", "Address under which it stands, such as https://example.com/helpdesk"),
        Asked("user", "User name of a member of staff who may see all queues"),
        Asked("password", "Password", is_secret=True),
        Asked("time_zone", "Time zone of the help desk, such as Europe/Amsterdam", default=""),
        Asked("statuses", "Statuses of its own, such as 6=pending, 7=on_hold", default=""),
    )
    streams = (Stream("tickets", is_needed=True),)
    gives = ("tickets", "status_history", "messages", "update_ids", "work_sessions", "customer_identity")

    def open(self, pace: Pace) -> Client:
        """A client with the user's name and password; the program sets no limits of calls."""
        self._statuses = _STATUSES | read_statuses(self.options.get("statuses", ""))
        auth = (self.options.get("user", ""), self.options.get("password", ""))
        return Client(self.options.get("address", ""), auth=auth, pace=pace)

    def account(self) -> Account:
        """The first call. It answers a wrong password and a user who is no staff alike, with 403."""
        try:
            answer = self.client.get(_TICKETS, {"page_size": 1})
        except SourceForbids as error:
            raise SourceRefused(
                f"{self.client.address} does not let this user in (403). Check name and password; the user has to be a member "
                "of staff (is_staff) there."
            ) from error
        items_of(answer, "results")
        return Account(self.client.address, self.options.get("time_zone") or None, answer.at)

    def probe(self, stream: str) -> None:
        """One small call."""
        self.account()

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """All tickets, walked until nothing is new; those that were there before and are gone come last."""
        seen: set[int] = set()
        more = {"until": [{"at": until}]}
        for answer, items in self._walk():
            seen.update(int(item["id"]) for item in items)
            share = len(seen) / max(int(answer.body.get("count") or 1), 1)
            yield Page(stream, items, cursor, min(share, 1.0), more=more)
        gone = _ids(cursor) - seen
        yield Page(stream, [{"id": one, "is_gone": True} for one in sorted(gone)], {"there": _spans(seen)}, 1.0, more=more)

    def _walk(self) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        """A ticket deleted from a page that was read pulls another one over its edge: so again, until none is unseen."""
        answers: list[Any] = []

        def walk() -> Iterator[list[dict[str, Any]]]:
            for answer in pages(self.client, _TICKETS, {"page_size": _SIZE, "page": 1}, step=_next):
                answers[:] = [answer]
                yield items_of(answer, "results")

        for items in settled(walk, key=lambda item: item["id"]):
            yield answers[0], items

    def shape(self, page: Page, known: Known) -> Shaped:
        """Tickets with their follow-ups."""
        until = page.more["until"][0]["at"]
        there = [item for item in page.items if not item.get("is_gone")]
        gone = [item["id"] for item in page.items if item.get("is_gone")]
        noted = known.values("ticket_events", "value", [i for t in page.items for i in _noted(t)])
        created = known.values("tickets", "created_at", [item.get("id") for item in there])
        view = _View(self._statuses, until, noted, created)
        yield from each(there, partial(_ticket, view), page.stream, "tickets")
        for one in gone:
            yield "ticket_events", _event(one, "is_deleted", f"{one}/is_deleted", "true", until)


def _next(answer: Answer, asked: Mapping[str, Any]) -> Next:
    """Its links name the host that it believes to have, which behind a proxy is another; so pages are asked by number."""
    return (None, {**asked, "page": int(asked["page"]) + 1}) if answer.body.get("next") else None


@dataclass(frozen=True)
class _View:
    """What shaping a page knows: our word of each status, the moment of the sync, and what the book has."""

    statuses: Mapping[str, str]
    until: datetime
    noted: Mapping[str, Any]
    created: Mapping[str, datetime | None]


def _noted(ticket: Mapping[str, Any]) -> list[str]:
    """Ids of events that stand for what was seen without being told when."""
    return [f"{ticket['id']}/is_deleted", f"{ticket['id']}/merged_into", _late_id(ticket)]


def _late_id(ticket: Mapping[str, Any]) -> str:
    last = max((int(f["id"]) for f in ticket.get("followup_set") or ()), default=0)
    return f"{ticket['id']}/status/{ticket.get('status')}/{ticket.get('on_hold')}/{last}"


def _ticket(view: _View, raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, now = raw["id"], status_of(view.statuses, raw["status"])
    followups = sorted(raw["followup_set"], key=lambda f: (_at(f), f["id"]))
    own = [f for f in followups if _home(f, raw) == str(ticket_id)]
    opening = own[0] if own else None
    customer_id = _customer_id(raw.get("submitter_email"))
    before = view.created.get(str(ticket_id))
    created_at = before.replace(tzinfo=UTC) if before else _at(opening) if opening else None
    by_agent = opening is not None and _author(opening, opening) == "agent"
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": created_at,
            "channel": _channel(opening),
            "initiated_by": "agent" if by_agent else "customer",
            "customer_id": customer_id,
        },
    )
    yield "texts", {"of": "ticket", "id": ticket_id, "text": raw["title"]}
    yield "teams", {"team_id": raw["queue"]}
    if customer_id is not None:
        yield "customers", {"customer_id": customer_id}
        yield "customer_identities", {"customer_id": customer_id, "kind": "email", "value": raw["submitter_email"]}
    yield from _as_it_stands(raw)
    for followup in followups:
        yield from _followup(view, followup, opening, _home(followup, raw), customer_id)
    yield from _unsaid(view, raw, own, now)


def _as_it_stands(raw: Mapping[str, Any]) -> Iterator[Row]:
    """What is known without its time."""
    for name, field in (("assigned_to", "assignee_id"), ("queue", "team_id"), ("priority", "priority")):
        if raw.get(name) is not None:
            yield "ticket_events", _event(raw["id"], field, f"{raw['id']}/{field}", raw[name], None)
    if raw.get("assigned_to") is not None:
        yield "agents", {"agent_id": raw["assigned_to"]}


def _followup(view: _View, raw: Mapping[str, Any], opening: Any, home: str, customer_id: Any) -> Iterator[Row]:
    """A reply or note, a change of status, time spent."""
    at, author = _at(raw), _author(raw, opening)
    person = raw["user"] if author == "agent" else customer_id if author == "customer" else None
    actor = {"actor_type": author, "actor_id": person}
    if author == "agent":
        yield "agents", {"agent_id": person}
    if (raw.get("comment") or "").strip():
        message = {"message_id": raw["id"], "ticket_id": home, "occurred_at": at, "author_type": author, "author_id": person}
        is_auto = author != "agent" and raw.get("message_id") is None and not _is_first(raw, opening)
        yield "messages", {**message, "is_public": bool(raw["public"]), "is_auto": is_auto, "update_id": raw["id"]}
        yield "texts", {"of": "message", "id": raw["id"], "text": raw["comment"]}
    if raw.get("new_status") is not None:
        status = status_of(view.statuses, raw["new_status"])
        row = _event(home, "status", f"{raw['id']}/status", status, at)
        yield "ticket_events", {**row, "seq": 2, **actor, "update_id": raw["id"]}
    if raw.get("title") in _HOLDS:
        status = "on_hold" if _HOLDS[raw["title"]] else "open"
        row = _event(home, "status", f"{raw['id']}/hold", status, at)
        yield "ticket_events", {**row, "seq": 1, **actor, "update_id": raw["id"]}
    spent_s = _seconds(raw.get("time_spent"))
    if spent_s and author == "agent":
        times = {"started_at": at - timedelta(seconds=spent_s), "ended_at": at}
        yield "work_sessions", {"session_id": raw["id"], "ticket_id": home, "agent_id": person, **times}


def _unsaid(view: _View, raw: Mapping[str, Any], own: Sequence[Mapping[str, Any]], now: str) -> Iterator[Row]:
    """What changed without a follow-up: seen now, it holds from now on. A merge is never dated by the program."""
    ticket_id, merged_id, deleted_id = raw["id"], f"{raw['id']}/merged_into", f"{raw['id']}/is_deleted"
    if view.noted.get(deleted_id) == "true":
        yield "ticket_events", _event(ticket_id, "is_deleted", deleted_id, "false", view.until)
    if raw.get("merged_to") is not None:
        if merged_id not in view.noted:
            yield "ticket_events", _event(ticket_id, "merged_into", merged_id, raw["merged_to"], view.until)
        return
    is_held = raw.get("on_hold") and now not in ("solved", "closed")
    late_id, told = _late_id(raw), _told(view, own)
    if told != ("on_hold" if is_held else now) and late_id not in view.noted:
        yield "ticket_events", _event(ticket_id, "status", late_id, "on_hold" if is_held else now, view.until)


def _told(view: _View, own: Sequence[Mapping[str, Any]]) -> str:
    """The status after all follow-ups."""
    told = "open"
    for followup in own:
        if followup.get("title") in _HOLDS:
            told = "on_hold" if _HOLDS[followup["title"]] else "open"
        if followup.get("new_status") is not None:
            told = status_of(view.statuses, followup["new_status"])
    return told


def _event(ticket_id: Any, field: str, event_id: str, value: Any, at: datetime | None) -> dict[str, Any]:
    return {"event_id": event_id, "ticket_id": ticket_id, "occurred_at": at, "field": field, "value": str(value),
            "actor_type": "system"}  # fmt: skip


def _home(followup: Mapping[str, Any], ticket: Mapping[str, Any]) -> str:
    """The ticket it was written on: a merge moves follow-ups to the survivor and writes the number into their titles."""
    found = _MERGED.match(followup.get("title") or "")
    return found[1] if found else str(ticket["id"])


def _is_first(followup: Mapping[str, Any], opening: Mapping[str, Any] | None) -> bool:
    return opening is not None and followup["id"] == opening["id"]


def _author(followup: Mapping[str, Any], opening: Mapping[str, Any] | None) -> str:
    """Mail and the public form are the customer's; what nobody wrote later is the program's, unless it closed the ticket:
    that is the customer's own button."""
    if followup.get("message_id"):
        return "customer"
    if followup.get("user") is not None:
        return "customer" if followup.get("title") == _BY_CUSTOMER else "agent"
    is_closing = followup.get("new_status") is not None
    return "customer" if _is_first(followup, opening) or is_closing else "system"


def _channel(opening: Mapping[str, Any] | None) -> str | None:
    if opening is None:
        return None
    return "email" if opening.get("message_id") else "web" if _author(opening, opening) == "customer" else None


def _customer_id(address: str | None) -> str | None:
    """Customers have no number there; the address stands for them, but not as itself, so that it can be erased."""
    plain = (address or "").strip().lower()
    return hashlib.sha256(plain.encode()).hexdigest()[:24] if plain else None


def _at(followup: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(followup["date"]).astimezone(UTC).replace(microsecond=0)


def _seconds(spent: str | None) -> int:
    """A time such as `1 02:30:00`, in seconds."""
    found = _SPENT.match(spent or "")
    if not found:
        return 0
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _ids(cursor: Cursor) -> set[int]:
    return {one for first, last in cursor.get("there", ()) for one in range(first, last + 1)}


def _spans(ids: set[int]) -> list[list[int]]:
    """Numbers as spans, since nearly all of them follow each other."""
    spans: list[list[int]] = []
    for one in sorted(ids):
        if spans and one == spans[-1][1] + 1:
            spans[-1][1] = one
        else:
            spans.append([one, one])
    return spans
