"""Values between a command and the server: rebuilt exactly, and nothing but the kinds that are sent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.desk.analysing import Analysis
from servicemeter.desk.feeling import Lesson
from servicemeter.desk.importing import ImportReport, ImportRequest
from servicemeter.desk.steps import Step
from servicemeter.desk.wire import pack, pack_error, unpack, unpack_error
from servicemeter.ground import errors
from servicemeter.ground.errors import BookHeld, ServicemeterError, UnknownMetric
from servicemeter.model.answer import Answer
from servicemeter.model.explanation import Explanation, LeftOut
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.scorecard import Card, Family, Scorecard
from servicemeter.store.book import LoadReport
from servicemeter.store.versions import Merged

NOW = datetime(2026, 3, 21, 9, 30, 15, 123456, tzinfo=ZoneInfo("Europe/Amsterdam"))
QUESTION = Question(
    "csat", date(2026, 1, 1), date(2026, 2, 1), NOW, "week", ("channel",), (Filter("team", ("a", "b"), True),),
    NOW.astimezone(UTC), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))), {"clock": "business", "n": 1.5},
    Scope(teams=("a",)),
)  # fmt: skip
ROW = {"value": 0.1 + 0.2, "n": 3, "null_reason": None, "low_sample": True, "buckets": {"lt_1d": 1}, "$": "no kind"}
ANSWER = Answer("csat", "fraction", QUESTION, [ROW], 7, NOW, "Europe/Amsterdam", "abc", ("shop",), (), ("a note",))
CARD = Card("csat", QUESTION, ROW, None, [ROW, ROW])
LOAD = LoadReport(3, "files", {"tickets": Merged(1, 2, 3, 4)}, 2, {"is missing": 2}, ["a note"], True)
VALUES = [
    ANSWER,
    Scorecard(date(2026, 1, 1), date(2026, 2, 1), date(2025, 12, 1), date(2026, 1, 1), "month", NOW, 7, "UTC",
              [Family("voice", [CARD])], ("shop",)),
    Explanation(ANSWER, [ROW], 1, [ROW], [LeftOut("spam", "Spam", "tickets", 2, [ROW])], ["select 1"], ("x",)),
    ImportReport("/a/b.csv", "files", None, LOAD, None, ["assumed"], {"x = 1": 4}),
    ImportRequest("/a/b.csv", None, "m.toml", None, {"tz": "UTC"}, True, False),
    Step("reading", 1, 2, 3),
    Analysis("m", 3, 2, {"nl": 2}, {"positive": 2}, 0, 1, 5, ["vendor"]),
    Lesson(100, 60, "m", True, "better", 0.5, 0.75, 0.1, 0.2),
    [{"recorded_at": datetime(2026, 1, 1), "of": Decimal("1.50")}, (NOW, NOW.astimezone(UTC)), None],
    {(1, "a"): [True, 1, 1.0]},
]  # fmt: skip


def sent(value: Any) -> Any:
    return unpack(json.loads(json.dumps(pack(value))))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_arrive_as_they_were_sent(value: Any) -> None:
    got = sent(value)
    assert got == value
    assert repr(got) == repr(value)


INSTANTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SOME_YEARS = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NESTED = st.recursive(
    PLAIN | st.dates() | INSTANTS | SOME_YEARS.map(lambda at: at.astimezone(AMSTERDAM)) | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
)


@given(NESTED)
def test_any_nest_of_values_arrives(value: Any) -> None:
    assert repr(sent(value)) == repr(value)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", ServicemeterError("x"), ZoneInfo("UTC")])
def test_other_kinds_are_not_sent(value: Any) -> None:
    with pytest.raises(TypeError, match="is not sent"):
        pack(value)


@pytest.mark.parametrize("value", [{"$": "Path", "of": {}}, {"$": "Answer", "of": []}, {"of": 1}, {"a": 1}, {"$": ["x"]}])
def test_nothing_else_is_built_from_what_arrives(value: Any) -> None:
    with pytest.raises(ValueError, match="no kind of value"):
        unpack(value)


def test_errors_arrive_with_their_kind_and_words() -> None:
    for error in (UnknownMetric("cast", ["csat"]), BookHeld("It is held.")):
        got = unpack_error(pack_error(error))
        assert (type(got), str(got), got.exit_status) == (type(error), str(error), error.exit_status)


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_of_the_tree_can_be_sent(name: str) -> None:
    assert type(unpack_error({"kind": name, "says": "x"})).__name__ == name


def test_an_error_that_only_the_server_knows_is_still_ours() -> None:
    assert type(unpack_error({"kind": "Path", "says": "x"})) is ServicemeterError
