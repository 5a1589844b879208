"""Periods of which some have not begun or are after all data: every metric has an answer of them, at one instant."""

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


def test_no_metric_has_a_figure_of_a_month_after_all_data_whatever_instant_is_asked() -> None:
    end = datetime(2026, 3, 1, tzinfo=UTC)
    later = datetime(2030, 1, 1, tzinfo=UTC)
    with Desk(None) as desk:
        desk.take(make_demo(seed=3, tickets=300, until=end), now=datetime(2026, 3, 2, tzinfo=UTC))
        metrics = [metric for metric in desk.metrics() if not metric.at_moment]
        questions = [Question(m.name, date(2026, 3, 2), date(2026, 6, 1), as_of=later) for m in metrics]
        for answer in desk.measure_all(questions):
            assert [(row["value"], row["n"]) for row in answer.rows] == [(None, None)], answer.metric
            assert answer.as_of == end
            assert answer.notes[-1] == "Nothing of demo is loaded from 2026-03-01 01:00 on: the answer is as of then."
        card = desk.scorecard(period="last_month", as_of=later)
        assert (card.as_of, card.since, card.until) == (end, date(2029, 12, 1), date(2030, 1, 1))
        assert {one.now["value"] for family in card.families for one in family.cards} == {None}
