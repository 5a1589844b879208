"""Amounts as shops write them, in minor units of their currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from servicemeter.ground.currencies import minor_digits

__all__ = ["minor_units"]


def minor_units(amount: object, currency: str) -> int:
    """An amount such as `29.95` in minor units (2995), half away from zero; ValueError for what is no number.

    >>> minor_units("29.95", "EUR"), minor_units("-1200", "JPY"), minor_units("0.0005", "KWD")
    (2995, -1200, 1)
    """
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        raise ValueError(f"{amount!r} is no amount") from None
    if not number.is_finite():
        raise ValueError(f"{amount!r} is no amount")
    return int(number.scaleb(minor_digits(currency)).to_integral_value(ROUND_HALF_UP))
