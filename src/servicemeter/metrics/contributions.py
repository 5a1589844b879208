"""What each row adds to an answer's n and numerator: asked of the measure itself.

The finish of a measure is a function we cannot look into, but n and numerator are sums of its fields. So it is asked: give
it one field more, and see what becomes of n and of the numerator. What the rows of an explanation add up to is thereby
taken from the very declaration that the answer is made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicemeter.metrics.statements import shape_of
from servicemeter.model.metric import Agg, Distribution, Measure, Tally

__all__ = ["Counted", "Part", "parts_of"]

_STATISTICS = (
    "n", "total", "mean", "median", "p90", "n_invalid", "n_excluded", "n_events", "n_censored", "median_ci_low", "median_ci_high",
    "p90_ci_low", "p90_ci_high",
)  # fmt: skip
_STEP = 4
_PLENTY = 1000
_DISTINCT = re.compile(r"count\(distinct (.*)\)", re.DOTALL)


@dataclass(frozen=True)
class Counted:
    """A field that n or the numerator is made of, and how many times it is in each."""

    field: str
    agg: Agg
    in_n: float
    in_numerator: float

    @property
    def unit(self) -> str:
        """What is counted once, however many rows it has; empty when every row counts."""
        found = _DISTINCT.fullmatch(self.agg.sql.strip())
        return found.group(1) if found else ""


@dataclass(frozen=True)
class Part:
    """One tally whose rows add to n or the numerator; `number` is the value of a row (empty = none)."""

    tally: Tally
    counted: tuple[Counted, ...]
    number: str = ""
    fold: str = "sum"


def parts_of(measure: Measure) -> list[Part]:
    """The tallies of a measure that make n and the numerator, each with the fields that do."""
    weights = _weights(measure)
    of = measure.distribution
    parts = []
    for tally in _tallies(measure):
        is_spread = of is not None and _is_same(tally, of.of)
        fields: dict[str, Agg] = dict(tally.fields)
        if of is not None and is_spread:
            fields |= {"n": _n_of(of)} if of.per else {"n": _n_of(of), "total": Agg(f"sum({of.number})", f"{of.number} >= 0")}
        elif of is not None:
            fields.pop("n", None)
        counted = tuple(Counted(name, agg, *weights[name]) for name, agg in fields.items() if any(weights[name]))
        if counted:
            parts.append(Part(tally, counted, _number(of) if of and is_spread else "", of.fold if of and of.per else "sum"))
    return parts


def _tallies(measure: Measure) -> list[Tally]:
    of = measure.distribution
    if of is None or any(_is_same(tally, of.of) for tally in measure.tallies):
        return list(measure.tallies)
    return [of.of, *measure.tallies]


def _is_same(one: Tally, other: Tally) -> bool:
    return shape_of(one) == shape_of(other) and one.where == other.where and dict(one.fields) == dict(other.fields)


def _number(of: Distribution) -> str:
    return f"coalesce({of.number}, {of.censored})" if of.censored else of.number


def _n_of(of: Distribution) -> Agg:
    """The n of a distribution as an aggregate: the numbers (or units) that are not negative."""
    if of.per:
        return Agg(f"count(distinct case when {of.number} >= 0 then {of.per} end)")
    return Agg("count(*)", f"{_number(of)} >= 0")


def _weights(measure: Measure) -> dict[str, tuple[float, float]]:
    """How often each field is in n and in the numerator."""
    names = list(dict.fromkeys([*(n for t in measure.tallies for n in t.fields), *_STATISTICS]))
    nothing: dict[str, Any] = dict.fromkeys(names, 0)
    in_n = {name: _change(measure, nothing, name, "n") for name in names}
    plenty = {name: _PLENTY if in_n[name] else 0 for name in names}
    return {name: (in_n[name], _change(measure, plenty, name, "numerator")) for name in names}


def _change(measure: Measure, fields: Mapping[str, Any], name: str, output: str) -> float:
    """What one more in a field adds to an output; 0 when the finish refuses such fields (more hits than cases)."""
    try:
        before = measure.finish(dict(fields)).get(output) or 0
        after = measure.finish({**fields, name: fields[name] + _STEP}).get(output) or 0
    except (ValueError, ArithmeticError):
        return 0
    return float((after - before) / _STEP)
