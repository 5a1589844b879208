"""What a metric is: a declaration that the program, the pages, the documentation and the translations all read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "AtMoment",
    "Companion",
    "Duration",
    "Measure",
    "Metric",
    "Parameter",
    "Tally",
    "Target",
    "Unit",
]

Unit = Literal["count", "fraction", "seconds", "replies", "score", "ratio", "money"]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """An option of a metric: its name, default, the values it may take (empty = any number or text) and what it does."""

    name: str
    default: Any
    options: tuple[Any, ...] = ()
    about: str = ""


@dataclass(frozen=True)
class Target:
    """A starting target, shown until the organisation sets its own. `at` is `<=` or `>=`; `source` says who says so."""

    at: Literal["<=", ">="]
    value: float
    source: str


@dataclass(frozen=True)
class Tally:
    """Rows of one fact table counted in the period of one of their instants.

    `over` is the fact table (alias f), `at` the instant (a column of it) that puts a row into a period, `where` a
    condition, `fields` what is aggregated: a name → an SQL aggregate, portable over all engines. Conditions and
    aggregates may use the period's `p.p0`, `p.p1`, `p.e` (evaluation instant) and `p.as_of`, all epoch seconds.
    `until` is the end of the span in which `at` counts: `e` for lifecycle facts, `p1` for contacts (read at `as_of`).
    `dimensions` renames the column of a dimension (`{"agent": "solver_id"}`).
    """

    over: str
    at: str
    fields: Mapping[str, str]
    where: str = "true"
    until: Literal["e", "p1"] = "e"
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AtMoment:
    """Rows of one fact table that hold at a moment: those whose `[since, until)` contains the instant just before it."""

    over: str
    fields: Mapping[str, str]
    where: str = "true"
    since: str = "from_at"
    until: str = "to_at"
    dimensions: Mapping[str, str] = field(default_factory=dict)


Companion = Tally | AtMoment


@dataclass(frozen=True)
class Duration:
    """Seconds whose distribution is reported: `seconds` is an expression over the rows of the tally `of`."""

    of: Tally | AtMoment
    seconds: str


@dataclass(frozen=True)
class Measure:
    """How a metric is worked out with given parameters: tallies, a distribution if there is one, and the finish.

    `finish` turns the aggregated fields of one group and period into the fields of the answer's row. It gets the
    fields of all tallies together (a count that found no row is 0) and, where there is a distribution, its statistics.
    """

    tallies: tuple[Tally | AtMoment, ...]
    finish: Callable[[dict[str, Any]], dict[str, Any]]
    duration: Duration | None = None
    survival: Duration | None = None
    implied: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A metric: names and question in three languages, what it means, and how it is measured.

    `names[lang]` lists the names in use, the first is the label. `better` is the good direction. `needs` are the
    capabilities (METRICS.md section 7) without which it is `not_measured`. `invalid` dimensions answer null.
    """

    name: str
    family: str
    names: Mapping[str, tuple[str, ...]]
    asks: Mapping[str, str]
    formula: str
    counted: str
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    measure: Callable[[Params], Measure]
    needs: tuple[str, ...] = ()
    leaves_out: str = ""
    headline: Literal["value", "median", "mean"] = "value"
    at_moment: bool = False
    target: Target | None = None
    parameters: tuple[Parameter, ...] = ()
    dimensions: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    peers: str = ""

    def label(self, language: str = "en") -> str:
        """The name shown to people, in `language` or else in English."""
        names = self.names.get(language) or self.names["en"]
        return names[0]
