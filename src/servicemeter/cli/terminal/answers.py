"""Answers in the form asked for: tables for people, exact values for programs."""

from __future__ import annotations

import io
from collections.abc import Sequence

import click
from rich.text import Text

from servicemeter.cli.terminal.tables import console, print_table
from servicemeter.cli.terminal.words import print_bytes, print_json
from servicemeter.model.answer import Answer
from servicemeter.model.metric import Metric
from servicemeter.show.dates import moment, period_title
from servicemeter.show.remarks import remark as companion
from servicemeter.show.remarks import remarks
from servicemeter.show.sentences import data_status
from servicemeter.show.tables import Column, Table, answer_table, csv_text

__all__ = ["print_answers"]


def print_answers(answers: Sequence[Answer], metrics: dict[str, Metric], form: str) -> None:
    """Print answers as `table`, `json`, `csv` or `parquet`."""
    if form == "json":
        shown = [answer.to_dict() for answer in answers]
        print_json(shown[0] if len(shown) == 1 else shown)
    elif form == "csv":
        click.echo(csv_text(*answers), nl=False)
    elif form == "parquet":
        print_bytes(_parquet(answers), "Parquet")
    else:
        for place, answer in enumerate(answers):
            if place:
                click.echo()
            _print_table(answer, metrics[answer.metric])


def _print_table(answer: Answer, metric: Metric) -> None:
    on = console()
    on.print(Text(f"{metric.label()} · {_when(answer)}", style="bold"))
    print_table(_with_companions(answer_table(answer, metric), answer, metric), on)
    if len(answer.rows) == 1:
        for line in remarks(metric, answer.rows[0]):
            on.print(Text(line))
    for note in answer.notes:
        on.print(Text(note))
    on.print(Text(_footnote(answer), style="dim"))


def _when(answer: Answer) -> str:
    q = answer.question
    if q.since is None or q.until is None:
        return moment(q.moment, answer.report_tz, with_year=True) if q.moment else ""
    return period_title(q.since, q.until, answer.as_of, answer.report_tz)


def _with_companions(table: Table, answer: Answer, metric: Metric) -> Table:
    """What stands beside each value, where there are several rows."""
    if len(answer.rows) < 2:
        return table
    beside = [companion(metric, row) for row in answer.rows]
    if not any(beside):
        return table
    return Table([*table.columns, Column("beside")], [[*row, text] for row, text in zip(table.rows, beside, strict=True)])


def _footnote(answer: Answer) -> str:
    parts = [data_status(answer.as_of, answer.report_tz, answer.lagging_sources), f"Times in {answer.report_tz}."]
    if answer.missing_sources:
        parts.append(f"Not measured by: {', '.join(answer.missing_sources)}.")
    return " ".join(parts)


def _parquet(answers: Sequence[Answer]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = [_named(answer) for answer in answers]
    rows = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="permissive")
    out = io.BytesIO()
    pq.write_table(rows, out)
    return out.getvalue()


def _named(answer: Answer) -> object:
    import pyarrow as pa

    rows = answer.to_arrow()
    return rows.add_column(0, "metric", pa.array([answer.metric] * rows.num_rows, pa.string()))
