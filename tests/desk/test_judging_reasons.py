"""Reasons proposed into a file that stays the user's, and given to tickets that have none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.desk.methods.propose_reasons import propose_reasons
from servicemeter.desk.methods.sort_by_reason import sort_by_reason
from servicemeter.desk.reasons import read_reasons
from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
AT = "2026-03-02T09:00:00Z"
MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}
ABOUT = {
    "parcel": "Hello, my parcel has still not been delivered by your courier, where is it now?",
    "invoice": "Hello, could you please send the invoice again, the VAT amount on it is wrong.",
}


def _home(folder: Path) -> Home:
    home = Home(folder)
    home.make()
    return home


def _load(desk: Desk, first: int, count: int, about: str, now: datetime = NOW) -> None:
    ids = [f"{about}{n}" for n in range(first, first + count)]
    desk.load(
        tickets=[{"ticket_id": name, "created_at": AT} for name in ids],
        messages=[{"message_id": name, "ticket_id": name, "occurred_at": AT, "author_type": "customer"} for name in ids],
        texts=[{"of": "message", "id": name, "text": f"{ABOUT.get(about, about)} ({name})"} for name in ids],
        now=now,
    )


def _shares(desk: Desk) -> dict[str, tuple[int, float]]:
    rows = desk.measure("contact_reason_share", **MARCH).rows
    return {row["reason"]: (row["numerator"], row["coverage"]) for row in rows}


def test_reasons_are_proposed_applied_and_measured_with_coverage(tmp_path: Path) -> None:
    with Desk(_home(tmp_path)) as desk:
        for about in ABOUT:
            _load(desk, 0, 30, about)
        _load(desk, 0, 20, "Guten Tag, ich habe eine Frage zu meinem Konto und bitte um Antwort")
        told = propose_reasons(desk)
        assert len(told["new"]) == 2
        sort_by_reason(desk, now=NOW)
        shares = _shares(desk)
        assert sorted(n for n, _ in shares.values()) == [20, 30, 30]
        assert {coverage for _, coverage in shares.values()} == {0.75}
        assert sort_by_reason(desk, now=NOW.replace(hour=13))["tickets"] == 0


def test_edits_stay_and_later_proposals_are_only_of_what_is_new(tmp_path: Path) -> None:
    home = _home(tmp_path)
    with Desk(home) as desk:
        _load(desk, 0, 30, "parcel")
        _load(desk, 0, 25, "Hello, only a short remark about something small")
        [only] = propose_reasons(desk, least=30)["new"]
        edited = home.reasons.read_text().replace(f'name = "{only["name"]}"', 'name = "Delivery"  # mine')
        home.reasons.write_text(edited)
        assert propose_reasons(desk, least=30)["new"] == []
        _load(desk, 0, 30, "invoice", now=NOW.replace(hour=13))
        [new] = propose_reasons(desk, least=30)["new"]
        assert "invoice" in new["words"]
        assert home.reasons.read_text().startswith(edited)
        sort_by_reason(desk, now=NOW.replace(hour=14))
        assert _shares(desk)["Delivery"][0] == 30
        home.reasons.write_text(home.reasons.read_text().replace(f'name = "{new["name"]}"', 'name = "Delivery"'))
        sort_by_reason(desk, now=NOW.replace(hour=15))
        assert _shares(desk)["Delivery"][0] == 60


def test_the_source_holds_and_tags_come_before_words(tmp_path: Path) -> None:
    home = _home(tmp_path)
    home.reasons.write_text(
        '[[reason]]\nid = "a"\nname = "Parcels"\nlanguage = "en"\nwords = ["parcel"]\n'
        '[[reason]]\nid = "b"\nname = "Returns"\ntags = ["retour*"]\n'
    )
    given = {"event_id": "e", "ticket_id": "parcel0", "occurred_at": AT, "field": "reason", "value": "From the desk"}
    with Desk(home) as desk:
        _load(desk, 0, 3, "parcel")
        desk.load(ticket_events=[given], ticket_tags=[{"ticket_id": "parcel1", "tag": "Retour-2026"}], now=NOW)
        desk.load(tickets=[{"ticket_id": "t", "created_at": AT}], ticket_tags=[{"ticket_id": "t", "tag": "retour"}], now=NOW)
        sort_by_reason(desk, now=NOW)
        assert _shares(desk) == {"From the desk": (1, 1.0), "Parcels": (1, 1.0), "Returns": (2, 1.0)}
        assert sort_by_reason(desk, now=NOW.replace(hour=13))["tickets"] == 0


def test_new_tickets_are_judged_after_an_import_where_the_settings_ask(tmp_path: Path) -> None:
    home = _home(tmp_path / "home")
    home.reasons.write_text('[[reason]]\nid = "a"\nname = "Parcels"\nlanguage = "en"\nwords = ["parcel"]\n')
    home.settings.write_text('[text]\nafter_import = ["reasons", "complaints"]\n')
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "tickets.csv").write_text(f"ticket_id,created_at\n1,{AT}\n")
    (tmp_path / "in" / "texts.csv").write_text(
        'of,id,text\nticket,1,"My parcel is lost again, this is unacceptable, I want a refund"\n'
    )
    with Desk(home) as desk:
        report = desk.import_files(ImportRequest(str(tmp_path / "in")), now=NOW)
        assert any("reasons: 1 tickets" in remark for remark in report.remarks)
        assert _shares(desk) == {"Parcels": (1, 1.0)}
        assert desk.measure("complaint_ratio", denominator="tickets", **MARCH).rows[0]["value"] == 1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[reason]]\nname = "A"\nword = ["a"]\n', "word"),
        ('[[reason]]\nname = "A"\nwords = ["a"]\n', "language"),
        ('[[reason]]\nname = "A"\nlanguage = "en"\nwords = "a"\n', "words"),
        ('[[reason]]\nid = "x"\nname = "A"\n[[reason]]\nid = "x"\nname = "B"\n', "twice"),
        ("[[reason]\n", "cannot be read"),
        ('reason = "x"\n', r"\[\[reason\]\]"),
    ],
)
def test_a_slip_in_the_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "reasons.toml"
    file.write_text(text)
    with pytest.raises(BadSettings, match=says):
        read_reasons(file)
