"""Every conformance case whose metric we have passes; the others are told as not yet, never as passed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from servicemeter.desk.conformance import run_file
from servicemeter.desk.desk import Desk
from servicemeter.metrics.catalog import all_metrics

FOLDER = Path(__file__).parent / "conformance"
FIRST = {
    "tickets_created", "tickets_handled", "volume_by_channel", "interactions_count", "tickets_solved", "backlog",
    "backlog_age", "backlog_flow", "first_response_time", "response_time", "resolution_time", "resolution_rate",
    "replies_per_resolution", "one_touch_resolution_rate", "reopen_rate", "abandonment_rate", "service_level",
    "average_speed_of_answer", "average_handle_time", "csat", "tickets_closed_per_agent",
}  # fmt: skip


def _memory() -> Desk:
    return Desk(None, on_demand=True)


def test_the_first_metrics_are_all_there() -> None:
    assert set(all_metrics()) >= FIRST


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda p: p.stem)
def test_cases(path: Path) -> None:
    outcomes = list(run_file(path, _memory))
    wrong = [o for o in outcomes if o.result == "differs"]
    assert not wrong, wrong
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    asked = [ask["metric"] for case in cases for ask in case.get("asks", [])]
    functions = sum(len(f["rows"]) for case in cases for f in case.get("functions") or [])
    assert len(outcomes) == len(asked) + functions
    assert sum(o.result == "not yet" for o in outcomes) == sum(m not in all_metrics() for m in asked)


def test_a_wrong_expectation_is_told(tmp_path: Path) -> None:
    case = {
        "version": 1,
        "cases": [
            {
                "id": "X",
                "settings": {"report_tz": "UTC"},
                "tables": {"tickets": [{"ticket_id": "T", "created_at": "2026-03-02T09:00:00+00:00"}]},
                "asks": [
                    {"metric": "tickets_created", "from": "2026-03-01", "to": "2026-04-01", "expect": {"value": 2}},
                    {"metric": "tickets_created", "from": "2026-03-01", "to": "2026-04-01", "expect": {"value": 1}},
                    {"metric": "no_such_metric", "from": "2026-03-01", "to": "2026-04-01", "expect": {"value": 1}},
                ],
            }
        ],
    }
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump(case), encoding="utf-8")
    assert [o.result for o in run_file(path, _memory)] == ["differs", "pass", "not yet"]
