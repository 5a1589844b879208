"""Who stays, what contact is followed by, and how often customers order anyway: the loyalty page's one question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method
from servicemeter.ground.clock import epoch, moment
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.loyalty import BaseRate, Loyalty
from servicemeter.model.question import Question
from servicemeter.model.scorecard import Scorecard

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["AFTER", "SENDS", "STAYING", "loyalty"]

SENDS = (BaseRate, Loyalty)
STAYING = ("customer_retention_rate", "customer_churn_rate", "repeat_purchase_rate", "returning_customer_rate", "nps")
"""The loyalty panel of METRICS.md 5.7: no blended score."""
AFTER = ("ticket_conversion_rate", "tickets_converted", "revenue_from_support")

_MOST_WINDOWS = 24
_FOR_ALL = frozenset({"brand", "source"})


@method()
def loyalty(desk: Desk, /, **span: Any) -> Loyalty:
    """Everything at once; `span` is that of a scorecard."""
    scorecard = desk.scorecard(**span, metrics=[*STAYING, *AFTER])
    asked = next(c for f in scorecard.families for c in f.cards if c.metric == STAYING[0]).question
    again = desk.measure_all([replace(asked, params={"mode": "period_over_period"})])[0].rows[0]
    window = _default("customer_retention_rate", "activity_window_days")
    is_short = (scorecard.until - scorecard.since).days * 4 < window
    return Loyalty(scorecard, again, _base(desk, asked, scorecard), is_short)


def _default(metric: str, name: str) -> int:
    return next(int(p.default) for p in find_metric(metric).parameters if p.name == name)


def _base(desk: Desk, asked: Question, scorecard: Scorecard) -> BaseRate:
    """Customers who order in a window / customers of the year up to its end, pooled over the windows that are over.

    A window is as long as an order may follow a ticket, so that the two shares can be read beside each other. Only buyers
    count on both sides; the share of tickets has people who never bought in it, so the comparison flatters nobody's work.
    """
    days = _default("ticket_conversion_rate", "conversion_window_days")
    if any(held.dimension not in _FOR_ALL for held in asked.where):
        return BaseRate(None, days, 0, "filtered")
    spans = _windows(scorecard, days)
    if not spans:
        return BaseRate(None, days, 0, "too_short")
    questions = [
        replace(asked, metric=name, since=since, until=until, params={})
        for since, until in spans
        for name in ("returning_customer_rate", "repeat_purchase_rate")
    ]
    counts = [answer.rows[0].get("n") for answer in desk.measure_all(questions)]
    ordering, known = (sum(n or 0 for n in counts[start::2]) for start in (0, 1))
    return BaseRate(ordering / known, days, len(spans)) if known else BaseRate(None, days, len(spans), "no_orders")


def _windows(scorecard: Scorecard, days: int) -> list[tuple[date, date]]:
    """Windows end to end within the span as far as there are data; evenly thinned where there are very many."""
    last = moment(epoch(scorecard.as_of), scorecard.report_tz).date()
    end = min(scorecard.until, last)
    count = (end - scorecard.since).days // days
    starts = [scorecard.since + timedelta(days=days * i) for i in range(count)]
    step = -(-len(starts) // _MOST_WINDOWS) or 1
    return [(start, start + timedelta(days=days)) for start in starts[::step]]
