"""Request Tracker, the program itself: what people did there stands in the book, ticket by ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from servers.tracker import Tracker, tracker
from servicemeter.desk.desk import Desk
from servicemeter.desk.sync import sync_source
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.runs import SyncRun
from servicemeter.sources.connectors.request_tracker import RequestTracker

pytestmark = pytest.mark.server
_STATUS = {"new": "new", "open": "open", "stalled": "pending", "resolved": "solved", "rejected": "closed"}


@pytest.fixture(scope="module")
def there() -> Iterator[Tracker]:
    with tracker() as found:
        yield found


@pytest.fixture(autouse=True)
def just_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program stamps with the present moment, and a sync leaves the last minute for later: here it does not."""
    monkeypatch.setattr("servicemeter.desk.sync._LAG", timedelta(seconds=-2))


def connect(desk: Desk, there: Tracker, token: str = "password", **options: str) -> None:
    options = {"user": "root", "time_zone": "Europe/Amsterdam", **options}
    keep_connection(desk.office, Connection("desk", "request_tracker", there.address, options, _now()), {"token": token})


def sync(desk: Desk) -> SyncRun:
    return sync_source(desk, "desk", clock=_now)


def _now() -> datetime:
    return datetime.now(UTC)


def fill(there: Tracker) -> None:
    """Mail in, replies, comments, owners, queues, priorities, statuses, solving and reopening by mail, time worked."""
    for number in range(1, 7):
        there.mail(f"buyer{number}@shop.example", f"Where is order {number}", f"I wait for order {number}")
    called = {"Queue": "General", "Subject": "We call back", "Requestor": "buyer1@shop.example", "Content": "Called"}
    there.rest("POST", "ticket", "ann", **called, Owner="ann", Status="open")
    for ticket in range(1, 6):
        there.rest("POST", f"ticket/{ticket}/correspond", "ann", Content="On its way")
    there.rest("POST", "ticket/1/comment", "ann", Content="Ask the carrier", TimeTaken=12)
    there.rest("PUT", "ticket/1", "ann", Owner="ann")
    there.rest("PUT", "ticket/1", Owner="root", Priority=50)
    there.rest("PUT", "ticket/2", "ann", Queue="Returns")
    for ticket, status in ((1, "resolved"), (2, "resolved"), (3, "stalled"), (4, "rejected")):
        there.rest("PUT", f"ticket/{ticket}", "ann", Status=status)
    there.mail("buyer1@shop.example", "Re: [test #1] Where is order 1", "It is not there at all")


def truth(there: Tracker) -> dict[str, Any]:
    """What the program's own database says of each ticket."""
    staff = {one for (one,) in there.rows(
        "select m.MemberId from GroupMembers m join Groups g on g.id = m.GroupId where g.Name = 'Privileged'")}  # fmt: skip
    askers = dict(there.rows(
        "select g.Instance, u.EmailAddress from Groups g join GroupMembers m on m.GroupId = g.id join Users u "
        "on u.id = m.MemberId where g.Domain = 'RT::Ticket-Role' and g.Name = 'Requestor' order by m.id desc"))  # fmt: skip
    found: dict[str, Any] = defaultdict(dict)
    for ticket_id, created, subject in there.rows("select id, Created, Subject from Tickets"):
        found[str(ticket_id)] = {"created": _epoch(created), "email": askers.get(ticket_id), "title": subject, "said": [],
                                 "changes": []}  # fmt: skip
    columns = "id, ObjectId, Type, Field, NewValue, Created, Creator"
    rows = there.rows(f"select {columns} from Transactions where ObjectType = 'RT::Ticket' order by id")
    for number, ticket_id, kind, name, value, created, creator in rows:
        author = "system" if creator == 1 else "agent" if creator in staff else "customer"
        if kind in ("Create", "Correspond", "Comment"):
            found[str(ticket_id)]["said"].append((number, _epoch(created), author, kind != "Comment"))
        if kind == "Status" and value != "deleted":
            found[str(ticket_id)]["changes"].append((number, "status", _STATUS[value], author))
        if kind == "Set" and name in ("Owner", "Queue", "Priority"):
            field = {"Owner": "assignee_id", "Queue": "team_id", "Priority": "priority"}[name]
            found[str(ticket_id)]["changes"].append((number, field, value, author))
    return found


