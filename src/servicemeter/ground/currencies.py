"""How many minor units a currency has (ISO 4217)."""

from __future__ import annotations

__all__ = ["UNUSUAL_DIGITS", "minor_digits"]

UNUSUAL_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Currencies whose minor unit is not a hundredth, with the number of its digits."""


def minor_digits(currency: str) -> int:
    """The digits of a currency's minor unit.

    >>> minor_digits("EUR"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    return UNUSUAL_DIGITS.get(currency, 2)
