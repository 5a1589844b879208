"""The catalogue and its definitions on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.text import Text

from servicemeter.cli.terminal.tables import console, print_rows
from servicemeter.model.metric import EVERYWHERE, Metric
from servicemeter.show.definitions import LANGUAGES, definition_parts, parameter_cells
from servicemeter.show.phrases import phrase, say
from servicemeter.show.tables import Column
from servicemeter.show.words import family_title

__all__ = ["print_catalogue", "print_definition"]

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
    parts = [*definition_parts(metric, EVERYWHERE, language)]
    for code, name in LANGUAGES.items():
        parts.append((say(language, "in {name}", name=say(language, name)), ", ".join(metric.names.get(code, ()))))
    print_rows([Column(""), Column("")], [[Text(title, style="dim"), Text(text)] for title, text in parts], on)
    if metric.parameters:
        click.echo()
        columns = [Column(say(language, title)) for title in _OPTIONS]
        print_rows(columns, [[Text(cell) for cell in parameter_cells(p, language)] for p in metric.parameters], on)
