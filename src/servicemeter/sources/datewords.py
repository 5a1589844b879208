"""The words in dates: names of months in the languages of exports, and offsets from UTC."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

__all__ = ["MONTH", "offset"]

_FULL = (
    "january february march april may june july august september october november december",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
)
_SHORT = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mrt apr mei jun jul aug sept okt nov dec",
    "ian feb mar apr mai iun iul aug sept oct noi dec",
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
)
MONTH: dict[str, int] = {word: n for words in (*_FULL, *_SHORT) for n, word in enumerate(words.split(), start=1)}
"""The number of each name of a month, in full and short, in lower case."""


def offset(zone: str) -> timezone:
    """The offset that `Z`, `UTC`, `+02:00`, `+0200` or `+02` says; ValueError beyond a day."""
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
