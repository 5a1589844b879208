"""Asking the program and the second reading the same, and saying where they differ."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from oracle.answer import answer
from servicemeter.desk.conformance import _Rows, question_of
from servicemeter.desk.desk import Desk
from servicemeter.model.question import Question, Scope

__all__ = ["differences", "opened"]

Row = dict[str, Any]
_LABELS = ("period_start", "channel", "brand", "agent", "team", "priority", "reason", "hour_of_day", "weekday", "status",
           "customer_segment", "country", "policy", "metric", "intent", "age_group", "source", "channel_class")  # fmt: skip
# whose figure a companion is (the waiting ticket's, the silent solve's) is said nowhere, so it is compared in total only
_BESIDE = ("n_unanswered_open", "n_solved_unanswered", "n_turns_closed_unanswered", "reopen_events", "n_unresolved")
_OF_ITS_OWN = ("agent", "team", "priority", "hour_of_day", "weekday")


def opened(case: Row) -> Desk:
    """A desk in memory with the rows of a case."""
    desk = Desk(None, threads=1, on_demand=True)
    desk.take(_Rows(case, case["settings"]), now=datetime(2027, 1, 1, tzinfo=UTC))
    return desk


def differences(desk: Desk, case: Row, asks: list[Row], worlds: dict[Any, Any]) -> list[tuple[Row, str]]:
    """Every question whose answers differ, with how."""
    found = []
    for ask, given in zip(asks, desk.measure_all([_question(ask) for ask in asks]), strict=True):
        ours = answer(case, ask, worlds)
        said = _compare(ask, _keyed(ask, ours), _keyed(ask, given.rows))
        if said:
            found.append((ask, said))
    return found


def _question(ask: Row) -> Question:
    seen = {name: tuple(values) for name, values in (ask.get("scope") or {}).items()}
    sources, brands, teams, agents = (seen.get(name, ()) for name in ("sources", "brands", "teams", "agents"))
    return replace(question_of(ask), scope=Scope(sources, brands, teams, agents))


def _keyed(ask: Row, rows: list[Row]) -> dict[tuple[str, ...], Row]:
    names = [*(["period_start"] if ask.get("grain") else []), *(ask.get("by") or [])]
    implied = {"volume_by_channel": "channel", "contact_reason_share": "reason", "visitor_intent_share": "intent"}
    if ask["metric"] in implied and implied[ask["metric"]] not in names:
        names.append(implied[ask["metric"]])
    return {tuple(str(row.get(n)) for n in names): row for row in rows}


def _compare(ask: Row, ours: dict[tuple[str, ...], Row], theirs: dict[tuple[str, ...], Row]) -> str:
    said = []
    for key in sorted({*ours, *theirs}):
        one, other = ours.get(key), theirs.get(key)
        if one is None or other is None:
            row = one or other or {}
            if row.get("n") or row.get("value"):
                said.append(f"{key}: only in {'oracle' if one else 'program'}: {_brief(row)}")
            continue
        if other.get("null_reason") == "not_measured" and not one.get("n"):
            continue
        for name, value in one.items():
            if name in _LABELS or (name in _BESIDE and set(_OF_ITS_OWN) & _asked(ask)):
                continue
            if ask["metric"] == "volume_by_channel" and name == "n":
                continue
            if name not in other:
                said.append(f"{key}: no field {name}")
            elif not _same(value, other[name]):
                said.append(f"{key}: {name} is {other[name]!r}, the oracle says {value!r}")
    return "; ".join(said)


def _asked(ask: Row) -> set[str]:
    """The dimensions that a question is about."""
    conditions = [f["dimension"] for f in ask.get("where") or []]
    return {*(ask.get("by") or []), *conditions, *(name.removesuffix("s") for name in ask.get("scope") or {})}


def _brief(row: Row) -> Row:
    return {k: v for k, v in row.items() if k in (*_LABELS, "value", "n")}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_same(v, other.get(k)) for k, v in one.items())
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None or isinstance(one, str):
        return bool(one == other)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
