"""Dates and instants as people write them: which styles a text could be, and what it says in each.

A *style* is one way of reading: `iso`, `day-first`, `month-first`, `year-first` (two-digit years only), `named` (the
month as a word, in the languages of `datewords`), `excel` (serial days), `seconds` and `milliseconds` since 1970, and
`typed` for cells that are instants already.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from servicemeter.ground.phrases import phrase
from servicemeter.sources.datewords import MONTH, offset
from servicemeter.sources.patterns import match_pattern
from servicemeter.sources.table import Cell, text_of

__all__ = ["DATE_ORDERS", "SPOKEN_STYLES", "STYLES", "readings", "with_format"]

DATE_ORDERS = ("day-first", "month-first", "year-first")
STYLES = ("iso", *DATE_ORDERS, "named", "excel", "seconds", "milliseconds", "typed")

_TIME = (
    r"(?:(?:,?\s+|T|\s+(?:at|om|la|ora|um|à|a las|o)\s+|\s+-\s+)(?P<h>\d{1,2})[:.h](?P<mi>\d{2})"
    r"(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?:\s+Uhr)?(?:\s*(?P<half>[ap])\.?m\.?)?(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?$"
)
_ISO = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.]?)(?P<m>\d{2})(?P=sep)(?P<d>\d{2})" + _TIME, re.IGNORECASE)
_ISO_LOOSE = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})" + _TIME, re.IGNORECASE)
_THREE = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})" + _TIME, re.IGNORECASE)
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,?\s+)?"
_DAY_MONTH = re.compile(
    _WEEKDAY
    + r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|e)?[-/. ]\s*(?:de\s+)?(?P<m>[^\W\d]{3,12})\.?,?[-/. ]\s*(?:de\s+)?(?P<y>\d{4}|\d{2})"
    + _TIME,
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    _WEEKDAY + r"(?P<m>[^\W\d]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4}|\d{2})" + _TIME, re.IGNORECASE
)
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?$")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?$")
_EPOCH_MS = re.compile(r"\d{12,13}$")
_1900, _1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
SPOKEN_STYLES = {
    "day-first": phrase("day first"),
    "month-first": phrase("month first"),
    "year-first": phrase("year first"),
    "named": phrase("with the month in words"),
    "iso": phrase("year, month, day"),
    "typed": phrase("dates of the file itself"),
    "excel": phrase("serial days of a workbook"),
    "seconds": phrase("seconds since 1970"),
    "milliseconds": phrase("milliseconds since 1970"),
}
_YEAR_FIRST_BACK = 10
_FIRST_YEAR = 1970


def readings(cell: Cell, now: datetime, *, epoch: str = "1900") -> dict[str, datetime]:
    """Every style in which a cell is a date, and the instant it then says: aware where it has an offset, else naive.

    A two-digit year lies between 1970 and next year; read as `year-first` it lies in the last ten years, since nobody
    writes older dates that way and few write any.
    """
    if isinstance(cell, datetime):
        return {"typed": cell}
    if isinstance(cell, date):
        return {"typed": datetime(cell.year, cell.month, cell.day)}  # noqa: DTZ001
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        return _numeric(format(Decimal(str(cell)), "f"), epoch)
    if not isinstance(cell, str):
        return {}
    text = cell.strip()
    if (instant := _strict_iso(text)) is not None:
        return {"iso": instant}
    if found := _ISO.match(text) or _ISO_LOOSE.match(text):
        instant = _instant(found, found["y"], found["m"], found["d"], now)
        return {"iso": instant} if instant else {}
    if found := _THREE.match(text):
        return _three(found, now)
    if found := _DAY_MONTH.match(text) or _MONTH_DAY.match(text):
        instant = _instant(found, found["y"], str(MONTH.get(found["m"].lower(), 0)), found["d"], now)
        return {"named": instant} if instant else {}
    return _numeric(text, epoch)


def with_format(cell: Cell, pattern: str) -> datetime | None:
    """Read a cell by a given pattern (`%d/%m/%Y %H:%M`), or None when it does not fit."""
    if isinstance(cell, datetime):
        return cell
    return match_pattern(pattern, text_of(cell).strip())


def _strict_iso(text: str) -> datetime | None:
    """The most frequent form by the shortest way: 2024-04-03, 2024-04-03 10:00:05, with or without offset."""
    if text[4:5] != "-" or text[7:8] != "-" or text[10:11] not in {"", "T", " "}:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _three(found: re.Match[str], now: datetime) -> dict[str, datetime]:
    a, b, c = found["a"], found["b"], found["c"]
    made = {
        "day-first": _instant(found, c, b, a, now),
        "month-first": _instant(found, c, a, b, now),
    }
    if len(a) == len(b) == len(c) == 2:
        made["year-first"] = _recent(_instant(found, a, b, c, now), now)
    return {style: instant for style, instant in made.items() if instant is not None}


def _recent(instant: datetime | None, now: datetime) -> datetime | None:
    """The instant if it lies in the last ten years."""
    if instant is None:
        return None
    first, last = date(now.year - _YEAR_FIRST_BACK, 1, 1), (now + timedelta(days=1)).date()
    return instant if first <= instant.date() <= last else None


def _numeric(text: str, epoch: str) -> dict[str, datetime]:
    text = text.replace(",", ".")
    if _SERIAL.match(text):
        return {"excel": (_1904 if epoch == "1904" else _1900) + timedelta(seconds=round(float(text) * 86400, 3))}
    if _EPOCH.match(text):
        return {"seconds": datetime.fromtimestamp(float(text), UTC)}
    if _EPOCH_MS.match(text):
        return {"milliseconds": datetime.fromtimestamp(int(text) // 1000, UTC)}
    return {}


def _instant(found: re.Match[str], year: str, month: str, day: str, now: datetime) -> datetime | None:
    try:
        instant = datetime(_full_year(year, now), int(month), int(day), *_clock(found))  # noqa: DTZ001
        return instant if found["zone"] is None else instant.replace(tzinfo=offset(found["zone"]))
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> tuple[int, int, int, int]:
    """Hour, minute, second, microsecond; ValueError for a 12-hour clock that says 0 or 13."""
    if found["h"] is None:
        return (0, 0, 0, 0)
    hour = int(found["h"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    return (hour, int(found["mi"]), int(found["s"] or 0), int((found["f"] or "0")[:6].ljust(6, "0")))


def _full_year(year: str, now: datetime) -> int:
    if len(year) == 4:
        return int(year)
    near = now.year // 100 * 100 + int(year)
    full = near if near <= now.year + 1 else near - 100
    if full < _FIRST_YEAR:
        raise ValueError(year)
    return full
