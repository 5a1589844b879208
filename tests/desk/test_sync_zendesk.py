"""A Zendesk account pulled into the book: whatever its API does on the way, the book ends as the account is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.vendor import Time
from fakes.zendesk import AGENTS, FakeZendesk, zendesk_limits
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.sync import sync_source
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.runs import SyncRun

BEGAN = datetime(2026, 3, 20, 12, tzinfo=UTC)
SKEWED = BEGAN - timedelta(days=1, minutes=17)  # our own clock is wrong, and nothing depends on it


@contextmanager
def connected(fake: FakeZendesk, home: Path, **options: str) -> Iterator[Desk]:
    """A desk with the account connected as `helpdesk`."""
    with fake.serving() as address, Desk(Home(home)) as desk:
        connection = Connection("helpdesk", "zendesk", address, {"email": fake.email, **options}, SKEWED)
        keep_connection(desk.office, connection, {"token": fake.token})
        yield desk


def sync(desk: Desk, fake: FakeZendesk, **more: Any) -> SyncRun:
    return sync_source(desk, "helpdesk", clock=lambda: SKEWED, pace=fake.time.pace(), **more)


def rows(desk: Desk, sql: str) -> list[Any]:
    with desk.on_book() as book:
        return sorted(book.engine.rows(sql))


def held(desk: Desk) -> dict[str, list[Any]]:
    """What the book has of the account."""
    return {
        "tickets": rows(desk, "select ticket_id, epoch(created_at)::bigint, channel, initiated_by, customer_id from tickets"),
        "messages": rows(
            desk, "select message_id, ticket_id, epoch(occurred_at)::bigint, author_type, is_public, is_auto from messages"
        ),
        "statuses": rows(
            desk, "select ticket_id, epoch(occurred_at)::bigint, value, actor_type from ticket_events where field = 'status'"
        ),
        "assignees": rows(
            desk, "select ticket_id, epoch(occurred_at)::bigint, value from ticket_events where field = 'assignee_id'"
        ),
        "deleted": rows(desk, "select ticket_id from ticket_events where field = 'is_deleted' and value = 'true'"),
        "ratings": rows(desk, "select invitation_id, value_num from survey_answers"),
        "agents": rows(desk, "select agent_id from agents"),
    }


def truth(fake: FakeZendesk, until: datetime) -> dict[str, list[Any]]:
    """What is true of the account up to an instant, worked out from the account itself."""
    last = int(until.timestamp())
    tickets = {t.id: t for t in fake.tickets.values() if t.created < last}
    told = [e for e in fake.events if e["timestamp"] < last]

    def kind(user: int, ticket_id: int) -> str:
        if user == -1:
            return "system"
        return "agent" if user in AGENTS and user != fake.tickets[ticket_id].requester else "customer"

    said = [(e, c) for e in told for c in e["child_events"] if c["event_type"] == "Comment"]
    changed = [(e, c) for e in told for c in e["child_events"]]
    channels = {"twitter": "social"}
    return {
        "tickets": sorted(
            (str(t.id), t.created, channels.get(t.channel, t.channel), kind(t.submitter, t.id), str(t.requester))
            for t in tickets.values()
        ),
        "messages": sorted(
            (str(c["id"]), str(e["ticket_id"]), e["timestamp"], kind(c["author_id"], e["ticket_id"]), c["public"],
             c["via"]["channel"] == "rule")
            for e, c in said
        ),
        "statuses": sorted(
            (str(e["ticket_id"]), e["timestamp"], c["status"], kind(e["updater_id"], e["ticket_id"]))
            for e, c in changed if "status" in c
        ),
        "assignees": sorted((str(e["ticket_id"]), e["timestamp"], c["assignee_id"]) for e, c in changed if "assignee_id" in c),
        "deleted": sorted((str(t.id),) for t in tickets.values() if t.status == "deleted" and t.generated < last),
        "ratings": sorted((f"csat/{r['ticket_id']}", 2.0 if r["score"] == "good" else 1.0) for r in fake.ratings),
        "agents": sorted((str(a),) for a in AGENTS),
    }  # fmt: skip


def test_the_book_ends_as_the_account_is(tmp_path: Path) -> None:
    fake = FakeZendesk(BEGAN, limits=zendesk_limits()).populate(120)
    with connected(fake, tmp_path) as desk:
        run = sync(desk, fake)
        assert (run.state, run.error, run.kept_aside) == ("done", None, 0)
        assert run.through is not None
        assert held(desk) == truth(fake, run.through)
        assert desk.report_tz == "Europe/Amsterdam"
        [source] = sources(desk)
        assert source["loaded_through"] == run.through.replace(tzinfo=None)
        assert "calendars" in source["capabilities"]
        [row] = desk.measure("tickets_created", since="2026-02-18", until="2026-03-21", params={"population": "all"}).rows
        assert row["value"] == 120
    assert fake.most_in_window("/api/v2/incremental/") <= 10


def test_nothing_new_changes_nothing(tmp_path: Path) -> None:
    fake = FakeZendesk(BEGAN).populate(40)
    with connected(fake, tmp_path) as desk:
        sync(desk, fake)
        before = held(desk)
        fake.time.seconds += 3_600
        run = sync(desk, fake)
        assert (run.state, run.new_rows, run.changed_rows) == ("done", 0, 0)
        assert held(desk) == before


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_bad_day_loses_nothing(tmp_path: Path, seed: int) -> None:
    """Faults, limits, and tickets that are written, deleted and touched while the pages are read."""
    time = Time()
    fake = FakeZendesk(BEGAN, time=time, limits=zendesk_limits(), fault_share=0.15, pages=7)
    fake.chance.seed(seed)
    fake.populate(60)
    fake.on_request = lambda: fake.happen() if fake.chance.random() < 0.5 else None
    with connected(fake, tmp_path) as desk:
        first = sync(desk, fake)
        assert (first.state, first.error) == ("done", None)
        fake.forget_cursors()
        time.seconds += 600
        second = sync(desk, fake)
        assert (second.state, second.error) == ("done", None)
        assert any("no longer knows" in remark for remark in second.remarks)
        fake.on_request = lambda: None
        time.seconds += 600
        third = sync(desk, fake)
        assert third.through is not None
        assert held(desk) == truth(fake, third.through)
        assert third.missing == {}
    assert fake.most_in_window("/api/v2/incremental/") <= 10
    assert 429 not in {status for _, _, status in fake.asked}
