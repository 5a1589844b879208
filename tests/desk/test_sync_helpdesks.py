"""Help desks of many vendors pulled into the book: whatever their APIs do on the way, the book ends as the account is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.chatwoot import FakeChatwoot
from fakes.freshdesk import FakeFreshdesk
from fakes.gorgias import FakeGorgias
from fakes.helpdesk import FakeHelpdesk, Parts
from fakes.intercom import FakeIntercom
from fakes.vendor import Limit
from fakes.zammad import FakeZammad
from servicemeter.desk.connecting import connect
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.sync import SyncStep, sync_source
from servicemeter.ground.errors import CursorExpired
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.runs import SyncRun
from servicemeter.sources.finding import find_connector

BEGAN = datetime(2026, 3, 20, 12, tzinfo=UTC)
SKEWED = BEGAN - timedelta(days=1, minutes=17)  # our own clock is wrong, and nothing depends on it
FAKES: list[type[FakeHelpdesk]] = [FakeFreshdesk, FakeGorgias, FakeChatwoot, FakeIntercom, FakeZammad]
_QUERIES = {
    "tickets": "select ticket_id, epoch(created_at)::bigint, customer_id from tickets",
    "messages": "select ticket_id, epoch(occurred_at)::bigint, author_type, is_public from messages "
    "where author_type <> 'system'",
    "statuses": "select ticket_id, epoch(occurred_at)::bigint, value from ticket_events where field = 'status'",
    "assignees": "select ticket_id, epoch(occurred_at)::bigint, value from ticket_events "
    "where field = 'assignee_id' and occurred_at is not null",
    "deleted": "select ticket_id from ticket_events where field = 'is_deleted' and value = 'true'",
    "ratings": "select i.ticket_id, epoch(a.answered_at)::bigint, "
    "a.value_num >= coalesce((select positive_from from survey_scales as s where s.scale = i.scale), 4) "
    "from survey_answers as a join survey_invitations as i using (invitation_id)",
    "tags": "select ticket_id, tag from ticket_tags where removed_at is null",
    "agents": "select agent_id from agents where kind = 'human'",
}


@contextmanager
def connected(fake: FakeHelpdesk, home: Path, **options: str) -> Iterator[Desk]:
    """A desk with the account connected as `helpdesk`."""
    with fake.serving() as address, Desk(Home(home)) as desk:
        connection = Connection("helpdesk", fake.kind, address, {**fake.options, **options}, SKEWED)
        keep_connection(desk.office, connection, {"token": fake.token})
        yield desk


def made(kind: type[FakeHelpdesk], count: int, **more: Any) -> FakeHelpdesk:
    """A fake with its vendor's limits and some history."""
    limits = [Limit(path, calls, per_s) for path, (calls, per_s) in kind.rates.items()]
    return kind(BEGAN, limits=limits, **more).populate(count)


def sync(desk: Desk, fake: FakeHelpdesk, **more: Any) -> SyncRun:
    return sync_source(desk, "helpdesk", clock=lambda: SKEWED, pace=fake.time.pace(), **more)


def held(desk: Desk, fake: FakeHelpdesk) -> Parts:
    """What the book has of the account, of what the vendor can tell."""
    with desk.on_book() as book:
        return standing({name: book.engine.rows(sql) for name, sql in _QUERIES.items() if name in fake.tells}, fake)


def true(fake: FakeHelpdesk, run: SyncRun) -> Parts:
    assert run.through is not None, run.error
    return standing(fake.truth(int(run.through.timestamp())), fake)


def standing(parts: Parts, fake: FakeHelpdesk) -> Parts:
    """Without what tells of deleted tickets, except that they are: of one deleted before it was read nobody can tell more."""
    gone = {str(t.id) for t in fake.tickets.values() if t.deleted is not None}
    return {n: sorted(tuple(r) for r in rows if n in ("deleted", "agents") or r[0] not in gone) for n, rows in parts.items()}


def kept_to_limits(fake: FakeHelpdesk) -> bool:
    return all(fake.most_in_window(path, per_s) <= calls for path, (calls, per_s) in fake.rates.items())


@pytest.mark.parametrize("kind", FAKES)
def test_the_book_ends_as_the_account_is(tmp_path: Path, kind: type[FakeHelpdesk]) -> None:
    fake = made(kind, 30)
    fake.time.seconds += 2 * 86_400
    with connected(fake, tmp_path) as desk:
        run = sync(desk, fake)
        assert (run.state, run.error, run.kept_aside, run.missing) == ("done", None, 0, {})
        assert held(desk, fake) == true(fake, run)
        [source] = sources(desk)
        assert source["loaded_through"] == run.through.replace(tzinfo=None)  # type: ignore[union-attr]
        given = {*find_connector(fake.kind).gives, *(["status_history"] if "statuses" in fake.tells else [])}
        assert given <= set(source["capabilities"].split(","))
        assert ("status_history" in source["capabilities"]) == ("statuses" in fake.tells)
        params = {"population": "all"}
        [row] = desk.measure("tickets_created", since="2026-03-01", until="2026-03-21", params=params).rows
        assert row["value"] == 30
        fake.time.seconds += 3_600
        again = sync(desk, fake)
        assert (again.state, again.new_rows, again.changed_rows) == ("done", 0, 0)
    assert kept_to_limits(fake)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("kind", FAKES)
