"""From the options of a command to questions, read by the same rules as the API's addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from servicemeter.desk.anydesk import AnyDesk
from servicemeter.ground.clock import epoch, moment, period_end, period_start
from servicemeter.ground.errors import BadQuestion, EmptyBook
from servicemeter.model.question import Filter, Question

__all__ = ["Options", "conditions", "day_of", "instant_of", "questions"]


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
    """One question a metric. Without a period it is the month of the last data; an empty book raises `EmptyBook`."""
    from starlette.datastructures import QueryParams

    from servicemeter.web.asked import questions_from_query

    pairs = [("metric", name) for name in metrics]
    pairs += [("by", one) for one in given.by] + [("where", one) for one in given.where]
    pairs += [("set", one) for one in given.options]
    if given.grain:
        pairs.append(("grain", given.grain))
    pairs += _period(desk, given)
    for name, text in (("at", given.at), ("as_of", given.as_of), ("known_at", given.known_at)):
        if text:
            pairs.append((name, instant_of(text, desk.report_tz).isoformat()))
    return questions_from_query(QueryParams(pairs), {m.name: m for m in desk.metrics()})


def _period(desk: AnyDesk, given: Options) -> list[tuple[str, str]]:
    if given.at:
        return []
    if given.since or given.until:
        return [(name, text) for name, text in (("from", given.since), ("to", given.until)) if text]
    since, until = _month_of_last_data(desk, given.grain)
    return [("from", since.isoformat()), ("to", until.isoformat())]


def _month_of_last_data(desk: AnyDesk, grain: str | None) -> tuple[date, date]:
    """The month in which the data ends; with a grain, the whole periods that touch it."""
    covered = desk.covered()
    if covered is None:
        raise EmptyBook(
            "Nothing has been imported yet. Begin with: servicemeter import PATH, or look around with: servicemeter demo"
        )
    start = period_start(moment(epoch(covered[1]) - 1, desk.report_tz).date(), "month")
    end = period_end(start, "month")
    if not grain:
        return start, end
    return period_start(start, grain), period_end(period_start(end - timedelta(days=1), grain), grain)


def conditions(where: Sequence[str]) -> tuple[Filter, ...]:
    """The conditions of `--where`."""
    from servicemeter.web.asked import condition

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
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(tz))
