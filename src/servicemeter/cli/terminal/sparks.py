"""A trend in a few characters."""

from __future__ import annotations

from collections.abc import Sequence

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.show.words import shown_value

__all__ = ["sparks"]

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def sparks(rows: Sequence[Row], metric: Metric) -> str:
    """One bar a period between the smallest and the largest value, a dot where there is none.

    >>> from servicemeter.metrics.catalog import find_metric
    >>> sparks([{"value": v, "n": 90} for v in (1, None, 5, 3)], find_metric("tickets_created"))
    '▁·█▅'
    """
    values = [shown_value(metric, row) for row in rows]
    known = [v for v in values if v is not None]
    if not known:
        return ""
    low, span = min(known), max(known) - min(known)
    return "".join(_GAP if v is None else _bar((v - low) / span if span else 0.5) for v in values)


def _bar(share: float) -> str:
    return _BARS[min(int(share * len(_BARS)), len(_BARS) - 1)]
