"""The catalogue: one module a family, each with `METRICS`. Modules are found by name; there is no list to extend."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from servicemeter.ground.errors import UnknownMetric
from servicemeter.model.metric import Metric

__all__ = ["FAMILIES", "all_metrics", "find_metric"]

FAMILIES = ("volume", "speed", "resolution", "calls", "voice", "sla", "loyalty")


@cache
def all_metrics() -> dict[str, Metric]:
    """Every metric by name, family by family."""
    modules = sorted((m.name for m in pkgutil.iter_modules(__path__)), key=_place)
    metrics = [metric for name in modules for metric in importlib.import_module(f"{__name__}.{name}").METRICS]
    return {metric.name: metric for metric in sorted(metrics, key=lambda m: _place(m.family)[0])}


def _place(family: str) -> tuple[int, str]:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES), family


def find_metric(name: str) -> Metric:
    """The metric of that name; `UnknownMetric` with the nearest names when there is none."""
    metrics = all_metrics()
    if name not in metrics:
        meant = [m.name for m in metrics.values() if name.casefold() in _names_in_use(m)]
        raise UnknownMetric(name, metrics, meant)
    return metrics[name]


def _names_in_use(metric: Metric) -> set[str]:
    """What people call it, in any language, without case."""
    return {said.casefold() for names in metric.names.values() for said in names}
