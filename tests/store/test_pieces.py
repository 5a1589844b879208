"""Facts replaced piece by piece are the facts built at once, row for row, but for the numbers that rows are given."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.model.rows import Batch
from servicemeter.sources.demo import make_demo
from servicemeter.sources.demo.delivery import DemoDelivery
from servicemeter.store.factfiles import fact_files

pytestmark = pytest.mark.slow
UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
OWN_NUMBERS = {"ticket_no", "case_no", "person_no", "order_no", "part_no", "session_no", "change_key", "from_key", "to_key"}
"""Numbers given in the order of building; keys of changes stay, but are compared by the instants beside them."""
ORIGINS = {table for fact in fact_files().values() for table in fact.of}
"""Without rows of these, facts are empty; they come after the others, so that facts begin to have rows."""


class Part:
    """Some batches of the shop as a delivery of their own."""

    source = "demo"
    tz: str | None = "Europe/Amsterdam"

    def __init__(self, shop: DemoDelivery, batches: list[Batch]) -> None:
        self.capabilities, self.loaded_from, self.loaded_through = shop.capabilities, shop.loaded_from, shop.loaded_through
        self._batches = batches

    def __iter__(self) -> Iterator[Batch]:
        yield from self._batches


@pytest.fixture(scope="module")
def shop() -> DemoDelivery:
    return make_demo(seed=5, tickets=400, until=UNTIL)


@pytest.fixture(scope="module")
def in_pieces(shop: DemoDelivery) -> Iterator[Desk]:
    """Most of the shop at once, the rest in small loads: a table at a time, and all tables of one kind of case together."""
    chance = random.Random(8)
    early: list[Batch] = []
    late: list[list[Batch]] = [[], [], []]
    for batch in (item for item in shop if isinstance(item, Batch)):
        places = [chance.choice((0, 0, 0, 0, 0, 1, 2, 3)) for _ in range(batch.rows.num_rows)]
        for place in range(4):
            rows = batch.rows.filter(pa.array([p == place for p in places]))
            if rows.num_rows:
                (late[place - 1] if place else early).append(Batch(batch.table, rows))
    with Desk(None) as desk:
        desk.take(Part(shop, [b for b in early if b.table not in ORIGINS]), now=NOW)
        for batch in (b for b in early if b.table in ORIGINS):
            desk.take(Part(shop, [batch]), now=NOW)
        cases = (
            "tickets",
            "messages",
            "ticket_events",
            "interactions",
            "survey_invitations",
            "survey_answers",
            "message_sentiment",
        )
        for batch in late[0]:
            desk.take(Part(shop, [batch]), now=NOW)
        for load in late[1:]:
            desk.take(Part(shop, [b for b in load if b.table not in cases]), now=NOW)
            desk.take(Part(shop, [b for b in load if b.table in cases]), now=NOW)
        yield desk


@pytest.fixture(scope="module")
def at_once(shop: DemoDelivery) -> Iterator[Desk]:
    with Desk(None) as desk:
        desk.take(shop, now=NOW)
        yield desk


@pytest.mark.parametrize("name", [fact.name for fact in fact_files().values() if fact.keep and fact.name != "calendar_spans"])
def test_a_fact_in_pieces_is_the_fact_at_once(in_pieces: Desk, at_once: Desk, name: str) -> None:
    assert _rows(in_pieces, name) == _rows(at_once, name)


def _rows(desk: Desk, name: str) -> list[str]:
    """The rows of a fact in a fixed order, with the tickets and orders that they name instead of their numbers."""

    def read(engine: Any) -> list[str]:
        columns = engine.arrow(f"select * from facts.{name} limit 0").schema.names
        said = ", ".join(f"f.{c}" for c in columns if c not in OWN_NUMBERS) or "0"
        joins = ""
        if "ticket_no" in columns:
            said += ", t.source as source_of_ticket, t.ticket_id as id_of_ticket"
            joins += " left join facts.members as t on t.ticket_no = f.ticket_no and t.is_survivor"
        if "case_no" in columns:
            said += ", c.ticket_id as id_of_case"
            joins += " left join facts.members as c on c.ticket_no = f.case_no and c.is_survivor"
        if "order_no" in columns and "order_id" not in columns:
            said += ", o.order_id as id_of_order"
            joins += " left join (select distinct order_no, order_id from facts.orders) as o on o.order_no = f.order_no"
        return sorted(repr(row) for row in engine.rows(f"select {said} from facts.{name} as f{joins}"))

    found: list[str] = desk.on_engine(read)
    return found
