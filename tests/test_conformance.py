"""Every conformance case whose metric we have passes; the others are told as not yet, never as passed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from servicemeter.desk.conformance import run_file
from servicemeter.desk.desk import Desk
from servicemeter.ground.errors import ServicemeterError
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.answer import Answer
from servicemeter.model.question import Question

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


class _ByDays(Desk):
    """A desk that works everything out by days before it answers."""

    known = 0
    """How many fields and distributions all such desks have had by days."""

    def measure_all(self, questions: Sequence[Question]) -> list[Answer]:
        questions = [self._sooner(question) for question in questions]
        with suppress(ServicemeterError):  # what may not be asked is refused below
            for piece in self._tile(questions):
                piece()
            _ByDays.known += len(self._tiled.fields) + len(self._tiled.spreads)
        return super().measure_all(questions)

    def _sooner(self, question: Question) -> Question:
        """As of 500 days after the last row, where a case says no more than that its sources cover all: days end somewhere."""
        last = max((s.loaded_through for s in self._sources() if s.loaded_through), default=None)
        is_open = question.as_of is None and question.moment is None and last is not None and last.year > 2100
        return replace(question, as_of=last - timedelta(days=36000)) if is_open and last else question


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda p: p.stem)
def test_cases_by_days(path: Path) -> None:
    """What is worked out ahead for any span of days is as right."""
    before = _ByDays.known
    wrong = [o for o in run_file(path, lambda: _ByDays(None, on_demand=True)) if o.result == "differs"]
    assert not wrong, wrong
    assert _ByDays.known > before


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
