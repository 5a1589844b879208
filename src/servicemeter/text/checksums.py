"""Numbers that carry their own proof: cards, bank accounts, citizen numbers. Each check takes bare digits (and letters)."""

from __future__ import annotations

from datetime import date

__all__ = ["iban_length", "is_bsn", "is_card", "is_cnp", "is_iban"]

_CARDS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (16, 19)),
    (51, 55, (16,)),
    (2221, 2720, (16,)),
    (34, 34, (15,)),
    (37, 37, (15,)),
    (300, 305, (14,)),
    (36, 36, (14,)),
    (38, 39, (14, 16)),
    (6011, 6011, (16, 19)),
    (644, 659, (16, 19)),
    (62, 62, (16, 17, 18, 19)),
    (3528, 3589, (16,)),
    (5018, 5038, (16, 19)),
    (5893, 5893, (16, 19)),
    (6304, 6304, (16, 18, 19)),
    (6759, 6763, (16, 18, 19)),
)
"""First and last beginning of an issuer's numbers, and how long they are."""

_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28,
    "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_CNP_WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
_CNP_CENTURIES = {"1": (1900,), "2": (1900,), "3": (1800,), "4": (1800,), "5": (2000,), "6": (2000,)}
_CNP_COUNTIES = frozenset({*range(1, 49), 51, 52, 70})


def iban_length(country: str) -> int | None:
    """How many characters an account number of a country has, or None where there are no such numbers."""
    return _IBAN_LENGTHS.get(country)


def is_iban(text: str) -> bool:
    """Whether letters and digits without spaces are an IBAN: the country's length, and 1 modulo 97 (ISO 13616).

    >>> is_iban("NL91ABNA0417164300"), is_iban("NL92ABNA0417164300")
    (True, False)
    """
    if len(text) != _IBAN_LENGTHS.get(text[:2]) or not text[2:4].isdigit():
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def is_card(digits: str) -> bool:
    """Whether digits are the number of a payment card: an issuer's beginning and length, and the Luhn sum.

    Thirteen digits are none: such cards are long gone, and article numbers have as many.

    >>> is_card("4111111111111111"), is_card("4111111111111112"), is_card("1234567812345670")
    (True, False, False)
    """
    is_issued = any(first <= int(digits[: len(str(first))]) <= last and len(digits) in n for first, last, n in _CARDS)
    return is_issued and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def is_bsn(digits: str) -> bool:
    """Whether eight or nine digits are a Dutch citizen service number, by the proof of eleven.

    >>> is_bsn("111222333"), is_bsn("111222334"), is_bsn("000000000")
    (True, False, False)
    """
    number = digits.zfill(9)
    if len(number) != 9 or int(number) < 1_000_000:
        return False
    return (sum(w * int(d) for w, d in zip(range(9, 1, -1), number, strict=False)) - int(number[8])) % 11 == 0


def is_cnp(digits: str) -> bool:
    """Whether thirteen digits are a Romanian personal number: a day that exists, a county, and the control digit.

    >>> is_cnp("1800101221144"), is_cnp("1800101221145"), is_cnp("1801301221144")
    (True, False, False)
    """
    if len(digits) != 13 or digits[0] == "0" or int(digits[7:9]) not in _CNP_COUNTIES:
        return False
    if not any(_is_day(c + int(digits[1:3]), digits[3:7]) for c in _CNP_CENTURIES.get(digits[0], (1900, 2000))):
        return False
    rest = sum(w * int(d) for w, d in zip(_CNP_WEIGHTS, digits, strict=False)) % 11
    return int(digits[12]) == (1 if rest == 10 else rest)


def _is_day(year: int, month_and_day: str) -> bool:
    try:
        date(year, int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return False
    return True
