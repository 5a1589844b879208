"""The catalogue and its definitions, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from rich.text import Text

from servicemeter.cli.terminal.tables import console, print_rows
from servicemeter.metrics.plan import DIMENSIONS
from servicemeter.model.metric import Metric, Parameter
from servicemeter.show.changes import aim_words
from servicemeter.show.tables import Column
from servicemeter.show.words import family_title, unit_words

__all__ = ["print_catalogue", "print_definition"]

_BETTER = {"higher": "higher is better", "lower": "lower is better", "neither": "neither way is better"}
_LANGUAGES = {"en": "English", "nl": "Dutch", "ro": "Romanian"}
_EVERYWHERE = DIMENSIONS[:12]


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
    rows = [[Text(title, style="dim"), Text(text)] for title, text in _parts(metric, language) if text]
    print_rows([Column(""), Column("")], rows, on)
    if metric.parameters:
        click.echo()
        columns = [Column("option (--set)"), Column("default"), Column("choices"), Column("what it does")]
        print_rows(columns, [[Text(cell) for cell in _parameter(p)] for p in metric.parameters], on)


def _parts(metric: Metric, language: str) -> Iterator[tuple[str, str]]:
    yield "formula", metric.formula
    yield "counted", metric.counted
    yield "leaves out", metric.leaves_out
    yield "gives", f"{unit_words(metric, language)}; {_BETTER[metric.better]}"
    yield "target", _target(metric)
    yield "needs", ", ".join(need.replace("|", " or ") for need in metric.needs)
    yield "by", ", ".join(d for d in dict.fromkeys((*_EVERYWHERE, *metric.dimensions)) if d not in metric.invalid)
    yield "beside it", ", ".join(metric.beside)
    yield "elsewhere", metric.peers
    for code, name in _LANGUAGES.items():
        yield f"in {name}", ", ".join(metric.names.get(code, ()))


def _target(metric: Metric) -> str:
    aim = metric.target
    if aim is None:
        return ""
    sign = {"<=": "at most", ">=": "at least"}[aim.at]
    return f"{sign} {aim_words(metric, aim)} to begin with ({aim.source})"


def _parameter(p: Parameter) -> list[str]:
    return [p.name, _word(p.default), ", ".join(map(_word, p.options)) or "any number", p.about]


def _word(value: object) -> str:
    return "–" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
