"""The catalogue and its definitions on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.text import Text

from servicemeter.cli.terminal.tables import console, print_rows
from servicemeter.model.metric import EVERYWHERE, Metric
from servicemeter.show.definitions import LANGUAGES, definition_parts, parameter_cells
from servicemeter.show.tables import Column
from servicemeter.show.words import family_title

__all__ = ["print_catalogue", "print_definition"]


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
    print_rows([Column("metric"), Column("name"), Column("question")], rows)


def print_definition(metric: Metric, language: str) -> None:
    """One definition in full."""
    on = console()
    on.print(Text(f"{metric.label(language)} · {metric.name}", style="bold"))
    on.print(Text(metric.asks.get(language) or metric.asks["en"]))
    click.echo()
    parts = [*definition_parts(metric, EVERYWHERE, language)]
    parts += [(f"in {name}", ", ".join(metric.names.get(code, ()))) for code, name in LANGUAGES.items()]
    print_rows([Column(""), Column("")], [[Text(title, style="dim"), Text(text)] for title, text in parts], on)
    if metric.parameters:
        click.echo()
        columns = [Column("option (--set)"), Column("default"), Column("choices"), Column("what it does")]
        print_rows(columns, [[Text(cell) for cell in parameter_cells(p)] for p in metric.parameters], on)
