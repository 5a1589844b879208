"""What a fact carries of its tickets is what the tickets say, also after they were corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.model.question import Question
from servicemeter.model.rows import Batch, arrow_schema
from servicemeter.sources.demo import make_demo
from servicemeter.store.factfiles import FactFile, fact_files

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
CARRYING = [fact for fact in fact_files().values() if fact.carries]


class Correction:
    """The first half of each batch of the shop's tickets once more, by fax."""

    source = "demo"
    tz: str | None = "Europe/Amsterdam"
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = UNTIL

    def __init__(self, batches: list[Batch]) -> None:
        self._batches = batches

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._batches:
            rows = batch.rows.slice(0, batch.rows.num_rows // 2)
            columns = {name: rows[name].to_pylist() for name in rows.column_names}
            columns["channel"] = ["fax"] * rows.num_rows
            yield Batch("tickets", pa.table(columns, schema=arrow_schema("tickets", list(columns))))


@pytest.fixture(scope="module")
def corrected() -> Iterator[Desk]:
    shop = make_demo(seed=3, tickets=250, until=UNTIL)
    with Desk(None) as desk:
        desk.take(shop, now=NOW)
        desk.prepare()
        desk.take(Correction([b for b in shop if isinstance(b, Batch) and b.table == "tickets"]), now=NOW)
        desk.prepare()
        yield desk


@pytest.mark.parametrize("fact", CARRYING, ids=lambda fact: fact.name)
def test_a_fact_says_what_its_tickets_say(corrected: Desk, fact: FactFile) -> None:
    differs = " or ".join(f"f.{column} is distinct from t.{column}" for column in fact.carries)
    is_lost = "f.ticket_no is not null and t.ticket_no is null"  # calls of persons may have no ticket
    sql = (
        f"select count(*), count(*) filter (where {is_lost} or {differs}), count(*) filter (where f.channel = 'fax') "
        f"from facts.{fact.name} as f left join facts.tickets as t on t.ticket_no = f.ticket_no"
    )
    [(rows, wrong, faxes)] = corrected.on_engine(lambda engine: engine.rows(sql))
    assert (wrong, rows > faxes > 0) == (0, True)


def test_figures_by_channel_follow_the_correction(corrected: Desk) -> None:
    span = (datetime(2025, 3, 1).date(), datetime(2026, 3, 1).date())
    names = ("tickets_created", "tickets_solved", "tickets_handled", "interactions_count", "backlog")
    answers = corrected.measure_all([Question(name, *span, by=("channel",)) for name in names])
    assert all("fax" in {row["channel"] for row in answer.rows} for answer in answers)


def test_tickets_are_joined_for_what_rows_do_not_have(corrected: Desk) -> None:
    def joins_tickets(dimension: str) -> bool:
        question = Question("tickets_solved", UNTIL.date(), NOW.date(), by=(dimension,))
        return any("facts.tickets as t" in sql for sql in corrected.statements(question))

    names = ("channel", "source", "priority", "agent", "brand", "customer_segment")
    assert [name for name in names if joins_tickets(name)] == ["brand", "customer_segment"]
