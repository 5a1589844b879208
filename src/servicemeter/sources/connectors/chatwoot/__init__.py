"""Chatwoot over its application API: conversations with messages, contacts, agents, teams, surveys, opening hours of inboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from servicemeter.ground.errors import BadSettings, SourceForbids, SourceGarbled, SourceLacks
from servicemeter.sources.changes import OVERLAP_S, begin_of, restarted
from servicemeter.sources.client import Client, Pace, Rate
from servicemeter.sources.connectors.chatwoot import configuration, conversations, people
from servicemeter.sources.connectors.chatwoot.webhook import WEBHOOK
from servicemeter.sources.hours import remember_hours, said
from servicemeter.sources.paging import by_number, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream

__all__ = ["Chatwoot"]

_CALLS = 300
_MESSAGES = 20
_LISTS = {"agents": "agents", "agent_bots": "agent_bots", "teams": "teams", "inboxes": "inboxes"}


class Chatwoot(Source):
    """One account of a Chatwoot installation."""

    title = "Chatwoot"
    about = "Conversations with messages, contacts, agents and bots, teams, labels, satisfaction surveys, inbox hours."
    asks = (
        Asked("address", "Address of the installation, such as https://app.chatwoot.com"),
        Asked("account_id", "Number of the account (in the address after /accounts/)"),
        Asked("token", "Access token of an administrator (profile settings)", is_secret=True),
    )
    streams = (
        Stream("agents", is_needed=True),
        Stream("agent_bots"),
        Stream("teams"),
        Stream("inboxes", ("calendars",)),
        Stream("conversations", is_needed=True),
        Stream("surveys", ("survey_answers", "survey_invitations")),
    )
    gives = ("tickets", "messages", "auto_flag", "customer_identity")
    webhook = WEBHOOK
    can_fetch = True

    def open(self, pace: Pace) -> Client:
        """A client for the installation. Its own limit is 3,000 calls a minute for all; option `calls_per_minute`."""
        if not str(self.options.get("account_id", "")).isdigit():
            raise BadSettings("Chatwoot needs account_id, the number after /accounts/ in its address: connect with account_id=1")
        rates = {"all": Rate(int(self.options.get("calls_per_minute", _CALLS)))}
        headers = {"api_access_token": self.options.get("token", "")}
        return Client(self.options.get("address", ""), headers=headers, rates=rates, pace=pace)

    def account(self) -> Account:
        """Who we are, and whether the account is one of ours."""
        answer = self.client.get("/api/v1/profile")
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("accounts"), list):
            raise SourceGarbled(f"{self.client.address} does not say whose token this is; is it Chatwoot?")
        mine = {str(one.get("id")) for one in answer.body["accounts"]}
        if self.options["account_id"] not in mine:
            raise SourceForbids(
                f"The token is not of the account {self.options['account_id']} at {self.client.address}; it is of: "
                f"{', '.join(sorted(mine)) or 'none'}. Connect again with that account_id."
            )
        return Account(str(answer.body.get("name") or ""), None, answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream in _LISTS:
            self.client.get(self._path(_LISTS[stream]))
        elif stream == "surveys":
            self.client.get(self._path("csat_survey_responses"), {"page": 1})
        else:
            self.client.get(self._path("conversations"), {"status": "all", "updated_within": 1})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream in _LISTS:
            return self._pull_list(stream, cursor, until)
        return self._pull_surveys(cursor, until) if stream == "surveys" else self._pull_conversations(cursor, until)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows, by the stream."""
        shapers: dict[str, Callable[[], Shaped]] = {
            "agents": lambda: people.shape_agents(page),
            "agent_bots": lambda: people.shape_bots(page),
            "teams": lambda: people.shape_teams(page),
            "inboxes": lambda: configuration.shape_inboxes(page),
            "conversations": lambda: conversations.shape_conversations(page, known),
            "messages": lambda: conversations.shape_messages(page),
            "surveys": lambda: conversations.shape_surveys(page),
        }
        return shapers[page.stream]()

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        """Conversations with their messages, one by one."""
        inboxes = {"inboxes": self._inboxes()}
        for conversation_id in ids:
            with suppress(SourceLacks):
                found = self.client.get(self._path(f"conversations/{conversation_id}")).body
                yield Page("conversations", self._filled([found]), {}, more=inboxes)

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Conversations and surveys begin again at an instant; lists are read whole anyway."""
        return cursor if stream in _LISTS else restarted(cursor, since)

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Conversations begun on each UTC day, by Chatwoot's reports."""
        first = datetime.combine(min(days), datetime.min.time(), UTC)
        last = datetime.combine(max(days), datetime.min.time(), UTC) + timedelta(days=1)
        params = {"metric": "conversations_count", "type": "account", "group_by": "day", "timezone_offset": 0,
                  "since": int(first.timestamp()), "until": int(last.timestamp())}  # fmt: skip
        rows = items_of(self.client.get(f"/api/v2/accounts/{self.options['account_id']}/reports", params), "")
        found = {datetime.fromtimestamp(int(row["timestamp"]), UTC).date(): int(row["value"]) for row in rows}
        return {day: found[day] for day in days if day in found}

    def _path(self, name: str) -> str:
        return f"/api/v1/accounts/{self.options['account_id']}/{name}"

    def _list(self, name: str) -> list[dict[str, Any]]:
        answer = self.client.get(self._path(name))
        return items_of(answer, "payload" if isinstance(answer.body, dict) else "")

    def _pull_list(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        found = self._list(_LISTS[stream])
        if stream == "teams":
            found = [{**team, "members": self._list(f"teams/{team['id']}/team_members")} for team in found]
        after = remember_hours(configuration.readable(found)) if stream == "inboxes" else {}
        yield Page(stream, found, after, 1.0, more=said(cursor, until))

    def _pull_conversations(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """First all conversations in the order of their beginning, then, and at every later sync, what changed since.

        Chatwoot gives what changed within a number of seconds at once, so that no page moves; all of it would be too much.
        """
        inboxes = {"inboxes": self._inboxes()}
        top = int(cursor.get("top", until.timestamp()))
        since = cursor.get("since")
        if since is None:
            for number, items in self._begun(cursor.get("page")):
                yield Page("conversations", self._filled(self._since(items)), {"top": top, "page": number - 1}, more=inboxes)
            since = top
        span_s = int(until.timestamp()) + 60 + OVERLAP_S - int(since)
        changed = list(self._page({"updated_within": max(span_s, OVERLAP_S)})["payload"])
        for first in range(0, len(changed), _MESSAGES):
            done = (first + _MESSAGES) / max(len(changed), 1)
            some = self._filled(changed[first : first + _MESSAGES])
            yield Page("conversations", some, {"since": int(since)}, min(done, 1.0), more=inboxes)
        yield Page("conversations", [], {"since": int(until.timestamp())}, 1.0, more=inboxes)

    def _begun(self, last: int | None) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """All conversations in the order of their beginning, from the last page to the first: one that is deleted meanwhile
        pulls others onto earlier pages, which are still to be read."""
        if last is None:
            data = self._page({"sort_by": "created_at_asc", "page": 1})
            last = -(-int(data["meta"]["all_count"]) // max(len(data["payload"]), 1))
        for number in range(last, 0, -1):
            yield number, list(self._page({"sort_by": "created_at_asc", "page": number})["payload"])

    def _page(self, params: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.client.get(self._path("conversations"), {"status": "all", "assignee_type": "all", **params})
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("payload"), list):
            raise SourceGarbled(f"{self.client.address} gave no list of conversations; is it Chatwoot?")
        return data

    def _since(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that were active since the option `since`."""
        begin = begin_of(self.options)
        return [item for item in items if float(item.get("updated_at") or item.get("last_activity_at") or begin) >= begin]

    def _filled(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**item, "messages": list(self._messages(item["id"]))} for item in items]

    def _messages(self, conversation_id: Any) -> Iterator[dict[str, Any]]:
        """All messages of a conversation, from the newest back; of one that was deleted since it was listed there are none."""
        path, before = self._path(f"conversations/{conversation_id}/messages"), None
        while True:
            try:
                items = items_of(self.client.get(path, {} if before is None else {"before": before}), "payload")
            except SourceLacks:
                return
            fresh = [item for item in items if before is None or int(item["id"]) < before]
            yield from fresh
            if not fresh or len(items) < _MESSAGES:
                return
            before = min(int(item["id"]) for item in fresh)

    def _inboxes(self) -> list[dict[str, Any]]:
        try:
            return self._list("inboxes")
        except (SourceForbids, SourceLacks):
            return []

    def _pull_surveys(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """Answers between two instants, so that no page moves."""
        since, end = int(cursor.get("since", begin_of(self.options))), int(until.timestamp())
        params = {"since": since, "until": end, "page": 1, "sort": "created_at"}
        for answer in pages(self.client, self._path("csat_survey_responses"), params, step=by_number("", "page")):
            yield Page("surveys", items_of(answer, ""), cursor)
        yield Page("surveys", [], {"since": end - OVERLAP_S}, 1.0)
