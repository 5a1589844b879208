"""The address of a page: the period, the filters and the language that all pages share, and what a page keeps for itself.

Every state of a page is an address. Links are made here, so that what the reader chose is carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.question import Filter
from servicemeter.show.numbers import LANGUAGES
from servicemeter.web.asked import PERIODS, day_from, instant_from

__all__ = ["FILTERS", "SHARED", "Address", "address_from"]

FILTERS = ("channel", "team", "brand", "source")
"""The dimensions that a page's filters offer, each with one value at a time."""

SHARED = ("period", "first", "last", *FILTERS, "as_of", "lang")
"""What every page understands and hands on to the next; an address names it in this order."""

_DEFAULT_PERIOD = "this_month"


@dataclass(frozen=True)
class Address:
    """The path and what stands behind its question mark. `first` and `last` are days, both included, of the period `custom`."""

    path: str = "/"
    period: str = _DEFAULT_PERIOD
    first: date | None = None
    last: date | None = None
    filters: dict[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    language: str | None = None
    own: dict[str, str] = field(default_factory=dict)

    @property
    def where(self) -> list[Filter]:
        """The filters as conditions of a question."""
        return [Filter(dimension, (value,)) for dimension, value in self.filters.items()]

    def scorecard_call(self) -> dict[str, Any]:
        """The arguments of `DeskLike.scorecard`."""
        span: dict[str, Any]
        if self.period == "custom" and self.first and self.last:
            span = {"since": self.first, "until": self.last + timedelta(days=1), "period": None}
        else:
            span = {"since": None, "until": None, "period": self.period}
        return {**span, "where": self.where, "as_of": self.as_of}

    def shared(self) -> dict[str, str]:
        """What all pages share, as far as it differs from the defaults."""
        pairs = {
            "period": self.period if self.period != _DEFAULT_PERIOD else None,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            **{name: self.filters.get(name) for name in FILTERS},
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "lang": self.language,
        }
        return {name: value for name, value in pairs.items() if value is not None}

    def to(self, path: str, **own: object) -> str:
        """Another page over the same period and filters; `own` is added to its address."""
        return _joined(path, {**self.shared(), **own})

    def here(self, **changes: object) -> str:
        """This page with something changed; None takes it out."""
        return _joined(self.path, {**self.shared(), **self.own, **changes})

    def beside(self, path: str, **changes: object) -> str:
        """Another form of this page, with all that its address says."""
        return _joined(path, {**self.shared(), **self.own, **changes})

    def hidden(self, *shown: str) -> list[tuple[str, str]]:
        """What a form must carry along besides the fields it shows."""
        return [(name, value) for name, value in {**self.shared(), **self.own}.items() if name not in shown]


def _joined(path: str, pairs: dict[str, object]) -> str:
    path, mark, anchor = path.partition("#")
    text = urlencode({name: value for name, value in pairs.items() if value is not None and value != ""})
    return path + (f"?{text}" if text else "") + mark + anchor


def address_from(path: str, params: QueryParams, own: Sequence[str] = ()) -> Address:
    """Read a page's address; empty fields of a form count as absent. `own` are the page's own keys.

    `BadQuestion` names what is wrong: an unknown key, a period that is none, a date that is none.
    """
    given = {key: value for key, value in params.items() if value != ""}
    for key in given:
        if key not in (*SHARED, *own):
            raise UnknownName("field of this page's address", key, (*SHARED, *own))
    period, first, last = _period(given)
    language = given.get("lang")
    if language is not None and language not in LANGUAGES:
        raise UnknownName("language", language, LANGUAGES)
    return Address(
        path,
        period,
        first,
        last,
        {name: given[name] for name in FILTERS if name in given},
        instant_from(given["as_of"], "as_of") if "as_of" in given else None,
        language,
        {key: given[key] for key in own if key in given},
    )


def _period(given: dict[str, str]) -> tuple[str, date | None, date | None]:
    """The period's name, and the days of an own one."""
    first, last = (day_from(given[key], key) if key in given else None for key in ("first", "last"))
    period = given.get("period", "custom" if first and last else _DEFAULT_PERIOD)
    if period not in PERIODS:
        raise UnknownName("period", period, PERIODS)
    if period != "custom":
        return period, None, None
    if first is None or last is None:
        raise BadQuestion("Own dates need a first and a last day, such as first=2026-11-01 and last=2026-11-21.")
    if last < first:
        raise BadQuestion(f"The last day {last} lies before the first day {first}. Swap the two.")
    return period, first, last
