"""Gorgias over its API: tickets, messages, the events of tickets, customers, surveys, teams, opening hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from servicemeter.ground.errors import CursorExpired, SourceFailed, SourceGarbled, SourceLacks
from servicemeter.sources.changes import OVERLAP_S, begin_of, restarted, second
from servicemeter.sources.client import Answer, Client, Pace, Rate
from servicemeter.sources.connectors.gorgias import configuration, people, tickets
from servicemeter.sources.connectors.gorgias.webhook import WEBHOOK
from servicemeter.sources.hours import remember_hours, said
from servicemeter.sources.paging import by_cursor, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream

__all__ = ["Gorgias"]

_SIZE = 100
_CALLS, _PER_S = 120, 20.0
_MOST_WALKS = 5
_LISTS = {"users": "/api/users", "teams": "/api/teams", "tags": "/api/tags", "business_hours": "/api/account"}
_ORDERED = {
    "customers": ("/api/customers", "updated_datetime"),
    "tickets": ("/api/tickets", "updated_datetime"),
    "messages": ("/api/messages", "created_datetime"),
    "events": ("/api/events", "created_datetime"),
    "satisfaction_surveys": ("/api/satisfaction-surveys", "created_datetime"),
}
_CHANGE_S = dict.fromkeys(_ORDERED, OVERLAP_S) | {"satisfaction_surveys": 14 * 86_400}


class Gorgias(Source):
    """One Gorgias account."""

    title = "Gorgias"
    about = "Tickets with messages and events, customers, users, teams, tags, satisfaction surveys, business hours."
    asks = (
        Asked("address", "Address of the account, such as https://example.gorgias.com"),
        Asked("email", "E-mail address of the user whose API key it is"),
        Asked("token", "API key (Settings, REST API)", is_secret=True),
    )
    streams = (
        Stream("users", is_needed=True),
        Stream("teams"),
        Stream("business_hours", ("calendars",)),
        Stream("customers", ("customer_identity",)),
        Stream("tickets", is_needed=True),
        Stream("messages", is_needed=True),
        Stream("events", ("status_history", "assignment_history")),
        Stream("satisfaction_surveys", ("survey_answers", "survey_invitations")),
    )
    gives = ("tickets", "messages", "auto_flag")
    webhook = WEBHOOK

    @classmethod
    def address(cls, given: str) -> str:
        """An account's name stands for its address."""
        return given if "." in given or "://" in given else f"https://{given}.gorgias.com"

    def open(self, pace: Pace) -> Client:
        """A client with the limit of API keys: 40 calls in 20 seconds."""
        address = self.options.get("address", "")
        rates = {"all": Rate(int(self.options.get("calls_per_minute", _CALLS)) // 3, _PER_S)}
        auth = (self.options.get("email", ""), self.options.get("token", ""))
        return Client(address, auth=auth, rates=rates, pace=pace)

    def account(self) -> Account:
        """Whose account it is; its zone is that of its opening hours."""
        answer = self.client.get("/api/account")
        if not isinstance(answer.body, dict) or "domain" not in answer.body:
            raise SourceGarbled(f"{self.client.address} does not say whose account it is; is it Gorgias?")
        hours = configuration.readable(answer.body)
        return Account(str(answer.body["domain"]), hours[0].tz if hours else None, answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        path = _ORDERED[stream][0] if stream in _ORDERED else _LISTS[stream]
        self.client.get(path, {"limit": 1})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream == "business_hours":
            return self._pull_hours(cursor, until)
        if stream in _LISTS:
            return self._pull_list(stream)
        return self._pull_ordered(stream, cursor, until)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows, by the stream."""
        shapers: dict[str, Callable[[], Shaped]] = {
            "users": lambda: people.shape_users(page),
            "teams": lambda: people.shape_teams(page),
            "business_hours": lambda: configuration.shape_hours(page),
            "customers": lambda: people.shape_customers(page),
            "tickets": lambda: tickets.shape_tickets(page, known),
            "messages": lambda: tickets.shape_messages(page, known),
            "events": lambda: tickets.shape_events(page, known),
            "satisfaction_surveys": lambda: tickets.shape_surveys(page),
        }
        return shapers[page.stream]()

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Streams in order begin again at an instant; lists are read whole anyway."""
        return restarted(cursor, since) if stream in _ORDERED else cursor

    def _walk(self, path: str, params: Mapping[str, Any]) -> Iterator[Answer]:
        step = by_cursor("meta.next_cursor", "cursor")
        return pages(self.client, path, {"limit": _SIZE, **params}, step=step)

    def _pull_list(self, stream: str) -> Iterator[Page]:
        found = [item for answer in self._walk(_LISTS[stream], {}) for item in items_of(answer, "data")]
        yield Page(stream, found, {}, 1.0)

    def _pull_hours(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        account = self.client.get(_LISTS["business_hours"]).body
        if not any(one.get("type") == "business-hours" for one in account.get("settings") or ()):
            raise SourceLacks("The account has no business hours set.")
        yield Page("business_hours", [account], remember_hours(configuration.readable(account)), 1.0, more=said(cursor, until))

    def _pull_ordered(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A list from its newest item back to where the last sync ended; cut short, the next one goes on from its place.

        Gorgias can order these lists by time but not filter them. What changes while they are read moves to the front; so the
        front is read again, back to the beginning of this walk, until nothing on it is new.
        """
        top = int(cursor.get("top", until.timestamp()))
        floor = max(int(cursor.get("since", begin_of(self.options))) - (_CHANGE_S[stream] if "since" in cursor else 0), 0)
        seen: set[tuple[Any, str]] = set()
        keep = {**cursor, "top": top}
        yield from self._walk_back(stream, keep, floor, seen)
        for _ in range(_MOST_WALKS):
            before = len(seen)
            yield from self._walk_back(stream, {**keep, "at": None}, max(floor, top - OVERLAP_S), seen)
            if len(seen) == before:
                break
        yield Page(stream, [], {"since": top}, 1.0)

    def _walk_back(self, stream: str, keep: Cursor, floor: int, seen: set[tuple[Any, str]]) -> Iterator[Page]:
        path, name = _ORDERED[stream]
        above = None
        for answer in self._resumed(path, {"order_by": f"{name}:desc"}, keep.get("at")):
            items = [item for item in items_of(answer, "data") if second(item.get(name)) >= floor]
            stamps = [second(item.get(name)) for item in items_of(answer, "data")]
            if sorted(stamps, reverse=True) != stamps or (above is not None and stamps and stamps[0] > above):
                raise SourceGarbled(f"{self.client.address} does not give {stream} from the newest on, as it is asked to.")
            above = stamps[-1] if stamps else above
            found = [item for item in items if (item["id"], str(item.get(name))) not in seen]
            seen.update((item["id"], str(item.get(name))) for item in found)
            place = (answer.body.get("meta") or {}).get("next_cursor")
            yield Page(stream, found, {**keep, "at": place}, _done(keep["top"], stamps, floor))
            if stamps and stamps[-1] < floor:
                return

    def _resumed(self, path: str, order: Mapping[str, Any], at: str | None) -> Iterator[Answer]:
        try:
            yield from self._walk(path, {**order, "cursor": at} if at else order)
        except SourceFailed as error:
            if at and type(error) in (SourceFailed, SourceLacks):
                raise CursorExpired(f"Gorgias no longer knows where {path.split('/')[-1]} had been read to.") from error
            raise

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Tickets created on each UTC day, counted one by one: the API has no counts. It lists none that is in the bin."""
        found = dict.fromkeys(days, 0)
        for answer in self._walk("/api/tickets", {"order_by": "created_datetime:desc"}):
            stamps = [second(item["created_datetime"]) for item in items_of(answer, "data")]
            for at in stamps:
                day = datetime.fromtimestamp(at, UTC).date()
                if day in found:
                    found[day] += 1
            if stamps and datetime.fromtimestamp(stamps[-1], UTC).date() < min(days):
                break
        return found


def _done(top: int, stamps: Sequence[int], floor: int) -> float | None:
    """How far a walk back is."""
    return None if not floor or not stamps or top <= floor else max(0.0, min(1.0, (top - stamps[-1]) / (top - floor)))
