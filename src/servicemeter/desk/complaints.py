"""Complaints flagged by rules, and how right the rules are where a person has said it too."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.analysis.intervals import wilson
from servicemeter.desk.judging import Judge, Verdict, judge_tickets
from servicemeter.ground.errors import BadFile
from servicemeter.store.texts import Said, said_and_told, ticket_said
from servicemeter.text.complaints import LANGUAGES, Complaint, find_complaint, rules_version
from servicemeter.text.language import conversation_languages

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["complaint_in", "judge_complaints", "rate_complaints", "read_corrections"]

_TRUE, _FALSE = ("true", "1", "yes", "ja", "da"), ("false", "0", "no", "nee", "nu")


def complaint_in(said: Said) -> tuple[Complaint | None, bool]:
    """The first complaint in what a customer wrote, and whether any of it is in a language that there are rules for."""
    languages = conversation_languages(said.texts, said.language)
    judged = [find_complaint(text, lang) for text, lang in zip(said.texts, languages, strict=True) if lang in LANGUAGES]
    return next((complaint for complaint in judged if complaint), None), bool(judged)


def judge_complaints(desk: Desk, *, now: datetime) -> dict[str, Any]:
    """Flag every ticket with words in a language of the rules as complaint or not; what was said how often, by which rule."""
    judge = Judge("is_complaint", f"complaints/{rules_version()}", "complaint_rules", _decide)
    return judge_tickets(desk, judge, now=now).to_dict()


def _decide(said: Said) -> Verdict | None:
    complaint, is_judged = complaint_in(said)
    if not is_judged:
        return None
    return Verdict("true", complaint.rule) if complaint else Verdict("false", "no_rule")


def rate_complaints(desk: Desk, corrections: Mapping[tuple[str, str], bool] | None = None) -> dict[str, Any]:
    """Precision and recall of the rules where a person has said whether a ticket is a complaint, with 95 % intervals.

    `corrections` are by (source, ticket_id); without them the flags in the book count that the source or a person gave.
    Nothing is measured (None) where there is nothing to compare.
    """
    told = _corrected(desk, corrections) if corrections is not None else _flagged(desk)
    hits = misses = false_alarms = quiet = not_judged = 0
    for said, truth in told:
        complaint, is_judged = complaint_in(said)
        if not is_judged:
            not_judged += 1
        elif truth:
            hits, misses = hits + bool(complaint), misses + (not complaint)
        else:
            false_alarms, quiet = false_alarms + bool(complaint), quiet + (not complaint)
    return {
        "tickets": hits + misses + false_alarms + quiet,
        "complaints": hits + misses,
        "found": hits + false_alarms,
        "right": hits,
        "not_judged": not_judged,
        **_share("precision", hits, hits + false_alarms),
        **_share("recall", hits, hits + misses),
    }


def read_corrections(path: str, source: str) -> dict[tuple[str, str], bool]:
    """A CSV of `ticket_id`, `is_complaint` and perhaps `source`, as people corrected it; `BadFile` names what is wrong."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path} cannot be read: {error}. Give a CSV file in UTF-8.") from error
    if not rows or not {"ticket_id", "is_complaint"} <= set(rows[0]):
        raise BadFile(f"{path} has no columns ticket_id and is_complaint (and, with several sources, source). Add them.")
    return {(row.get("source") or source, row["ticket_id"]): _truth(path, n, row) for n, row in enumerate(rows, start=1)}


def _truth(path: str, number: int, row: Mapping[str, str]) -> bool:
    word = (row["is_complaint"] or "").strip().lower()
    if word not in (*_TRUE, *_FALSE):
        raise BadFile(
            f"{path}, row {number}, is_complaint: {row['is_complaint']!r} is neither true nor false. Write true or false."
        )
    return word in _TRUE


def _flagged(desk: Desk) -> list[tuple[Said, bool]]:
    batches = desk.on_rows(lambda engine: list(said_and_told(engine, "is_complaint")))
    return [(said, said.told == "true") for batch in batches for said in batch]


def _corrected(desk: Desk, corrections: Mapping[tuple[str, str], bool]) -> Iterable[tuple[Said, bool]]:
    for (source, ticket_id), truth in corrections.items():
        said = desk.on_rows(partial(ticket_said, source=source, ticket_id=ticket_id))
        yield said or Said(source, ticket_id, None, None, "", ()), truth


def _share(name: str, k: int, n: int) -> dict[str, float | None]:
    interval = wilson(k, n) or (None, None)
    return {name: k / n if n else None, f"{name}_ci_low": interval[0], f"{name}_ci_high": interval[1]}
