"""Event logs: the order of the rows in the file does not matter, except within one second; memory stays bounded."""

from __future__ import annotations

import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from importing import mapped, utc

from servicemeter.sources.eventlog import Step, in_order

LOG = """
time_zone = "UTC"

[group]
by = "case"
at = "at"

[[rows]]
table = "tickets"
when = { column = "group.first", is = true }

[rows.columns]
ticket_id = "case"
created_at = "at"

[[rows]]
table = "ticket_events"

[rows.columns]
ticket_id = "case"
occurred_at = "at"
seq = "group.number"
field = { value = "status" }
value = { column = "step", values = { a = "open", b = "pending", c = "solved" } }
actor_id = "previous.step"
"""

steps = st.lists(st.tuples(st.sampled_from("XYZ"), st.integers(0, 20), st.sampled_from("abc")), min_size=1, max_size=40)


def log_of(rows: list[tuple[str, int, str]]) -> str:
    start = utc("2026-01-01T10:00:00")
    return "case,at,step\n" + "".join(f"{case},{start + timedelta(seconds=at)},{step}\n" for case, at, step in rows)


def events(text: str) -> tuple[list[Any], list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        taken = mapped(Path(folder), text, LOG)
    assert not taken.aside
    return taken.rows["tickets"], taken.rows["ticket_events"]


@settings(max_examples=40)
@given(steps, st.randoms(use_true_random=False))
def test_the_order_of_rows_matters_only_within_a_second_of_a_case(
    rows: list[tuple[str, int, str]], chance: random.Random
) -> None:
    moved = list(enumerate(rows))
    chance.shuffle(moved)
    # Steps of one case and second keep the order they had; everything else may stand anywhere.
    places: dict[tuple[str, int], list[int]] = {}
    for place, (_, (case, at, _step)) in enumerate(moved):
        places.setdefault((case, at), []).append(place)
    turned = [row for _, row in moved]
    for key, found in places.items():
        kept = [row for row in rows if row[:2] == key]
        for place, row in zip(found, kept, strict=True):
            turned[place] = row
    assert events(log_of(rows)) == events(log_of(turned))


@settings(max_examples=25)
@given(steps)
def test_every_step_comes_once_and_every_case_begins_once(rows: list[tuple[str, int, str]]) -> None:
    tickets, found = events(log_of(rows))
    assert {row["ticket_id"] for row in tickets} == {case for case, _, _ in rows}
    assert len(tickets) == len({case for case, _, _ in rows})
    assert len(found) == len(rows) == len({row["event_id"] for row in found})
    for ticket in tickets:
        own = [row for row in found if row["ticket_id"] == ticket["ticket_id"]]
        assert [row["seq"] for row in own] == list(range(1, len(own) + 1))
        assert ticket["created_at"] == min(row["occurred_at"] for row in own)
        assert own[0]["actor_id"] is None


def test_steps_of_one_second_keep_the_order_of_the_file() -> None:
    _, found = events(log_of([("X", 5, "c"), ("X", 5, "a"), ("X", 1, "b")]))
    assert [row["value"] for row in found] == ["pending", "solved", "open"]
    assert [row["actor_id"] for row in found] == [None, "b", "c"]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("XYZ"), st.integers(0, 9)), max_size=60), st.integers(1, 70))
def test_sorting_in_parts_on_disk_gives_the_same_order(rows: list[tuple[str, int]], in_memory: int) -> None:
    start = datetime.fromisoformat("2026-01-01T00:00:00")
    made = [Step(case, start + timedelta(seconds=at), n, (case, str(at))) for n, (case, at) in enumerate(rows)]
    assert list(in_order(made, in_memory=in_memory)) == sorted(made, key=lambda s: (s.case, s.at, s.number))


def test_steps_that_cannot_be_placed_are_kept_aside_and_the_others_taken(tmp_path: Path) -> None:
    bad = "X,sometime,b\n,2026-01-01 11:00,c\nX,2026-01-01 12:00,z\n"
    data = f"case,at,step\nX,2026-01-01 10:00,a\n{bad}X,2026-01-01 13:00,c\n"
    taken = mapped(tmp_path, data, LOG)
    assert taken.column("ticket_events", "value") == ["open", "solved"]
    assert [(a.row_number, a.column) for a in taken.aside] == [(3, "at"), (4, "case"), (5, "step")]
    assert taken.aside[0].row == {"case": "X", "at": "sometime", "step": "b"}
