"""From a question to a plan: the metric with its parameters, the periods, `as_of`, and the sources that can answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

from servicemeter.ground.clock import Period, epoch, moment, periods
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.ground.phrases import phrase
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.metric import EVERYWHERE, Measure, Metric, Tally
from servicemeter.model.promises import OUTCOMES, UNPAUSED_OUTCOMES
from servicemeter.model.question import Question
from servicemeter.store.build import LONG_AGO
from servicemeter.store.variants import BUILDING, FOR_ALL, said_as

__all__ = ["FOUND_IN_ROWS", "Plan", "Source", "plan"]

FOUND_IN_ROWS = (
    "creation", "first_contact", "invitations_sent", "macros", "repliers", "sla_policies",
    *OUTCOMES.values(), *UNPAUSED_OUTCOMES.values(),
)  # fmt: skip
"""What a source is found to have or to lack by its rows; it need not declare it."""
_MOST = 1e9
"""The greatest number that an option may be."""
_LENGTHS = ("_s", "_days", "_hours")
"""How options end that are lengths of time."""
_RULES = "complaint_rules"  # that our rules judged its tickets; no source has it by itself


@dataclass(frozen=True)
class Source:
    """A source of the book: what it covers (UTC), what it can supply (None = everything), and what its rows lack."""

    name: str
    loaded_from: datetime | None
    loaded_through: datetime | None
    ended_at: datetime | None
    capabilities: frozenset[str] | None
    lacks: frozenset[str] = frozenset()

    def can(self, needs: tuple[str, ...]) -> bool:
        """Whether it supplies every need; a need may name alternatives (`messages|interactions`), or `no` capability."""
        return all(any(self._has(name) for name in need.split("|")) for need in needs)

    def _has(self, capability: str) -> bool:
        if capability.startswith("no "):
            return not self._has(capability.removeprefix("no "))
        if capability == _RULES:
            return capability in (self.capabilities or ())
        if capability in self.lacks:
            return False
        return self.capabilities is None or capability in self.capabilities or capability in FOUND_IN_ROWS


@dataclass(frozen=True)
class Plan:
    """A question made definite. Instants are epoch seconds; `ends` is the evaluation instant of each period.

    With `ticket_no` only the rows of that ticket are read; facts that are not of tickets then have none.
    """

    question: Question
    metric: Metric
    params: Mapping[str, Any]
    measure: Measure
    tz: str
    as_of: int
    periods: tuple[Period, ...]
    ends: tuple[int, ...]
    by: tuple[str, ...]
    sources: tuple[Source, ...]
    missing: tuple[str, ...]
    covered_from: tuple[int, ...]
    known: tuple[Source, ...]
    building: tuple[tuple[str, str], ...]
    params_hash: str
    ticket_no: int | None = None
    notes: tuple[str, ...] = ()
    """What is said of it beside the answer."""

    @property
    def is_measured(self) -> bool:
        """Whether any source can supply what the metric needs."""
        return bool(self.sources)

    @property
    def lacks(self) -> str:
        """The first need that no source meets; empty where each is met by some source."""
        needs = (*_needs(self.metric, self.measure), *self.metric.also_needs)
        return next((need for need in needs if not any(s.can((need,)) for s in self.known)), "")

    def sources_of(self, tally: Tally) -> tuple[Source, ...]:
        """The sources whose rows a tally counts."""
        needs = tally.needs or _needs(self.metric, self.measure)
        return tuple(s for s in self.known if s.can(needs))

    @property
    def asked(self) -> tuple[Any, ...]:
        """What it asks for besides its metric and its periods."""
        q = self.question
        names = tuple(s.name for s in self.sources)
        return (self.as_of, self.tz, self.by, q.where, q.scope, q.known_at, names, self.building)

    @property
    def invalid_dimension(self) -> bool:
        """Whether a dimension was asked, or is narrowed to, that this metric cannot have."""
        return any(d in self.metric.invalid for d in (*self.by, *_asked(self.question)))

    def status(self, period: Period) -> str:
        """The period's status (METRICS.md 1.2), the first that applies."""
        if self.question.moment is not None:
            return "complete" if period.p1 <= self.as_of else "not_started"
        if self.as_of <= period.p0:
            return "not_started"
        if not self.covered_from or period.p1 <= min(self.covered_from):
            return "no_data"
        if any(period.p0 < since < period.p1 for since in self.covered_from):
            return "partial_coverage"
        return "complete" if period.p1 <= self.as_of else "in_progress"

    def lagging(self) -> tuple[str, ...]:
        """The sources whose facts stop before the last evaluation instant."""
        last = max(self.ends)
        return tuple(
            s.name
            for s in self.sources
            if s.loaded_through and epoch(s.loaded_through) < last and not (s.ended_at and epoch(s.ended_at) <= last)
        )