def held(desk: Desk) -> dict[str, Any]:
    """What the book says of each ticket."""
    with desk.on_book() as book:
        rows = book.engine.rows
        found: dict[str, Any] = {}
        for ticket_id, created, email, title in rows(
            "select ticket_id, epoch(created_at)::bigint, i.value, x.text from tickets left join customer_identities i using "
            "(source, customer_id) left join texts x on x.of = 'ticket' and x.id = ticket_id"
        ):
            found[ticket_id] = {"created": created, "email": email, "title": title, "said": [], "changes": []}
        for ticket_id, *said in rows(
            "select ticket_id, message_id::int, epoch(occurred_at)::bigint, author_type, is_public from messages order by 2"
        ):
            found[ticket_id]["said"].append(tuple(said))
        for ticket_id, *change in rows(
            "select ticket_id, event_id::int, field, value, actor_type from ticket_events "
            "where event_id not like '%/%' and field <> 'merged_into' order by 2"
        ):
            found[ticket_id]["changes"].append(tuple(change))
    return found


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_the_book_says_what_the_program_says(there: Tracker, tmp_path: Path) -> None:
    fill(there)
    with Desk(Home(tmp_path)) as desk:
        connect(desk, there, words="yes")
        run = sync(desk)
        assert (run.state, run.error, run.kept_aside, run.remarks) == ("done", None, 0, [])
        assert held(desk) == truth(there)
        with desk.on_book() as book:
            rows = book.engine.rows
            assert rows("select initiated_by, count(*) from tickets group by 1 order by 1") == [("agent", 1), ("customer", 6)]
            assert rows("select ticket_id, epoch(ended_at - started_at)::int from work_sessions") == [("1", 720)]
            first = "select value from ticket_events where event_id = '{}/first'"
            assert rows(first.format("7/status")) == [("open",)]
            assert rows(first.format("1/status")) == [("new",)]
            assert rows(first.format("1/assignee_id")) == [(None,)]
            [(ann,)] = rows("select agent_id from agents where name = 'Ann'")
            assert rows(first.format("7/assignee_id")) == [(ann,)]
            assert rows("select x.text from texts x where x.of = 'message' and x.text like '%carrier%'") == [("Ask the carrier",)]
            assert rows("select distinct t.name from ticket_events e join teams t on t.team_id = e.value "
                        "where e.ticket_id = '2' and e.field = 'team_id' order by 1") == [("General",), ("Returns",)]  # fmt: skip
        again = sync(desk)
        assert (again.state, again.new_rows, again.changed_rows) == ("done", 0, 0)


def test_what_changed_since_is_seen(there: Tracker, tmp_path: Path) -> None:
    """A reply, a merge, a deletion and a restoration after the first sync."""
    with Desk(Home(tmp_path)) as desk:
        connect(desk, there)
        sync(desk)
        for number in (1, 2, 3, 4):
            there.mail(f"twin{number}@shop.example", f"Twice {number}", f"Question {number}")
        one, two, gone, back = (row[0] for row in there.rows("select id from Tickets where Subject like 'Twice%' order by id"))
        sync(desk)
        there.rest("POST", f"ticket/{one}/correspond", "ann", Content="Yes")
        there.rest("PUT", f"ticket/{two}", MergeInto=str(one))
        there.rest("DELETE", f"ticket/{gone}")
        there.rest("DELETE", f"ticket/{back}")
        there.rest("PUT", f"ticket/{back}", Status="open")
        run = sync(desk)
        assert (run.state, run.error, run.kept_aside, run.remarks) == ("done", None, 0, [])
        assert held(desk) == truth(there)
        with desk.on_book() as book:
            flags = book.engine.rows(
                "select ticket_id, field, value from ticket_events where field in ('is_deleted', 'merged_into') "
                "order by occurred_at, seq"
            )
        deletions = [(str(gone), "is_deleted", "true"), (str(back), "is_deleted", "true"), (str(back), "is_deleted", "false")]
        assert flags == [(str(two), "merged_into", str(one)), *deletions]
        assert (sync(desk).new_rows, sync(desk).changed_rows) == (0, 0)


def test_the_days_are_counted_as_the_program_counts(there: Tracker) -> None:
    """Deleted tickets are in neither count, merged ones in both."""
    source = RequestTracker({"address": there.address, "user": "root", "token": "password"})
    today = _now().date()
    [(count,)] = there.rows("select count(*) from Tickets where Status <> 'deleted'")
    assert source.count_tickets([today - timedelta(days=1), today]) == {today - timedelta(days=1): 0, today: count}


def test_a_wrong_password_is_said(there: Tracker, tmp_path: Path) -> None:
    with Desk(Home(tmp_path)) as desk:
        connect(desk, there, token="wrong")
        run = sync(desk)
        assert (run.state, run.error_kind) == ("failed", "SourceRefused")
