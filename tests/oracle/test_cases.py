"""The second reading must itself reproduce the worked cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oracle.answer import METRICS, answer

_CASES = Path(__file__).parents[1] / "conformance"
_SUPPLY = ("R01", "E09")  # what a source can supply
_UNREAD_FIELDS = ("n_unresolved", "n_excluded", "n_handovers", "partial", "statuses")


def _is_unread(ask: dict[str, Any]) -> bool:
    """Whether the second reading leaves a question alone: who passed on, calls passed on, cases of tickets, cohorts of turns."""
    params = ask.get("params") or {}
    if ask["metric"] == "transfer_rate":
        return params.get("unit") == "contact" or bool(ask.get("by"))
    if ask["metric"] == "response_time":
        return params.get("attribution") == "created"
    return bool(params.get("link_followups"))


def _questions() -> list[Any]:
    found = []
    for path in sorted(_CASES.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in content["cases"]:
            own, defaults = case.get("settings") or {}, content["settings"]
            calendars = {**defaults["calendars"], **(own.get("calendars") or {})}
            case["settings"] = {**defaults, **own, "calendars": calendars}
            for i, ask in enumerate(case.get("asks") or []):
                if ask["metric"] in METRICS and case["id"] not in _SUPPLY and not _is_unread(ask):
                    found.append(pytest.param(case, ask, id=f"{case['id']}-{ask['metric']}-{i}"))
    return found


@pytest.mark.parametrize(("case", "ask"), _questions())
def test_worked_case(case: dict[str, Any], ask: dict[str, Any]) -> None:
    rows = answer(case, ask)
    if "expect_rows" not in ask:
        assert len(rows) == 1
        _check(ask["expect"], rows[0])
        return
    names = [k for k in ("period_start", *(ask.get("by") or ["channel"])) if k in ask["expect_rows"][0]]
    by_key = {tuple(str(row[k]) for k in names): row for row in rows}
    expected = {tuple(str(row[k]) for k in names): row for row in ask["expect_rows"]}
    assert {k for k, row in by_key.items() if row["value"]} <= set(expected)
    for key, row in expected.items():
        _check({k: v for k, v in row.items() if k not in names}, by_key[key])


def _check(expected: dict[str, Any], row: dict[str, Any]) -> None:
    for name, value in expected.items():
        if name in _UNREAD_FIELDS:
            continue
        if name == "low_sample":
            assert (row["n"] < 30) == value
        elif isinstance(value, dict):
            _check(value, row[name])
        elif isinstance(value, str | bool) or value is None:
            assert row[name] == value, name
        else:
            assert row[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
