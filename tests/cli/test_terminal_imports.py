"""Imports from the terminal: what is taken, kept aside, skipped, proposed, and how the command ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app_client import ask
from servicemeter.cli import servicemeter
from servicemeter.cli.terminal.faults import print_findings
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.sources.marks import MARKS
from servicemeter.web.app import create_app
from terminal import write_tickets

BAD = """ticket_id,created_at,channel,initiated_by
a1,2026-02-20T10:00:00+01:00,email,customer
a2,nonsense,email,customer
a3,2026-02-20T11:00:00+01:00,email,martian
"""
ODD = "Ticket number,Opened,Via\n1,2026-02-20 10:00,Mail\n2,2026-02-21 11:00,Mail\n"
MAPPING = """name = "odd"
time_zone = "Europe/Amsterdam"
[[rows]]
table = "tickets"
[rows.columns]
ticket_id = "Ticket number"
created_at = "Opened"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def take(home: Path, *arguments: str | Path) -> Result:
    """One import."""
    return CliRunner().invoke(servicemeter, ["import", *map(str, arguments), "--home", str(home)])


def version(home: Path) -> int:
    with Desk(Home(home)) as desk:
        return desk.data_version


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_what_was_taken_is_said_table_by_table(home: Path, tmp_path: Path) -> None:
    tickets = write_tickets(tmp_path / "tickets.csv", 5)
    first = take(home, tickets)
    assert first.exit_code == 0
    assert "tickets" in first.stdout
    assert first.stdout.splitlines()[-1].split() == ["tickets", "5", "0", "0", "0"]
    tickets.write_text(tickets.read_text().replace("chat", "phone"))
    again = take(home, tickets)
    assert again.stdout.splitlines()[-1].split() == ["tickets", "0", "2", "0", "3"]


def test_json_reports_are_all_there_is(home: Path, tmp_path: Path) -> None:
    result = take(home, write(tmp_path / "tickets.csv", BAD), "--format", "json")
    [told] = json.loads(result.stdout)
    assert (told["status"], told["source"], told["data_version"]) == ("taken", "files", 1)
    assert told["tables"] == {"tickets": {"new": 1, "corrected": 0, "older": 0, "repeated": 0}}
    assert (told["kept_aside"], sum(told["reasons"].values())) == (2, 2)


def test_rows_kept_aside_are_said_and_strict_minds_them(home: Path, tmp_path: Path) -> None:
    bad = write(tmp_path / "tickets.csv", BAD)
    result = take(home, bad)
    assert result.exit_code == 0
    assert "2 rows were kept aside" in result.stderr
    assert "servicemeter check --kept-aside" in result.stderr
    assert take(home, bad, "--again", "--strict").exit_code == 1


def test_when_nothing_could_be_taken_it_is_1(home: Path, tmp_path: Path) -> None:
    lines = BAD.splitlines(keepends=True)
    result = take(home, write(tmp_path / "tickets.csv", lines[0] + lines[3] + lines[3].replace("a3", "a4")))
    assert result.exit_code == 1
    assert "2 rows were kept aside" in result.stderr


def test_a_file_that_was_taken_is_skipped_unless_again(home: Path, tmp_path: Path) -> None:
    tickets = write_tickets(tmp_path / "tickets.csv", 5)
    take(home, tickets)
    skipped = take(home, tickets)
    assert (skipped.exit_code, skipped.stdout) == (0, "")
    assert "taken before from files (data version 1); skipped" in skipped.stderr
    assert version(home) == 1
    assert take(home, tickets, "--again").exit_code == 0
    assert version(home) == 2


def test_the_same_file_read_otherwise_is_not_skipped(home: Path, tmp_path: Path) -> None:
    odd, mapping = write(tmp_path / "odd.csv", ODD), write(tmp_path / "odd.toml", MAPPING)
    assert take(home, odd, "--map", mapping).exit_code == 0
    assert "skipped" in take(home, odd, "--map", mapping).stderr
    assert "skipped" not in take(home, odd, "--map", mapping, "--tz", "Europe/Bucharest").stderr
    mapping.write_text(MAPPING + 'channel = "Via"\n')
    assert "skipped" not in take(home, odd, "--map", mapping).stderr
    assert version(home) == 3


def test_another_source_takes_the_same_file(home: Path, tmp_path: Path) -> None:
    tickets = write_tickets(tmp_path / "tickets.csv", 5)
    take(home, tickets)
    assert take(home, tickets, "--source", "other").stdout.splitlines()[-1].split() == ["tickets", "5", "0", "0", "0"]


