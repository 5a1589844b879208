"""Case files from the terminal: a line a question, and a status that only a clean run makes 0."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from servicemeter.cli import servicemeter

CASE = """version: 1
settings: {{report_tz: UTC, default_calendar: c, calendars: {{c: {{tz: UTC, weekly: {{}}}}}}}}
cases:
  - id: ONE
    tables:
      tickets:
        - {{ticket_id: T1, created_at: "2026-03-06T16:00:00+01:00", channel: email}}
    asks:
      - {{metric: tickets_created, from: 2026-03-01, to: 2026-04-01, expect: {{value: {value}}}}}
{more}
"""


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return tmp_path / "cases.yaml"


def conform(*arguments: str | Path) -> Result:
    return CliRunner().invoke(servicemeter, ["conformance", *map(str, arguments)])


def test_a_clean_run_is_0(cases: Path) -> None:
    cases.write_text(CASE.format(value=1, more=""))
    result = conform(cases, "--engine", "duckdb")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["pass     ONE tickets_created", "1 pass, 0 differ, 0 not yet (duckdb)"]


def test_a_difference_is_1_with_both_values(cases: Path) -> None:
    cases.write_text(CASE.format(value=2, more=""))
    result = conform(cases)
    assert result.exit_code == 1
    assert "differs  ONE tickets_created: value is 1, expected 2" in result.stdout


def test_a_metric_that_is_not_there_yet_is_1_unless_allowed(cases: Path) -> None:
    cases.write_text(
        CASE.format(value=1, more="      - {metric: tea_time, from: 2026-03-01, to: 2026-04-01, expect: {value: 1}}")
    )
    result = conform(cases)
    assert (result.exit_code, "not yet  ONE tea_time" in result.stdout) == (1, True)
    assert conform(cases, "--allow-missing").exit_code == 0
    told = json.loads(conform(cases, "--format", "json").stdout)
    assert [outcome["result"] for outcome in told] == ["pass", "not yet"]


def test_a_file_that_is_no_case_file_is_a_wrong_call(cases: Path) -> None:
    cases.write_text("tea: 1\n")
    result = conform(cases)
    assert result.exit_code == 2
    assert "is no conformance file" in result.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("version: 1", "version: 2", "is no conformance file"),
        ("asks:", "questions:", "no key called 'questions'"),
        ("expect: {value", "expct: {value", "Did you mean 'expect'"),
        ("expect: {value: 1}", "expect: {}", "an answer in `expect`"),
        ("report_tz", "report_zone", "Did you mean 'report_tz'"),
        ("- id: ONE", "- name: ONE", "no key called 'name'"),
        ("      tickets:", "      ticket:", "Did you mean 'tickets'"),
        ("channel: email", "chanel: email", "tickets.chanel"),
        ('"2026-03-06T16:00:00+01:00"', "soon", "Case ONE: 'soon' is not an instant"),
        ("from: 2026-03-01", "form: 2026-03-01", "Did you mean 'from'"),
    ],
)
def test_what_nobody_would_read_is_refused_and_not_passed(cases: Path, right: str, wrong: str, says: str) -> None:
    text = CASE.format(value=1, more="")
    assert right in text
    cases.write_text(text.replace(right, wrong))
    result = conform(cases)
    assert (result.exit_code != 0, "0 pass" in result.stdout, "pass" in result.stdout) == (True, False, False)
    assert says in result.stderr


def test_a_case_that_asks_nothing_is_refused(cases: Path) -> None:
    cases.write_text(CASE.format(value=1, more="").split("    asks:")[0])
    result = conform(cases)
    assert result.exit_code != 0 and "`asks`" in result.stderr
