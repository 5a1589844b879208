"""The second reading must itself reproduce the worked cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oracle.answer import METRICS, answer

_CASES = Path(__file__).parents[1] / "conformance"
_UNREAD = ("R01", "E09", "SLA-snapshot")  # what sources can supply, which this reading leaves alone
_ALWAYS_READ = ("value", "n", "null_reason", "period_status", "period_start")  # of the others, what the reader tells


def _is_read(case: dict[str, Any], ask: dict[str, Any]) -> bool:
    if case["id"] in _UNREAD:
        return False
    if "macro_id" in (ask.get("by") or []):  # parts of one whole, each of which has all replies as its n
        return False
    is_about_sources = "not_measured" in str(ask) and case["settings"].get("sources")
    return ask["metric"] in METRICS and not is_about_sources


def _questions() -> list[Any]:
    found = []
    for path in sorted(_CASES.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in content["cases"]:
            own, defaults = case.get("settings") or {}, content["settings"]
            calendars = {**defaults["calendars"], **(own.get("calendars") or {})}
            case["settings"] = {**defaults, **own, "calendars": calendars}
            for i, ask in enumerate(case.get("asks") or []):
                if _is_read(case, ask):
                    found.append(pytest.param(case, ask, id=f"{case['id']}-{ask['metric']}-{i}"))
    return found


@pytest.mark.parametrize(("case", "ask"), _questions())
def test_worked_case(case: dict[str, Any], ask: dict[str, Any]) -> None:
    rows = answer(case, ask)
    if "expect_rows" not in ask:
        if not rows:  # a share of nothing has no rows by what it is shared by
            assert not ask["expect"].get("value")
            return
        assert len(rows) == 1
        _check(ask["expect"], rows[0])
        return
    if not ask["expect_rows"]:
        assert not any(row["value"] for row in rows)
        return
    names = [k for k in ("period_start", *(ask.get("by") or ["channel", "reason", "intent"])) if k in ask["expect_rows"][0]]
    by_key = {tuple(str(row[k]) for k in names): row for row in rows}
    expected = {tuple(str(row[k]) for k in names): row for row in ask["expect_rows"]}
    assert {k for k, row in by_key.items() if row["value"]} <= set(expected)
    for key, row in expected.items():
        if key not in by_key and not row.get("n") and not row.get("value"):
            continue  # rows of nothing may be left out
        _check({k: v for k, v in row.items() if k not in names}, by_key[key])


def _check(expected: dict[str, Any], row: dict[str, Any]) -> None:
    for name, value in expected.items():
        if name not in _ALWAYS_READ and name not in row:
            continue
        if name == "low_sample":
            assert (row["n"] < 30) == value
        elif isinstance(value, dict):
            _check(value, row[name])
        elif isinstance(value, str | bool) or value is None:
            assert row[name] == value, name
        else:
            assert row[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
