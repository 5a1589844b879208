"""What commands print: the same answers as the API, and nothing else on standard output."""

from __future__ import annotations

import io
import json
import re
import shlex
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from servicemeter.cli import servicemeter
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.question import Filter
from servicemeter.show.tables import csv_text
from terminal import run

SPAN = ["--from", "2026-02-01", "--to", "2026-03-01"]


def ask(home: Path, *arguments: str) -> Result:
    """One command in this process, which has to succeed."""
    result = CliRunner().invoke(servicemeter, [*arguments, "--home", str(home)])
    assert result.exit_code == 0, result.stderr
    return result


def test_json_is_the_answer_and_nothing_else(shop: Path) -> None:
    with Desk(Home(shop)) as desk:
        answer = desk.measure(
            "first_response_time",
            since="2026-02-01",
            until="2026-03-01",
            by=["channel"],
            where=[Filter("channel", ("email", "chat")), Filter("team", ("returns",), negated=True)],
            clock="business",
        )
    options = ["--by", "channel", "--where", "channel=email,chat", "--where", "team!=returns", "--set", "clock=business"]
    result = run("measure", "first_response_time", *SPAN, *options, "--format", "json", home=shop)
    assert result.returncode == 0
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout) == answer.to_dict()
    assert len(answer.rows) > 1


def test_several_metrics_are_a_list(shop: Path) -> None:
    result = ask(shop, "measure", "tickets_created", "csat", *SPAN, "--format", "json")
    assert [answer["metric"] for answer in json.loads(result.stdout)] == ["tickets_created", "csat"]


def test_the_rows_behind_an_answer_are_those_of_the_same_question(shop: Path) -> None:
    given = ["first_response_time", *SPAN, "--by", "channel", "--where", "team!=first line", "--set", "clock=business"]
    said = ask(shop, "measure", *given).stderr
    [command] = re.findall(r"servicemeter explain (.*)", said)
    assert sorted(shlex.split(command)) == sorted([*given, "--home", str(shop)])
    asked = json.loads(ask(shop, "measure", *given, "--format", "json").stdout)["question"]
    again = CliRunner().invoke(servicemeter, ["explain", *shlex.split(command), "--format", "json"])
    assert json.loads(again.stdout)["answer"]["question"] == asked


def test_a_dimension_said_twice_is_said_once(shop: Path) -> None:
    once = ask(shop, "measure", "csat", *SPAN, "--by", "team")
    assert ask(shop, "measure", "csat", *SPAN, "--by", "team", "--by", "team").stdout == once.stdout


def test_the_scorecard_is_that_of_the_desk(shop: Path) -> None:
    with Desk(Home(shop)) as desk:
        card = desk.scorecard(period="last_month", where=[Filter("channel", ("email",))])
    result = ask(shop, "scorecard", "--period", "last_month", "--where", "channel=email", "--format", "json")
    assert json.loads(result.stdout) == card.to_dict()


def test_without_a_period_it_is_the_month_of_the_last_data(shop: Path) -> None:
    question = json.loads(ask(shop, "measure", "tickets_created", "--format", "json").stdout)["question"]
    assert (question["from"], question["to"]) == ("2026-03-01", "2026-04-01")
    weekly = json.loads(ask(shop, "measure", "tickets_created", "--grain", "week", "--format", "json").stdout)
    assert (weekly["question"]["from"], weekly["question"]["to"]) == ("2026-02-23", "2026-04-06")


def test_a_bare_day_is_its_midnight_in_the_reporting_zone(shop: Path) -> None:
    result = ask(shop, "measure", "backlog", "--at", "2026-03-01", "--format", "json")
    assert json.loads(result.stdout)["question"]["at"] == "2026-03-01T00:00:00+01:00"


def test_csv_and_parquet_have_the_exact_values(shop: Path) -> None:
    with Desk(Home(shop)) as desk:
        since, until = date(2026, 2, 1), date(2026, 3, 1)
        created = desk.measure("tickets_created", since=since, until=until)
        csat = desk.measure("csat", since=since, until=until)
    assert run("measure", "csat", *SPAN, "--format", "csv", home=shop).stdout == csv_text(csat).replace("\r\n", "\n")
    both = ask(shop, "measure", "tickets_created", "csat", *SPAN, "--format", "parquet")
    rows = pq.read_table(io.BytesIO(both.stdout_bytes)).to_pylist()
    assert [(row["metric"], row["value"], row["n"]) for row in rows] == [
        ("tickets_created", created.row["value"], created.row["n"]),
        ("csat", csat.row["value"], csat.row["n"]),
    ]


def test_csv_of_several_metrics_has_the_fields_of_all(shop: Path) -> None:
    lines = ask(shop, "measure", "tickets_created", "csat", *SPAN, "--format", "csv").stdout.splitlines()
    names = lines[0].split(",")
    assert names[0] == "metric"
    assert {"value", "csat_mean"} <= set(names)
    assert [line.split(",")[0] for line in lines[1:]] == ["tickets_created", "csat"]
    assert all(len(line.split(",")) == len(names) for line in lines)