def test_a_dry_run_changes_nothing(home: Path, tmp_path: Path) -> None:
    tickets = write_tickets(tmp_path / "tickets.csv", 5)
    result = take(home, tickets, "--dry-run")
    assert "would be taken" in result.stdout
    assert version(home) == 0
    assert "skipped" not in take(home, tickets).stderr


def test_a_dry_run_lists_the_rows_that_no_check_will_know_of(home: Path, tmp_path: Path) -> None:
    result = take(home, write(tmp_path / "tickets.csv", BAD), "--dry-run")
    assert "row 3, created_at 'nonsense'" in result.stderr
    assert "check --kept-aside" not in result.stderr
    assert "the same without --dry-run" in result.stderr


def test_a_table_nobody_knows_brings_a_proposal_and_1(home: Path, tmp_path: Path) -> None:
    odd = write(tmp_path / "odd.csv", ODD)
    result = take(home, odd)
    assert result.exit_code == 1
    assert '"Ticket number"' in result.stdout
    assert "[[rows]]" in result.stdout
    assert "--map FILE" in result.stderr
    assert version(home) == 0


def test_a_proposal_goes_into_a_file_but_never_over_one(home: Path, tmp_path: Path) -> None:
    odd, target = write(tmp_path / "odd.csv", ODD), tmp_path / "odd.toml"
    result = take(home, odd, "--propose", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert '"Ticket number"' in target.read_text()
    written = take(home, target, "--propose", odd)
    assert written.exit_code == 1
    assert odd.read_text() == ODD
    assert not home.exists()


def test_a_path_that_fails_does_not_keep_the_others_out(home: Path, tmp_path: Path) -> None:
    result = take(home, tmp_path / "none.csv", write_tickets(tmp_path / "tickets.csv", 5))
    assert result.exit_code == 1
    assert "none.csv" in result.stderr
    assert version(home) == 1


def test_a_folder_is_one_load(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write_tickets(folder / "tickets.csv", 5)
    write(folder / "teams.csv", "team_id,name,tier\nreturns,Returns,1\n")
    result = take(home, folder, "--format", "json")
    [told] = json.loads(result.stdout)
    assert {name: table["new"] for name, table in told["tables"].items()} == {"tickets": 5, "teams": 1}
    assert "skipped" in take(home, folder).stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--option", "created"], "is not an option"),
        (["--as", "a", "--map", "b"], "not both"),
        (["--as", "nothing_of_the_kind"], "nothing_of_the_kind"),
        (["--tz", "Mars/Olympus"], "is no time zone"),
    ],
)
def test_wrong_calls_are_2(home: Path, tmp_path: Path, options: list[str], says: str) -> None:
    result = take(home, write_tickets(tmp_path / "tickets.csv", 5), *options)
    assert result.exit_code == 2
    assert says in result.stderr


def test_rows_kept_aside_can_be_listed_mended_and_imported(home: Path, tmp_path: Path) -> None:
    take(home, write(tmp_path / "tickets.csv", BAD))
    runner = CliRunner()
    listed = json.loads(runner.invoke(servicemeter, ["check", "--kept-aside", "--format", "json", "--home", str(home)]).stdout)
    assert [(row["row_number"], row["column"], row["value"]) for row in listed] == [
        (3, "created_at", "nonsense"),
        (4, "initiated_by", "martian"),
    ]
    shown = runner.invoke(servicemeter, ["check", "--kept-aside", "--home", str(home)]).stdout
    assert "nonsense" in shown
    target = tmp_path / "mend.csv"
    assert runner.invoke(servicemeter, ["check", "--export", str(target), "--home", str(home)]).exit_code == 0
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row.pop(MARKS) for row in rows}) == 2
    assert rows[0] == {"ticket_id": "a2", "created_at": "nonsense", "channel": "email", "initiated_by": "customer"}
    target.write_text(target.read_text().replace("nonsense", "2026-02-20T12:00:00+01:00").replace("martian", "agent"))
    assert take(home, target).stdout.splitlines()[-1].split() == ["tickets", "2", "0", "0", "0"]
    assert "No row is kept aside" in runner.invoke(servicemeter, ["check", "--kept-aside", "--home", str(home)]).stderr


def listed(home: Path) -> list[tuple[str, int, str]]:
    """Which rows are kept aside."""
    said = CliRunner().invoke(servicemeter, ["check", "--kept-aside", "--format", "json", "--home", str(home)]).stdout
    return [(Path(row["file"]).name, row["row_number"], row["value"]) for row in json.loads(said)]


def export(home: Path, target: Path) -> None:
    assert CliRunner().invoke(servicemeter, ["check", "--export", str(target), "--home", str(home)]).exit_code == 0


