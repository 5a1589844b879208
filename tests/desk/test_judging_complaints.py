"""Complaints flagged by rules: in the book, in the ratio with its coverage, and never against what people say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk.complaints import read_corrections
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.judge_complaints import judge_complaints
from servicemeter.desk.methods.rate_complaints import rate_complaints
from servicemeter.desk.methods.sources import sources
from servicemeter.ground.errors import BadFile

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANGRY = "This is unacceptable, I want my money back for that broken lamp."
CALM = "Hello, could you please send me the invoice of my last order again?"
GERMAN = "Guten Tag, ich möchte wissen, wann meine Bestellung endlich geliefert wird, danke."
MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}


def _load(desk: Desk, said: dict[str, str], **more: Any) -> None:
    """A ticket a text, with a public message of its customer on the second of March."""
    at = "2026-03-02T09:00:00Z"
    desk.load(
        tickets=[{"ticket_id": name, "created_at": at} for name in said],
        messages=[{"message_id": f"m{n}", "ticket_id": n, "occurred_at": at, "author_type": "customer"} for n in said],
        texts=[{"of": "message", "id": f"m{name}", "text": text} for name, text in said.items()],
        now=more.pop("now", NOW),
        **more,
    )


def _flags(desk: Desk) -> dict[str, tuple[str, str]]:
    rows = desk.on_rows(
        lambda engine: engine.rows("select ticket_id, value, actor_id from ticket_events where field = 'is_complaint' order by 1")
    )
    return {ticket: (value, by) for ticket, value, by in rows}


def test_flags_carry_their_rule_and_the_ratio_its_coverage() -> None:
    with Desk(None, on_demand=True) as desk:
        _load(desk, {"a": ANGRY, "b": CALM, "c": GERMAN, "d": CALM})
        assert desk.measure("complaint_ratio", **MARCH).rows[0]["null_reason"] == "not_measured"
        report = judge_complaints(desk, now=NOW)
        assert (report["tickets"], report["not_judged"], report["values"]) == (3, 1, {"false": 2, "true": 1})
        assert _flags(desk) == {
            "a": ("true", "servicemeter:en.dissatisfied_with_us"),
            "b": ("false", "servicemeter:no_rule"),
            "d": ("false", "servicemeter:no_rule"),
        }
        row = desk.measure("complaint_ratio", **MARCH).rows[0]
        assert (row["numerator"], row["n"], row["value"], row["coverage"]) == (1, 4, 0.25, 0.75)
        assert desk.measure("complaint_ratio", denominator="tickets", **MARCH).rows[0]["coverage"] == 0.75


def test_a_ticket_is_judged_again_only_when_its_customer_writes_again() -> None:
    with Desk(None, on_demand=True) as desk:
        _load(desk, {"a": CALM, "b": CALM})
        judge_complaints(desk, now=NOW)
        version = desk.data_version
        assert judge_complaints(desk, now=NOW.replace(hour=13))["tickets"] == 0
        assert desk.data_version == version
        later = NOW.replace(hour=14)
        desk.load(
            messages=[{"message_id": "m2", "ticket_id": "a", "occurred_at": "2026-03-09T09:00:00Z", "author_type": "customer"}],
            texts=[{"of": "message", "id": "m2", "text": ANGRY}],
            now=later,
        )
        assert judge_complaints(desk, now=later.replace(hour=15))["values"] == {"true": 1}
        assert _flags(desk)["a"][0] == "true"
        assert desk.measure("complaint_ratio", known_at=NOW.replace(hour=13), **MARCH).rows[0]["numerator"] == 0


@pytest.mark.parametrize("person_first", [True, False])
def test_what_a_person_says_holds_whenever_it_comes(person_first: bool) -> None:
    flag = {"event_id": "e", "ticket_id": "a", "occurred_at": "2026-03-02T09:00:00Z", "field": "is_complaint", "value": "false"}
    with Desk(None, on_demand=True) as desk:
        _load(desk, {"a": ANGRY, "b": ANGRY})
        if person_first:
            desk.load(ticket_events=[flag], now=NOW)
        assert judge_complaints(desk, now=NOW)["tickets"] == 2 - person_first
        if not person_first:
            desk.load(ticket_events=[flag], now=NOW.replace(hour=13))
        assert desk.measure("complaint_ratio", denominator="tickets", **MARCH).rows[0]["numerator"] == 1


def test_a_source_that_flags_complaints_speaks_of_all_of_its_tickets() -> None:
    flag = {"event_id": "e", "ticket_id": "a", "occurred_at": "2026-03-02T09:00:00Z", "field": "is_complaint", "value": "true"}
    with Desk(None, on_demand=True) as desk:
        _load(desk, {"a": CALM, "b": CALM}, ticket_events=[flag])
        row = desk.measure("complaint_ratio", denominator="tickets", **MARCH).rows[0]
        assert (row["value"], row["coverage"]) == (0.5, 1.0)


def test_the_rules_do_not_widen_what_a_source_covers() -> None:
    with Desk(None, on_demand=True) as desk:
        _load(desk, {"a": ANGRY})
        before = sources(desk)
        judge_complaints(desk, now=NOW)
        [after] = sources(desk)
        assert after["capabilities"] == "complaint_rules,messages,tickets"
        assert [(s["loaded_from"], s["loaded_through"]) for s in before] == [(after["loaded_from"], after["loaded_through"])]


def test_precision_and_recall_against_flags_and_against_corrections(tmp_path: Path) -> None:
    file = tmp_path / "corrected.csv"
    file.write_text("ticket_id,is_complaint\na,true\nb,yes\nc,no\n")
    with Desk(None, on_demand=True) as desk:
        _load(desk, {"a": ANGRY, "b": CALM, "c": CALM, "d": ANGRY})
        assert rate_complaints(desk)["precision"] is None
        rating = rate_complaints(desk, read_corrections(str(file), "files"))
        assert (rating["precision"], rating["recall"], rating["tickets"]) == (1.0, 0.5, 3)
        flag = {
            "event_id": "e",
            "ticket_id": "d",
            "occurred_at": "2026-03-02T10:00:00Z",
            "field": "is_complaint",
            "value": "false",
        }
        desk.load(ticket_events=[flag], now=NOW)
        assert rate_complaints(desk)["precision"] == 0.0


@pytest.mark.parametrize(
    ("text", "says"), [("ticket,what\n1,2\n", "is_complaint"), ("ticket_id,is_complaint\na,maybe\n", "row 1")]
)
def test_corrections_that_cannot_be_read_say_why(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "corrected.csv"
    file.write_text(text)
    with pytest.raises(BadFile, match=says):
        read_corrections(str(file), "files")
