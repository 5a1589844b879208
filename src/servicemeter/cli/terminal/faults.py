"""Findings and rows kept aside, on the terminal and as files to mend."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from servicemeter.cli.terminal.tables import console, print_table
from servicemeter.cli.terminal.words import hint, remark
from servicemeter.ground.errors import BadSettings
from servicemeter.show.dates import local_instant
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table

__all__ = ["export_rows", "print_findings", "print_kept_aside"]

_MOST_METRICS = 3
_MOST_EXAMPLES = 3


def print_findings(findings: Sequence[Mapping[str, Any]], tz: str) -> None:
    """Each finding with its count, what it touches, examples (their instants in the reporting zone) and the remedy."""
    on = console()
    if not findings:
        on.print(Text("Nothing was found to be wrong with the data."))
    for finding in findings:
        on.print(Text(f"{finding['title']}: {_count(finding)}", style="bold"))
        for title, text in _details(finding, tz):
            if text:
                on.print(Text(f"  {title}: {text}"))
        on.print()
    if any(finding["name"] == "rows_kept_aside" for finding in findings):
        hint("Row by row: servicemeter check --kept-aside; to mend them: servicemeter check --export FILE.csv")


def _count(finding: Mapping[str, Any]) -> str:
    total = finding.get("total")
    return number(finding["count"]) + (f" of {number(total)}" if total else "")


def _details(finding: Mapping[str, Any], tz: str) -> list[tuple[str, str]]:
    metrics, examples = finding.get("metrics") or [], finding.get("examples") or []
    touched = ", ".join(metrics[:_MOST_METRICS])
    if len(metrics) > _MOST_METRICS:
        touched = f"{len(metrics)} metrics, such as {touched} (all of them: --format json)"
    shown = "; ".join(_example(example, tz) for example in examples[:_MOST_EXAMPLES])
    return [("touches", touched), ("for example", shown), ("what to do", str(finding.get("remedy") or ""))]


def _example(example: object, tz: str) -> str:
    if not isinstance(example, Mapping):
        return str(example)
    told = {k: v for k, v in example.items() if v not in (None, "") and k not in ("row", "data_version")}
    return " ".join(f"{key}={local_instant(value, tz)}" for key, value in told.items())


def print_kept_aside(rows: Sequence[Mapping[str, Any]]) -> None:
    """Every row: where it stands and what was wrong."""
    titles = ("file", "row", "table", "column", "value", "reason")
    columns = [Column(title, "right" if title == "row" else "left") for title in titles]
    cells = [
        [Path(row["file"]).name, str(row["row_number"]), row["table"], _column_of(row), row["value"], row["reason"]]
        for row in rows
    ]
    print_table(Table(columns, cells))
    if rows:
        hint("To mend them: servicemeter check --export FILE.csv, then: servicemeter import FILE.csv")
    else:
        remark("No row is kept aside.")


def _column_of(row: Mapping[str, Any]) -> str:
    """The column as the file calls it, and what it is here where that is something else."""
    own, ours = row.get("file_column") or "", row["column"]
    return f"{own} ({ours})" if own and ours and own != ours else own or ours


def export_rows(rows: Sequence[Mapping[str, Any]], target: str) -> None:
    """Write the rows as they came, under their file's own columns; rows of several files go into several files.

    The cells are exactly those of the imported file, so that a mended copy can be imported in its place. A column before them
    has the mark of each row: by it the row leaves the list when it is imported.
    """
    if not rows:
        remark("No row is kept aside; nothing was written.")
        return
    from servicemeter.sources.marks import MARKS  # who only looks at findings needs no sources

    by_file: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by_file.setdefault((row["source"], row["file"]), []).append({MARKS: row["mark"], **json.loads(row["row"])})
    path = Path(target)
    for place, ((source, file), raw) in enumerate(by_file.items()):
        own = path if len(by_file) == 1 else path.with_name(f"{path.stem}-{place + 1}{path.suffix or '.csv'}")
        _write(own, raw)
        remark(f"{own}: {counted('en', len(raw), '{n} row', '{n} rows')} of {Path(file).name} (source {source})")
    hint(
        f"Mend the cells, leave the column {MARKS!r} as it is (by it a row leaves the list), then import the file with the "
        "mapping and --source of the first time."
    )


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(dict(row) for row in rows)
    except OSError as error:
        raise BadSettings(f"{path} cannot be written: {error.strerror}. Give another FILE.") from error
