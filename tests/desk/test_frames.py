"""Rows handed over in Python: whose clock they were read from, and what is said of what cannot be taken."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.ground.errors import BadFile, BadQuestion, BadRows, ServicemeterError

# Amsterdam is two hours ahead in July and one in January: in UTC it is 22:30 and 23:30 of the day before.
_LOCAL = [datetime(2026, 7, 1, 0, 30), datetime(2026, 1, 1, 0, 30)]
_AT_UTC = [datetime(2026, 1, 1, 0, 30), datetime(2026, 7, 1, 0, 30)]
_AT_AMSTERDAM = [datetime(2025, 12, 31, 23, 30), datetime(2026, 6, 30, 22, 30)]


def _kept(created: Any, **said: Any) -> list[datetime]:
    with Desk(None) as desk:
        desk.load(tickets=created, **said)
        return [at for (at,) in desk.book.engine.rows("select created_at from tickets order by 1")]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("written", [False, True])
def test_times_without_an_offset_are_those_of_the_clock_that_was_named(make: Any, written: bool) -> None:
    times = [at.isoformat(sep=" ") for at in _LOCAL] if written else _LOCAL
    assert _kept(make({"ticket_id": ["1", "2"], "created_at": times}), tz="Europe/Amsterdam") == _AT_AMSTERDAM


def test_times_with_an_offset_keep_it_and_naive_ones_are_utc_where_no_clock_is_named() -> None:
    aware = pd.DataFrame({"ticket_id": ["1", "2"], "created_at": pd.to_datetime(_LOCAL).tz_localize("UTC")})
    assert _kept(aware, tz="Europe/Amsterdam") == _AT_UTC
    assert _kept(pd.DataFrame({"ticket_id": ["1", "2"], "created_at": _LOCAL})) == _AT_UTC


@pytest.mark.parametrize(
    ("table", "tz", "kind", "said"),
    [
        ([{"created_at": "2026-07-01"}, {"created_at": "soon"}], "Europe/Paris", BadRows, r"tickets\.created_at, row 2: 'soon'"),
        ([{"created_at": "2026-07-01 09:00"}], None, BadRows, r"row 1: '2026-07-01 09:00' has no UTC offset"),
        ([{"created_at": "2026-03-29 02:30"}], "Europe/Paris", BadRows, "shown by no clock in Europe/Paris"),
        ([{"created_at": "2026-03-29 09:00"}], "Europe/Pari", BadQuestion, "no time zone 'Europe/Pari'"),
        (["ticket 1"], None, BadRows, "tickets cannot be list: give an Arrow table"),
        ("no-such.parquet", None, BadFile, "no-such.parquet: there is no such file"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_place(table: Any, tz: str, kind: type[ServicemeterError], said: str) -> None:
    rows = [{"ticket_id": str(n), **row} if isinstance(row, dict) else row for n, row in enumerate(table)]
    with Desk(None) as desk, pytest.raises(kind, match=said):
        desk.load(tickets=table if isinstance(table, str) else rows, tz=tz)


def test_a_path_has_to_be_that_of_a_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("ticket_id\n1\n")
    with Desk(None) as desk:
        with pytest.raises(BadFile, match="no Parquet file"):
            desk.load(tickets=tmp_path / "tickets.csv")
        with pytest.raises(BadFile, match="is a folder"):
            desk.load(tickets=tmp_path)


def test_nothing_to_load_is_no_fault() -> None:
    with Desk(None) as desk:
        assert desk.load(tickets=[], agents=pd.DataFrame()).taken == 0


def test_a_question_is_asked_in_the_words_of_the_terminal_and_told_shortly() -> None:
    rows = [{"ticket_id": str(n), "created_at": f"2026-07-0{n}T09:00:00Z", "channel": c} for n, c in ((1, "email"), (2, "chat"))]
    with Desk(None) as desk:
        desk.load(tickets=rows)
        asked: dict[str, Any] = {"since": "2026-07-01", "until": "2026-07-03"}
        only = desk.measure("tickets_created", where="channel!=chat", **asked)
        split = desk.measure("tickets_created", by="channel", where=["channel=email,chat"], **asked)
        with pytest.raises(BadQuestion, match="is not a condition"):
            desk.measure("tickets_created", where="chat", **asked)
    assert repr(only) == "<Answer tickets_created (count): value=1, n=1; as of 2026-07-02T09:00:01+00:00>"
    assert {row["channel"]: row["value"] for row in split.rows} == {"email": 1, "chat": 1}
    assert repr(split).startswith("<Answer tickets_created (count): 2 rows")
