"""The hours of the week: how long each of them lasted within a span, by the clocks of a zone."""

from __future__ import annotations

from servicemeter.ground.zones import offsets

__all__ = ["seconds_of_week"]

_HOUR_S, _DAY_S, _WEEK_S = 3600, 86_400, 7 * 86_400
_THURSDAY = 3  # the weekday of 1970-01-01, Monday being 0


def seconds_of_week(start: int, end: int, tz: str) -> dict[tuple[int, int], int]:
    """How many seconds of [start, end) fell on each weekday (1 to 7) and hour (0 to 23) of the zone's clocks.

    An hour that a clock change skips is not there, one that it repeats is there twice.

    >>> found = seconds_of_week(1774735200, 1774753200, "Europe/Amsterdam")  # the night of 29 March 2026, from 23:00 to 05:00
    >>> [found.get((7, hour), 0) for hour in range(5)], found[6, 23]
    ([3600, 3600, 0, 3600, 3600], 3600)
    """
    found: dict[tuple[int, int], int] = {}
    changes = offsets(tz, start, end)
    ends = [since for since, _ in changes[1:]] + [end]
    for (since, offset), until in zip(changes, ends, strict=True):
        at, last = since + offset, until + offset
        weeks, rest = divmod(max(last - at, 0), _WEEK_S)
        if weeks:
            for place in range(7 * 24):
                _add(found, place * _HOUR_S, weeks * _HOUR_S)
        while rest > 0:
            part = min(rest, _HOUR_S - at % _HOUR_S)
            _add(found, at, part)
            at, rest = at + part, rest - part
    return found


def _add(found: dict[tuple[int, int], int], local: int, seconds: int) -> None:
    day, within = divmod(local, _DAY_S)
    key = ((day + _THURSDAY) % 7 + 1, within // _HOUR_S)
    found[key] = found.get(key, 0) + seconds
