"""From the options of a command to questions, read by the same rules as the API's addresses."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from servicemeter.desk.anydesk import AnyDesk
from servicemeter.ground.clock import epoch, moment, period_end, period_start, within_reach
from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.settings import Home
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Question

__all__ = ["Options", "asked_again", "conditions", "day_of", "instant_of", "questions"]

_Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Options:
    """The options of a question as they were typed."""

    since: str | None = None
    until: str | None = None
    where: tuple[str, ...] = ()
    grain: str | None = None
    by: tuple[str, ...] = ()
    as_of: str | None = None
    known_at: str | None = None
    at: str | None = None
    options: tuple[str, ...] = ()


def questions(desk: AnyDesk, metrics: Sequence[str], given: Options) -> list[Question]:
    """One question a metric. Without a period it is the month in which the data that the metric needs ends."""
    declared = {name: desk.metric(name) for name in metrics}
    shared = _shared(desk, given)
    if given.at or given.since or given.until:
        span = [(name, text) for name, text in (("from", given.since), ("to", given.until)) if text]
        return [_question(declared, name, shared, span) for name in metrics]
    last = desk.covered()
    if last is None:
        raise BadQuestion("No data says when it ends. Give the period: --from DATE --to DATE.")
    asked = [_question(declared, name, shared, _month(last[1], desk.report_tz, given.grain)) for name in metrics]
    ends = [answer.as_of for answer in desk.measure_all(asked)]
    return [
        _question(declared, name, shared, _month(end, desk.report_tz, given.grain))
        for name, end in zip(metrics, ends, strict=True)
    ]


def _shared(desk: AnyDesk, given: Options) -> _Pairs:
    """The options that all questions of a command share, as pairs of an address."""
    pairs = [("by", one) for one in given.by] + [("where", one) for one in given.where]
    pairs += [("set", one) for one in given.options]
    if given.grain:
        pairs.append(("grain", given.grain))
    for name, text in (("at", given.at), ("as_of", given.as_of), ("known_at", given.known_at)):
        if text:
            pairs.append((name, instant_of(text, desk.report_tz).isoformat()))
    return pairs


def _question(declared: dict[str, Metric], name: str, shared: _Pairs, span: _Pairs) -> Question:
    from servicemeter.web.asked import questions_from_query

    [question] = questions_from_query([("metric", name), *shared, *span], declared)
    return question


def _month(end: datetime, tz: str, grain: str | None) -> _Pairs:
    """The month of the last instant before `end`; with a grain, the whole periods that touch it."""
    since = period_start(moment(epoch(end) - 1, tz).date(), "month")
    until = period_end(since, "month")
    if grain:
        since, until = period_start(since, grain), period_end(period_start(until - timedelta(days=1), grain), grain)
    return [("from", since.isoformat()), ("to", until.isoformat())]


def asked_again() -> str:
    """The options of a question, and its data folder, as they were typed: for a command that asks the same."""
    ctx, said = click.get_current_context(), ""
    for param in ctx.command.params:
        if param.name in (None, "metrics", "form") or ctx.get_parameter_source(param.name) is not ParameterSource.COMMANDLINE:
            continue
        given = ctx.params[param.name]
        for value in given if param.multiple else [given.folder if isinstance(given, Home) else given]:
            said += f" {param.opts[0]} {shlex.quote(str(value))}"
    return said


def conditions(where: Sequence[str]) -> tuple[Filter, ...]:
    """The conditions of `--where`."""
    from servicemeter.model.condition import condition

    return tuple(condition(text) for text in where)


def day_of(text: str | None, name: str) -> date | None:
    """A date written as 2026-11-21."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadQuestion(f"--{name} {text!r} is not a date. Write it as 2026-11-21.") from None


def instant_of(text: str, tz: str) -> datetime:
    """An instant; without an offset it is read in the reporting zone, and a date alone is its midnight.

    >>> instant_of("2026-11-21", "Europe/Amsterdam").isoformat()
    '2026-11-21T00:00:00+01:00'
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"{text!r} is no instant. Write it as 2026-11-21T17:40+01:00, or 2026-11-21 for midnight.") from None
    return within_reach(at if at.tzinfo else at.replace(tzinfo=ZoneInfo(tz)))
