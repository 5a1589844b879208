"""From local clock times to UTC: hours that a clock change skips or repeats, whole seconds, believable years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from servicemeter.ground.phrases import phrase

__all__ = ["SkippedHour", "believable", "to_utc", "zone_named"]

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class SkippedHour(ValueError):
    """A local time that no clock showed, because summer time began."""


def zone_named(name: str) -> ZoneInfo | None:
    """Find an IANA zone by name, or None."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def to_utc(instant: datetime, zone: ZoneInfo, fold: str = "first") -> datetime:
    """The UTC instant, in whole seconds (floor), of an aware instant or of a local time of a zone.

    `fold` says which of the two is meant when the clock showed a time twice: the first or the second. Raises
    `SkippedHour` for a time that no clock showed.

    >>> to_utc(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Amsterdam"), "second").hour
    1
    """
    if instant.tzinfo is not None:
        return instant.astimezone(UTC).replace(microsecond=0)
    first = instant.replace(tzinfo=zone, fold=0, microsecond=0)
    second = first.replace(fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before is None or after is None or before == after:
        return first.astimezone(UTC)
    if before < after:
        raise SkippedHour(instant.isoformat(sep=" "))
    return (second if fold == "second" else first).astimezone(UTC)


def believable(instant: datetime, now: datetime) -> str | None:
    """Why an instant cannot be a fact: before 1970, or more than a day after `now`; None when it can."""
    if instant < _FIRST:
        return phrase("the date is before 1970")
    if instant > now + timedelta(days=1):
        return phrase(f"the date lies in the future (now is {now:%Y-%m-%d %H:%M} UTC); is day and month the right way round?")
    return None
