"""The demo shop as a delivery of canonical rows, chunk by chunk, and as a folder of Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from servicemeter.model.rows import Batch, arrow_schema
from servicemeter.sources.demo.calls import take_bot_chats, take_contacts
from servicemeter.sources.demo.changes import change_rows, flag_and_merge, route
from servicemeter.sources.demo.columns import SOURCE, Numbers
from servicemeter.sources.demo.conversations import begin, come_back, write
from servicemeter.sources.demo.hours import TZ
from servicemeter.sources.demo.lines import leg_rows, take_others
from servicemeter.sources.demo.making import Making
from servicemeter.sources.demo.messages import message_rows, numbered, subject_rows
from servicemeter.sources.demo.people import customer_batches, order_batches
from servicemeter.sources.demo.plan import Plan, plan_for
from servicemeter.sources.demo.presence import session_rows, state_rows
from servicemeter.sources.demo.sessions import hold_bot_chats, hold_sessions
from servicemeter.sources.demo.shop import shop_tables
from servicemeter.sources.demo.surveys import ask, survey_batches
from servicemeter.sources.demo.tickets import draw_tickets, ticket_rows
from servicemeter.sources.demo.truth import CountedBatch, Truth, count_chunk, truth_of
from servicemeter.sources.demo.voices import sentiment_rows, visitor_batches

__all__ = ["DemoDelivery", "make_demo", "write_demo"]

_SHOP_STREAM, _TICKET_STREAM = 1, 3
_ROW_GROUP = 100_000
_CAPABILITIES = (
    "tickets", "status_history", "assignment_history", "messages", "auto_flag", "update_ids", "interactions",
    "handle_times", "agent_states", "work_sessions", "survey_invitations", "survey_answers", "intercept_surveys",
    "sentiment", "complaint_flag", "customer_identity", "orders", "costs",
    "calendars",
)  # fmt: skip


class DemoDelivery:
    """A made-up shop's year as batches of canonical rows; every pass over it gives the same rows."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.source: str = SOURCE
        self.tz: str | None = TZ.key
        self.capabilities: tuple[str, ...] | None = _CAPABILITIES
        self.loaded_from: datetime | None = datetime.fromtimestamp(plan.since, UTC)
        self.loaded_through: datetime | None = datetime.fromtimestamp(plan.until, UTC)

    def __iter__(self) -> Iterator[Batch]:
        plan = self.plan
        for table, rows in shop_tables(plan.staff, plan.chance(_SHOP_STREAM, 0), plan.since, plan.until):
            yield CountedBatch(table, rows)
        for made in (customer_batches(plan), order_batches(plan)):
            for table, rows in made:
                yield CountedBatch(table, rows)
        states, truth = state_rows(plan)
        yield CountedBatch("agent_states", states, truth)
        numbers = Numbers()
        for chunk in range(-(-plan.tickets // plan.chunk)):
            yield from _one_chunk(plan, chunk, numbers)


def _one_chunk(plan: Plan, chunk: int, numbers: Numbers) -> Iterator[Batch]:
    rng = plan.chance(_TICKET_STREAM, chunk)
    m = Making(plan, draw_tickets(plan, chunk, rng), rng, numbers)
    bot_chats, (held, contacts) = take_bot_chats(m), take_contacts(m)
    others = take_others(m)
    route(m)
    hold_bot_chats(m, bot_chats)
    hold_sessions(m, held)
    begin(m)
    write(m)
    flag_and_merge(m)
    come_back(m)
    asked = ask(m)
    yield CountedBatch("tickets", ticket_rows(plan, m.tickets), count_chunk(m, asked, [contacts, others]))
    yield CountedBatch("ticket_events", change_rows(m))
    said = numbered(m)
    yield CountedBatch("messages", message_rows(m, said))
    yield CountedBatch("message_sentiment", sentiment_rows(m, said, chunk))
    yield CountedBatch("work_sessions", session_rows(m, said, chunk))
    yield CountedBatch("interactions", leg_rows(m))
    for table, rows in chain(survey_batches(m, asked), visitor_batches(m, chunk)):
        yield CountedBatch(table, rows)
    if not plan.lean:
        yield CountedBatch("texts", subject_rows(m))


def make_demo(*, seed: int = 7, tickets: int = 30_000, until: datetime, days: int = 365, chunk: int = 200_000) -> DemoDelivery:
    """Make up a web shop's year: the `days` days before the one of `until`, and that day up to `until`.

    The same arguments give the same rows, byte for byte. The shop works from Amsterdam in Dutch, Romanian and English;
    nine weeks before the end couriers are on strike. From a million tickets on there are no texts and about half as
    many changes a ticket. Raises `BadSettings` when `until` has no zone or a size is below 1.
    """
    return DemoDelivery(plan_for(seed=seed, tickets=tickets, until=until, days=days, chunk=chunk))


def write_demo(delivery: DemoDelivery, folder: Path | str) -> Truth:
    """Write one Parquet file a canonical table into `folder` (made if missing), a chunk at a time; gives the truth."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Any] = {}
    truth = Truth()
    with ExitStack() as open_files:
        for batch in delivery:
            if batch.table not in writers:
                schema = arrow_schema(batch.table, batch.rows.column_names)
                writer = pq.ParquetWriter(target / f"{batch.table}.parquet", schema, compression="zstd")
                writers[batch.table] = open_files.enter_context(writer)
            writers[batch.table].write_table(batch.rows, row_group_size=_ROW_GROUP)
            truth = truth + truth_of([batch])
    return truth
