"""One metric in full: what it found, over time, by channel, and exactly how it is measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from servicemeter.ground.errors import ServicemeterError
from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.question import Question
from servicemeter.model.scorecard import Card, Scorecard
from servicemeter.show.changes import aim_words
from servicemeter.show.charts import dot_mark, trend_chart
from servicemeter.show.dates import period_label
from servicemeter.show.sentences import statement, trend_sentence
from servicemeter.show.tables import dimensions
from servicemeter.show.words import interval_words, n_words, null_words, shown_value, unit_words, value_words
from servicemeter.web.asked import Asked, asked_from, condition_text
from servicemeter.web.cards import card_view, rows_by_metric
from servicemeter.web.desklike import DeskLike
from servicemeter.web.paper import picture, render
from servicemeter.web.scorecard import frame

__all__ = ["router"]

router = APIRouter()
# These have rows by a dimension of their own without being asked.
_SPLIT_BY_NATURE = ("volume_by_channel", "contact_reason_share", "visitor_intent_share")
_AT_NEXT = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


@dataclass(frozen=True)
class LineView:
    """One row of a table on the page: a name, its figures, and what to know about it."""

    name: str
    value: str
    interval: str
    n: str
    note: str
    mark: Markup
    is_low: bool


@router.api_route("/metric/{name}", methods=["GET", "HEAD"])
def metric_page(request: Request, name: str) -> Response:
    """A metric over the period and channel of the address."""
    desk: DeskLike = request.app.state.desk
    metric = desk.metric(name)
    asked = asked_from(request.query_params)
    scorecard = desk.scorecard(**asked.scorecard_call())
    card = _card(desk, metric, scorecard, asked)
    split, split_fault = _split(desk, metric, scorecard, asked, card)
    return render(
        "metric.html",
        metric=metric,
        card=card_view(card, metric, asked.query(), rows_by_metric(scorecard), scorecard.grain) if card else None,
        lead=statement(metric, card.now) if card else "",
        charts=_charts(metric, card, scorecard.grain) if card else [],
        unit=unit_words(metric),
        chart_title=trend_sentence(card.trend, metric, scorecard.grain) if card else "",
        trend=_trend(metric, card, scorecard.grain) if card else [],
        split=split,
        split_fault=split_fault,
        aim=aim_words(metric, metric.target) if metric.target else "",
        labels={m.name: m.label() for m in desk.metrics()},
        links=_links(metric, scorecard, asked, card),
        **frame(desk, asked, scorecard, "metric"),
    )


def _question(metric: Metric, scorecard: Scorecard, asked: Asked, **more: Any) -> Question:
    span: dict[str, Any] = {"since": scorecard.since, "until": scorecard.until, **more}
    return Question(metric.name, where=tuple(asked.where), as_of=asked.as_of, **span)


def _card(desk: DeskLike, metric: Metric, scorecard: Scorecard, asked: Asked) -> Card | None:
    """The metric's card on the scorecard; one of the same spans where the scorecard leaves the metric out."""
    for family in scorecard.families:
        for card in family.cards:
            if card.metric == metric.name:
                return card
    question = _question(metric, scorecard, asked)
    now = desk.measure(question).rows
    if len(now) != 1 or metric.name in _SPLIT_BY_NATURE:
        return None
    earlier = _question(metric, scorecard, asked, since=scorecard.before_since, until=scorecard.before_until)
    before = desk.measure(earlier).rows
    return Card(metric.name, question, now[0], before[0] if before else None, _series(desk, metric, scorecard, asked))


def _series(desk: DeskLike, metric: Metric, scorecard: Scorecard, asked: Asked) -> list[Row]:
    """The metric over the periods that the scorecard's trends show."""
    trend = next((card.trend for family in scorecard.families for card in family.cards if card.trend), [])
    if not trend:
        return []
    since, last = (_date(trend[i].get("period_start")) for i in (0, -1))
    question = _question(metric, scorecard, asked, since=since, until=_after(last, scorecard.grain), grain=scorecard.grain)
    return desk.measure(question).rows


def _date(start: object) -> date:
    return start if isinstance(start, date) else date.fromisoformat(str(start)[:10])