def plan(question: Question, settings: Mapping[str, str], sources: list[Source]) -> Plan:
    """Make a question definite; raises `BadQuestion` (or a child of it) for whatever cannot be asked."""
    metric = find_metric(question.metric)
    params, building = _parameters(metric, question)
    tz = str(params.get("report_tz") or settings.get("report_tz") or "UTC")
    spans = _periods(question, metric, tz)
    by = _dimensions(question, metric)
    measure = metric.measure({**params, "by": by, "asked": _asked(question), "only": _only(question)})
    able = _able(metric, measure, sources)
    chosen = _chosen(question, able or tuple(sources))
    as_of = _as_of(question, metric, chosen, sources, spans)
    by = (*measure.implied, *(d for d in by if d not in measure.implied))
    missing = tuple(s.name for s in sources if s not in able)
    return Plan(
        question,
        metric,
        params,
        measure,
        tz,
        as_of,
        spans,
        tuple(min(s.p1, as_of) for s in spans),
        by,
        able,
        missing,
        _covered_from(metric, measure, chosen, sources),
        tuple(sources),
        building,
        _hash(metric, params, building),
        notes=_notes(question, metric, chosen, sources, as_of, tz),
    )


def _needs(metric: Metric, measure: Measure) -> tuple[str, ...]:
    return metric.needs if measure.needs is None else measure.needs


def _able(metric: Metric, measure: Measure, sources: list[Source]) -> tuple[Source, ...]:
    """The sources whose rows are counted; none when nobody supplies what the metric needs."""
    own = _needs(metric, measure)
    if not any(s.can(own) for s in sources) or not all(any(s.can((n,)) for s in sources) for n in metric.also_needs):
        return ()
    needs = {own, *(t.needs for t in measure.tallies if t.needs)}
    return tuple(s for s in sources if any(s.can(n) for n in needs))


def _chosen(question: Question, sources: tuple[Source, ...]) -> tuple[Source, ...]:
    """Those of the sources that are asked for by name; all of them where none is."""
    named = {*question.scope.sources, *_only(question).get("source", ())}
    return tuple(s for s in sources if s.name in named) or sources


def _covered_from(metric: Metric, measure: Measure, chosen: tuple[Source, ...], sources: list[Source]) -> tuple[int, ...]:
    """Since when each source has rows that count: not before all else that the metric needs has begun somewhere."""
    needs = [_needs(metric, measure), *((need,) for need in metric.also_needs)]
    begun = max((min((_start(s) for s in sources if s.can(need)), default=LONG_AGO) for need in needs), default=LONG_AGO)
    return tuple(max(_start(s), begun) for s in chosen)


def _start(source: Source) -> int:
    return epoch(source.loaded_from) if source.loaded_from else LONG_AGO


def _parameters(metric: Metric, question: Question) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """All parameters with their defaults, and those that change how facts are built."""
    known = {p.name: p for p in metric.parameters}
    params: dict[str, Any] = {p.name: p.default for p in metric.parameters}
    params |= {"min_n": 30}
    building: list[tuple[str, str]] = []
    for name, value in question.params.items():
        if name in FOR_ALL or (name in BUILDING and name in known):
            _check_option(metric.name, name, said_as(value), BUILDING[name])
            params |= {name: said_as(value)} if name in known else {}
            building += [(name, said_as(value))] if said_as(value) != BUILDING[name][0] else []
        elif name == "report_tz":
            params[name] = value
        elif name == "min_n":
            params[name] = _number(metric.name, name, value)
        elif name not in known:
            raise UnknownName(f"parameter of {metric.name}", name, [*known, *FOR_ALL, "report_tz", "min_n"])
        else:
            _check_option(metric.name, name, value, known[name].options)
            is_number = not (known[name].is_text or known[name].options or value is known[name].default)
            params[name] = _number(metric.name, name, value) if is_number else value
    return params, tuple(sorted(building))


