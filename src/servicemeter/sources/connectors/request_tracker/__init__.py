"""Request Tracker 5 over REST2: its transactions, which are the whole history, and the tickets that they touch.

Transactions are only ever added, with rising numbers, so the number is the cursor. Dates in its queries are read in the
user's own time zone, so a day and more is asked for and what is too early is left out here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from servicemeter.ground.errors import BadSettings, SourceForbids, SourceLacks
from servicemeter.sources.client import Answer, Client, Pace
from servicemeter.sources.connectors.request_tracker import history
from servicemeter.sources.paging import Next, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Shaped, Source, Stream
from servicemeter.sources.statuses import read_statuses

__all__ = ["RequestTracker"]

_SIZE = 100
_OVERLAP = timedelta(minutes=5)
_FURTHEST_ZONE = timedelta(hours=26)
_PERSON = "id,Name,RealName,EmailAddress,Lang,Organization"
_TICKET = {
    "fields": "Subject,Status,Created,LastUpdated,Owner,Requestor,Queue,Priority,EffectiveId,Creator",
    "fields[Requestor]": _PERSON,
    "fields[Owner]": "id",
    "fields[Creator]": "id",
}
_TRANSACTION = {
    "fields": "Type,Created,Creator,Field,OldValue,NewValue,TimeTaken,ObjectId",
    "fields[Creator]": "id,Name",
    "orderby": "id",
    "order": "ASC",
    "per_page": _SIZE,
}
_SAYING = ("Create", "Correspond", "Comment")


class RequestTracker(Source):
    """One Request Tracker."""

    title = "Request Tracker"
    about = "Tickets with replies, comments, statuses, owners and queues over time, time worked, people."
    asks = (
        Asked("address", "Address of Request Tracker, such as https://rt.example.com"),
        Asked("user", "User name, one who may see all queues and all users (empty for a token)", default=""),
        Asked("token", "Password, or authentication token", is_secret=True),
        Asked("time_zone", "Time zone of the help desk, such as Europe/Amsterdam", default=""),
        Asked("statuses", "Statuses of your own, such as waiting=pending, done=solved", default=""),
        Asked("words", "Read what was written as well, at one call a message (yes or no)", default="no"),
    )
    streams = (
        Stream("queues", is_needed=True),
        Stream("staff", is_needed=True),
        Stream("transactions", is_needed=True),
    )
    gives = ("tickets", "status_history", "assignment_history", "messages", "work_sessions", "customer_identity")

    def open(self, pace: Pace) -> Client:
        """A client with a name and password, or with a token; the program sets no limits of calls."""
        self._users: dict[str, dict[str, Any]] = {}
        self._unseen: set[str] = set()
        self._statuses = history.STATUSES | read_statuses(self.options.get("statuses", ""))
        if self.options.get("words", "no") not in ("yes", "no"):
            raise BadSettings("words: yes or no.")
        address = self.options.get("address", "").rstrip("/").removesuffix("/REST/2.0")
        user, token = self.options.get("user", ""), self.options.get("token", "")
        if user:
            return Client(f"{address}/REST/2.0", auth=(user, token), pace=pace)
        return Client(f"{address}/REST/2.0", headers={"Authorization": f"token {token}"}, pace=pace)

    def account(self) -> Account:
        """The first call."""
        answer = self.client.get("/rt")
        version = str(answer.body.get("Version", ""))
        return Account(f"Request Tracker {version}", self.options.get("time_zone") or None, answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream == "queues":
            self.client.get("/queues/all", {"per_page": 1})
        elif stream == "staff":
            self._privileged()
        else:
            self.client.get("/transactions", {"query": "ObjectType='RT::Ticket' AND id > 0", "per_page": 1})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream == "transactions":
            return self._pull_transactions(cursor, until)
        pull = self._pull_queues if stream == "queues" else self._pull_staff
        return pull(cursor)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows."""
        if page.stream == "queues":
            return history.shape_queues(page)
        if page.stream == "staff":
            return history.shape_staff(page)
        return history.shape_transactions(page, known, self._statuses, self._since())

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Transactions begin again at an instant; lists are read whole anyway."""
        return {} if since is None else {"from": since.isoformat()}

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Tickets created on each UTC day; its search knows no deleted ones, and merged ones when it is asked so."""
        found = dict.fromkeys(days, 0)
        first, last = (datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (min(days), max(days)))
        spans = (first - _FURTHEST_ZONE, last + timedelta(days=1) + _FURTHEST_ZONE)
        query = "EffectiveId > 0 AND Created > '{:%Y-%m-%d %H:%M:%S}' AND Created < '{:%Y-%m-%d %H:%M:%S}'".format(*spans)
        for items in self._listed("/tickets", {"query": query, "fields": "Created", "orderby": "id", "per_page": _SIZE}):
            for item in items:
                day = datetime.fromisoformat(item["Created"]).date()
                if day in found:
                    found[day] += 1
        return found

    def _since(self) -> datetime | None:
        given = self.options.get("since")
        return datetime.fromisoformat(given).replace(tzinfo=UTC) if given else None

    def _listed(self, path: str, params: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """A list by the numbers of its pages: its links name the address that it believes to have."""

        def step(answer: Answer, asked: Mapping[str, Any]) -> Next:
            number = int(answer.body.get("page") or 1)
            return (None, {**asked, "page": number + 1}) if number < float(answer.body.get("pages") or 0) else None

        for answer in pages(self.client, path, params, step=step):
            yield items_of(answer, "items")

    def _pull_queues(self, cursor: Cursor) -> Iterator[Page]:
        found = [item for items in self._listed("/queues/all", {"fields": "Name", "per_page": _SIZE}) for item in items]
        yield Page("queues", found, cursor, 1.0)

    def _pull_staff(self, cursor: Cursor) -> Iterator[Page]:
        """Members of the group of the privileged. Who has gone from it stays one of the staff in the book.

        Since its security updates of 2026 Request Tracker shows no group of its own: then each user is asked once.
        """
        group_id = self._privileged()
        if group_id is None:
            yield from self._pull_users(cursor)
            return
        found = []
        for items in self._listed(f"/group/{group_id}/members", {"per_page": _SIZE}):
            found += [self.client.get(f"/user/{item['id']}").body for item in items if item.get("type") == "user"]
        yield Page("staff", found, cursor, 1.0)

    def _pull_users(self, cursor: Cursor) -> Iterator[Page]:
        """The privileged among the users with higher numbers than those asked before."""
        last = int(cursor.get("user", 0))
        query = json.dumps([{"field": "id", "operator": ">", "value": str(last)}])
        for items in self._listed("/users", {"query": query, "orderby": "id", "per_page": _SIZE}):
            users = [self.client.get(f"/user/{quote(str(item['id']), safe='')}").body for item in items]
            last = max([last, *(int(user["id"]) for user in users)])
            if any("Privileged" not in user for user in users):
                raise SourceForbids(
                    f"{self.client.address} does not tell this user who is privileged, and so who answers. Give the user the "
                    "right AdminUsers."
                )
            yield Page("staff", [user for user in users if int(user["Privileged"])], {"user": last})

    def _privileged(self) -> int | None:
        """The number of the group of the privileged, where it is shown."""
        query = json.dumps([{"field": "Domain", "operator": "=", "value": "SystemInternal"}])
        groups = items_of(self.client.get("/groups", {"query": query, "fields": "Name"}), "items")
        return next((int(group["id"]) for group in groups if group.get("Name") == "Privileged"), None)

    def _pull_transactions(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """By rising numbers, up to `until`. The cursor stays five minutes behind: what was begun earlier may end later."""
        place, safe = int(cursor.get("id", 0)), int(cursor.get("id", 0))
        begin = datetime.fromisoformat(cursor["from"]) if cursor.get("from") else self._since() if not place else None
        nobody = self._nobody()
        while True:
            query = f"ObjectType='RT::Ticket' AND id > {place}"
            if begin is not None:
                query += f" AND Created > '{begin - _FURTHEST_ZONE:%Y-%m-%d %H:%M:%S}'"
            answer = self.client.get("/transactions", {**_TRANSACTION, "query": query})
            items = items_of(answer, "items")
            due = [one for one in items if _created(one) < until]
            safe = max([safe, *(int(one["id"]) for one in due if _created(one) < until - _OVERLAP)])
            taken = [one for one in due if begin is None or _created(one) >= begin]
            is_last = not items or len(due) < len(items)
            left = max(int(answer.body.get("total") or 0) - len(items), 0)
            share = 1.0 if is_last else len(items) / (len(items) + left)
            after: Cursor = {"id": safe} if safe or begin is None else cursor
            beside = self._beside(taken)
            yield Page("transactions", self._on(taken, beside["tickets"]), after, share, more={**beside, "nobody": nobody})
            if is_last:
                self._tell_unseen()
                return
            place = int(items[-1]["id"])

    def _tell_unseen(self) -> None:
        if self._unseen:
            self.remarks.append(
                f"{len(self._unseen)} tickets are left out: reminders, or tickets that this user may not see "
                f"({', '.join(sorted(self._unseen, key=int)[:5])})."
            )

    def _nobody(self) -> list[dict[str, Any]]:
        """The user that stands for no owner."""
        return [{"id": self.client.get("/user/Nobody").body["id"]}]

    def _beside(self, transactions: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[dict[str, Any]]]:
        """The tickets of some transactions as they are now, and what was said in them."""
        wanted = sorted({int(one["ObjectId"]) for one in transactions})
        tickets = self._tickets(wanted) if wanted else []
        if self.options.get("words", "no") == "no":
            return {"tickets": tickets}
        said = [word for one in transactions if one["Type"] in _SAYING for word in self._words(one["id"])]
        return {"tickets": tickets, "words": said}

    def _tickets(self, wanted: Sequence[int]) -> list[dict[str, Any]]:
        """Merged ones are listed when the effective id is asked for; deleted ones are not, and are asked for one by one."""
        query = f"EffectiveId > 0 AND ({' OR '.join(f'id = {one}' for one in wanted)})"
        found = [t for items in self._listed("/tickets", {**_TICKET, "query": query, "per_page": _SIZE}) for t in items]
        there = {int(ticket["id"]) for ticket in found}
        return found + [ticket for one in wanted if one not in there for ticket in self._ticket(one)]

    def _ticket(self, ticket_id: int) -> list[dict[str, Any]]:
        """One ticket; its people are told by name there, so they are looked up."""
        try:
            body = self.client.get(f"/ticket/{ticket_id}").body
        except (SourceForbids, SourceLacks):
            return []
        if str(body.get("id")) != str(ticket_id) or body.get("Type", "ticket") != "ticket":
            return []
        people = {"Creator": self._user(body["Creator"]), "Owner": self._user(body["Owner"])}
        return [{**body, **people, "Requestor": [self._user(one) for one in body.get("Requestor") or ()][:1]}]

    def _user(self, given: Mapping[str, Any]) -> dict[str, Any]:
        name = str(given["id"])
        if name not in self._users:
            self._users[name] = dict(self.client.get(f"/user/{quote(name, safe='')}").body)
        return self._users[name]

    def _on(self, transactions: Sequence[dict[str, Any]], tickets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The transactions of these tickets; of how many others there were is said."""
        there = {str(ticket["id"]) for ticket in tickets}
        found = [one for one in transactions if str(one["ObjectId"]) in there]
        self._unseen |= {str(one["ObjectId"]) for one in transactions} - there
        return found

    def _words(self, transaction_id: Any) -> list[dict[str, Any]]:
        """The first plain text of a message."""
        path, params = f"/transaction/{transaction_id}/attachments", {"fields": "ContentType,Content", "per_page": _SIZE}
        parts = [part for items in self._listed(path, params) for part in items]
        plain = [part.get("Content") for part in parts if part.get("ContentType") == "text/plain" and part.get("Content")]
        return [{"transaction": transaction_id, "text": plain[0]}] if plain else []


def _created(transaction: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(transaction["Created"])
