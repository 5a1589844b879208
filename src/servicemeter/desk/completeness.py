"""Until when a file is complete, as whoever imports it says: a day, with all of it, or an instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from servicemeter.ground.clock import epoch, local_day, local_midnight, moment
from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.zones import zone

__all__ = ["complete_through"]


def complete_through(text: str, tz: str, now: datetime) -> datetime:
    """The first instant of which a file tells nothing for certain. Raises `BadQuestion`, also for what is still to come.

    Of today it is what there is now.

    >>> from datetime import UTC
    >>> complete_through("2026-03-31", "UTC", datetime(2026, 4, 5, tzinfo=UTC)).isoformat()
    '2026-04-01T00:00:00+00:00'
    """
    try:
        day = date.fromisoformat(text) if len(text) <= len("2026-03-31") else None
        at = moment(local_midnight(day + timedelta(days=1), tz)) if day else _instant(text, tz)
    except (ValueError, OverflowError):
        raise BadQuestion(f"through: {text!r} is neither a day nor an instant. Write 2026-03-31, or 2026-03-31T18:00.") from None
    if day == local_day(epoch(now), tz):
        return min(at, now)
    if at > now:
        raise BadQuestion(f"through: {text} is still to come, and no file is complete until then. Give a day that has begun.")
    return at


def _instant(text: str, tz: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone(tz))
