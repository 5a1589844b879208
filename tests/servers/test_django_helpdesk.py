"""django-helpdesk, the program itself: what people did there stands in the book, ticket by ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from servers.helpdesk import Helpdesk, helpdesk
from servicemeter.desk.desk import Desk
from servicemeter.desk.sync import sync_source
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.runs import SyncRun

pytestmark = pytest.mark.server
_STATUS = {1: "open", 2: "open", 3: "solved", 4: "closed", 5: "closed"}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    with helpdesk(tmp_path_factory.mktemp("helpdesk")) as found:
        yield found


def connect(desk: Desk, there: Helpdesk, password: str = "pass word") -> None:
    options = {"user": "lead", "time_zone": "Europe/Amsterdam"}
    keep_connection(
        desk.office, Connection("helpdesk", "django_helpdesk", there.address, options, _now()), {"password": password}
    )


def sync(desk: Desk) -> SyncRun:
    return sync_source(desk, "helpdesk", clock=_now)


def _now() -> datetime:
    return datetime.now(UTC)


def fill(there: Helpdesk) -> None:
    """Mail, the public form, a call that staff wrote down; replies, notes, solving, reopening by mail, holding, time."""
    for number in range(1, 9):
        there.mail(f"buyer{number}@shop.example", f"Where is order {number}", f"I wait for order {number}")
    there.fetch()
    visitor = there.pages()
    form = {"queue": "1", "title": "Wrong colour", "body": "It is blue", "submitter_email": "blue@shop.example", "priority": "3"}
    there.post(visitor, "/tickets/submit/", **form)
    there.api("POST", "tickets/", "ann", queue=1, title="Called us", description="He called", submitter_email="he@shop.example",
              assigned_to=2, priority=2)  # fmt: skip
    for ticket in range(1, 8):
        there.api("POST", "followups/", "ann", ticket=ticket, title="Reply", comment="On its way", public=True)
    there.api("POST", "followups/", ticket=1, title="Note", comment="Ask the carrier", public=False, time_spent="00:12:30")
    for ticket in (1, 2, 3, 4):
        there.api("POST", "followups/", "ann", ticket=ticket, title="Done", comment="It is there", public=True, new_status=3)
    there.api("POST", "followups/", ticket=2, title="Close", comment="", public=False, new_status=4)
    there.mail("buyer2@shop.example", "Re: [orders-2] Where is order 2", "It is not there at all")
    there.fetch()
    staff = there.pages("lead")
    there.post(staff, "/tickets/5/hold/", "/tickets/5/")
    there.post(staff, "/tickets/6/hold/", "/tickets/6/")
    there.post(staff, "/tickets/6/unhold/", "/tickets/6/")


def truth(there: Helpdesk) -> dict[int, Any]:
    """What the program's own database says of each ticket."""
    found: dict[int, Any] = defaultdict(dict)
    for ticket_id, created, email, title in there.rows("select id, created, submitter_email, title from helpdesk_ticket"):
        found[ticket_id] = {"created": _epoch(created), "email": email, "title": title, "said": [], "statuses": []}
    sql = "select id, ticket_id, date, comment, public, user_id, new_status from helpdesk_followup order by date, id"
    for number, ticket_id, date, comment, public, user_id, status in there.rows(sql):
        if comment:
            author = ("agent", str(user_id)) if user_id else ("customer", None)
            found[ticket_id]["said"].append((str(number), _epoch(date), *author, bool(public), comment))
        if status:
            found[ticket_id]["statuses"].append((_epoch(date), _STATUS[status]))
    return found


