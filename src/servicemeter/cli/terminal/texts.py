"""Texts as the terminal tells of them: how often their sentiment is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import remark
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table

__all__ = ["print_scores"]

_MOST_REASONS = 3
_COLUMNS = [
    Column("language"),
    *(Column(name, "right") for name in ("n", "classes", "accuracy", "95 % interval", "macro F1", "coverage")),
]


def print_scores(found: Mapping[str, Any]) -> None:
    """One row a language, then all together; what was left out on standard error."""
    rows = [_row(code, one) for code, one in found["languages"].items()]
    print_table(Table(_COLUMNS, [*rows, _row("all", found)]))
    if found["not_analysed"]:
        remark(f"{counted('en', found['not_analysed'], '{n} text is', '{n} texts are')} in a language that is not analysed.")
    for reason in found["reasons"][:_MOST_REASONS]:
        remark(f"Left out: {reason}")
    if found["left_out"] > _MOST_REASONS:
        remark(f"Left out in all: {number(found['left_out'])} rows.")


def _row(name: str, one: Mapping[str, Any]) -> list[str]:
    if not one["n"]:
        return [name, "0", "", "", "", "", ""]
    interval = f"{percent(one['accuracy_ci_low'], 1)} – {percent(one['accuracy_ci_high'], 1)}"
    figures = (one["accuracy"], one["macro_f1"], one["coverage"])
    accuracy, f1, coverage = (percent(figure, 1) for figure in figures)
    return [name, number(one["n"]), str(one["classes"]), accuracy, interval, f1, coverage]