def test_a_bad_day_loses_nothing(tmp_path: Path, kind: type[FakeHelpdesk], seed: int) -> None:
    """Faults, limits, small pages, a sync that is stopped, and tickets that change while the pages are read."""
    fake = made(kind, 25, fault_share=0.1)
    fake.chance.seed(seed)
    fake.on_request = lambda: fake.happen() if fake.chance.random() < 0.2 else None
    with connected(fake, tmp_path) as desk:
        steps = 0

        def stop(step: SyncStep) -> None:
            nonlocal steps
            steps += 1
            if steps == 8 + 3 * seed:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            sync(desk, fake, progress=stop)
        fake.forget_cursors()
        fake.time.seconds += 60
        for _ in range(2):
            run = sync(desk, fake)
            assert (run.state, run.error) == ("done", None)
            here, there = held(desk, fake), true(fake, run)
            assert set(here["messages"]) >= set(there["messages"])
            assert set(here["tickets"]) >= set(there["tickets"])
            fake.time.seconds += 600
        fake.on_request = lambda: None
        fake.time.seconds += 2 * 86_400
        last = sync(desk, fake)
        assert held(desk, fake) == true(fake, last)
        assert last.missing == {}
    assert kept_to_limits(fake)
    assert 429 not in {status for _, _, status in fake.asked}


@pytest.mark.parametrize("kind", FAKES)
def test_refusals_are_said(tmp_path: Path, kind: type[FakeHelpdesk]) -> None:
    """A wrong token, a page of sign-in, another address: one message each, and nothing lost."""
    fake = made(kind, 3)
    with connected(fake, tmp_path) as desk:
        assert sync(desk, fake).state == "done"
        before = held(desk, fake)
        fake.token = "another"
        run = sync(desk, fake)
        assert (run.state, run.error_kind) == ("failed", "SourceRefused")
        assert "very-secret-token" not in str(run.error)
        fake.token = "very-secret-token"
        for fault, error in (("html", "SourceGarbled"), ("moved", "SourceMoved")):
            fake.faults = {len(fake.asked): fault}
            run = sync(desk, fake)
            assert (run.state, run.error_kind) == ("failed", error)
        assert held(desk, fake) == before
        assert sync(desk, fake).state == "done"


def test_a_walk_that_was_cut_short_goes_on_and_a_forgotten_place_is_said() -> None:
    """Gorgias gives places in its lists; a walk goes on from the last one, unless it is no longer known."""
    fake = FakeGorgias(BEGAN, pages=10)
    fake.populate(30)
    with fake.serving() as address:
        source = find_connector("gorgias")({"address": address, **fake.options, "token": fake.token}, fake.time.pace())
        walk = source.pull("messages", {}, BEGAN)
        read = [next(walk) for _ in range(3)]
        rest = list(source.pull("messages", read[-1].cursor, BEGAN))
        ids = {item["id"] for page in [*read, *rest] for item in page.items}
        assert ids == {m.id for t in fake.tickets.values() for m in t.messages}
        assert rest[-1].cursor == {"since": int(BEGAN.timestamp())}
        fake.forget_cursors()
        with pytest.raises(CursorExpired):
            list(source.pull("messages", read[-1].cursor, BEGAN))
        assert source.restart("messages", read[-1].cursor, None) == {"since": 0}
        source.close()


def test_a_changed_field_is_one_clear_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = made(FakeFreshdesk, 3)
    monkeypatch.setattr(FakeFreshdesk, "_json", lambda self, ticket: {"id": ticket.id, "modified": "today"})
    with connected(fake, tmp_path) as desk:
        run = sync(desk, fake)
    assert (run.state, run.error_kind) == ("failed", "SourceGarbled")
    assert "tickets of helpdesk" in str(run.error)
    assert "'updated_at'" in str(run.error)
    assert "today" not in str(run.error)


@pytest.mark.parametrize("kind", FAKES)
def test_connecting_says_what_may_be_read(tmp_path: Path, kind: type[FakeHelpdesk]) -> None:
    fake = made(kind, 3)
    with fake.serving() as address, Desk(Home(tmp_path)) as desk:
        given = {**fake.options, "address": address, "token": fake.token}
        found = connect(desk.office, "helpdesk", fake.kind, given, now=SKEWED, every_s=None)
        assert found is not None
        assert (found.left_out, found.missing) == ({}, [])
        assert found.readable == [stream.name for stream in find_connector(fake.kind).streams]


def test_connecting_says_why_there_will_be_no_history(tmp_path: Path) -> None:
    """Without a beginning within the exports Freshdesk's history is not whole, and is not declared."""
    fake = made(FakeFreshdesk, 3)
    with fake.serving() as address, Desk(Home(tmp_path)) as desk:
        found = connect(desk.office, "helpdesk", "freshdesk", {"address": address, "token": fake.token}, now=SKEWED, every_s=None)
        assert found is not None
        assert found.missing == ["status_history", "assignment_history"]
        assert "30 days" in found.left_out["history"]
        run = sync(desk, fake)
        assert run.state == "done"
        assert any("30 days" in remark for remark in run.remarks)
        [source] = sources(desk)
        assert "history" not in source["capabilities"]
        [row] = desk.measure("resolution_time", since="2026-03-01", until="2026-03-21").rows
        assert (row["value"], row["null_reason"]) == (None, "not_measured")
