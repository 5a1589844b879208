"""Opening hours as the fields of a form, and the fields as a wish again; what is wrong is said beside its field.

`d6.1.open` and `d6.1.close` are Saturday's first opening, `x2.on`, `x2.open` and `x2.close` the second of the dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from servicemeter.ground.clock import parse_hours, zone
from servicemeter.ground.errors import BadCalendar, BadSettings
from servicemeter.model.hours import DayWish, HoursWish
from servicemeter.show.phrases import phrase, say

__all__ = ["SLOTS", "Faults", "read_days", "read_week", "week_values"]

SLOTS = 3
"""Openings that a day has room for."""
_MOST_SLOTS = 12
_MOST_DAYS = 120
Fields = Mapping[str, str]
_NO_TIME = phrase("“{value}” is no time of day. Write it as HH:MM, 00:00 to 24:00.")
_HALF = phrase("An opening needs both times; leave both empty where there is none.")
_BACKWARD = phrase(
    "{close} does not come after {open}. A night shift is two openings: until 24:00, and from 00:00 on the next day."
)
_OVERLAP = phrase("{open}–{close} overlaps {other}. Let it begin when the other ends, or join the two.")
_NO_DATE = phrase("“{value}” is no date. Write it as 2026-12-25.")
_NO_ZONE = phrase("“{value}” is no time zone. Write one such as Europe/Amsterdam.")
_NO_NAME = phrase("Give the calendar a name of 1 to 60 letters.")


@dataclass
class Faults:
    """What is wrong, by field, in the reader's language."""

    language: str
    by_field: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, english: str, /, **values: object) -> None:
        """Say what is wrong with a field; the first thing said stands."""
        self.by_field.setdefault(name, say(self.language, english, **values))

    def __bool__(self) -> bool:
        return bool(self.by_field)


def week_values(openings: Iterable[tuple[int, str, str]]) -> dict[str, str]:
    """The fields of a week."""
    values: dict[str, str] = {}
    for day, opens, closes in sorted(openings):
        slot = next(n for n in range(1, _MOST_SLOTS + 1) if f"d{day}.{n}.open" not in values)
        values |= {f"d{day}.{slot}.open": opens, f"d{day}.{slot}.close": closes}
    return values


def read_week(fields: Fields, faults: Faults) -> HoursWish:
    """The wish of a week's form."""
    name, tz = fields.get("name", "").strip(), fields.get("tz", "").strip()
    calendar_id = fields.get("calendar", "").strip() or name
    if not calendar_id or len(calendar_id) > 60:
        faults.add("name", _NO_NAME)
    if tz:
        try:
            zone(tz)
        except BadSettings:
            faults.add("tz", _NO_ZONE, value=tz)
    else:
        faults.add("tz", _NO_ZONE, value="")
    week = []
    for day in range(1, 8):
        taken: list[tuple[str, str]] = []
        for slot in range(1, _MOST_SLOTS + 1):
            span = _read_span(fields, f"d{day}.{slot}", faults, taken)
            if span:
                taken.append(span)
                week.append((day, *span))
    since = _read_date(fields, "since", faults)
    return HoursWish(
        calendar_id, name or None, tz or None, tuple(week), since, is_default=fields.get("is_default") == "1"
    )  # fmt: skip


def read_days(fields: Fields, usual: Iterable[str], faults: Faults) -> HoursWish:
    """The wish of the form of dates: those that are filled in, and those that are to be usual again."""
    spans: dict[date, list[tuple[str, str]]] = {}
    for number in range(1, _MOST_DAYS + 1):
        name = f"x{number}"
        if fields.get(f"{name}.ask") and not fields.get(f"{name}.take"):
            continue
        on = _read_date(fields, f"{name}.on", faults)
        span = _read_span(fields, name, faults, spans.get(on, []) if on else [])
        if on is not None:
            spans.setdefault(on, []).extend([span] if span else [])
        elif span and not fields.get(f"{name}.on", "").strip():
            faults.add(f"{name}.on", _NO_DATE, value="")
    days = [DayWish(on, tuple(opened)) for on, opened in sorted(spans.items())]
    back = [DayWish(on, is_usual=True) for text in usual if (on := _date(text)) and on not in spans]
    return HoursWish(fields.get("calendar", ""), days=(*days, *back))


def _read_span(fields: Fields, name: str, faults: Faults, taken: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """One opening, if it is filled in and right."""
    opens, closes = (fields.get(f"{name}.{end}", "").strip() for end in ("open", "close"))
    if not opens and not closes:
        return None
    if not opens or not closes:
        faults.add(f"{name}.open", _HALF)
        return None
    try:
        from_s, to_s = parse_hours(opens), parse_hours(closes)
    except BadCalendar:
        faults.add(f"{name}.open", _NO_TIME, value=opens if _is_wrong(opens) else closes)
        return None
    if to_s <= from_s:
        faults.add(f"{name}.open", _BACKWARD, open=opens, close=closes)
        return None
    for a, b in taken:
        if from_s < parse_hours(b) and parse_hours(a) < to_s:
            faults.add(f"{name}.open", _OVERLAP, open=opens, close=closes, other=f"{a}–{b}")
    return opens, closes


def _is_wrong(text: str) -> bool:
    try:
        parse_hours(text)
    except BadCalendar:
        return True
    return False


def _read_date(fields: Fields, name: str, faults: Faults) -> date | None:
    text = fields.get(name, "").strip()
    on = _date(text)
    if text and on is None:
        faults.add(name, _NO_DATE, value=text)
    return on


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
