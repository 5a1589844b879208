"""The rows behind an answer on the terminal: what was counted, what was left out, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from servicemeter.cli.terminal.answers import print_answers
from servicemeter.cli.terminal.tables import console, print_table
from servicemeter.cli.terminal.words import hint
from servicemeter.model.answer import Row
from servicemeter.model.explanation import Explanation
from servicemeter.model.metric import Metric
from servicemeter.show.dates import local_instant
from servicemeter.show.dimensions import an_agent
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table

__all__ = ["print_explanation"]

_NUMBERS = ("value", "n", "numerator")


def print_explanation(explanation: Explanation, metric: Metric) -> None:
    """The answer, the rows it counted, what it left out with the reasons, and its notes."""
    on = console()
    print_answers([explanation.answer], {metric.name: metric}, "table")
    on.print()
    shown = f", the first {number(len(explanation.rows))} of them" if explanation.is_cut else ""
    on.print(Text(f"Counted: {counted('en', explanation.row_count, '{n} row', '{n} rows')}{shown}", style="bold"))
    print_table(_table(explanation.rows, metric, explanation.answer.report_tz), on)
    on.print()
    on.print(Text("Left out" if explanation.left_out else "Nothing was left out.", style="bold"))
    for part in explanation.left_out:
        example = next((_ids(row) for row in part.examples), "")
        on.print(Text(f"  {number(part.count):>8}  {part.title}" + (f" (such as {example})" if example else "")))
    for note in explanation.notes:
        on.print(Text(note))
    if explanation.is_cut:
        hint("More rows: --limit N; all of them for a program: --format json --limit N")


def _table(rows: Sequence[Row], metric: Metric, tz: str) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row if any(other.get(name) is not None for other in rows)))
    columns = [Column(name, "right" if name in _NUMBERS else "left") for name in names]
    return Table(columns, [[_cell(name, row.get(name), metric, tz) for name in names] for row in rows])


def _cell(name: str, value: object, metric: Metric, tz: str) -> str:
    if value is None:
        return ""
    if name == "value" and metric.unit == "seconds" and isinstance(value, int | float):
        return duration(value)
    return str(value).lower() if isinstance(value, bool) else an_agent(str(local_instant(value, tz)))


def _ids(row: Row) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items() if name.endswith("_id") and value is not None)
