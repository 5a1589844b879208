"""The definitions as pages of the documentation, with the worked cases that ask for them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from servicemeter.desk.cases import cases_of
from servicemeter.model.metric import EVERYWHERE, Metric
from servicemeter.show.canonical import tables_page
from servicemeter.show.definitions import index_page, metric_page
from servicemeter.sources.mappingfile import CAPABILITIES

__all__ = ["write_definitions"]


def write_definitions(metrics: Sequence[Metric], folder: Path, cases: Path | None) -> int:
    """Write a page a metric, one of the canonical tables and an index into `folder` (made if missing); gives how many files."""
    folder.mkdir(parents=True, exist_ok=True)
    worked = [case for path in sorted(cases.glob("*.yaml")) for case in cases_of(path)] if cases else []
    cases_at = Path(os.path.relpath(cases, folder)).as_posix() if cases else ""
    names = [metric.name for metric in metrics]
    pages = {"README": index_page(metrics), "tables": tables_page(metrics, CAPABILITIES)}
    for metric in metrics:
        shown = [case for case in worked if metric.name in case.metrics]
        pages[metric.name] = metric_page(metric, EVERYWHERE, names, shown, cases_at)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return len(pages)
