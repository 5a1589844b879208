"""Durations as people say them: seconds for the machine, `2 h 10 min` and `3.4 d` for the reader."""

from __future__ import annotations

from servicemeter.show.numbers import number, rounded

__all__ = ["compact_duration", "duration", "duration_parts", "exact_seconds", "round_seconds", "unit_word"]

_UNITS = {
    "en": {"d": "d", "h": "h", "min": "min", "s": "s"},
    "nl": {"d": "d", "h": "u", "min": "min", "s": "s"},
    "ro": {"d": "z", "h": "h", "min": "min", "s": "s"},
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

# A tick of an axis lies on one of these, so that it reads as a round time.
_ROUND = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)


def unit_word(unit: str, language: str = "en") -> str:
    """What a unit of time is called; anything else as it is.

    >>> unit_word("h", "nl"), unit_word("%", "nl")
    ('u', '%')
    """
    return _UNITS.get(language, _UNITS["en"]).get(unit, unit)


def duration_parts(seconds: float, *, language: str = "en") -> list[tuple[str, str]]:
    """Figures and their units, for setting the figures large.

    Seconds below a minute, minutes and seconds below ten minutes, hours and minutes below two days, then days with
    one decimal (whole days from a hundred on).

    >>> duration_parts(7800)
    [('2', 'h'), ('10', 'min')]
    """
    units = _UNITS.get(language, _UNITS["en"])
    return [(figure, units[unit]) for figure, unit in _split(abs(seconds), language)]


def _split(seconds: float, language: str) -> list[tuple[str, str]]:
    whole = int(rounded(seconds))
    if whole < _MINUTE:
        return [(str(whole), "s")]
    if whole < 10 * _MINUTE:
        return _two(whole // _MINUTE, "min", whole % _MINUTE, "s")
    minutes = int(rounded(seconds / _MINUTE))
    if minutes < 48 * 60:
        return _two(minutes // 60, "h", minutes % 60, "min")
    days = seconds / _DAY
    return [(number(days, 0 if days >= 99.95 else 1, language=language), "d")]


def _two(large: int, large_unit: str, small: int, small_unit: str) -> list[tuple[str, str]]:
    parts = [(str(large), large_unit), (str(small), small_unit)]
    return [part for part in parts if part[0] != "0"]


def duration(seconds: float, *, language: str = "en") -> str:
    """A duration in words; negative ones carry a minus sign.

    >>> duration(7800), duration(293760), duration(45), duration(260), duration(0)
    ('2 h 10 min', '3.4 d', '45 s', '4 min 20 s', '0 s')
    """
    sign = "\N{MINUS SIGN}" if rounded(seconds) < 0 else ""
    return sign + " ".join(f"{figure} {unit}" for figure, unit in duration_parts(seconds, language=language))


def compact_duration(seconds: float, *, language: str = "en") -> str:
    """A duration as one bound of an interval: hours with minutes of two figures and no second unit.

    >>> compact_duration(7440), compact_duration(36300), compact_duration(1740), compact_duration(224640)
    ('2 h 04', '10 h 05', '29 min', '2.6 d')
    """
    parts = duration_parts(seconds, language=language)
    hour = _UNITS.get(language, _UNITS["en"])["h"]
    if len(parts) == 2 and parts[0][1] == hour:
        return f"{parts[0][0]} {hour} {int(parts[1][0]):02}"
    return " ".join(f"{figure} {unit}" for figure, unit in parts)


def exact_seconds(seconds: float, *, language: str = "en") -> str:
    """The seconds themselves, for the reader who hovers or exports.

    >>> exact_seconds(7800), exact_seconds(12.5)
    ('7,800 s', '12.5 s')
    """
    digits = 0 if float(seconds).is_integer() else 1
    return f"{number(seconds, digits, language=language)} s"


def round_seconds(seconds: float) -> int:
    """The smallest round time that is at least `seconds`: a step between the ticks of an axis."""
    for step in _ROUND:
        if step >= seconds:
            return step
    days = 1
    while days * _DAY < seconds:
        days *= 2
    return days * _DAY
