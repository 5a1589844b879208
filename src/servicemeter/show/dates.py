"""Dates, spans and periods in the reader's words. Spans are half-open: `until` is the first day that is not in it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from servicemeter.show.phrases import counted, say

__all__ = [
    "compared_with",
    "day",
    "elapsed_until",
    "is_unfinished",
    "local_instant",
    "moment",
    "month_name",
    "period_label",
    "period_title",
    "span",
    "weekday",
    "weekday_names",
    "whole_period",
]

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "ro": "ian. feb. mar. apr. mai iun. iul. aug. sept. oct. nov. dec.",
}
_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ro": "luni marți miercuri joi vineri sâmbătă duminică",
}
_ONE_DAY = timedelta(days=1)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def _pick(names: dict[str, str], language: str, index: int) -> str:
    return names.get(language, names["en"]).split()[index]


def weekday(on: date, *, language: str = "en") -> str:
    """The name of the day of the week."""
    return _pick(_WEEKDAYS, language, on.weekday())


def weekday_names(language: str = "en") -> list[str]:
    """The days of the week, Monday first."""
    return _WEEKDAYS.get(language, _WEEKDAYS["en"]).split()


def month_name(on: date, *, language: str = "en") -> str:
    """The short name of the month."""
    return _pick(_SHORT, language, on.month - 1)


def day(on: date, *, language: str = "en", with_year: bool = True) -> str:
    """A date.

    >>> day(date(2026, 11, 21)), day(date(2026, 3, 1), language="nl"), day(date(2026, 9, 3), language="ro")
    ('21 Nov 2026', '1 mrt 2026', '3 sept. 2026')
    """
    text = f"{on.day} {_pick(_SHORT, language, on.month - 1)}"
    return f"{text} {on.year}" if with_year else text


def moment(at: datetime, tz: str, *, language: str = "en", with_year: bool = False) -> str:
    """A date and time of day in the reporting zone: `21 Nov 17:40`."""
    local = at.astimezone(ZoneInfo(tz))
    return f"{day(local.date(), language=language, with_year=with_year)} {local:%H:%M}"


def local_instant(value: object, tz: str) -> object:
    """An exact instant (ISO 8601 with an offset) as the reporting zone writes it, to the second; anything else as it stands.

    The offset stays, because an hour comes twice in autumn.

    >>> local_instant("2026-11-02T08:08:50+00:00", "Europe/Amsterdam"), local_instant("2026-11-01", "Europe/Amsterdam")
    ('2026-11-02T09:08:50+01:00', '2026-11-01')
    """
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return value
    return datetime.fromisoformat(value).astimezone(ZoneInfo(tz)).isoformat(timespec="seconds")


def span(since: date, until: date, *, language: str = "en") -> str:
    """The days from `since` up to and not including `until`.

    >>> span(date(2026, 11, 1), date(2026, 11, 22)), span(date(2026, 12, 28), date(2027, 1, 4))
    ('1–21 Nov 2026', '28 Dec 2026 – 3 Jan 2027')
    """
    last = max(until - _ONE_DAY, since)
    end = day(last, language=language)
    if last == since:
        return end
    if (since.year, since.month) == (last.year, last.month):
        return f"{since.day}–{end}"
    return f"{day(since, language=language, with_year=since.year != last.year)} – {end}"


def whole_period(since: date, until: date) -> str | None:
    """The grain of which the span is exactly one period, or None."""
    if until - since == _ONE_DAY:
        return "day"
    if since.weekday() == 0 and (until - since).days == 7:
        return "week"
    if since.day != 1 or until.day != 1:
        return None
    months = (until.year - since.year) * 12 + until.month - since.month
    if months == 3 and since.month % 3 != 1:
        return None
    if months == 12 and since.month != 1:
        return None
    return {1: "month", 3: "quarter", 12: "year"}.get(months)


def period_label(since: date, grain: str, *, language: str = "en", with_year: bool = True) -> str:
    """The name of one period: `November 2026`, `week 47 of 2026`, `quarter 4 of 2026`, `2026`, `21 Nov 2026`."""
    year = since.isocalendar().year if grain == "week" else since.year
    if grain == "year":
        return str(year)
    if grain == "month":
        name = _pick(_MONTHS, language, since.month - 1)
        return f"{name} {year}" if with_year else name
    if grain == "day":
        return day(since, language=language, with_year=with_year)
    return _numbered(since, grain, year, language, with_year)


def _numbered(since: date, grain: str, year: int, language: str, with_year: bool) -> str:
    n = since.isocalendar().week if grain == "week" else (since.month + 2) // 3
    if with_year:
        return say(language, "week {n} of {year}" if grain == "week" else "quarter {n} of {year}", n=n, year=year)
    return say(language, "week {n}" if grain == "week" else "quarter {n}", n=n)


def elapsed_until(since: date, until: date, as_of: datetime, tz: str) -> date:
    """The day after the last day of the span that had begun by `as_of`."""
    last_begun = (as_of - timedelta(microseconds=1)).astimezone(ZoneInfo(tz)).date()
    return max(since, min(until, last_begun + _ONE_DAY))


def is_unfinished(until: date, as_of: datetime, tz: str) -> bool:
    """Whether the span still runs at `as_of`."""
    return as_of < datetime(until.year, until.month, until.day, tzinfo=ZoneInfo(tz))


def period_title(since: date, until: date, as_of: datetime, tz: str, *, language: str = "en") -> str:
    """The heading of a page about a span: `November so far`, `October 2026`, `1–10 Oct 2026`."""
    grain = whole_period(since, until)
    if not is_unfinished(until, as_of, tz):
        title = period_label(since, grain, language=language) if grain else span(since, until, language=language)
        return title[:1].upper() + title[1:]
    title = period_label(since, grain, language=language, with_year=False) if grain else span(since, until, language=language)
    return say(language, "{period} so far", period=title[:1].upper() + title[1:])


def compared_with(
    now: tuple[date, date],
    before: tuple[date, date],
    as_of: datetime,
    tz: str,
    *,
    language: str = "en",
    is_compared: bool | None = True,
) -> str:
    """The line under the heading: the days shown, and those they are compared with, or that nothing is (`is_compared`).

    Nothing of that (None) where nothing can be compared.

    The days of a span that is no whole period are its heading already and left out. An unfinished span is compared
    with the same elapsed part of the one before, whose length is named in days.
    """
    since, until = now
    shown = elapsed_until(since, until, as_of, tz)
    earlier = _earlier(since, shown, until, before, language)
    if is_compared is None:
        beside = ""
    elif is_compared:
        beside = say(language, "compared with {earlier}", earlier=earlier)
    else:
        beside = say(language, "nothing comparable in {earlier}", earlier=earlier)
    if whole_period(since, until) is None:
        return beside
    return ", ".join(text for text in (span(since, shown, language=language), beside) if text)


def _earlier(since: date, shown: date, until: date, before: tuple[date, date], language: str) -> str:
    grain = whole_period(*before)
    if shown == until or until == since:
        return period_label(before[0], grain, language=language) if grain else span(*before, language=language)
    same_length = before[1] - before[0] == shown - since
    if grain and grain != "day" and not same_length:
        whole = period_label(before[0], grain, language=language, with_year=False)
        return say(language, "the same part of {period}", period=whole)
    if same_length and since.day == 1 and before[0].day == 1 and 1 < (shown - since).days < 28:
        month = period_label(before[0], "month", language=language, with_year=False)
        return counted(
            language, (shown - since).days, "the same {n} day of {period}", "the same {n} days of {period}", period=month
        )
    return span(*before, language=language)
