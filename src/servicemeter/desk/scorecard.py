"""The scorecard: which span, compared with which, and the questions that fill it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from servicemeter.analysis.targets import choose, judge
from servicemeter.ground.clock import epoch, local_midnight, moment, period_end, period_start
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.metrics.catalog import FAMILIES, find_metric
from servicemeter.model.answer import Answer, Row
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Grain, Question, Scope
from servicemeter.model.scorecard import Card, Family, Scorecard
from servicemeter.model.target import Goal

__all__ = ["CHOSEN", "PERIODS", "make_scorecard", "span_of"]

CHOSEN = (
    "tickets_created", "interactions_count", "tickets_solved", "backlog", "backlog_age", "contact_rate",
    "first_response_time", "response_time", "resolution_time", "turnaround_time",
    "resolution_rate", "first_contact_resolution_rate", "replies_per_resolution", "one_touch_resolution_rate", "reopen_rate",
    "automated_resolution_rate", "escalation_rate", "complaint_ratio",
    "abandonment_rate", "service_level", "average_speed_of_answer", "average_handle_time", "tickets_closed_per_agent",
    "csat", "ces", "nps", "sentiment", "intent_fulfilled_rate", "survey_response_rate",
    "sla_compliance_rate", "sla_breaches",
    "customer_retention_rate", "repeat_purchase_rate", "ticket_conversion_rate", "revenue_from_support", "cost_per_resolution",
)  # fmt: skip
"""The balanced set: in every family what the customer feels, what the work costs, and what could be bought by spoiling it."""
_GRAINS: tuple[Grain, ...] = ("week", "month", "quarter", "year")
PERIODS = (
    *(f"{which}_{grain}" for grain in _GRAINS for which in ("this", "last")),
    "last_7_days", "last_30_days", "last_90_days",
)  # fmt: skip
_TREND = {"day": 14, "week": 13, "month": 13, "quarter": 8, "year": 5}

Ask = Callable[[Sequence[Question]], list[Answer]]


def span_of(period: str, today: date) -> tuple[date, date, Grain]:
    """The dates of a named period and the grain of its trend; `today` is the day of the last data.

    >>> span_of("last_month", date(2026, 3, 15))
    (datetime.date(2026, 2, 1), datetime.date(2026, 3, 1), 'month')
    """
    if period not in PERIODS:
        raise UnknownName("period", period, PERIODS)
    which, _, rest = period.partition("_")
    if rest.endswith("_days"):
        until = today + timedelta(days=1)
        return until - timedelta(days=int(rest.removesuffix("_days"))), until, "week"
    start = period_start(today, rest)
    if which == "last":
        start = period_start(start - timedelta(days=1), rest)
    grain: Grain = next(g for g in _GRAINS if g == rest)
    return start, period_end(start, rest), grain


def make_scorecard(
    ask: Ask,
    covered: tuple[datetime, datetime] | None,
    tz: str,
    data_version: int,
    *,
    since: date | None = None,
    until: date | None = None,
    period: str | None = None,
    where: tuple[Filter, ...],
    as_of: datetime | None = None,
    metrics: Sequence[str] | None = None,
    scope: Scope,
    ends: Mapping[str, datetime],
    ended: Collection[str] = (),
    goals: Sequence[Goal] = (),
) -> Scorecard:
    """Ask every metric for the span, for the span before (the same elapsed part), and over time; judge it by its target.

    A metric that only has values by a dimension of its own (volume per channel) has no card: none of them stands for it.
    `ends` says until when each source is loaded, `ended` which of them are switched off. A `period` is named by the day of
    `as_of`, also where the data end before it.
    """
    end = covered[1] if covered else moment(0, tz)
    last = min(as_of or end, end)
    since, until, grain = _span(since, until, period, _day_before(as_of or end, tz))
    today = _day_before(last, tz)
    before_since, before_until = _before(since, until, grain if _is_whole(since, until, grain) else None, today)
    names = list(metrics or CHOSEN)
    whole = Question("", since, until, where=where, as_of=as_of, scope=scope)
    last_end = period_end(period_start(min(until - timedelta(days=1), today), grain), grain)
    trend = replace(whole, since=_trend_starts(until, grain, today), until=last_end, grain=grain)
    before = replace(whole, since=before_since, until=before_until)
    by_name = _fairly(ask, _ask_once(ask, names, (whole, before), trend), (since, until, grain), today, tz, ends)
    families = []
    for family in (*FAMILIES, *sorted({find_metric(n).family for n in names} - set(FAMILIES))):
        cards = [
            _card(find_metric(name), now, earlier, trended, goals)
            for name, (now, earlier, trended) in by_name.items()
            if find_metric(name).family == family and not _is_by_parts(find_metric(name))
        ]
        if cards:
            families.append(Family(family, cards))
    lagging = _lagging(
        [now for now, _, _ in by_name.values()], until, today, tz, {s: at for s, at in ends.items() if s not in ended}
    )
    notes = tuple(dict.fromkeys(note for now, _, _ in by_name.values() for note in now.notes))
    return Scorecard(since, until, before_since, before_until, grain, last, data_version, tz, families, lagging, notes)


def _ask_once(
    ask: Ask, names: Sequence[str], spans: tuple[Question, Question], trend: Question
) -> dict[str, tuple[Answer, Answer, Answer]]:
    """The answers of every metric for both spans and over time; a span that is a period of the trend is read from it."""
    apart = [span for span in spans if not _is_period_of(span, trend)]
    answers = ask([replace(q, metric=name) for q in (trend, *apart) for name in names])
    found = {}
    for i, name in enumerate(names):
        over_time, *own = answers[i :: len(names)]
        now, before = (
            own[apart.index(span)] if span in apart else _period_of(over_time, replace(span, metric=name)) for span in spans
        )
        found[name] = (now, before, over_time)
    return found


def _fairly(
    ask: Ask,
    by_name: dict[str, tuple[Answer, Answer, Answer]],
    span: tuple[date, date, Grain],
    today: date,
    tz: str,
    ends: Mapping[str, datetime],
) -> dict[str, tuple[Answer, Answer, Answer]]:
    """Answers whose data ends within the span before that of others are compared with what had elapsed by their own end.

    What takes rows from several sources of which only some stop within the span, days before the others, has no such end, and is
    not compared.
    """
    since, until, grain = span
    again: dict[str, Question] = {}
    mixed = set()
    for name, (now, before, _) in by_name.items():
        day = _last_day(now, tz)
        if any(_day_before(ends[source], tz) < day for source in set(now.lagging_sources) - set(before.lagging_sources)):
            mixed.add(name)
        elif since <= day < min(today, until - timedelta(days=1)):
            start, end = _before(since, until, grain if _is_whole(since, until, grain) else None, day)
            again[name] = replace(before.question, since=start, until=end)
    answers = dict(zip(again, ask(list(again.values())) if again else (), strict=True))
    return {
        name: (now, replace(before, rows=[]) if name in mixed else answers.get(name, before), trend)
        for name, (now, before, trend) in by_name.items()
    }


def _last_day(answer: Answer, tz: str) -> date:
    return _day_before(answer.as_of, tz)


def _day_before(end: datetime, tz: str) -> date:
    """The local day of the last second before an instant."""
    return moment(epoch(end) - 1, tz).date()


def _lagging(answers: Sequence[Answer], until: date, today: date, tz: str, ends: Mapping[str, datetime]) -> tuple[str, ...]:
    """Which of the sources stop before others do, and before the span ends: where all of a figure's rows are theirs, too."""
    found = {source for answer in answers for source in answer.lagging_sources}
    end = moment(local_midnight(until, tz), tz)
    for answer in answers:
        if answer.as_of < end and _last_day(answer, tz) < today:
            found |= {source for source, at in ends.items() if source not in answer.missing_sources and at <= answer.as_of}
    return tuple(sorted(found))


