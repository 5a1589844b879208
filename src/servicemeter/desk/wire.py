"""Values on their way between a command and the server that holds the book: JSON both ways, rebuilt exactly.

Plain values stand for themselves; everything else is an object whose `$` says what it is. Only the kinds named here are
ever built from what arrives.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from servicemeter.desk.methods import record_sent
from servicemeter.ground import errors

__all__ = ["pack", "pack_error", "unpack", "unpack_error"]

_RECORDS = {
    "Answer": "model.answer", "Card": "model.scorecard", "Curve": "model.curve", "Explanation": "model.explanation",
    "Family": "model.scorecard", "Filter": "model.question", "ImportReport": "desk.importing", "ImportRequest": "desk.importing",
    "LeftOut": "model.explanation", "LoadReport": "store.book", "Merged": "store.versions", "Question": "model.question",
    "Scope": "model.question", "Scorecard": "model.scorecard", "Step": "desk.steps", "SyncRun": "office.runs",
    "SyncStep": "desk.sync", "Target": "model.target",
}  # fmt: skip
"""The kinds of records that a desk itself takes and gives, with where they stand: a command meets few of them."""


@cache
def _record(name: str) -> type[Any] | None:
    """The kind of record of that name that is sent: one of these, or one that a method found by name brings."""
    if name not in _RECORDS:
        return record_sent(name)
    kind: type[Any] = getattr(importlib.import_module(f"servicemeter.{_RECORDS[name]}"), name)
    return kind


def pack(value: Any) -> Any:
    """A value as JSON can hold it; `TypeError` for a kind that is not sent."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [pack(v) for v in value]
    if isinstance(value, dict):
        return {"$": "map", "of": [[pack(k), pack(v)] for k, v in value.items()]}
    if isinstance(value, tuple):
        return {"$": "tuple", "of": [pack(v) for v in value]}
    if isinstance(value, datetime):
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        return {"$": "instant", "of": [value.isoformat(), zone]}
    if isinstance(value, date):
        return {"$": "date", "of": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$": "decimal", "of": str(value)}
    name = type(value).__name__
    if _record(name) is not type(value):
        raise TypeError(f"{name} is not sent between a command and the server")
    return {"$": name, "of": {f.name: pack(getattr(value, f.name)) for f in dataclasses.fields(value)}}


def unpack(value: Any) -> Any:
    """The value that `pack` was given; `ValueError` for what it cannot have made."""
    if isinstance(value, list):
        return [unpack(v) for v in value]
    if not isinstance(value, dict):
        return value
    kind, of = str(value.get("$")), value.get("of")
    if kind in _BUILT:
        return _BUILT[kind](of)
    if isinstance(of, dict) and (record := _record(kind)) is not None:
        return record(**{name: unpack(v) for name, v in of.items()})
    raise ValueError(f"{kind!r} is no kind of value that is sent between a command and the server")


def _instant(of: list[str | None]) -> datetime:
    text, zone = of
    at = datetime.fromisoformat(str(text))
    return at.astimezone(ZoneInfo(zone)) if zone else at


_BUILT: dict[str, Callable[[Any], Any]] = {
    "map": lambda of: {unpack(k): unpack(v) for k, v in of},
    "tuple": lambda of: tuple(unpack(v) for v in of),
    "instant": _instant,
    "date": date.fromisoformat,
    "decimal": Decimal,
}


def pack_error(error: errors.ServicemeterError) -> dict[str, str]:
    """An error of ours as JSON: its kind and what it says."""
    return {"kind": type(error).__name__, "says": str(error)}


def unpack_error(said: dict[str, str]) -> errors.ServicemeterError:
    """The error again, of the same kind (or the root of the tree, for one that only the server knows)."""
    kind = said["kind"] if said["kind"] in errors.__all__ else "ServicemeterError"
    known: type[errors.ServicemeterError] = getattr(errors, kind)
    error = known.__new__(known)  # whose own arguments are not known here
    error.args = (said["says"],)
    return error
