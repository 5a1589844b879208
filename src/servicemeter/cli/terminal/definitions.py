"""The catalogue and its definitions, on the terminal and as pages of the documentation."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from servicemeter.cli.terminal.tables import console, print_rows
from servicemeter.desk.conformance import cases_of
from servicemeter.metrics.plan import DIMENSIONS
from servicemeter.model.metric import Metric
from servicemeter.show.definitions import LANGUAGES, definition_parts, index_page, metric_page, parameter_cells
from servicemeter.show.phrases import phrase, say
from servicemeter.show.tables import Column
from servicemeter.show.words import family_title

__all__ = ["print_catalogue", "print_definition", "write_definitions"]

_EVERYWHERE = DIMENSIONS[:12]
_CATALOGUE = (phrase("metric"), phrase("name"), phrase("question"))
_OPTIONS = (phrase("option (--set)"), phrase("default"), phrase("choices"), phrase("what it does"))


def print_catalogue(metrics: Sequence[Metric], language: str) -> None:
    """Every metric with the question it answers, by family."""
    rows: list[list[Text]] = []
    family = ""
    for metric in metrics:
        if metric.family != family:
            family = metric.family
            rows += [[Text()] * 3] if rows else []
            rows.append([Text(family_title(family, language), style="bold"), Text(), Text()])
        asks = metric.asks.get(language) or metric.asks["en"]
        rows.append([Text(metric.name), Text(metric.label(language)), Text(asks)])
    print_rows([Column(say(language, title)) for title in _CATALOGUE], rows)


def print_definition(metric: Metric, language: str) -> None:
    """One definition in full, in that language; identifiers and the names in the other languages stay."""
    on = console()
    on.print(Text(f"{metric.label(language)} · {metric.name}", style="bold"))
    on.print(Text(metric.asks.get(language) or metric.asks["en"]))
    click.echo()
    parts = [*definition_parts(metric, _EVERYWHERE, language)]
    for code, name in LANGUAGES.items():
        parts.append((say(language, "in {name}", name=say(language, name)), ", ".join(metric.names.get(code, ()))))
    print_rows([Column(""), Column("")], [[Text(title, style="dim"), Text(text)] for title, text in parts], on)
    if metric.parameters:
        click.echo()
        columns = [Column(say(language, title)) for title in _OPTIONS]
        print_rows(columns, [[Text(cell) for cell in parameter_cells(p, language)] for p in metric.parameters], on)


def write_definitions(metrics: Sequence[Metric], folder: Path, cases: Path | None) -> int:
    """Write a page a metric and an index into `folder` (made if missing); gives the number of files written."""
    folder.mkdir(parents=True, exist_ok=True)
    worked = [case for path in sorted(cases.glob("*.yaml")) for case in cases_of(path)] if cases else []
    cases_at = Path(os.path.relpath(cases, folder)).as_posix() if cases else ""
    names = [metric.name for metric in metrics]
    pages = {"README": index_page(metrics)}
    for metric in metrics:
        shown = [case for case in worked if metric.name in case.metrics]
        pages[metric.name] = metric_page(metric, _EVERYWHERE, names, shown, cases_at)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return len(pages)