def _is_period_of(span: Question, trend: Question) -> bool:
    assert span.since and span.until and trend.since and trend.until and trend.grain
    return trend.since <= span.since and span.until <= trend.until and _is_whole(span.since, span.until, trend.grain)


def _period_of(trend: Answer, question: Question) -> Answer:
    """The answer for one period of a trend: a period is in a trend what it is alone."""
    assert question.since
    return replace(trend, question=question, rows=[r for r in trend.rows if r["period_start"] == question.since.isoformat()])


def _card(metric: Metric, now: Answer, before: Answer, trend: Answer, goals: Sequence[Goal]) -> Card:
    asked, row = now.question, _only(now)
    assert asked.since and asked.until
    target = choose(metric, goals, asked.since, asked.until, asked.where)
    return Card(metric.name, asked, row, _only_or_none(before), trend.rows, target, judge(metric, row, target))


def _is_by_parts(metric: Metric) -> bool:
    """Whether its rows have a dimension without being asked."""
    return bool(metric.measure({p.name: p.default for p in metric.parameters} | {"by": ()}).implied)


def _span(since: date | None, until: date | None, period: str | None, today: date) -> tuple[date, date, Grain]:
    if since is None and until is None:
        return span_of(period or "this_month", today)
    if since is None or until is None or since >= until:
        raise BadQuestion("Give both from and to, with from before to (to is exclusive).")
    named: Grain | None = next((g for g in _GRAINS if _is_whole(since, until, g)), None)
    if named:
        return since, until, named
    days = (until - since).days
    grain: Grain = "day" if days <= 14 else "week" if days <= 120 else "month" if days <= 800 else "quarter"
    return since, until, grain


def _is_whole(since: date, until: date, grain: Grain) -> bool:
    return period_start(since, grain) == since and period_end(since, grain) == until


def _before(since: date, until: date, grain: Grain | None, today: date) -> tuple[date, date]:
    """The span before; of an unfinished span only the part that has also elapsed."""
    start = since - (until - since) if grain is None else period_start(since - timedelta(days=1), grain)
    if since <= today < until - timedelta(days=1):
        return start, min(start + (today + timedelta(days=1) - since), since)
    return start, since


def _trend_starts(until: date, grain: Grain, today: date) -> date:
    start = period_start(min(until - timedelta(days=1), today), grain)
    for _ in range(_TREND[grain] - 1):
        start = period_start(start - timedelta(days=1), grain)
    return start


def _only(answer: Answer) -> Row:
    return answer.rows[0]


def _only_or_none(answer: Answer) -> Row | None:
    row = answer.rows[0] if answer.rows else None
    return None if row is None or row["period_status"] in ("no_data", "not_started", "partial_coverage") else row