def _after(start: date, grain: str) -> date:
    """The first day of the period that follows the one that begins on `start`."""
    later = start + timedelta(days=_AT_NEXT[grain])
    return later if grain in ("day", "week") else later.replace(day=1)


def _charts(metric: Metric, card: Card, grain: str) -> list[tuple[str, Markup]]:
    """The trend drawn for three widths of page, of which the style sheet shows one; none without a value."""
    if all(shown_value(metric, row) is None for row in card.trend):
        return []
    sizes = {"wide": (1120, 280), "middle": (720, 260), "narrow": (340, 220)}
    drawn = {css: trend_chart(card.trend, metric, grain=grain, target=card.target, size=size) for css, size in sizes.items()}
    return [(css, picture(svg)) for css, svg in drawn.items()]


def _trend(metric: Metric, card: Card, grain: str) -> list[LineView]:
    lines = []
    for row in reversed(card.trend):
        name = period_label(_date(row.get("period_start")), grain)
        lines.append(_line(metric, row, name[:1].upper() + name[1:]))
    return lines


def _line(metric: Metric, row: Row, name: str, mark: str = "") -> LineView:
    is_low = bool(row.get("low_sample")) and metric.unit != "count" and shown_value(metric, row) is not None
    so_far = "period_start" in row and row.get("period_status") == "in_progress"
    notes = [null_words(metric, row), "so far" if so_far else "", "few cases" if is_low else ""]
    note = ", ".join(text for text in notes if text)
    n = n_words(row).removeprefix("n ")
    return LineView(name, value_words(metric, row), interval_words(metric, row), n, note, picture(mark), is_low)


def _split(desk: DeskLike, metric: Metric, scorecard: Scorecard, asked: Asked, card: Card | None) -> tuple[list[LineView], str]:
    """The metric by channel (or by its own dimension), largest first, or why it cannot be split."""
    by = () if metric.name in _SPLIT_BY_NATURE else ("channel",)
    try:
        answer = desk.measure(_question(metric, scorecard, asked, by=by))
    except ServicemeterError as fault:
        return [], str(fault)
    names = dimensions(answer)
    rows = sorted(answer.rows, key=lambda r: (shown_value(metric, r) is None, -(r.get("value") or 0)))
    edges = _edges(metric, rows)
    total = card.now.get("value") if card and metric.unit != "count" else None
    lines = []
    for row in rows:
        mark = dot_mark(row, *edges, total) if edges and shown_value(metric, row) is not None else ""
        lines.append(_line(metric, row, " · ".join(str(row.get(d)) for d in names), mark))
    return lines, ""


def _edges(metric: Metric, rows: list[Row]) -> tuple[float, float] | None:
    """The common scale of the dots: from 0, or from the lowest negative bound, to the highest bound."""
    shown = [row for row in rows if shown_value(metric, row) is not None]
    values = [float(row[f]) for row in shown for f in ("value", "ci_low", "ci_high") if row.get(f) is not None]
    if not values or max(values) <= min(0.0, *values):
        return None
    return min(0.0, *values), max(values)


def _links(metric: Metric, scorecard: Scorecard, asked: Asked, card: Card | None) -> dict[str, str]:
    """Addresses of the same figures for machines: the value, the series and the split, as JSON and CSV."""
    pairs = [("metric", metric.name), *(("where", condition_text(held)) for held in asked.where)]
    if asked.as_of:
        pairs.append(("as_of", asked.as_of.isoformat()))
    span = [("from", scorecard.since.isoformat()), ("to", scorecard.until.isoformat())]
    links = {"value": pairs + span}
    if metric.name not in _SPLIT_BY_NATURE:
        links["split"] = [*pairs, *span, ("by", "channel")]
    if card and card.trend:
        first, last = (_date(card.trend[i].get("period_start")) for i in (0, -1))
        end = _after(last, scorecard.grain)
        links["series"] = [*pairs, ("from", first.isoformat()), ("to", end.isoformat()), ("grain", scorecard.grain)]
    return {name: "/api/measure?" + urlencode(given) for name, given in links.items()}
