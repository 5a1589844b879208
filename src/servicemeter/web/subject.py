"""What a metric's page is about: the metric, with the options its address sets, over the period and filters of the visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from servicemeter.ground.clock import period_end, period_start
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.answer import Answer, Row
from servicemeter.model.metric import Metric, Parameter
from servicemeter.model.question import Question
from servicemeter.model.scorecard import Card, Scorecard
from servicemeter.show.dates import elapsed_until
from servicemeter.web.asked import as_default
from servicemeter.web.visit import Visit

__all__ = ["GRAINS", "KEYS", "OF_ITS_OWN", "Subject", "subject_of"]

KEYS = ("grain", "by", "sort", "set")
"""What the address of a metric's page says besides what all pages share."""

GRAINS = {"day": 31, "week": 26, "month": 13, "quarter": 8, "year": 5}
"""The grains of a trend, and how many periods it then shows."""

OF_ITS_OWN = {"volume_by_channel": "channel", "contact_reason_share": "reason", "visitor_intent_share": "intent"}
_BESIDE_SURVEYS = "survey_response_rate"


@dataclass(frozen=True)
class Subject:
    """A metric under a visit. `card` is None for a metric that only has values by a dimension of its own (`nature`)."""

    seen: Visit
    metric: Metric
    scorecard: Scorecard
    card: Card | None
    options: dict[str, Any]

    @property
    def language(self) -> str:
        """The reader's language."""
        return self.seen.language

    @property
    def nature(self) -> str:
        """The dimension by which the metric always has its values; empty for most."""
        return OF_ITS_OWN.get(self.metric.name, "")

    @property
    def grain(self) -> str:
        """The grain of the trend: as the address says, else the scorecard's."""
        grain = self.seen.address.own.get("grain", self.scorecard.grain)
        if grain not in GRAINS:
            raise UnknownName("grain", grain, GRAINS)
        return grain

    def question(self, **more: Any) -> Question:
        """A question about the metric over the whole span, with what is different in `more`."""
        span: dict[str, Any] = {"since": self.scorecard.since, "until": self.scorecard.until, "params": self.options, **more}
        return Question(self.metric.name, where=tuple(self.seen.address.where), as_of=self.seen.address.as_of, **span)

    def measure(self, **more: Any) -> Answer:
        """The answer to such a question."""
        return self.seen.desk.measure(self.question(**more))

    def series(self) -> list[Row]:
        """The metric over time, a row a period, up to the period in which the span (or the data) ends."""
        if self.card and not self.options and self.grain == self.scorecard.grain:
            return self.card.trend
        since, until = _series_span(self.scorecard, self.grain)
        return self.measure(since=since, until=until, grain=self.grain).rows

    def series_question(self) -> Question:
        """The question of the series."""
        since, until = _series_span(self.scorecard, self.grain)
        if self.card and self.card.trend and self.grain == self.scorecard.grain:
            since = date.fromisoformat(str(self.card.trend[0]["period_start"])[:10])
        return self.question(since=since, until=until, grain=self.grain)


def _series_span(scorecard: Scorecard, grain: str) -> tuple[date, date]:
    ends = elapsed_until(scorecard.since, scorecard.until, scorecard.as_of, scorecard.report_tz)
    last_day = max(scorecard.since, ends - timedelta(days=1))
    start = last = period_start(last_day, grain)
    for _ in range(GRAINS[grain] - 1):
        start = period_start(start - timedelta(days=1), grain)
    return start, period_end(last, grain)


def subject_of(seen: Visit, name: str) -> Subject:
    """The metric of that name, its options read and its card made. Raises what the desk raises, and for unknown options."""
    metric = seen.desk.metric(name)
    options = _options(metric, seen.address.own.get("set", ""))
    wanted = [name, _BESIDE_SURVEYS] if "survey_answers" in metric.needs else [name]
    scorecard = seen.desk.scorecard(**seen.address.scorecard_call(), metrics=wanted)
    card = next((card for family in scorecard.families for card in family.cards if card.metric == name), None)
    subject = Subject(seen, metric, scorecard, None if metric.name in OF_ITS_OWN else card, options)
    return replace(subject, card=_varied(subject)) if options and subject.card else subject


def _varied(subject: Subject) -> Card:
    """The card of a variant: its own rows, and no target, for that was set for the metric as it is defined."""
    held, shown = subject.scorecard, subject.card
    assert shown is not None
    now = subject.measure().rows[0]
    before = subject.measure(since=held.before_since, until=held.before_until).rows[0] if shown.before else None
    return Card(subject.metric.name, subject.question(), now, before, subject.measure(**_trend_of(shown, held)).rows)


def _trend_of(card: Card, scorecard: Scorecard) -> dict[str, Any]:
    starts = [date.fromisoformat(str(row["period_start"])[:10]) for row in card.trend]
    return {"since": starts[0], "until": period_end(starts[-1], scorecard.grain), "grain": scorecard.grain}


def _options(metric: Metric, text: str) -> dict[str, Any]:
    """Options as an address writes them: `clock=business,start=handover`."""
    known = {p.name: p for p in metric.parameters}
    found = {}
    for part in filter(None, text.split(",")):
        name, mark, value = part.partition("=")
        if not mark:
            raise BadQuestion(f"set={text!r} is not an option. Write clock=business.")
        if name not in known:
            raise UnknownName(f"option of {metric.name}", name, known)
        found[name] = _valued(known[name], value)
    return {name: value for name, value in found.items() if value != known[name].default}


def _valued(parameter: Parameter, text: str) -> Any:
    value = as_default(text, parameter.default)
    if parameter.options and value not in parameter.options:
        raise UnknownName(f"value of {parameter.name}", text, [str(option) for option in parameter.options])
    return value
