"""Files on the import page: known by their own names, sheets chosen, the zone of their times asked for."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from form_fields import fields_of
from import_page import OWN, page, send, upload

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.loads import loads
from servicemeter.web.app import create_app
from workbooks import workbook

CANONICAL = "ticket_id,created_at\n{},2026-03-02 09:00\nbad,no date\n"
ODD = "Nr;Binnen\n1;2026-03-02 09:00\n2;2026-03-03 09:00\n"


def take(desk: Desk, file_name: str, content: str) -> None:
    question = upload(desk, file_name, content, name="desk", tz="Europe/Amsterdam").partition("?")[2]
    response = ask(create_app(desk), f"/import/take?{question}", "POST", data={}, headers=OWN)
    assert response.status_code == 200 and "The file was taken" in response.text, response.text


SHEETS = workbook({
    "Read me": [["About", "Text"], ["a", "b"]],
    "Q1 & Q2": [["Nr", "Binnen"], ["1", "2026-03-02 09:00"], ["2", "2026-03-03 09:00"]],
})  # fmt: skip


def test_an_upload_is_known_by_its_own_name(desk: Desk) -> None:
    """The same name again replaces what the first attempt kept aside: one row of each file has no date."""
    assert desk.home is not None
    for number in (1, 2):
        take(desk, "tickets_sept.csv", CANONICAL.format(number))
    assert [load["label"] for load in loads(desk)] == ["tickets_sept.csv"] * 2
    current = "select label, file from meta.kept_aside where replaced_in is null"
    assert desk.on_engine(lambda engine: engine.rows(current)) == [("tickets_sept.csv", "tickets_sept.csv")]
    take(desk, "other.csv", CANONICAL.format(3))
    assert sorted(desk.on_engine(lambda engine: engine.rows(current))) == [
        ("other.csv", "other.csv"),
        ("tickets_sept.csv", "tickets_sept.csv"),
    ]
    listed = page(desk, "/sources/loads")
    assert "tickets_sept.csv" in listed and str(desk.home.uploads) not in listed
    assert str(desk.home.uploads) not in page(desk, "/check")


@pytest.mark.parametrize(
    ("language", "label", "asked"),
    [
        ("en", "Time zone of the times in the file", "The times have no time zone."),
        ("nl", "Tijdzone van de tijden in het bestand", "De tijden hebben geen tijdzone."),
        ("ro", "Fusul orar al orelor din fișier", "Orele nu au fus orar."),
    ],
)
def test_the_zone_is_asked_for_while_nobody_chose_one(desk: Desk, language: str, label: str, asked: str) -> None:
    first = page(desk, f"/import?lang={language}")
    assert label in first and re.search(r'<input name="tz" maxlength="60" value="" placeholder="[^"]*Europe/', first)
    at = upload(desk, "odd.csv", ODD, tz="") + f"&lang={language}"
    seen = page(desk, at)
    assert fields_of(seen, "columns")[1]["tz"] == "" and label in seen
    seen = send(desk, seen, 422, **{"c0.means": "ticket_id", "c1.means": "created_at"})
    fault = re.search(r'<p class="fault" id="form-fault">(.*?)</p>', seen)
    assert fault and fault[1].startswith(asked), fault
    assert 'aria-describedby="form-fault"' in seen


def test_a_canonical_file_asks_for_the_zone_beside_its_field(desk: Desk) -> None:
    seen = page(desk, upload(desk, "tickets.csv", b"ticket_id,created_at\n1,2026-03-02 09:00\n", tz=""))
    assert 'aria-invalid="true" aria-describedby="zone-fault"' in seen and 'id="zone-fault">The times have no time zone.' in seen
    given = page(desk, upload(desk, "tickets.csv", b"ticket_id,created_at\n1,2026-03-02 09:00\n", tz="Europe/Amsterdam"))
    assert "zone-fault" not in given


def test_the_zone_of_the_book_is_offered_once_there_is_one(desk: Desk) -> None:
    assert desk.chosen_tz == ""
    take(desk, "tickets.csv", CANONICAL.format(1))
    assert desk.chosen_tz == "Europe/Amsterdam"
    assert '<input name="tz" maxlength="60" value="Europe/Amsterdam"' in page(desk, "/import")


def test_a_sheet_is_chosen_on_the_page(desk: Desk) -> None:
    """The second sheet has two tickets; its name has a space and a sign that addresses and pages write otherwise."""
    at = upload(desk, "book.xlsx", SHEETS, name="desk", tz="Europe/Amsterdam")
    seen = page(desk, at)
    said = "Read the first sheet, &#39;Read me&#39;. Others, by the option sheet=…: &#39;Q1 &amp; Q2&#39;."
    assert said in seen
    form = re.search(r'<form class="filters steps" method="get" action="/import">(.*?)</form>', seen, re.S)
    assert form and form[1].count("<option") == 2 and "<button>Look at this sheet</button>" in form[1]
    carried = {k: unescape(v) for k, v in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1])}
    assert carried["name"] == "desk" and carried["tz"] == "Europe/Amsterdam" and "file" in carried
    seen = page(desk, "/import?" + urlencode({**carried, "sheet": "Q1 & Q2"}))
    assert "Read the sheet &#39;Q1 &amp; Q2&#39;. Others, by the option sheet=…: &#39;Read me&#39;." in seen
    assert '<option value="Q1 &amp; Q2" selected>' in seen and "<td>2026-03-02 09:00</td>" in seen
    shown = send(desk, seen, **{"c0.means": "ticket_id", "c1.means": "created_at"})
    assert "What comes of it" in shown and '<option value="Q1 &amp; Q2" selected>' in shown
    taken = send(desk, shown, do="take")
    assert "The file was taken" in taken
    rows = desk.on_engine(lambda engine: engine.rows("select ticket_id from tickets order by 1"))
    assert [row[0] for row in rows] == ["1", "2"]


def test_a_sheet_is_said_in_the_reader_s_language_and_an_empty_first_one_leaves_the_choice(desk: Desk) -> None:
    at = upload(desk, "book.xlsx", SHEETS)
    dutch = "Het eerste werkblad, &#39;Read me&#39;, is gelezen. Andere, met de optie sheet=…: &#39;Q1 &amp; Q2&#39;."
    assert dutch in page(desk, at + "&lang=nl")
    assert "S-a citit prima foaie, &#39;Read me&#39;." in page(desk, at + "&lang=ro")
    seen = page(desk, upload(desk, "empty.xlsx", workbook({"Cover": [], "Data": [["Nr", "Binnen"], ["1", "2026-03-02"]]})))
    assert "is empty" in seen and '<option value="Data">Data</option>' in seen
    assert '<select name="sheet">' not in page(desk, upload(desk, "one.xlsx", workbook({"Data": [["Nr"], ["1"]]})))
