"""Periods of which some have not begun: all are evaluated at one instant, and every metric has an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime

from servicemeter.desk.desk import Desk
from servicemeter.model.question import Question
from servicemeter.sources.demo import make_demo

EARLY = datetime(2026, 1, 3, 12, tzinfo=UTC)


def test_every_metric_answers_of_a_month_that_has_not_begun() -> None:
    with Desk(None) as desk:
        desk.take(make_demo(seed=3, tickets=300, until=datetime(2026, 3, 1, tzinfo=UTC)), now=datetime(2026, 3, 2, tzinfo=UTC))
        span = (date(2026, 1, 1), date(2026, 3, 1))
        questions = [Question(m.name, *span, grain="month", by=("channel",), as_of=EARLY) for m in desk.metrics()]
        answers = desk.measure_all(questions)
        [created] = [answer for answer in answers if answer.metric == "tickets_created"]
        assert {row["period_status"] for row in created.rows if row["period_start"] == "2026-02-01"} == {"not_started"}
        assert all(answer.rows for answer in answers)
