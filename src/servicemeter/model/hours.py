"""Opening hours that an organisation sets itself: what is held, what is wished, and what a wish would change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

__all__ = [
    "CLOSED",
    "OURS",
    "WITHDRAWN",
    "CalendarHeld",
    "Change",
    "DayHeld",
    "DayWish",
    "HoursHeld",
    "HoursWish",
    "SettingPlan",
    "WeekHeld",
]

CLOSED = "closed"
"""What stands instead of a closing time where a weekday has no opening; a week that is closed altogether is said by it."""
WITHDRAWN = "withdrawn"
"""What stands instead of a closing time where a row is taken away again: it counts as if it were not there."""
OURS = "servicemeter"
"""The source of what is set here, and not loaded from anywhere."""

Opening = tuple[int, str, str]
Span = tuple[str, str]


@dataclass(frozen=True)
class WeekHeld:
    """A week of openings as (ISO weekday, open, close), from a date on (None: at all times before the next)."""

    valid_from: date | None
    openings: list[Opening]


@dataclass(frozen=True)
class DayHeld:
    """A date on which other hours hold than in its week: (open, close) of each; none is closed all day."""

    on: date
    openings: list[Span]


@dataclass(frozen=True)
class CalendarHeld:
    """A calendar with all its weeks, the earliest first, and its days; `is_ours` says that it can be changed here.

    `teams` and `brands` name those whose tickets run by it, `promises` the agreements that do.
    """

    calendar_id: str
    name: str
    tz: str
    source: str
    is_ours: bool
    is_default: bool
    weeks: list[WeekHeld] = field(default_factory=list)
    days: list[DayHeld] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    brands: list[str] = field(default_factory=list)
    promises: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class HoursHeld:
    """All calendars; `default` is the one of tickets without another ("" where all of the time counts). `mark` is that of now."""

    calendars: list[CalendarHeld]
    default: str
    report_tz: str
    mark: str


@dataclass(frozen=True)
class DayWish:
    """A date with hours of its own; none is closed all day. With `is_usual` its week holds again."""

    on: date
    openings: tuple[Span, ...] = ()
    is_usual: bool = False


@dataclass(frozen=True)
class HoursWish:
    """What is to be another way in one calendar; what is None or empty stays as it is.

    `week` is a whole week, from `since` on (None: at all times, as far as no later week holds). `take_back` names dates whose
    weeks are taken away again, so that the week before goes on.
    """

    calendar_id: str
    name: str | None = None
    tz: str | None = None
    week: tuple[Opening, ...] | None = None
    since: date | None = None
    take_back: tuple[date, ...] = ()
    days: tuple[DayWish, ...] = ()
    is_default: bool = False


@dataclass(frozen=True)
class Change:
    """A row that would be another: its table, what it says now (None: there is none) and what it would say."""

    table: str
    before: dict[str, Any] | None
    after: dict[str, Any]


@dataclass(frozen=True)
class SettingPlan:
    """What a wish would change in the book, and from when on figures may be others.

    `since` is the first local day of it, None with `is_always` for all times; `reaches` are the metrics, none where nothing runs
    by what is changed. `mark` is that of the rows it was made from; `data_version` is there once it is written. `differs` are the
    weekdays on which a new week is another than the one it follows: (ISO weekday, the openings before, those after).
    """

    changes: list[Change]
    since: date | None
    is_always: bool
    is_past: bool
    reaches: list[str]
    mark: str
    data_version: int | None = None
    differs: list[tuple[int, list[Span], list[Span]]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the terminal prints them."""
        return {
            "changes": [{"table": one.table, "before": one.before, "after": one.after} for one in self.changes],
            "since": self.since, "is_always": self.is_always, "is_past": self.is_past, "reaches": self.reaches,
            "data_version": self.data_version,
        }  # fmt: skip