def held(desk: Desk) -> dict[int, Any]:
    """What the book says of each ticket."""
    with desk.on_book() as book:
        rows = book.engine.rows
        found: dict[int, Any] = {}
        for ticket_id, created, email, title in rows(
            "select ticket_id, epoch(created_at)::bigint, i.value, x.text from tickets left join customer_identities i using "
            "(source, customer_id) left join texts x on x.of = 'ticket' and x.id = ticket_id"
        ):
            found[int(ticket_id)] = {"created": created, "email": email, "title": title, "said": [], "statuses": []}
        for ticket_id, *said in rows(
            "select ticket_id, message_id, epoch(occurred_at)::bigint, author_type, "
            "case when author_type = 'agent' then author_id end, is_public, x.text "
            "from messages left join texts x on x.of = 'message' and x.id = message_id order by occurred_at, message_id::int"
        ):
            found[int(ticket_id)]["said"].append(tuple(said))
        for ticket_id, *change in rows(
            "select ticket_id, epoch(occurred_at)::bigint, value from ticket_events where field = 'status' "
            "and event_id not like '%/hold' order by occurred_at, seq"
        ):
            found[int(ticket_id)]["statuses"].append(tuple(change))
    return found


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def agree(there: Helpdesk, desk: Desk) -> int:
    """Compare ticket by ticket; the creation is that of the first follow-up, up to two seconds later."""
    true, book = truth(there), held(desk)
    assert book.keys() == true.keys()
    for ticket_id, ticket in true.items():
        created, book_created = ticket.pop("created"), book[ticket_id].pop("created")
        assert created <= book_created <= created + 2
        assert book[ticket_id] == ticket, ticket_id
    return len(true)


def test_the_book_says_what_the_program_says(there: Helpdesk, tmp_path: Path) -> None:
    fill(there)
    with Desk(Home(tmp_path)) as desk:
        connect(desk, there)
        run = sync(desk)
        assert (run.state, run.error, run.kept_aside, run.remarks) == ("done", None, 0, [])
        assert agree(there, desk) == 10
        with desk.on_book() as book:
            rows = book.engine.rows
            assert rows("select channel, initiated_by, count(*) from tickets group by all order by 3 desc, 1") == [
                ("email", "customer", 8), ("web", "customer", 1), (None, "agent", 1)
            ]  # fmt: skip
            assert rows("select ticket_id, epoch(ended_at - started_at)::int from work_sessions") == [("1", 750)]
            assert rows("select ticket_id, value from ticket_events where event_id like '%/hold' order by occurred_at") == [
                ("5", "on_hold"), ("6", "on_hold"), ("6", "open")
            ]  # fmt: skip
            assert rows("select value from ticket_events where field = 'assignee_id'") == [("2",)]
        again = sync(desk)
        assert (again.state, again.new_rows, again.changed_rows) == ("done", 0, 0)


def test_what_changed_since_is_seen(there: Helpdesk, tmp_path: Path) -> None:
    """A deletion, a status set without a word, a merge, a reply: after the next sync they stand in the book."""
    with Desk(Home(tmp_path)) as desk:
        connect(desk, there)
        sync(desk)
        for number in (1, 2):
            there.mail(f"twin{number}@shop.example", "Twice", f"Question {number}")
        there.fetch()
        first, second = (row[0] for row in there.rows("select id from helpdesk_ticket where title = 'Twice' order by id"))
        doomed = there.api(
            "POST", "tickets/", queue=1, title="Spam", description="Buy", priority=3, submitter_email="s@x.example"
        )
        sync(desk)
        there.api("DELETE", f"tickets/{doomed['id']}/")
        there.api("PATCH", "tickets/7/", status=3)
        there.api("POST", "followups/", "ann", ticket=first, title="Reply", comment="Yes", public=True)
        merge = f"/tickets/merge?tickets={first}&tickets={second}"
        there.post(there.pages("lead"), merge, chosen_ticket=str(first))
        run = sync(desk)
        assert (run.state, run.error, run.kept_aside) == ("done", None, 0)
        with desk.on_book() as book:
            rows = book.engine.rows
            flags = "select ticket_id, field, value from ticket_events where field in ('is_deleted', 'merged_into')"
            assert sorted(rows(flags)) == [(str(second), "merged_into", str(first)), (str(doomed["id"]), "is_deleted", "true")]
            assert rows("select value from ticket_events where field = 'status' and ticket_id = '7'") == [("solved",)]
            said = rows(f"select ticket_id, author_type from messages where ticket_id in ('{first}', '{second}') order by all")
            assert sorted(said) == [(str(first), "agent"), (str(first), "customer"), (str(second), "customer")]
        assert (sync(desk).new_rows, sync(desk).changed_rows) == (0, 0)


def test_a_wrong_password_is_said(there: Helpdesk, tmp_path: Path) -> None:
    with Desk(Home(tmp_path)) as desk:
        connect(desk, there, "wrong")
        run = sync(desk)
        assert (run.state, run.error_kind) == ("failed", "SourceRefused")
        assert run.error is not None
        assert "member of staff" in run.error
        assert "wrong" not in run.error
