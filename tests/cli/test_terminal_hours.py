"""Opening hours and promises from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hours_desk import kept, load_weekend, wait
from servicemeter.cli import servicemeter
from servicemeter.cli.terminal import progress
from servicemeter.desk.desk import Desk
from servicemeter.desk.hours import hold_hours
from servicemeter.ground.errors import BadCalendar
from servicemeter.ground.settings import Home
from servicemeter.ground.weektext import parse_week, week_text

NEW = ("set", "--calendar", "Support", "--tz", "Europe/Amsterdam", "--week", "mon-fri 09:00-17:30")


def run(verb: str, home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(servicemeter, [verb, *arguments, "--home", str(home)])


def figures(home: Path) -> tuple[float | None, tuple[float | None, int | None]]:
    with Desk(Home(home)) as desk:
        return wait(desk), kept(desk)


def test_hours_and_promises_are_set_shown_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Desk(Home(tmp_path)) as desk:
        load_weekend(desk)
    tried = run("hours", tmp_path, *NEW, "--dry-run")
    assert tried.exit_code == 0 and "+ Monday 09:00–17:30, always" in tried.stdout and "Nothing was written" in tried.stderr
    assert run("hours", tmp_path, "show").stdout == ""
    assert figures(tmp_path)[0] == 232_200
    with monkeypatch.context() as telling:
        telling.setattr(progress, "_BETWEEN_LINES_S", 0.0)
        made = run("hours", tmp_path, *NEW)
    assert "Saved as data version 2." in made.stderr and "first_response_time" in made.stderr
    assert "Working the figures out anew: step 2 of " in made.stderr
    with Desk(Home(tmp_path)) as desk:
        assert desk._keeper.pieces(desk.book.settings(), desk.data_version) is None  # all of them are there
    promised = run(
        "promises", tmp_path, "set", "--metric", "first_response", "--within", "4h", "--clock", "business", "--name", "a"
    )
    assert promised.stdout == "+ a: first response ≤ 4 h (opening hours)\n"
    assert figures(tmp_path) == (3600, (1.0, 1))
    saturday = ("--week", "mon-fri 09:00-17:30; sat 10:00-14:00", "--from", "2026-03-02")
    added = json.loads(run("hours", tmp_path, "set", "--calendar", "Support", *saturday, "--format", "json").stdout)
    assert (added["since"], added["data_version"], len(added["changes"])) == ("2026-03-02", 4, 6)
    assert added["changes"][-1]["after"] == {
        "calendar_id": "Support", "valid_from": "2026-03-02", "iso_weekday": 6, "open": "10:00", "close": "14:00",
    }  # fmt: skip
    assert figures(tmp_path) == (5 * 3600, (0.0, 1))
    assert "already" in run("hours", tmp_path, "set", "--calendar", "Support", *saturday).stderr
    days = ("--closed", "2026-03-09", "--open", "2026-03-07 10:00-11:00", "--open", "2026-03-07 12:00-13:00")
    run("hours", tmp_path, "set", "--calendar", "Support", *days)
    assert figures(tmp_path) == (1800 + 2 * 3600, (1.0, 1))  # half an hour on Friday, two on Saturday, none on Monday
    assert run("hours", tmp_path, "show").stdout.splitlines() == [
        "Support (Europe/Amsterdam), the default",
        "  always           mon-fri 09:00-17:30",
        "  from 2026-03-02  mon-fri 09:00-17:30; sat 10:00-14:00",
        "  on 2026-03-07    10:00-11:00 12:00-13:00",
        "  on 2026-03-09    closed",
    ]
    back = ("--usual", "2026-03-07", "--usual", "2026-03-09", "--take-back", "2026-03-02")
    run("hours", tmp_path, "set", "--calendar", "Support", *back)
    assert figures(tmp_path) == (3600, (1.0, 1))
    changed = ("--metric", "first_response", "--within", "30min", "--instead-of", "a", "--from", "2026-04-01", "--dry-run")
    assert run("promises", tmp_path, "set", *changed).stdout == (
        "- a: first response ≤ 4 h (opening hours)\n+ a: first response ≤ 4 h (opening hours), until 1 Apr 2026\n"
        "+ a (2): first response ≤ 30 min (opening hours), from 1 Apr 2026 on\n"
    )
    run("promises", tmp_path, "end", "--name", "a", "--metric", "first_response", "--on", "2026-03-01")
    assert figures(tmp_path)[1][0] is None
    assert "2026-03-01" in run("promises", tmp_path, "show").stdout
    shown = json.loads(run("promises", tmp_path, "show", "--format", "json").stdout)["promises"]
    assert [(one["policy_id"], one["target_s"], one["state"], one["until"]) for one in shown] == [
        ("a", 14400, "over", "2026-03-01")
    ]


def test_what_cannot_be_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    with Desk(Home(tmp_path), on_demand=True) as desk:
        load_weekend(desk)
    for arguments, said in (
        (("set", "--calendar", "S", "--tz", "Europe/Amsterdm", "--week", "mon 9:00-17:00"), "'Europe/Amsterdam'"),
        (("set", "--calendar", "S", "--week", "mon 9:00-17:00"), "needs a time zone"),
        (("set", "--calendar", "S", "--tz", "UTC"), "needs a week"),
        (("set", "--calendar", "S", "--tz", "UTC", "--week", "sat closed"), "would never be open"),
        (("set", "--calendar", "S", "--tz", "UTC", "--week", "mon 09:00-12:00 11:00-13:00"), "overlaps 09:00-12:00"),
        (("set", "--calendar", "S", "--closed", "25 December"), "Write it as 2026-12-25"),
        (("set", "--calendar", "S", "--open", "2026-12-24 9-13"), "Write it like 09:00-17:30"),
        (("set", "--calendar", "S", "--holidays", "NL"), "Write it as NL=2027"),
    ):
        done = run("hours", tmp_path, *arguments)
        assert (done.exit_code, said in done.stderr) == (2, True), (arguments, done.output, done.exception)
    done = run("promises", tmp_path, "set", "--metric", "resolution", "--within", "soon")
    assert done.exit_code == 2 and "1h 30min" in done.stderr
    with Desk(Home(tmp_path), on_demand=True) as desk:
        assert (desk.data_version, hold_hours(desk).calendars) == (1, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mon-fri", "says no hours"),
        ("fri-mon 09:00-17:00", "ends before it begins"),
        ("mon 09:00-17:00; mon,tue 18:00-20:00", "second time"),
        ("holiday 09:00-17:00", "the days are mon, tue"),
        ("mon 22:00-06:00", "two openings"),
        ("mon 9-17", "no opening"),
    ],
)
def test_a_week_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(BadCalendar, match=said):
        parse_week(text)


def test_a_week_is_written_as_it_is_read() -> None:
    text = "mon-tue 09:00-12:00 13:00-17:00; thu 09:00-17:00; sat-sun 10:00-24:00"
    assert week_text(parse_week(text)) == text
    assert parse_week("Monday 9:00-12:00, 13:00-17:00") == [(1, "13:00", "17:00"), (1, "9:00", "12:00")]
