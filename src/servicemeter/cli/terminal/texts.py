"""Texts as the terminal tells of them: what was read, and how often the sentiment is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from servicemeter.cli.terminal.progress import telling
from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import hint, remark
from servicemeter.desk.analysing import Analysis
from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.feeling import Lesson
from servicemeter.desk.methods.analyse_texts import analyse_texts
from servicemeter.desk.steps import Step
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table

__all__ = ["analyse_all", "print_analysis", "print_lesson", "print_scores"]

_MOST_REASONS = 3
_COLUMNS = [
    Column("language"),
    *(Column(name, "right") for name in ("n", "classes", "accuracy", "95 % interval", "macro F1", "coverage")),
]


def analyse_all(desk: AnyDesk) -> Analysis:
    """Read step by step until nothing is left, telling how far it is."""
    now = datetime.now().astimezone()
    with telling("messages") as progress:
        found = analyse_texts(desk, now=now)
        while found.left:
            progress(Step("reading", found.messages, found.messages + found.left, found.messages))
            found.add(analyse_texts(desk, now=now))
    return found


def print_analysis(found: Analysis) -> None:
    """How many messages of which language, and how they sound."""
    if not found.messages:
        remark("Every customer message with words in the book has been read before.")
    else:
        named = {"language": found.by_language, "sounds": found.by_label}
        rows = [[kind, name, number(count)] for kind, counts in named.items() for name, count in sorted(counts.items())]
        print_table(Table([Column(""), Column(""), Column("messages", "right")], rows))
    if found.cut:
        remark(f"{counted('en', found.cut, '{n} long message was', '{n} long messages were')} read at both ends only.")
    if found.withdrawn:
        remark(f"{number(found.withdrawn)} scores of an earlier version are replaced by those of {found.model}.")
    if found.other_models:
        remark(f"There are scores of {', '.join(found.other_models)} too; they are not mixed: --set model={found.model}")
    hint("Now: servicemeter measure sentiment")


def print_lesson(found: Lesson) -> None:
    """How the model did beside the lexicon, and which one is live."""
    if found.lexicon_f1 is not None and found.model_f1 is not None:
        rows = [["the lexicon", percent(found.lexicon_f1, 1)], ["the new model", percent(found.model_f1, 1)]]
        if found.gain_low is not None and found.gain_high is not None:
            points = f"{number(100 * found.gain_low, 1)} to {number(100 * found.gain_high, 1)} points"
            rows.append(["gain, 95 % interval", points])
        print_table(Table([Column(f"{number(found.comments)} rated comments"), Column("macro F1", "right")], rows))
    remark(f"{found.reason} Live: {found.live}.")
    if found.is_new:
        hint("Now: servicemeter text analyse")


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
