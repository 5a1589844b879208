"""Zammad over its API: tickets with articles and their whole history, people, groups, calendars, service levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from servicemeter.ground.errors import SourceForbids, SourceGarbled, SourceLacks
from servicemeter.sources.changes import begin_of, iso, pull_changes, restarted, second
from servicemeter.sources.client import Client, Pace, Rate
from servicemeter.sources.connectors.zammad import configuration, people, tickets
from servicemeter.sources.hours import remember_hours, remember_promises, said
from servicemeter.sources.paging import by_number, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream

__all__ = ["Zammad"]

_SIZE = 100
_CALLS = 300
_LISTS = {"users": "/api/v1/users", "groups": "/api/v1/groups", "calendars": "/api/v1/calendars", "slas": "/api/v1/slas"}
_SEARCH = "/api/v1/tickets/search"


class Zammad(Source):
    """One Zammad installation, version 4 or later."""

    title = "Zammad"
    about = "Tickets with articles and history, users, groups, calendars with holidays, service levels, tags."
    asks = (
        Asked("address", "Address of the installation, such as https://help.example.com"),
        Asked("token", "Access token of an agent who may read all groups (profile, token access: ticket.agent)", is_secret=True),
    )
    streams = (
        Stream("users", is_needed=True),
        Stream("groups", is_needed=True),
        Stream("calendars", ("calendars",)),
        Stream("slas", ("sla_policies",)),
        Stream("tickets", is_needed=True),
    )
    gives = ("tickets", "status_history", "assignment_history", "messages", "auto_flag", "customer_identity")

    def open(self, pace: Pace) -> Client:
        """A client for the installation, which has no limit of its own; option `calls_per_minute` spares it."""
        rates = {"all": Rate(int(self.options.get("calls_per_minute", _CALLS)))}
        headers = {"Authorization": f"Token token={self.options.get('token', '')}"}
        return Client(self.options.get("address", ""), headers=headers, rates=rates, pace=pace)

    def account(self) -> Account:
        """Who we are; the zone is that of the default calendar, where that may be read."""
        answer = self.client.get("/api/v1/users/me")
        if not isinstance(answer.body, dict) or "login" not in answer.body:
            raise SourceGarbled(f"{self.client.address} does not say whose token this is; is it Zammad?")
        default = next((c for c in self._or_none(_LISTS["calendars"]) if c.get("default")), {})
        return Account(str(answer.body["login"]), default.get("timezone"), answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream in _LISTS:
            self.client.get(_LISTS[stream], {"page": 1, "per_page": 1})
        else:
            self._changed(second("2020-01-01"), 1, 1)

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream in _LISTS:
            return self._pull_list(stream, cursor, until)
        return pull_changes(
            stream,
            cursor,
            until,
            ask=lambda at, number: self._changed(at, number, _SIZE),
            mark=lambda item: (item["id"], second(item["updated_at"])),
            size=_SIZE,
            begin=begin_of(self.options) or 1,
            fill=self._filled,
            more={"states": self._whole("/api/v1/ticket_states")},
        )

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows, by the stream."""
        shapers: dict[str, Callable[[], Shaped]] = {
            "users": lambda: people.shape_users(page, known),
            "groups": lambda: people.shape_groups(page),
            "calendars": lambda: configuration.shape_calendars(page),
            "slas": lambda: configuration.shape_policies(page),
            "tickets": lambda: tickets.shape_tickets(page, known),
        }
        return shapers[page.stream]()

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Tickets begin again at an instant; lists are read whole anyway."""
        return cursor if stream in _LISTS else restarted(cursor, since)

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Tickets created on each UTC day: those before its end less those before its beginning. Older versions cannot count."""
        before: dict[date, int] = {}
        for day in sorted({*days, *(one + timedelta(days=1) for one in days)}):
            start = int(datetime.combine(day, datetime.min.time(), UTC).timestamp())
            body = self.client.get(_SEARCH, {**_condition("created_at", "before", start), "only_total_count": "true"}).body
            if not isinstance(body, dict) or "total_count" not in body:
                return {}
            before[day] = int(body["total_count"])
        return {day: before[day + timedelta(days=1)] - before[day] for day in days}

    def _whole(self, path: str) -> list[dict[str, Any]]:
        params = {"expand": "true", "page": 1, "per_page": _SIZE}
        walk = pages(self.client, path, params, step=by_number("", "page", size=_SIZE))
        return [item for answer in walk for item in items_of(answer, "")]

    def _or_none(self, path: str) -> list[dict[str, Any]]:
        try:
            return self._whole(path)
        except (SourceForbids, SourceLacks):
            return []

    def _pull_list(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A list, whole. That of the users is read anew at every sync: it can be neither filtered nor ordered by its changes."""
        if stream == "users":
            params = {"expand": "true", "page": 1, "per_page": _SIZE}
            for answer in pages(self.client, _LISTS["users"], params, step=by_number("", "page", size=_SIZE)):
                yield Page(stream, items_of(answer, ""), {})
            return
        found = self._whole(_LISTS[stream])
        after: Cursor = {}
        if stream == "calendars":
            after = remember_hours(configuration.readable(found))
        elif stream == "slas":
            after = remember_promises(configuration.standing(found))
        yield Page(stream, found, after, 1.0, more=said(cursor, until))

    def _changed(self, at: int, number: int, size: int) -> list[dict[str, Any]]:
        """A page of the tickets changed from a second on. By a condition, not a query: that one asks the search index, which
        lags behind or is not there."""
        order = {"sort_by": "updated_at", "order_by": "asc", "expand": "true", "page": number, "per_page": size}
        items = items_of(self.client.get(_SEARCH, {**_condition("updated_at", "after", at - 1), **order}), "")
        stamps = [second(item["updated_at"]) for item in items]
        if stamps and (min(stamps) < at - 1 or stamps != sorted(stamps)):
            raise SourceGarbled(
                f"{self.client.address} does not give the tickets changed since an instant, in the order of their changes, as it "
                "is asked to. This needs Zammad 4 or later."
            )
        return items

    def _filled(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """A ticket with its articles and its history; one that was deleted since it was listed has none."""
        try:
            articles = items_of(self.client.get(f"/api/v1/ticket_articles/by_ticket/{ticket['id']}", {"expand": "true"}), "")
            history = items_of(self.client.get(f"/api/v1/ticket_history/{ticket['id']}"), "history")
        except SourceLacks:
            return {**ticket, "articles": [], "history": []}
        return {**ticket, "articles": articles, "history": history}


def _condition(field: str, way: str, at: int) -> dict[str, str]:
    return {f"condition[ticket.{field}][operator]": f"{way} (absolute)", f"condition[ticket.{field}][value]": iso(at)}
