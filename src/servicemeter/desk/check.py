"""What is wrong with the data: findings with count, examples, the metrics they touch, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from servicemeter.desk.looking import Piece
from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.plan import FOUND_IN_ROWS, Source
from servicemeter.metrics.touching import metrics_touching
from servicemeter.model.metric import Metric
from servicemeter.show.phrases import phrase
from servicemeter.store.build import Facts
from servicemeter.store.checks import EXAMPLES, Fault, find_faults

__all__ = ["check"]

_SEVERITIES = ("wrong", "missing", "note")
_BY_THE_WAY = frozenset({*FOUND_IN_ROWS, "customer_identity"})
"""What a source may have without being about tickets, calls or surveys: a shop knows its customers."""


def check(facts: Facts, sources: Sequence[Source], tz: str) -> Iterator[Piece]:
    """Every finding, the weightiest first: wrong figures before missing rows before remarks, then by share and count.

    A finding has `name`, `title` (made of `template` and `part`, for those who say it in another language), `severity`,
    `count`, `total` (None where it does not help), `examples`, the `metrics` it touches and the `remedy`. An empty list says
    that nothing was found. They are what the last piece gives; before it there is one for each kind of fault, which gives None
    and can be begun again when it was interrupted.
    """
    findings: list[dict[str, Any]] = []

    def look(find: Callable[[], list[Fault]]) -> None:
        findings.extend(map(_finding_of_rows, find()))

    yield from (partial(look, find) for find in find_faults(facts, tz))
    yield lambda: sorted([*findings, *_capabilities(sources)], key=_weight)


def _weight(finding: dict[str, Any]) -> tuple[Any, ...]:
    share = finding["count"] / finding["total"] if finding["total"] else 0
    return (_SEVERITIES.index(finding["severity"]), -share, -finding["count"], finding["name"], finding["title"])


def _finding_of_rows(fault: Fault) -> dict[str, Any]:
    return {
        "name": fault.name,
        "title": fault.title.replace("{part}", fault.part),
        "template": fault.title,
        "part": fault.part,
        "severity": fault.severity,
        "count": fault.count,
        "total": fault.total,
        "examples": fault.examples,
        "metrics": metrics_touching(fault.touches),
        "remedy": fault.remedy,
    }


def _capabilities(sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    """Metrics that no source can supply, and those to which a source with tickets gives nothing."""
    metrics = list(all_metrics().values())
    silent = [m for m in metrics if sources and not _is_supplied(sources, m)]
    if silent:
        examples = [{"metric": m.name, "needs": _lacking(sources, m)} for m in silent]
        yield _gap(
            "metrics_without_data", phrase("Metrics that no source can supply"), silent, len(metrics), examples,
            phrase("Import what they need (needs), or name it in the capabilities of the source that has it."),
        )  # fmt: skip
    for source in sources:
        lost = [m for m in metrics if m not in silent and _should_have(source, m) and not _gives(source, m)]
        if lost:
            examples = [{"source": source.name, "metric": m.name, "needs": _lacking([source], m)} for m in lost]
            yield _gap(
                "source_without_capability", phrase("Metrics to which the source {part} gives nothing"), lost,
                len(metrics), examples,
                phrase("Import what is lacking (needs) from this source too; until then these figures are of the others."),
                source.name,
            )  # fmt: skip


def _gap(
    name: str, title: str, metrics: Sequence[Metric], total: int, examples: list[dict[str, Any]], remedy: str, part: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "title": title.replace("{part}", part),
        "template": title,
        "part": part,
        "severity": "note",
        "count": len(metrics),
        "total": total,
        "examples": examples[:EXAMPLES],
        "metrics": [m.name for m in metrics],
        "remedy": remedy,
    }


def _should_have(source: Source, metric: Metric) -> bool:
    """Whether the source takes part in what the metric is about: tickets, or something else that it needs."""
    return any(source.can((need,)) and not _BY_THE_WAY.issuperset(need.split("|")) for need in metric.needs)


def _gives(source: Source, metric: Metric) -> bool:
    """Whether rows of the source are in the metric: what it counts, or what it sets that against (a shop's orders)."""
    measure = metric.measure({p.name: p.default for p in metric.parameters} | {"by": ()})
    of_tallies = (tally.needs for tally in measure.tallies if tally.needs)
    return any(source.can(needs) for needs in (metric.needs, *((need,) for need in metric.also_needs), *of_tallies))


def _is_supplied(sources: Sequence[Source], metric: Metric) -> bool:
    """Whether one source has what the metric needs, and any source each of what it also needs."""
    return any(s.can(metric.needs) for s in sources) and all(any(s.can((n,)) for s in sources) for n in metric.also_needs)


def _lacking(sources: Sequence[Source], metric: Metric) -> list[str]:
    """The needs of a metric that none of these sources meets."""
    needs = (*metric.needs, *metric.also_needs)
    return [need for need in needs if not any(s.can((need,)) for s in sources)] or list(metric.needs)
