"""Files of texts with labels, and how often the model of sentiment is right on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servicemeter.analysis.intervals import wilson
from servicemeter.ground.errors import BadFile, EmptyFile
from servicemeter.sources.files import open_table
from servicemeter.sources.table import text_of
from servicemeter.text.accuracy import Accuracy, Feel, Labelled, measure_by_language
from servicemeter.text.sentiment import MODEL, feel

__all__ = ["LabelledFile", "read_labelled", "score_file"]

_COLUMNS = ("label", "language", "text")
_LABELS = {"-1": -1, "0": 0, "1": 1, "+1": 1}
_WANTED = "Give a TSV or CSV file with the columns label (-1, 0 or 1), language (en, nl or ro) and text."


@dataclass
class LabelledFile:
    """The labelled texts of a file, and why rows were left out."""

    texts: list[Labelled] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def score_file(path: Path, model: Feel = feel, name: str = MODEL) -> dict[str, Any]:
    """Score a labelled file: n, accuracy with its interval, macro F1 and coverage, also of each language."""
    found = read_labelled(path)
    if not found.texts:
        raise BadFile(f"{path}: no row could be scored. {found.left_out[0] if found.left_out else ''} {_WANTED}")
    whole, languages = measure_by_language(found.texts, model)
    return {
        "file": str(path),
        "model": name,
        **_as_dict(whole),
        "left_out": len(found.left_out),
        "reasons": found.left_out[:20],
        "languages": {code: _as_dict(one) for code, one in languages.items()},
    }


def _as_dict(found: Accuracy) -> dict[str, Any]:
    low, high = wilson(found.correct, found.n) or (None, None)
    return {
        "n": found.n,
        "classes": found.classes,
        "accuracy": found.accuracy,
        "accuracy_ci_low": low,
        "accuracy_ci_high": high,
        "macro_f1": found.macro_f1,
        "coverage": found.coverage,
        "not_analysed": found.not_analysed,
    }


def read_labelled(path: Path) -> LabelledFile:
    """Read the texts of a file; a row that cannot be used is left out with its row, column and what is wrong."""
    found = LabelledFile()
    for number, row in _rows(path):
        label = _LABELS.get(row["label"].strip().removesuffix(".0"))
        if label is None:
            found.left_out.append(f"{path}, row {number}, label: {row['label'][:20]!r} is none of -1, 0 and 1.")
        elif not row["language"].strip():
            found.left_out.append(f"{path}, row {number}, language: it is empty; write en, nl or ro.")
        else:
            found.texts.append(Labelled(label, row["language"].strip().lower(), row["text"]))
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with their numbers (the header is row 1), in the columns that are needed."""
    plain = _plain_rows(path)
    if plain is not None:
        header, lines = plain[0], plain[1:]
        places = [_place(path, header, column) for column in _COLUMNS]
        for number, cells in enumerate(lines, start=2):
            yield number, dict(zip(_COLUMNS, (cells[place] for place in places), strict=True))
        return
    table = open_table(path)
    names = [table.names[_place(path, table.names, column)] for column in _COLUMNS]
    for batch in table.batches():
        columns = [batch.columns[name] for name in names]
        for number, row in zip(batch.numbers, zip(*columns, strict=True), strict=True):
            yield number, dict(zip(_COLUMNS, map(text_of, row), strict=True))
        for ragged in batch.ragged:
            raise BadFile(f"{path}, row {ragged.number}: {ragged.reason}. {_WANTED}")


def _plain_rows(path: Path) -> list[list[str]] | None:
    """The cells of a file in which every line has as many tabs as the first: quotes are then letters like others.

    None for any other file. Cells that a program put into quotes are taken out of them.
    """
    try:
        lines = path.read_text("utf-8-sig").removesuffix("\n").split("\n")
    except FileNotFoundError:
        raise BadFile(f"{path}: there is no such file. {_WANTED}") from None
    except (OSError, UnicodeDecodeError):
        return None
    cells = [line.removesuffix("\r").split("\t") for line in lines if line.strip()]
    if not cells or len(cells[0]) < len(_COLUMNS) or any(len(row) != len(cells[0]) for row in cells):
        return None
    if len(cells) == 1:
        raise EmptyFile(f"{path}: the file has a header but no rows. {_WANTED}")
    return [[_unquoted(cell) for cell in row] for row in cells]


def _unquoted(cell: str) -> str:
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def _place(path: Path, header: Sequence[str], column: str) -> int:
    names = [name.strip().lower() for name in header]
    if column not in names:
        raise BadFile(f"{path}: there is no column {column!r}; there are {', '.join(names)}. {_WANTED}")
    return names.index(column)