def _check_option(metric: str, name: str, value: Any, options: tuple[Any, ...]) -> None:
    if options and value not in options:
        raise BadQuestion(f"{name}={value} is no option of {metric}: choose {', '.join(str(o) for o in options)}.")


def _number(metric: str, name: str, value: Any) -> Any:
    """A number of a size that seconds and billionths can still be made of; one that was given as text is one from here on."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = inf
    if -_MOST <= number < 0 and name.endswith(_LENGTHS):
        raise BadQuestion(f"{name} of {metric} is a length of time and cannot be negative: {value!r}.")
    if abs(number) <= _MOST:
        return number if isinstance(value, str) else value
    raise BadQuestion(f"{name} of {metric} must be a number, not {value!r}.")


def _periods(question: Question, metric: Metric, tz: str) -> tuple[Period, ...]:
    if question.moment is not None:
        if not metric.at_moment:
            raise BadQuestion(f"{metric.name} is measured over a period: give from and to instead of at.")
        if question.since or question.until:
            raise BadQuestion("Give either at, or from and to.")
        instant = epoch(question.moment)
        day = moment(instant, tz).date()
        return (Period(day, day, instant, instant),)
    if question.since is None or question.until is None:
        raise BadQuestion(f"{question.metric} needs a period: give from and to (local dates, to is exclusive).")
    return tuple(periods(question.since, question.until, question.grain, tz))


def _as_of(
    question: Question, metric: Metric, chosen: tuple[Source, ...], sources: list[Source], spans: tuple[Period, ...]
) -> int:
    """The latest `loaded_through` of the sources, or the instant asked where that is earlier: nothing is known later.

    What is awaited must be known as far, or its absence would be an outcome. Of a moment is told what lasts then as far as
    is known, and its sources lag. Where nothing says until when it is loaded, it is the end of the question.
    """
    asked = None if question.as_of is None else epoch(question.as_of)
    if asked is not None and question.moment is not None:
        return asked
    ends = [asked, _end(chosen), _end_of_awaited(metric, sources)]
    return min((end for end in ends if end is not None), default=spans[-1].p1)


def _end_of_awaited(metric: Metric, sources: Sequence[Source]) -> int | None:
    """Until when what comes after that which is counted, and decides about it, is known."""
    ends = (_end([s for s in sources if s.can((need,))]) for need in metric.awaits)
    return min((end for end in ends if end is not None), default=None)


def _notes(
    question: Question, metric: Metric, chosen: tuple[Source, ...], sources: list[Source], as_of: int, tz: str
) -> tuple[str, ...]:
    """Why the answer is as of an earlier instant than was asked, or than its own sources are loaded until."""
    at = f"{moment(as_of, tz):%Y-%m-%d %H:%M}"
    own = [epoch(question.as_of) if question.as_of else None, _end(chosen)]
    if _end_of_awaited(metric, sources) == as_of and all(end is None or as_of < end for end in own):
        return (phrase(f"Orders are known until {at}: nobody can say whether later requests were followed by one."),)
    if question.as_of is None or as_of == epoch(question.as_of):
        return ()
    names = ", ".join(s.name for s in chosen)
    return (phrase(f"Nothing of {names} is loaded from {at} on: the answer is as of then."),)


def _end(sources: Sequence[Source]) -> int | None:
    """Until when something of the sources is loaded; None where nothing says."""
    return max((epoch(s.loaded_through) for s in sources if s.loaded_through), default=None)


def _dimensions(question: Question, metric: Metric) -> tuple[str, ...]:
    known = (*EVERYWHERE, *metric.dimensions)
    for name in (*question.by, *(f.dimension for f in question.where)):
        if name not in known:
            raise UnknownName(f"dimension of {metric.name}", name, known)
    return tuple(dict.fromkeys(question.by))


def _asked(question: Question) -> frozenset[str]:
    """The dimensions that rows are split or chosen by."""
    scope = question.scope
    scoped = {"brand": scope.brands, "source": scope.sources, "team": scope.teams, "agent": scope.agents}
    return frozenset((*question.by, *(f.dimension for f in question.where), *(name for name, values in scoped.items() if values)))


def _only(question: Question) -> dict[str, tuple[str, ...]]:
    """The values that rows are chosen by, of each dimension that has such."""
    return {f.dimension: f.values for f in question.where if not f.negated}


def _hash(metric: Metric, params: Mapping[str, Any], building: tuple[tuple[str, str], ...]) -> str:
    said = json.dumps([metric.name, sorted(params.items()), building], default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:12]
