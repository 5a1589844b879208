"""Zendesk Support and Talk over their APIs: tickets with their whole history, people, ratings, opening hours, promises, calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from servicemeter.ground.errors import CursorExpired, SourceFailed, SourceForbids, SourceLacks, SourceRefused
from servicemeter.sources.client import Client, Pace, Rate
from servicemeter.sources.connectors.zendesk import calls, configuration, people, tickets
from servicemeter.sources.connectors.zendesk.webhook import WEBHOOK
from servicemeter.sources.connectors.zendesk.zones import zone
from servicemeter.sources.paging import by_cursor, by_url, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream

__all__ = ["Zendesk"]

_EXPORT_CALLS, _ALL_CALLS = 10, 400
_SIZE, _EXPORT_SIZE = 100, 1000
_RECOVERY_S = 300
_RECENT_S = 60
_LISTS = {
    "groups": ("/api/v2/groups.json", "groups"),
    "group_memberships": ("/api/v2/group_memberships.json", "group_memberships"),
    "schedules": ("/api/v2/business_hours/schedules.json", "schedules"),
    "sla_policies": ("/api/v2/slas/policies.json", "sla_policies"),
}
_EXPORTS = {
    "users": ("/api/v2/incremental/users/cursor.json", "users"),
    "tickets": ("/api/v2/incremental/tickets/cursor.json", "tickets"),
}
_TIMED = {
    "calls": ("/api/v2/channels/voice/stats/incremental/calls.json", "calls", "talk"),
    "legs": ("/api/v2/channels/voice/stats/incremental/legs.json", "legs", "talk"),
    "ticket_events": ("/api/v2/incremental/ticket_events.json", "ticket_events", "export"),
}
_RATINGS = "/api/v2/satisfaction_ratings.json"


class Zendesk(Source):
    """One Zendesk account."""

    title = "Zendesk"
    about = "Tickets with comments and history, users, groups, ratings, schedules, SLA policies, Talk calls."
    asks = (
        Asked("address", "Address of the account, such as https://example.zendesk.com"),
        Asked("email", "E-mail address of the administrator whose API token it is (empty for an OAuth token)", default=""),
        Asked("token", "API token", is_secret=True),
    )
    streams = (
        Stream("groups", is_needed=True),
        Stream("users", is_needed=True),
        Stream("group_memberships"),
        Stream("schedules", ("calendars",)),
        Stream("sla_policies", ("sla_policies",)),
        Stream("tickets", is_needed=True),
        Stream("satisfaction_ratings", ("survey_answers", "survey_invitations")),
        Stream("calls", ("interactions",)),
        Stream("legs", ("handle_times",)),
        Stream("ticket_events", is_needed=True),
    )
    gives = ("tickets", "status_history", "assignment_history", "messages", "auto_flag", "update_ids", "customer_identity")
    further = ("since", "calls_per_minute", "exports_per_minute")
    webhook = WEBHOOK

    @classmethod
    def address(cls, given: str) -> str:
        """An account's name stands for its address."""
        return given if "." in given or "://" in given else f"https://{given}.zendesk.com"

    def open(self, pace: Pace) -> Client:
        """A client with Zendesk's limits: 10 calls a minute for exports (another program may use up some of the rest)."""
        address, email, token = (self.options.get(name, "") for name in ("address", "email", "token"))
        exports = int(self.options.get("exports_per_minute", _EXPORT_CALLS))
        rates = {
            "export": Rate(exports),
            "talk": Rate(exports),
            "all": Rate(int(self.options.get("calls_per_minute", _ALL_CALLS))),
        }
        if email:
            return Client(address, auth=(f"{email}/token", token), rates=rates, pace=pace)
        return Client(address, headers={"Authorization": f"Bearer {token}"}, rates=rates, pace=pace)

    def account(self) -> Account:
        """Who we are; Zendesk answers a wrong token with an anonymous user rather than a refusal."""
        answer = self.client.get("/api/v2/users/me.json")
        me = answer.body.get("user") or {}
        if not me.get("id"):
            raise SourceRefused(
                f"{self.client.address} does not know this e-mail address and token. Token access must be allowed there "
                "(Admin centre, Apps and integrations, APIs), and the address be that of the token's owner."
            )
        return Account(str(me.get("name") or ""), zone(me.get("iana_time_zone") or me.get("time_zone")), answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream in _LISTS:
            self.client.get(_LISTS[stream][0], {"page[size]": 1})
        elif stream in _EXPORTS:
            self.client.get(_EXPORTS[stream][0], {"start_time": self._recently(), "per_page": 1}, rate="export")
        elif stream in _TIMED:
            path, _, rate = _TIMED[stream]
            self.client.get(path, {"start_time": self._recently()}, rate=rate)
        else:
            self.client.get(_RATINGS, {"page[size]": 1})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream in _LISTS:
            return self._pull_list(stream, cursor, until)
        if stream in _EXPORTS:
            return self._pull_export(stream, cursor, until)
        if stream in _TIMED:
            return self._pull_timed(stream, cursor, until)
        return self._pull_ratings(cursor, until)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows, by the stream."""
        since = self.options.get("since")
        shapers: dict[str, Callable[[], Shaped]] = {
            "groups": lambda: people.shape_groups(page),
            "users": lambda: people.shape_users(page, known),
            "group_memberships": lambda: people.shape_memberships(page),
            "schedules": lambda: configuration.shape_schedules(page),
            "sla_policies": lambda: configuration.shape_policies(page),
            "tickets": lambda: tickets.shape_tickets(page, known, since),
            "satisfaction_ratings": lambda: tickets.shape_ratings(page),
            "calls": lambda: calls.shape_calls(page),
            "legs": lambda: calls.shape_legs(page, known),
            "ticket_events": lambda: tickets.shape_events(page, known, since),
        }
        return shapers[page.stream]()

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Exports begin again at an instant; lists are read whole anyway."""
        if stream in _LISTS:
            return cursor
        at = int(since.timestamp()) if since else int(cursor.get("recover", 0))
        return {"start": at, "recover": at}

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Tickets created on each UTC day, by Zendesk's search (which knows no deleted ones)."""
        found = {}
        for day in days:
            query = f"type:ticket created>={day}T00:00:00Z created<{day + timedelta(days=1)}T00:00:00Z"
            found[day] = int(self.client.get("/api/v2/search/count.json", {"query": query}).body["count"])
        return found

    def _recently(self) -> int:
        at = self.account().at or datetime.now(UTC)
        return int(at.timestamp()) - _RECOVERY_S

    def _begin(self, cursor: Cursor) -> int:
        """The instant (epoch seconds) at which an export begins that has no cursor."""
        given = self.options.get("since")
        first = int(datetime.fromisoformat(given).replace(tzinfo=UTC).timestamp()) if given else 0
        return int(cursor.get("start", first))

    def _pull_list(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A short list, whole; given as one page, so that what is gone from it can be seen."""
        path, name = _LISTS[stream]
        found = [item for answer in self._walk(path, {"page[size]": _SIZE}) for item in items_of(answer, name)]
        more = {"holidays": self._holidays(found)} if stream == "schedules" else {}
        after = configuration.remember(stream, found) if stream in ("schedules", "sla_policies") else {}
        if stream == "sla_policies":
            more["brands"] = self._brands()
        said = {"before": [cursor], "until": [{"at": until}]}
        yield Page(stream, found, after, 1.0, more=more | said)

    def _holidays(self, schedules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        found = []
        for schedule in schedules:
            answer = self.client.get(f"/api/v2/business_hours/schedules/{schedule['id']}/holidays.json")
            found += [{**holiday, "schedule_id": schedule["id"]} for holiday in items_of(answer, "holidays")]
        return found

    def _brands(self) -> list[dict[str, Any]]:
        try:
            return [b for answer in self._walk("/api/v2/brands.json", {"page[size]": _SIZE}) for b in items_of(answer, "brands")]
        except (SourceForbids, SourceLacks):
            return []

    def _default_schedule(self) -> list[dict[str, Any]]:
        """The oldest schedule, under which a ticket runs that was given none."""
        try:
            found = items_of(self.client.get(_LISTS["schedules"][0]), "schedules")
        except (SourceForbids, SourceLacks):
            return []
        return sorted(found, key=lambda s: (str(s.get("created_at")), int(s["id"])))[:1]

    def _walk(self, path: str, params: Mapping[str, Any]) -> Iterator[Any]:
        """Zendesk's cursor pages; lists that have none answer whole, or with the URL of the next page."""

        def step(answer: Any, asked: Mapping[str, Any]) -> Any:
            if "meta" in answer.body:
                return by_cursor("meta.after_cursor", "page[after]", "meta.has_more")(answer, asked)
            return by_url("next_page")(answer, asked)

        return pages(self.client, path, params, step=step)

    def _pull_export(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A cursor export. Its cursor is kept with the time it stood at, in case Zendesk forgets it."""
        path, name = _EXPORTS[stream]
        more: dict[str, list[dict[str, Any]]] = {}
        if stream == "tickets":
            more = {"brands": self._brands(), "default_schedule": self._default_schedule()}
        params: dict[str, Any] = {"per_page": _EXPORT_SIZE}
        if stream == "users":
            params["include"] = "organizations"
        params |= {"cursor": cursor["cursor"]} if cursor.get("cursor") else {"start_time": self._begin(cursor)}
        recover = int(until.timestamp()) - _RECOVERY_S
        first: int | None = None
        for answer in self._exported(path, params):
            items = items_of(answer, name)
            stamps = [_stamp(item) for item in items]
            first = first if first is not None or not stamps else min(stamps)
            is_last = bool(answer.body.get("end_of_stream"))
            at = recover if is_last else min(stamps, default=0) - _RECOVERY_S
            after = {"cursor": answer.body.get("after_cursor") or cursor.get("cursor"), "recover": max(at, 0)}
            beside = {n: answer.body[n] for n in ("organizations",) if isinstance(answer.body.get(n), list)}
            share = 1.0 if is_last else _share(first, max(stamps, default=0), until)
            yield Page(stream, items, after, share, more=more | beside)

    def _exported(self, path: str, params: dict[str, Any]) -> Iterator[Any]:
        try:
            yield from pages(self.client, path, params, step=_next_export, rate="export")
        except SourceFailed as error:
            if "cursor" in params and type(error) in (SourceFailed, SourceLacks):
                raise CursorExpired(f"Zendesk no longer knows where {path.split('/')[4]} had been read to.") from error
            raise

    def _pull_timed(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """A time-based export, up to `until`: pages overlap in the second where they meet."""
        path, name, rate = _TIMED[stream]
        at, last = self._begin(cursor), int(until.timestamp())
        first = at or None
        while True:
            params: dict[str, Any] = {"start_time": at}
            if stream == "ticket_events":
                params["include"] = "comment_events"
            answer = self.client.get(path, params, rate=rate)
            items = items_of(answer, name)
            end = int(answer.body.get("end_time") or at)
            first = first or min((_stamp(item) for item in items), default=end)
            is_last = _is_over(answer.body, len(items)) or end >= last
            if end <= at and not is_last:
                self.remarks.append(
                    f"{len(items)} {name} share one second ({datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC) and Zendesk "
                    "gives no more of them; some of that second may be missing."
                )
                end = at + 1
            at = min(end, last) if not is_last else last
            items = [item for item in items if _stamp(item) < last]
            through = datetime.fromtimestamp(at, UTC) if stream == "ticket_events" and not is_last else None
            yield Page(stream, items, {"start": at, "recover": at}, 1.0 if is_last else _share(first, at, until), through)
            if is_last:
                return

    def _pull_ratings(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """Ratings since shortly before the last ones; they are changed for a while after they were given."""
        params = {"start_time": self._begin(cursor), "page[size]": _SIZE}
        after = {"start": max(int(until.timestamp()) - 7 * 86_400, 0)}
        for answer in self._walk(_RATINGS, params):
            yield Page("satisfaction_ratings", items_of(answer, "satisfaction_ratings"), cursor)
        yield Page("satisfaction_ratings", [], after, 1.0)


def _next_export(answer: Any, asked: Mapping[str, Any]) -> Any:
    if answer.body.get("end_of_stream") or not answer.body.get("after_cursor"):
        return None
    rest = {k: v for k, v in asked.items() if k != "start_time"}
    return None, {**rest, "cursor": answer.body["after_cursor"]}


def _is_over(body: Mapping[str, Any], count: int) -> bool:
    said = body.get("end_of_stream")
    return bool(said) if said is not None else count < _EXPORT_SIZE


def _stamp(item: Mapping[str, Any]) -> int:
    """When an export knows an item from, in epoch seconds."""
    given = item.get("generated_timestamp") or item.get("timestamp")
    if isinstance(given, int | float):
        return int(given)
    said = item.get("updated_at") or item.get("created_at")
    return int(datetime.fromisoformat(str(said)).timestamp()) if said else 0


def _share(first: int | None, at: int, until: datetime) -> float | None:
    """How far an export is, by its time."""
    last = int(until.timestamp())
    return None if first is None or last <= first else max(0.0, min(1.0, (at - first) / (last - first)))
