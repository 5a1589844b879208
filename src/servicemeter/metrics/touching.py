"""Which metrics rest on what: found in their own measures, so that it cannot drift from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.metric import Measure, Metric, Tally

__all__ = ["metrics_touching"]

_JOINED_AS = {"tickets": "t", "orders": "o"}
_DIMENSIONS = ("agent", "team", "customer_segment")


def metrics_touching(touches: Iterable[str]) -> list[str]:
    """The metrics (with their default parameters) that rest on any of these.

    A touch is `fact`, `fact.column`, a dimension (`agent`), a capability (`needs.messages`) or `*` for all.
    """
    wanted = tuple(touches)
    return [metric.name for metric in all_metrics().values() if any(_rests_on(metric, touch) for touch in wanted)]


def _rests_on(metric: Metric, touch: str) -> bool:
    if touch in _DIMENSIONS:
        return touch not in metric.invalid
    fact, _, column = touch.partition(".")
    if touch == "*":
        return True
    if fact == "needs":
        return any(column in need.split("|") for need in metric.needs)
    defaults = {p.name: p.default for p in metric.parameters} | {"by": ()}
    return any(_says(tally.over, said, fact, column) for tally, said in _snippets(metric.measure(defaults)))


def _snippets(measure: Measure) -> Iterator[tuple[Tally, str]]:
    """Each tally with all the SQL that is said of its rows."""
    for tally in measure.tallies:
        said = [tally.at or tally.lies_in, tally.where, tally.joins, tally.per, *tally.told_of_units.values()]
        said += [sql for agg in tally.fields.values() for sql in (agg.sql, agg.where)]
        said += tally.dimensions.values()
        yield tally, " ".join(said)
    if measure.distribution:
        of = measure.distribution
        yield of.of, f"{of.number} {of.per} {of.censored}"


def _says(over: str, said: str, fact: str, column: str) -> bool:
    """Whether the snippet speaks of the fact's column (any, when none is named), as its own or through the ticket or order."""
    if not column:
        return over == fact
    alias = "f" if over == fact else _JOINED_AS.get(fact)
    return alias is not None and re.search(rf"\b{alias}\.{column}\b", said) is not None
