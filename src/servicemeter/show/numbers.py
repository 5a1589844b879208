"""Numbers as people read them: thousands, decimals, percent, money; rounded half away from zero, for display only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from servicemeter.ground.currencies import minor_digits

__all__ = ["LANGUAGES", "interval", "money", "number", "percent", "rounded"]

LANGUAGES = ("en", "nl", "ro")


@dataclass(frozen=True)
class _Marks:
    decimal: str
    thousands: str


_MARKS = {"en": _Marks(".", ","), "nl": _Marks(",", "."), "ro": _Marks(",", ".")}
_SYMBOLS = {"EUR": "€", "GBP": "£"}  # a dollar is one of many: its code says which
_MINUS = "\N{MINUS SIGN}"


def rounded(value: float, digits: int = 0) -> Decimal:
    """The value rounded half away from zero.

    >>> rounded(2.5), rounded(-2.5), rounded(0.45, 1)
    (Decimal('3'), Decimal('-3'), Decimal('0.5'))
    """
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def number(value: float, digits: int = 0, *, language: str = "en", signed: bool = False) -> str:
    """A number with separators; `signed` shows a plus too, and zero has no sign.

    >>> number(4812), number(-0.25, 1), number(1234.5, 1, language="nl"), number(38, signed=True)
    ('4,812', '−0.3', '1.234,5', '+38')
    """
    figure = rounded(value, digits)
    marks = _MARKS.get(language, _MARKS["en"])
    whole, _, part = f"{abs(figure):,.{digits}f}".partition(".")
    text = whole.replace(",", marks.thousands) + (marks.decimal + part if part else "")
    sign = _MINUS if figure < 0 else "+" if signed and figure > 0 else ""
    return sign + text


def percent(share: float, digits: int = 1, *, language: str = "en") -> str:
    """A share of 0 to 1 as a percentage.

    >>> percent(0.931), percent(0.84, 0), percent(0.0675, language="ro")
    ('93.1 %', '84 %', '6,8 %')
    """
    return f"{number(_hundredfold(share), digits, language=language)} %"


def _hundredfold(share: float) -> float:
    """A hundred times a share without the dust of binary fractions (0.0675 → 6.75)."""
    return float(Decimal(repr(share)) * 100)


def money(
    minor: float,
    currency: str | None = None,
    *,
    language: str = "en",
    signed: bool = False,
    more_digits: int = 0,
    has_symbol: bool = True,
) -> str:
    """Minor units as an amount, with the currency as the language writes it where it is known; `more_digits` for an exact one.

    The decimals are the currency's own: none for yen, two where it is not known.

    >>> money(1234550, "EUR"), money(-412, "EUR", language="nl"), money(412, "RON", language="ro"), money(412, "JPY")
    ('€12,345.50', '€ −4,12', '4,12 RON', 'JPY 412')
    """
    digits = minor_digits(currency or "")
    major = float(Decimal(repr(minor)).scaleb(-digits))
    text = number(major, digits + more_digits, language=language, signed=signed)
    if not currency or not has_symbol:
        return text
    symbol = _SYMBOLS.get(currency, currency)
    if language == "ro":
        return f"{text} {symbol}"
    if language == "nl":
        return f"{symbol} {text}"
    sign = text[0] if text[0] in ("+", _MINUS) else ""
    return f"{sign}{symbol}{' ' if symbol.isalpha() else ''}{text[len(sign) :]}"


def interval(low: str, high: str) -> str:
    """Two bounds as one text, with spaces where a bound has a sign or a space of its own.

    >>> interval("69.9", "72.8"), interval("+29", "+47")
    ('69.9–72.8', '+29 – +47')
    """
    plain = low.isascii() and high.isascii() and not set(low + high) & set(" +")
    return f"{low}–{high}" if plain else f"{low} – {high}"
