"""What a metric is: a declaration that the program, the pages, the documentation and the translations all read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from servicemeter.model.target import Target

__all__ = [
    "EVERYWHERE", "Agg", "Distribution", "Holding", "Measure", "Metric", "Parameter", "Params", "Tally", "Target", "Unit",
]  # fmt: skip

Unit = Literal["count", "fraction", "seconds", "replies", "touches", "score", "ratio", "money"]
Params = Mapping[str, Any]
EVERYWHERE = (
    "source", "brand", "channel", "channel_class", "language", "customer_segment", "agent", "team", "priority", "reason",
    "hour_of_day", "weekday",
)  # fmt: skip
"""The dimensions that every metric has, but for those that it declares `invalid`."""


@dataclass(frozen=True)
class Parameter:
    """An option of a metric: its name, default, the values it may take (empty = any number, or text) and what it does."""

    name: str
    default: Any
    options: tuple[Any, ...] = ()
    about: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Agg:
    """One aggregated field: an SQL aggregate that every engine knows, over the rows that meet `where`."""

    sql: str
    where: str = ""


@dataclass(frozen=True)
class Holding:
    """Which moments a row that lasts holds: those after `since` and up to `until` (null: for good), both instants.

    A row lies in the periods whose end it holds; with `starts` also in those whose start it holds. `p.midnight(f.day)` is
    the local midnight of a day (days since 1970). `window_s` is set where rows hold moments for a fixed time: what happened
    that long before counts, so that the figure is what it will be only once the data reach that far back.
    """

    since: str = "f.from_at"
    until: str = "f.to_at"
    starts: bool = False
    window_s: int = 0

    def holds(self, moment: str) -> str:
        """The condition that a row holds a moment."""
        return f"{self.since} < {moment} and ({self.until} is null or {self.until} >= {moment})"

    @property
    def lies_in(self) -> str:
        """The condition that a row lies in a period."""
        at_end = self.holds("p.e")
        return f"({self.holds('p.p0')} or {at_end})" if self.starts else at_end


@dataclass(frozen=True)
class Tally:
    """Rows of one fact table counted in the period of one of their instants, or at the moment a period ends.

    `over` is the fact table (alias f). `at` is the column that puts a row into a period; None means a tally at a moment:
    rows that hold it (`holding`; usually those whose `[from_at, to_at)` holds the instant just before it). `where` is a
    condition, `fields` what is aggregated.
    Snippets may use the ticket (`t.`, where the fact belongs to one) and the period: `p.p0`, `p.p1`, `p.e` (evaluation
    instant) and `p.as_of`, all epoch seconds. `dimensions` gives the expression of a dimension where it is not the fact's
    own. `joins` is added to the FROM; of `lookups` (alias: join) only those that a snippet speaks of. `shows` are columns
    that the rows behind a figure show besides (those that end in `_at` are instants).

    A row that lasts may lie in several periods: `during` is then the condition that puts it into one, instead of `at`;
    `p.day0` and `p.day1` are the first local day of the period and the first that has not begun at `p.e` (days since 1970),
    `p.before` the instant at which the period before begins.
    `needs` are capabilities of the sources whose rows these are, where they are not those of the metric (a shop's costs
    beside a help desk's tickets).

    With `per`, rows are first joined into units (a vote a ticket): `units` are the aggregates of a unit, and the fields are
    aggregated over these, as `u.`. At a moment units have `u.was` and `u.remains` besides: how many of their rows hold the
    period's start and its end. Fields of the same name in several tallies of a measure are added up.
    """

    over: str
    fields: Mapping[str, Agg]
    at: str | None = None
    where: str = "true"
    dimensions: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""
    shows: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, str] = field(default_factory=dict)
    during: str = ""
    needs: tuple[str, ...] = ()
    per: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    holding: Holding = Holding()

    @property
    def lies_in(self) -> str:
        """The condition that a row without an instant of its own lies in a period."""
        return self.during or self.holding.lies_in

    @property
    def told_of_units(self) -> dict[str, str]:
        """The aggregates of a unit."""
        if not self.per or self.at is not None or self.during:
            return dict(self.units)
        moments = {"was": self.holding.holds("p.p0"), "remains": self.holding.holds("p.e")}
        return {**self.units, **{name: f"count(case when {holds} then 1 end)" for name, holds in moments.items()}}


@dataclass(frozen=True)
class Distribution:
    """The numbers whose mean, median and p90 are reported, one a row of the tally `of`; negative ones are invalid.

    With `per`, rows are first joined into units: `fold` (avg or sum) of `number` by the expression `per`. With `censored`
    the rows without `number` are still running for that long, and the statistics are Kaplan-Meier's.
    """

    of: Tally
    number: str
    per: str = ""
    fold: Literal["avg", "sum"] = "avg"
    censored: str = ""


@dataclass(frozen=True)
class Measure:
    """How a metric is worked out with given parameters: tallies, a distribution if there is one, and the finish.

    `finish` turns the fields of one group and period (of all tallies together; a count without rows is 0, other fields
    None) and the statistics of the distribution into fields of the answer's row. `across` completes the rows of one
    period together (shares of a total). `implied` are dimensions that the rows have without being asked (with
    `n_of_whole` their n is that of all such rows together). `needs` is what is needed with these parameters, where that is
    not what the metric needs.
    """

    tallies: tuple[Tally, ...]
    finish: Callable[[dict[str, Any]], dict[str, Any]]
    distribution: Distribution | None = None
    across: Callable[[list[dict[str, Any]]], None] | None = None
    implied: tuple[str, ...] = ()
    n_of_whole: bool = False
    needs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Metric:
    """A metric: names and question in three languages, what it means, and how it is measured.

    `names[lang]` lists the names in use, the first is the label. `better` is the good direction. `needs` are the
    capabilities (METRICS.md section 7) that one source must have, `also_needs` those that any other may supply; without them
    it is `not_measured`. `awaits` are those of them whose rows come after what is counted and decide about it. `invalid`
    dimensions answer null. `target` is a starting one, until the organisation sets its own.
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
    also_needs: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
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
