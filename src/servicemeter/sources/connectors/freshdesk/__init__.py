"""Freshdesk over its API (v2): tickets, conversations, people, ratings, opening hours, promises, and the daily activities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from servicemeter.ground.errors import SourceForbids, SourceGarbled, SourceLacks
from servicemeter.sources.changes import OVERLAP_S, begin_of, iso, pull_changes, restarted, second
from servicemeter.sources.client import Client, Pace, Rate
from servicemeter.sources.connectors.freshdesk import activities, configuration, people, tickets
from servicemeter.sources.connectors.freshdesk.webhook import WEBHOOK
from servicemeter.sources.connectors.zendesk.zones import zone
from servicemeter.sources.hours import remember_hours, remember_promises, said
from servicemeter.sources.paging import by_number, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream

__all__ = ["Freshdesk"]

_SIZE = 100
_ALL_CALLS, _LIST_CALLS = 180, 20
_EXPORTS_KEPT, _EXPORTS_LATE = timedelta(days=30), timedelta(days=3)
_RATINGS_CHANGE_S = 7 * 86_400
_LISTS = {
    "groups": "/api/v2/groups",
    "agents": "/api/v2/agents",
    "business_hours": "/api/v2/business_hours",
    "sla_policies": "/api/v2/sla_policies",
}
_TICKETS = {"tickets": {"include": "stats,requester,description"}, "spam": {"filter": "spam"}, "deleted": {"filter": "deleted"}}
_RATINGS = "/api/v2/surveys/satisfaction_ratings"
_ACTIVITIES = "/api/v2/export/ticket_activities"


class Freshdesk(Source):
    """One Freshdesk account."""

    title = "Freshdesk"
    about = "Tickets with conversations, contacts, agents, groups, ratings, business hours, SLA policies; history by plan."
    asks = (
        Asked("address", "Address of the account, such as https://example.freshdesk.com"),
        Asked("token", "API key of an administrator (profile settings)", is_secret=True),
    )
    streams = (
        Stream("business_hours", ("calendars",)),
        Stream("groups", is_needed=True),
        Stream("agents", is_needed=True),
        Stream("contacts"),
        Stream("sla_policies", ("sla_policies",)),
        Stream("ticket_activities"),
        Stream("tickets", is_needed=True),
        Stream("spam"),
        Stream("deleted"),
        Stream("satisfaction_ratings", ("survey_answers",)),
        Stream("history", ("status_history", "assignment_history")),
    )
    gives = ("tickets", "messages", "customer_identity")
    further = ("since", "calls_per_minute", "lists_per_minute", "statuses")
    webhook = WEBHOOK

    def __init__(self, options: Mapping[str, str], pace: Pace | None = None) -> None:
        super().__init__(options, pace)
        self._history_from: datetime | None = None

    @classmethod
    def address(cls, given: str) -> str:
        """An account's name stands for its address."""
        return given if "." in given or "://" in given else f"https://{given}.freshdesk.com"

    def open(self, pace: Pace) -> Client:
        """A client with limits that also small plans have; options `calls_per_minute` and `lists_per_minute` say more."""
        address = self.options.get("address", "")
        lists = int(self.options.get("lists_per_minute", _LIST_CALLS))
        rates = {
            "all": Rate(int(self.options.get("calls_per_minute", _ALL_CALLS))),
            "tickets": Rate(lists),
            "contacts": Rate(lists),
        }
        return Client(address, auth=(self.options.get("token", ""), "X"), rates=rates, pace=pace)

    def account(self) -> Account:
        """Who we are: the agent whose key it is."""
        answer = self.client.get("/api/v2/agents/me")
        contact = answer.body.get("contact") if isinstance(answer.body, dict) else None
        if not isinstance(contact, dict):
            raise SourceGarbled(f"{self.client.address} does not say whose key this is; is it a Freshdesk account?")
        return Account(str(contact.get("name") or ""), zone(contact.get("time_zone")), answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream in _TICKETS:
            self.client.get("/api/v2/tickets", {"per_page": 1, **_TICKETS[stream]}, rate="tickets")
        elif stream == "history":
            self._history_from = datetime.combine((self._now() - _EXPORTS_KEPT).date(), datetime.min.time(), UTC)
            self._check_history()
        elif stream == "ticket_activities":
            self.client.get(_ACTIVITIES, {"created_at": (self._now() - timedelta(days=2)).date().isoformat()})
        else:
            path = {"contacts": "/api/v2/contacts", "satisfaction_ratings": _RATINGS, **_LISTS}[stream]
            self.client.get(path, {"per_page": 1})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream in _LISTS:
            return self._pull_list(stream, cursor, until)
        if stream in _TICKETS:
            return self._pull_tickets(stream, cursor, until)
        others: dict[str, Callable[[], Iterator[Page]]] = {
            "contacts": lambda: self._pull_contacts(cursor, until),
            "ticket_activities": lambda: self._pull_activities(cursor, until),
            "satisfaction_ratings": lambda: self._pull_ratings(cursor, until),
            "history": self._check_history,
        }
        return others[stream]()

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows, by the stream."""
        shapers: dict[str, Callable[[], Shaped]] = {
            "groups": lambda: people.shape_groups(page),
            "agents": lambda: people.shape_agents(page),
            "contacts": lambda: people.shape_contacts(page),
            "business_hours": lambda: configuration.shape_hours(page),
            "sla_policies": lambda: configuration.shape_policies(page),
            "tickets": lambda: tickets.shape_tickets(page, known),
            "spam": lambda: tickets.shape_flagged(page, "is_spam"),
            "deleted": lambda: tickets.shape_flagged(page, "is_deleted"),
            "satisfaction_ratings": lambda: tickets.shape_ratings(page),
            "ticket_activities": lambda: activities.shape_activities(page, known),
        }
        return shapers[page.stream]()

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Streams of changes begin again at an instant; lists are read whole anyway, and what was exported stays known."""
        return cursor if stream in _LISTS or stream == "history" else {**cursor, **restarted(cursor, since)}

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Tickets created on each day, by Freshdesk's search (which knows neither spam nor deleted ones)."""
        found = {}
        for day in days:
            answer = self.client.get("/api/v2/search/tickets", {"query": f"\"created_at:'{day}'\""})
            found[day] = int(answer.body["total"])
        return found

    def _now(self) -> datetime:
        return self.account().at or datetime.now(UTC)

    def _numbered(self, path: str, params: Mapping[str, Any], *, rate: str = "") -> Iterator[list[dict[str, Any]]]:
        step = by_number("", "page", size=_SIZE)
        for answer in pages(self.client, path, {"per_page": _SIZE, "page": 1, **params}, step=step, rate=rate):
            yield items_of(answer, "")

    def _whole(self, path: str) -> list[dict[str, Any]]:
        return [item for items in self._numbered(path, {}) for item in items]

    def _pull_list(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A short list, whole; given as one page, so that what is gone from it can be seen."""
        found = self._whole(_LISTS[stream])
        more: dict[str, Sequence[dict[str, Any]]] = dict(said(cursor, until))
        after: Cursor = {}
        if stream == "business_hours":
            after = remember_hours(configuration.readable(found))
        elif stream == "sla_policies":
            more["products"] = self._or_none("/api/v2/products")
            after = remember_promises(configuration.standing(found, more["products"]))
        elif stream == "groups":
            more["hours"] = self._or_none(_LISTS["business_hours"])
        yield Page(stream, found, after, 1.0, more=more)

    def _or_none(self, path: str) -> list[dict[str, Any]]:
        """A list that not every plan has."""
        try:
            return self._whole(path)
        except (SourceForbids, SourceLacks):
            return []

    def _pull_contacts(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """Contacts changed since the last time. Whom the moving pages leave out comes in with his ticket."""
        more = {"companies": self._or_none("/api/v2/companies")}
        params = {"_updated_since": iso(int(cursor["since"]))} if cursor.get("since") else {}
        for items in self._numbered("/api/v2/contacts", params, rate="contacts"):
            yield Page("contacts", items, cursor, more=more)
        yield Page("contacts", [], {"since": int(until.timestamp()) - OVERLAP_S}, 1.0, more=more)

    def _pull_tickets(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        def ask(at: int, number: int) -> list[dict[str, Any]]:
            order = {"order_by": "updated_at", "order_type": "asc", "per_page": _SIZE, "page": number}
            params = {**_TICKETS[stream], **order, "updated_since": iso(at)}
            return items_of(self.client.get("/api/v2/tickets", params, rate="tickets"), "")

        more: dict[str, Sequence[dict[str, Any]]] = {}
        if stream == "tickets":
            more = {"statuses": self._statuses(), "products": self._or_none("/api/v2/products")}
        return pull_changes(
            stream,
            cursor,
            until,
            ask=ask,
            mark=lambda item: (item["id"], second(item["updated_at"])),
            size=_SIZE,
            begin=begin_of(self.options) or 1,
            fill=self._with_conversations if stream == "tickets" else lambda item: item,
            more=more | {"whole": [{"from": self._history_from}]},
        )

    def _with_conversations(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """A ticket with all that was said on it; one that was deleted since it was listed comes again among the deleted."""
        try:
            said_on = [one for items in self._numbered(f"/api/v2/tickets/{ticket['id']}/conversations", {}) for one in items]
        except SourceLacks:
            said_on = []
        return {**ticket, "conversations": said_on}

    def _statuses(self) -> list[dict[str, Any]]:
        """The account's own statuses by number, with their names."""
        fields = self._whole_or_none("/api/v2/ticket_fields", {"type": "default_status"})
        choices = next((f.get("choices") for f in fields if f.get("name") == "status"), None)
        given = self.options.get("statuses", "")
        own = dict(pair.split("=", 1) for pair in given.replace(" ", "").split(",") if "=" in pair)
        return [{"choices": choices if isinstance(choices, dict) else {}, "own": own}]

    def _whole_or_none(self, path: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            return items_of(self.client.get(path, params), "")
        except (SourceForbids, SourceLacks):
            return []

    def _pull_ratings(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        since = int(cursor.get("since", begin_of(self.options) or 1))
        for items in self._numbered(_RATINGS, {"created_since": iso(since)}):
            yield Page("satisfaction_ratings", items, cursor)
        yield Page("satisfaction_ratings", [], {"since": int(until.timestamp()) - _RATINGS_CHANGE_S}, 1.0)

    def _pull_activities(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The days' exports: each is made after its day and kept for thirty. After a day that is missing the history begins
        anew."""
        last, oldest = until.date(), (until - _EXPORTS_KEPT).date()
        given = self.options.get("since")
        begin = datetime.fromtimestamp(second(given), UTC).date() if given else oldest
        day = max(date.fromisoformat(cursor["day"]) if cursor.get("day") else begin, oldest)
        first = cursor.get("first")
        if first is None or day > date.fromisoformat(str(cursor.get("day") or day)):
            first = day.isoformat()
        more = {"groups": self._whole(_LISTS["groups"]), "statuses": self._statuses()}
        while day < last:
            items = self._exported(day)
            if items is None and day >= (until - _EXPORTS_LATE).date():
                break
            day += timedelta(days=1)
            if items is None:
                first = day.isoformat()
            yield Page("ticket_activities", items or [], {"day": day.isoformat(), "first": first}, more=more)
        self._history_from = datetime.fromisoformat(first).replace(tzinfo=UTC)
        yield Page("ticket_activities", [], {"day": day.isoformat(), "first": first}, 1.0, more=more)

    def _exported(self, day: date) -> list[dict[str, Any]] | None:
        """What happened on a day; None when it is not exported (yet). The file lies elsewhere and needs no token."""
        try:
            found = self.client.get(_ACTIVITIES, {"created_at": day.isoformat()}).body.get("export")
            entry = found[0] if isinstance(found, list) and found else found
            if not isinstance(entry, dict) or not entry.get("url"):
                return None
            url = urlsplit(str(entry["url"]))
            elsewhere = Client(f"{url.scheme}://{url.netloc}", pace=self.client.pace)
            try:
                return items_of(elsewhere.get(f"{url.path}?{url.query}" if url.query else url.path), "activities_data")
            finally:
                elsewhere.close()
        except SourceLacks:
            return None

    def _check_history(self) -> Iterator[Page]:
        """Whether the history of all tickets is known: then, and only then, does it count as supplied."""
        begin = begin_of(self.options)
        if self._history_from is None or not begin or second(self._history_from.isoformat()) > begin:
            since = "nowhere" if self._history_from is None else f"{self._history_from:%Y-%m-%d}"
            raise SourceLacks(
                f"Freshdesk keeps its daily activities for 30 days; the history of tickets is whole from {since} on. To measure "
                "times to resolution, connect with a start no earlier than 30 days ago (since)."
            )
        return iter(())