def test_a_table_says_value_interval_n_and_how_far_the_data_reaches(shop: Path) -> None:
    text = ask(shop, "measure", "csat", *SPAN, "--by", "channel").stdout
    assert "95 % interval" in text
    assert "too few to show" in text
    assert "Data to 21 Mar 01:00." in text
    assert "Times in Europe/Amsterdam." in text


def test_low_samples_and_unfinished_periods_are_both_marked(shop: Path) -> None:
    assert "so far · few cases" in ask(shop, "measure", "first_response_time", "--where", "channel=social").stdout


def test_durations_and_shares_are_in_peoples_units(shop: Path) -> None:
    assert " min" in ask(shop, "measure", "first_response_time", *SPAN).stdout
    assert " %" in ask(shop, "measure", "resolution_rate", *SPAN).stdout


def test_the_scorecard_shows_every_card_with_its_trend(shop: Path) -> None:
    with Desk(Home(shop)) as desk:
        cards = [card.metric for family in desk.scorecard().families for card in family.cards]
    text = ask(shop, "scorecard").stdout
    for name in cards:
        assert all_metrics()[name].label() in text
    assert "March so far" in text
    assert "▁" in text
    assert "target 4 h" in text


def test_an_explanation_has_the_rows_behind_the_answer(shop: Path) -> None:
    told = json.loads(ask(shop, "explain", "first_response_time", *SPAN, "--limit", "3", "--format", "json").stdout)
    with Desk(Home(shop)) as desk:
        answer = desk.measure("first_response_time", since="2026-02-01", until="2026-03-01")
    assert told["answer"] == answer.to_dict()
    assert (len(told["rows"]), told["is_cut"]) == (3, True)
    assert told["totals"][0]["n"] == answer.row["n"]
    text = ask(shop, "explain", "first_response_time", *SPAN, "--limit", "3").stdout
    assert "the first 3 of them" in text
    assert told["rows"][0]["ticket_id"] in text
    assert all(part["title"] in text for part in told["left_out"])


def test_instants_of_rows_are_in_the_reporting_zone_for_people_and_as_they_were_for_programs(home: Path) -> None:
    """Noon in Amsterdam is 11:00 UTC in winter; 00:30 on 1 February is still January in UTC, and February's there."""
    tickets = [
        {"ticket_id": "t1", "created_at": "2026-01-31T23:30:00Z"},
        {"ticket_id": "t2", "created_at": "2026-02-03T11:00:00Z"},
    ]
    with Desk(Home(home)) as desk:
        desk.load(tickets=tickets, tz="Europe/Amsterdam", settings=[{"name": "report_tz", "value": "Europe/Amsterdam"}])
    text = ask(home, "explain", "tickets_created", *SPAN).stdout
    assert re.findall(r"2026-\d\d-\d\dT\S+", text) == ["2026-02-01T00:30:00+01:00", "2026-02-03T12:00:00+01:00"]
    told = json.loads(ask(home, "explain", "tickets_created", *SPAN, "--format", "json").stdout)
    assert [row["happened_at"] for row in told["rows"]] == ["2026-01-31T23:30:00+00:00", "2026-02-03T11:00:00+00:00"]
    assert "Unresolved tickets · 3 Feb 2026 12:30" in ask(home, "explain", "backlog", "--at", "2026-02-03T11:30Z").stdout


def test_the_statement_behind_an_answer(shop: Path) -> None:
    text = ask(shop, "explain", "csat", *SPAN, "--sql").stdout
    assert text.startswith("select")
    assert text.rstrip().endswith(";")
    assert json.loads(ask(shop, "explain", "csat", *SPAN, "--sql", "--format", "json").stdout)["csat"][0].startswith("select")


def test_the_catalogue_and_a_definition_in_full(shop: Path) -> None:
    runner = CliRunner()
    listed = runner.invoke(servicemeter, ["metrics"]).stdout
    assert all(name in listed for name in all_metrics())
    metric = all_metrics()["first_response_time"]
    shown = runner.invoke(servicemeter, ["metrics", metric.name, "--language", "nl"]).stdout
    for text in (
        metric.label("nl"),
        metric.asks["nl"],
        "formule",
        "laat weg",
        "clock",
        "business",
        "in het Engels",
        *metric.names["ro"],
    ):
        assert text in shown, text
    assert not any(text in shown for text in (metric.formula, metric.counted, "leaves out", "is better", "what it does"))
    told = json.loads(runner.invoke(servicemeter, ["metrics", metric.name, "--format", "json"]).stdout)
    assert (told["metric"], told["formula"]) == (metric.name, metric.formula)
