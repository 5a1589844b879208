"""The curve behind a duration: its shares are those of the rows behind the figure, counted one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.wire import pack, unpack
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Question
from servicemeter.sources.demo import make_demo

UNTIL = datetime(2026, 6, 15, 22, tzinfo=UTC)
MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as opened:
        opened.take(make_demo(tickets=1_500, until=UNTIL), now=UNTIL)
        yield opened


@pytest.mark.parametrize("metric", ["first_response_time", "resolution_time", "average_speed_of_answer"])
def test_every_step_is_the_share_of_the_rows_up_to_there(desk: Desk, metric: str) -> None:
    question = Question(metric, *MAY)
    curve = desk.curve(question)
    values = [row["value"] for row in desk.explain_question(question, 10_000).rows if row.get("value") is not None]
    answer = desk.measure(question).row
    assert curve is not None and curve.n == len(values) == answer["n"] and not curve.is_open
    for seconds, share in curve.steps:
        assert share == pytest.approx(sum(value <= seconds for value in values) / len(values))
    assert (curve.median, curve.p90) == (answer["median"], answer["p90"])
    assert curve.steps[-1] == (max(values), 1.0)


def test_the_cohort_s_curve_is_kaplan_meier_s_and_crosses_at_its_median(desk: Desk) -> None:
    curve = desk.curve(Question("resolution_time", date(2026, 6, 8), date(2026, 6, 16), params={"attribution": "created"}))
    assert curve is not None and curve.is_open and curve.n_censored > 0
    shares = [share for _, share in curve.steps]
    assert shares == sorted(shares) and shares[-1] <= 1
    assert curve.median == next(at for at, share in curve.steps if share >= 0.5 - 1e-12)
    assert unpack(pack(curve)) == curve


def test_a_curve_is_of_one_group_and_only_of_a_duration(desk: Desk) -> None:
    with pytest.raises(BadQuestion, match="without grain and by"):
        desk.curve(Question("resolution_time", *MAY, by=("channel",)))
    assert desk.curve(Question("tickets_created", *MAY)) is None
    assert desk.curve(Question("resolution_time", date(2020, 5, 1), date(2020, 6, 1))) is None
