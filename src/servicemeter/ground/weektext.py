"""A week of opening hours as one line of text: `mon-fri 09:00-17:30; sat 10:00-12:00 13:00-14:00`."""

from __future__ import annotations

import re

from servicemeter.ground.errors import BadCalendar
from servicemeter.ground.openings import parse_hours
from servicemeter.ground.phrases import phrase

__all__ = ["DAYS", "parse_span", "parse_week", "week_text"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})", re.ASCII)
_EXAMPLE = phrase("Write it like 'mon-fri 09:00-17:30; sat 10:00-14:00'.")


def parse_week(text: str) -> list[tuple[int, str, str]]:
    """The openings of a week as (ISO weekday, open, close); days that are not named are closed.

    >>> parse_week("mon-tue 09:00-12:00 13:00-17:00; sun closed")
    [(1, '09:00', '12:00'), (1, '13:00', '17:00'), (2, '09:00', '12:00'), (2, '13:00', '17:00')]
    """
    openings: list[tuple[int, str, str]] = []
    named: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        days_text, _, hours_text = part.partition(" ")
        days = _days(days_text, part)
        if named.intersection(days):
            raise BadCalendar(
                f"week: {part!r} names a day for the second time. Put all its openings into one part. {phrase(_EXAMPLE)}"
            )
        named.update(days)
        spans = _spans(hours_text, part)
        openings += [(day, *span) for day in days for span in spans]
    return sorted(openings)


def parse_span(text: str) -> tuple[str, str]:
    """One opening, `09:00-17:30`."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        raise BadCalendar(f"{text!r} is no opening. Write it like 09:00-17:30.")
    opens, closes = found.groups()
    if parse_hours(closes) <= parse_hours(opens):
        raise BadCalendar(
            f"{text!r} closes before it opens. A night shift is two openings: until 24:00, and from 00:00 on the next day."
        )
    return opens, closes


def week_text(openings: list[tuple[int, str, str]]) -> str:
    """The line again, with days of the same hours together.

    >>> week_text([(1, "09:00", "17:00"), (2, "09:00", "17:00"), (6, "10:00", "14:00")])
    'mon-tue 09:00-17:00; sat 10:00-14:00'
    """
    hours = [" ".join(f"{a}-{b}" for day, a, b in sorted(openings) if day == number) for number in range(1, 8)]
    parts, number = [], 0
    while number < 7:
        last = number
        while last < 6 and hours[last + 1] == hours[number]:
            last += 1
        if hours[number]:
            name = DAYS[number] if last == number else f"{DAYS[number]}-{DAYS[last]}"
            parts.append(f"{name} {hours[number]}")
        number = last + 1
    return "; ".join(parts) or "closed"


def _days(text: str, part: str) -> list[int]:
    """`mon`, `mon-fri` or `tue,thu` as ISO weekdays."""
    found: list[int] = []
    for name in text.lower().split(","):
        first, dash, last = name.partition("-")
        ends = [_day(one, part) for one in ((first, last) if dash else (first,))]
        if ends[-1] < ends[0]:
            raise BadCalendar(f"week: {name!r} ends before it begins. Write the days in the order of the week, sun last.")
        found += range(ends[0], ends[-1] + 1)
    return found


def _day(name: str, part: str) -> int:
    for number in range(7):
        if name in (DAYS[number], _WHOLE[number]):
            return number + 1
    raise BadCalendar(f"week: {part!r} begins with no day; the days are {', '.join(DAYS)}. {phrase(_EXAMPLE)}")


def _spans(text: str, part: str) -> list[tuple[str, str]]:
    words = text.replace(",", " ").split()
    if words == ["closed"]:
        return []
    if not words:
        raise BadCalendar(f"week: {part!r} says no hours. {phrase(_EXAMPLE)}")
    return [parse_span(word) for word in words]