def test_of_rows_that_come_once_more_those_still_wrong_stay_listed(home: Path, tmp_path: Path) -> None:
    """Of two one is mended: it leaves the list, the other stands in it once, under the file it was tried in last. Rows that did
    not come once more stay, and taking the mended file back brings both to the list again."""
    file, other, target = tmp_path / "tickets.csv", tmp_path / "others.csv", tmp_path / "mend.csv"
    take(home, write(file, BAD))
    export(home, target)
    take(home, write(other, "ticket_id,created_at\nb1,2026-02-20T10:00Z\nb2,never\n"))
    target.write_text(target.read_text().replace("nonsense", "2026-02-20T12:00:00+01:00"))
    take(home, target)
    assert sorted(listed(home)) == [("mend.csv", 3, "martian"), ("others.csv", 3, "never")]
    assert CliRunner().invoke(servicemeter, ["undo", "--yes", "--home", str(home)]).exit_code == 0
    assert sorted(listed(home)) == [
        ("others.csv", 3, "never"),
        ("tickets.csv", 3, "nonsense"),
        ("tickets.csv", 4, "martian"),
    ]


def test_mended_rows_of_another_source_leave_the_list_alone(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "mend.csv"
    take(home, write(tmp_path / "tickets.csv", BAD), "--source", "shop")
    export(home, target)
    target.write_text(target.read_text().replace("nonsense", "2026-02-20T12:00:00+01:00").replace("martian", "agent"))
    take(home, target, "--source", "elsewhere")
    assert len(listed(home)) == 2
    take(home, target, "--source", "shop")
    assert listed(home) == []


def test_marks_are_no_column_of_a_mapped_file(home: Path, tmp_path: Path) -> None:
    mapping, target = write(tmp_path / "odd.toml", MAPPING), tmp_path / "mend.csv"
    take(home, write(tmp_path / "odd.csv", "Ticket number,Opened\n1,2026-02-20 10:00\n2,31-02-2026\n"), "--map", str(mapping))
    export(home, target)
    target.write_text(target.read_text().replace("31-02", "28-02"))
    assert take(home, target, "--map", str(mapping)).exit_code == 0
    assert listed(home) == []


def test_a_file_with_rows_kept_aside_ends_with_the_same_status_again(home: Path, tmp_path: Path) -> None:
    """1 with --strict as long as a row of it is kept aside; 0 without, as the file was taken; 0 once its rows are mended."""
    file, target = write(tmp_path / "tickets.csv", BAD), tmp_path / "mend.csv"
    assert take(home, file, "--strict").exit_code == 1
    again = take(home, file, "--strict")
    assert again.exit_code == 1 and "skipped" in again.stderr and "2 rows of it are still kept aside" in again.stderr
    assert take(home, file).exit_code == 0
    [told] = json.loads(take(home, file, "--format", "json").stdout)
    assert (told["status"], told["kept_aside"]) == ("skipped", 2)
    export(home, target)
    target.write_text(target.read_text().replace("nonsense", "2026-02-20T12:00:00+01:00").replace("martian", "agent"))
    assert take(home, target, "--strict").exit_code == 0
    assert take(home, file, "--strict").exit_code == 0


def test_a_file_of_which_nothing_could_be_taken_ends_with_1_again(home: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "bad.csv", "ticket_id,created_at,initiated_by\nb1,2026-02-20T10:00Z,martian\n")
    said = [take(home, file) for _ in range(2)]
    assert [one.exit_code for one in said] == [1, 1]
    assert all("1 row was kept aside" in one.stderr for one in said)
    assert listed(home) == [("bad.csv", 2, "martian")]


def test_a_row_kept_aside_is_named_as_the_file_shows_it(home: Path, tmp_path: Path) -> None:
    """The header is row 1 and row 3 is blank, so that what is wrong stands in row 4, under the file's own heading."""
    mapping = write(tmp_path / "odd.toml", MAPPING)
    file = write(tmp_path / "odd.csv", "Ticket number,Opened\n1,2026-02-20 10:00\n\n2,31-02-2026\n3,2026-02-21 10:00\n")
    assert "row 4, Opened '31-02-2026'" in take(home, file, "--map", str(mapping), "--dry-run").stderr
    take(home, file, "--map", str(mapping))
    check = ["check", "--home", str(home)]
    [row] = json.loads(CliRunner().invoke(servicemeter, [*check, "--kept-aside", "--format", "json"]).stdout)
    assert (row["row_number"], row["column"], row["file_column"]) == (4, "created_at", "Opened")
    shown = CliRunner().invoke(servicemeter, [*check, "--kept-aside"]).stdout.splitlines()[1]
    assert shown.split()[:5] == ["odd.csv", "4", "tickets", "Opened", "(created_at)"]
    assert "row_number=4 table=tickets column=created_at file_column=Opened" in CliRunner().invoke(servicemeter, check).stdout
    with Desk(Home(home)) as desk:
        assert "row_number 4, table tickets, column created_at, file_column Opened" in ask(create_app(desk), "/check").text


def test_findings_are_said_with_their_remedy(home: Path, tmp_path: Path) -> None:
    take(home, write(tmp_path / "tickets.csv", BAD))
    result = CliRunner().invoke(servicemeter, ["check", "--home", str(home)])
    assert result.exit_code == 0
    with Desk(Home(home)) as desk:
        titles = [finding["title"] for finding in desk.findings()]
    assert titles
    assert all(title in result.stdout for title in titles)
    assert "check --kept-aside" in result.stderr


def test_a_finding_says_how_many_metrics_it_touches_and_its_instants_in_the_reporting_zone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    finding = {"name": "f", "title": "Fault", "count": 2, "total": 9, "metrics": [f"m{i}" for i in range(1, 53)],
               "examples": [{"ticket_id": "t1", "created_at": "2026-01-31T23:30:00Z"}], "remedy": "Mend it."}  # fmt: skip
    print_findings([finding, {**finding, "metrics": ["m1", "m2"]}], "Europe/Amsterdam")
    text = capsys.readouterr().out
    assert "touches: 52 metrics, such as m1, m2, m3 (all of them: --format json)" in text
    assert "touches: m1, m2\n" in text
    assert "created_at=2026-02-01T00:30:00+01:00" in text


def test_a_warehouse_is_taken_by_its_name(home: Path, tmp_path: Path) -> None:
    tables = {
        "ticket": "id,created_at\n1,2026-02-20 10:00:00\n",
        "ticket_comment": "id,ticket_id,created,user_id\n1,1,2026-02-20 10:00:00,7\n",
        "ticket_field_history": "ticket_id,field_name,updated,user_id,value\n1,status,2026-02-20 10:00:00,7,new\n",
        "user": "id,role\n7,end-user\n",
    }
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in tables.items():
        write(folder / f"{name}_data.csv", text)
    result = take(home, folder, "--as", "zendesk_warehouse", "--format", "json")
    [told] = json.loads(result.stdout)
    assert result.exit_code == 0 and told["source"] == "zendesk" and told["kept_aside"] == 0
    assert {name: counts["new"] for name, counts in told["tables"].items()} == {
        "customers": 1, "tickets": 1, "ticket_events": 1, "messages": 1,
    }  # fmt: skip


def test_a_database_is_asked_for_by_the_name_of_its_warehouse(home: Path, tmp_path: Path) -> None:
    secret = f"postgresql://reader:hush@localhost/desk?host={tmp_path}"
    unsaid = take(home, secret)
    assert unsaid.exit_code == 2 and "--as zendesk_warehouse" in unsaid.stderr
    away = take(home, secret, "--as", "zendesk_warehouse", "--schema", "zendesk", "--format", "json")
    [told] = json.loads(away.stdout)
    assert away.exit_code == 1 and told["error"] == "BadDatabase"
    assert told["path"] == "postgresql://reader@localhost/desk" and "hush" not in away.output


def test_what_was_kept_aside_is_listed_where_nothing_else_was_taken(home: Path, tmp_path: Path) -> None:
    nothing = CliRunner().invoke(servicemeter, ["check", "--kept-aside", "--home", str(home)])
    assert nothing.exit_code == 1 and "Nothing has been imported" in nothing.stderr
    path = write(
        tmp_path / "bad.csv", "ticket_id,created_at,initiated_by\nb1,2026-02-20T10:00Z,martian\nb2,2026-02-21T10:00Z,moon\n"
    )
    said = take(home, path)
    assert "2 rows were kept aside" in said.stderr and "servicemeter check --kept-aside" in said.stderr
    listed = json.loads(
        CliRunner().invoke(servicemeter, ["check", "--kept-aside", "--format", "json", "--home", str(home)]).stdout
    )
    assert [(one["row_number"], one["value"]) for one in listed] == [(2, "martian"), (3, "moon")]
    found = CliRunner().invoke(servicemeter, ["check", "--home", str(home)])
    assert found.exit_code == 0 and "Rows that could not be taken" in found.stdout
    assert "Nothing has been imported" in CliRunner().invoke(servicemeter, ["scorecard", "--home", str(home)]).stderr
