"""When it is busy: arrivals and the work they bring, for every hour of the week and every channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.analysis.intervals import byar
from servicemeter.desk.methods import method
from servicemeter.ground.clock import epoch, local_midnight
from servicemeter.ground.weeks import seconds_of_week
from servicemeter.model.answer import Answer, Row
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.scorecard import Scorecard
from servicemeter.model.watch import BusyTimes

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "busy_times"]

SENDS = (BusyTimes,)
_ARRIVALS, _HANDLING = "interactions_count", "average_handle_time"
Hours = Mapping[tuple[int, int], int]


@method(is_kept=True)
def busy_times(
    desk: Desk,
    *,
    since: date | None = None,
    until: date | None = None,
    period: str | None = None,
    where: Sequence[Filter] = (),
    as_of: datetime | None = None,
    scope: Scope | None = None,
) -> BusyTimes:
    """Arrivals (`interactions_count`) an hour, and the load: arrivals times the handling time that each brings.

    The handling time of an arrival is what was spent on its channel (and source) in the span, divided by its arrivals: follow-ups
    and calls given up are arrivals, too. So the loads of all hours add up to what was really worked. Hours of the week
    last as long as the zone's clocks make them, as far as the data reach.
    """
    card = desk.scorecard(
        since=since, until=until, period=period, where=where, as_of=as_of, metrics=[_ARRIVALS, _HANDLING], scope=scope
    )
    asked: dict[str, Any] = {"where": tuple(where), "as_of": as_of, "scope": scope or Scope()}
    arrivals, handling = desk.measure_all(
        [
            Question(_ARRIVALS, card.since, card.until, by=("source", "channel", "weekday", "hour_of_day"), **asked),
            Question(_HANDLING, card.since, card.until, by=("source", "channel"), **asked),
        ]
    )
    hours = _hours(card, desk.covered())
    rates = _rates(arrivals, handling)
    return BusyTimes(card, _cells(arrivals.rows, rates, hours), _channels(rates))


def _hours(card: Scorecard, covered: tuple[datetime, datetime] | None) -> Hours:
    """How long each hour of the week lasted in the part of the span that the data cover."""
    since = max(local_midnight(card.since, card.report_tz), epoch(covered[0]) if covered else 0)
    until = min(local_midnight(card.until, card.report_tz), epoch(card.as_of))
    return seconds_of_week(since, until, card.report_tz) if since < until else {}


class _Rate:
    """One channel of one source: its arrivals, and the seconds spent on them (None where nobody measured that)."""

    def __init__(self, source: str, channel: str, arrivals: int, handled: int | None) -> None:
        self.source, self.channel, self.arrivals, self.handled = source, channel, arrivals, handled

    @property
    def seconds(self) -> float | None:
        """Seconds of work for each arrival."""
        return None if self.handled is None or not self.arrivals else self.handled / self.arrivals


Rates = Mapping[tuple[str, str], _Rate]


def _rates(arrivals: Answer, handling: Answer) -> dict[tuple[str, str], _Rate]:
    counts: dict[tuple[str, str], int] = {}
    for row in arrivals.rows:
        if "source" in row and row["value"]:
            key = (str(row["source"]), str(row["channel"]))
            counts[key] = counts.get(key, 0) + int(row["value"])
    spent = {(str(row["source"]), str(row["channel"])): row["numerator"] for row in handling.rows if "source" in row and row["n"]}
    return {key: _Rate(*key, count, spent.get(key)) for key, count in sorted(counts.items())}


def _channels(rates: Rates) -> list[Row]:
    """Each channel with its arrivals and its work, the busiest first."""
    found = []
    for channel in dict.fromkeys(rate.channel for rate in rates.values()):
        own = [rate for rate in rates.values() if rate.channel == channel]
        known = [rate for rate in own if rate.handled is not None]
        spent = sum(rate.handled or 0 for rate in known)
        counted = sum(rate.arrivals for rate in known)
        found.append(
            {
                "channel": channel,
                "arrivals": sum(rate.arrivals for rate in own),
                "handle_seconds": spent if known else None,
                "handle_seconds_per_arrival": spent / counted if counted else None,
                "arrivals_without_handle_time": sum(rate.arrivals for rate in own) - counted,
                "null_reason": None if known else "not_measured",
            }
        )
    return sorted(found, key=lambda row: (-row["arrivals"], row["channel"]))


def _cells(rows: Sequence[Row], rates: Rates, hours: Hours) -> list[Row]:
    """Every hour of the week that the span has, by channel and for all channels; then the hours of any day."""
    counts: dict[tuple[str, str, int, int], int] = {}
    for row in rows:
        if "source" in row and row["value"]:
            key = (str(row["source"]), str(row["channel"]), int(row["weekday"]), int(row["hour_of_day"]))
            counts[key] = counts.get(key, 0) + int(row["value"])
    found = []
    for channel in (None, *dict.fromkeys(row["channel"] for row in _channels(rates))):
        own = [rate for rate in rates.values() if channel in (None, rate.channel)]
        for weekday in (*range(1, 8), None):
            found += [_cell(channel, weekday, hour, own, counts, hours) for hour in range(24) if _lasted(hours, weekday, hour)]
    return found


def _days(weekday: int | None) -> Sequence[int]:
    return range(1, 8) if weekday is None else (weekday,)


def _lasted(hours: Hours, weekday: int | None, hour: int) -> int:
    return sum(hours.get((day, hour), 0) for day in _days(weekday))


def _cell(
    channel: str | None,
    weekday: int | None,
    hour: int,
    own: Sequence[_Rate],
    counts: Mapping[tuple[str, str, int, int], int],
    hours: Hours,
) -> Row:
    """One hour: arrivals and, where their handling time is known, how many people their work keeps busy."""
    lasted = _lasted(hours, weekday, hour) / 3600
    by_rate = [(rate, sum(counts.get((rate.source, rate.channel, day, hour), 0) for day in _days(weekday))) for rate in own]
    arrivals = sum(count for _, count in by_rate)
    work = [count * rate.seconds for rate, count in by_rate if rate.seconds is not None]
    interval = byar(arrivals, lasted)
    return {
        "channel": channel,
        "weekday": weekday,
        "hour_of_day": hour,
        "arrivals": arrivals,
        "hours": lasted,
        "per_hour": arrivals / lasted,
        "ci_low": interval[0] if interval else None,
        "ci_high": interval[1] if interval else None,
        "load": sum(work) / 3600 / lasted if work else None,
        "null_reason": None if work else "not_measured",
    }
