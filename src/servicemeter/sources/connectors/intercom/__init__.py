"""Intercom over its API: conversations with all their parts, contacts, teammates, teams, ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from servicemeter.ground.errors import SourceGarbled, SourceLacks
from servicemeter.sources.changes import OVERLAP_S, begin_of, restarted, second, share
from servicemeter.sources.client import Client, Pace, Rate
from servicemeter.sources.connectors.intercom import conversations, people
from servicemeter.sources.connectors.intercom.webhook import WEBHOOK
from servicemeter.sources.paging import items_of, settled
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream

__all__ = ["Intercom"]

_VERSION = "2.11"
_SIZE = 150
_CALLS, _PER_S = 960, 10.0
_DAY_S = 86_400
_MOST_PARTS = 500
_LISTS = {"admins": ("/admins", "admins"), "teams": ("/teams", "teams")}
_SEARCHES = {"contacts": ("/contacts/search", "data"), "conversations": ("/conversations/search", "conversations")}


class Intercom(Source):
    """One Intercom workspace."""

    title = "Intercom"
    about = "Conversations with replies, notes, assignments and states, contacts, teammates, teams, tags, ratings."
    asks = (
        Asked(
            "address", "Address of the API (Europe: https://api.eu.intercom.io, Australia: https://api.au.intercom.io)",
            default="https://api.intercom.io",
        ),
        Asked("token", "Access token of an app of your own in the developer hub", is_secret=True),
    )  # fmt: skip
    streams = (
        Stream("admins", is_needed=True),
        Stream("teams"),
        Stream("contacts"),
        Stream("conversations", is_needed=True),
    )
    gives = ("tickets", "status_history", "assignment_history", "messages", "survey_answers", "customer_identity")
    webhook = WEBHOOK
    can_fetch = True

    def open(self, pace: Pace) -> Client:
        """A client that keeps well below Intercom's 10,000 calls a minute, which it counts in tens of seconds."""
        rates = {"all": Rate(int(self.options.get("calls_per_minute", _CALLS)) // 6, _PER_S)}
        headers = {"Authorization": f"Bearer {self.options.get('token', '')}", "Intercom-Version": _VERSION}
        return Client(self.options.get("address") or "https://api.intercom.io", headers=headers, rates=rates, pace=pace)

    def account(self) -> Account:
        """Whose token it is, and the workspace with its zone."""
        answer = self.client.get("/me")
        app = answer.body.get("app") if isinstance(answer.body, dict) else None
        if not isinstance(app, dict):
            raise SourceGarbled(f"{self.client.address} does not say which workspace this is; is it the API of Intercom?")
        return Account(str(app.get("name") or ""), app.get("timezone"), answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream in _LISTS:
            self.client.get(_LISTS[stream][0])
        else:
            self._search(stream, [("updated_at", ">", 0)], None, 1)

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        return self._pull_list(stream) if stream in _LISTS else self._pull_changes(stream, cursor, until)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows, by the stream."""
        shapers: dict[str, Callable[[], Shaped]] = {
            "admins": lambda: people.shape_admins(page),
            "teams": lambda: people.shape_teams(page),
            "contacts": lambda: people.shape_contacts(page),
            "conversations": lambda: conversations.shape_conversations(page, known),
        }
        return shapers[page.stream]()

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        """Conversations with their parts, one by one."""
        for conversation_id in ids:
            yield Page("conversations", self._filled([{"id": conversation_id}]), {})

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """What is searched begins again at an instant; lists are read whole anyway."""
        return cursor if stream in _LISTS else restarted(cursor, since)

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Conversations begun on each UTC day, by Intercom's search."""
        found = {}
        for day in days:
            start = int(datetime.combine(day, datetime.min.time(), UTC).timestamp())
            between = [("created_at", ">", start - 1), ("created_at", "<", start + _DAY_S)]
            found[day] = int(self._search("conversations", between, None, 1)["total_count"])
        return found

    def _pull_list(self, stream: str) -> Iterator[Page]:
        path, name = _LISTS[stream]
        yield Page(stream, items_of(self.client.get(path), name), {}, 1.0)

    def _search(self, stream: str, terms: Sequence[tuple[str, str, Any]], after: str | None, size: int) -> dict[str, Any]:
        path, name = _SEARCHES[stream]
        query = [{"field": field, "operator": operator, "value": value} for field, operator, value in terms]
        pagination = {"per_page": size} | ({"starting_after": after} if after else {})
        body = {"query": {"operator": "AND", "value": query}, "pagination": pagination,
                "sort": {"field": "updated_at", "order": "ascending"}}  # fmt: skip
        answer = self.client.search(path, body)
        items_of(answer, name)
        return dict(answer.body)

    def _walk(self, stream: str, since: int) -> Iterator[list[dict[str, Any]]]:
        """What changed since, the oldest change first. A search may round its instants to days, so it begins a day earlier."""
        after, name = None, _SEARCHES[stream][1]
        while True:
            body = self._search(stream, [("updated_at", ">", max(since - _DAY_S, 0))], after, _SIZE)
            yield [item for item in body[name] if second(item["updated_at"]) >= since]
            following = ((body.get("pages") or {}).get("next") or {}).get("starting_after")
            if not following or following == after:
                return
            after = following

    def _pull_changes(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A search, walked until nothing on it is new: what changes meanwhile moves on it."""
        since = int(cursor.get("since", begin_of(self.options)))
        is_first, at = True, since
        for items in settled(lambda: self._walk(stream, since), lambda item: (item["id"], item["updated_at"])):
            stamps = [second(item["updated_at"]) for item in items]
            is_first = is_first and min(stamps) >= at
            at = max(stamps) if is_first else at
            given = self._filled(items) if stream == "conversations" else items
            yield Page(stream, given, {"since": at}, share(since, at, until))
        yield Page(stream, [], {"since": int(until.timestamp()) - OVERLAP_S}, 1.0)

    def _filled(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The conversations whole; one that was deleted since it was found is left out."""
        found = []
        for item in items:
            try:
                whole = self.client.get(f"/conversations/{item['id']}", {"display_as": "plaintext"}).body
            except SourceLacks:
                continue
            parts = (whole.get("conversation_parts") or {}).get("total_count") or 0
            if parts > _MOST_PARTS:
                self.remarks.append(
                    f"Conversation {item['id']} has {parts} parts, of which Intercom gives the last {_MOST_PARTS}."
                )
            found.append(whole)
        return found
