"""Until when a file is complete: said on the form, proposed where the file tells of a month in which it has no ticket.

Four tickets of March; 1 to 3 are solved, 3 on 2 April at 9:48, after the file's own month.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from form_fields import fields_of
from import_page import OWN, page, send, upload

from app_client import ask
from servicemeter.desk.completeness import complete_through
from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.errors import BadQuestion
from servicemeter.sources.glimpse import glimpse
from servicemeter.sources.proposal import guess, guess_through, propose
from servicemeter.web.app import create_app

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HEAD = "Ticket ID,Created,First reply,Solved,Status\n"
MARCH = (
    f"{HEAD}1,2026-03-02 09:00,2026-03-02 10:00,2026-03-03 09:00,Solved\n"
    "2,2026-03-16 09:00,2026-03-16 10:00,2026-03-17 09:00,Solved\n"
    "3,2026-03-30 09:00,2026-03-30 10:00,2026-04-02 09:48,Solved\n4,2026-03-30 11:00,,,New\n"
)
APRIL = f"{HEAD}5,2026-04-07 09:00,2026-04-07 10:00,2026-04-08 09:00,Solved\n"
LATER = "Rows from 2026-04-01 00:00 on: 1. They are kept, and count once a later file reaches them."


def _upload(desk: Desk) -> str:
    """Send the file of March; gives its page."""
    return page(desk, upload(desk, "shop.csv", MARCH, tz="Europe/Amsterdam"))


def _take(desk: Desk, tmp_path: Path, name: str, content: str, **options: str) -> list[str]:
    """Import a file as on the terminal; gives what was remarked."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    given = {"tz": "Europe/Amsterdam", **options}
    plan = tmp_path / f"{name}.toml"
    plan.write_text(propose(path, now=NOW, options={"tz": "Europe/Amsterdam"}), encoding="utf-8")
    report = desk.import_files(ImportRequest(str(path), None, str(plan), "shop", given), now=NOW)
    return [*report.remarks, *(report.load.notes if report.load else [])]


def _counts(desk: Desk, month: int) -> tuple[Any, ...]:
    """Tickets created and solved in a month, and the unresolved at its end."""
    since, until = date(2026, month, 1), date(2026, month + 1, 1)
    names = ("tickets_created", "tickets_solved", "backlog")
    return tuple(desk.measure(name, since=since, until=until).row["value"] for name in names)


def test_the_form_proposes_the_end_of_the_month_and_the_first_look_is_at_it(desk: Desk) -> None:
    """By the end of March 2 are solved, and 3 and 4 are not: the solve of April is kept, said, and not counted."""
    seen = _upload(desk)
    assert fields_of(seen, "columns")[1]["through"] == "2026-03-31"
    assert "It has no ticket created after 31 Mar 2026" in seen.replace("\N{NO-BREAK SPACE}", " ")
    shown = send(desk, seen)
    assert LATER in shown and desk.covered() is None
    assert "The file was taken" in send(desk, shown, do="take")
    covered = desk.covered()
    assert covered is not None and covered[1].isoformat() == "2026-03-31T22:00:00+00:00"
    assert _counts(desk, 3) == (4, 2, 2)
    card = desk.scorecard(period="this_month")
    assert (card.since, card.until) == (date(2026, 3, 1), date(2026, 4, 1))
    assert [one["name"] for one in desk.findings() if one["name"] == "rows_beyond_coverage"]


def test_without_a_day_all_counts_and_another_day_is_looked_at_first(desk: Desk) -> None:
    shown = send(desk, _upload(desk), through="")
    assert fields_of(shown, "columns")[1]["through"] == "" and LATER not in shown
    assert "The newest ticket is of 2026-03-30, yet the file tells of 2026-04-02" in shown
    again = send(desk, shown, through="2026-03-31", do="take")
    assert "The form was changed since you looked" in again and LATER in again and desk.covered() is None
    wrong = send(desk, again, 422, through="2027-03-31")
    assert re.search(r'role="alert">through: 2027-03-31 is still to come', wrong)
    send(desk, shown, do="take")
    assert _counts(desk, 4) == (0, 1, 1)


def test_a_mapping_that_no_form_shows_is_asked_for_the_day_too(desk: Desk) -> None:
    """With a condition of its own (ticket 4 is dropped) it is text alone; the day goes by the form of the file."""
    seen = _upload(desk)
    link = re.search(r'action="(/import/mapping[^"]*)"', seen)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", seen, re.DOTALL)
    assert link and text
    own = 'drop = [{ column = "Status", is = "New" }]\n' + unescape(text[1])
    moved = ask(create_app(desk), unescape(link[1]), "POST", data={"mapping": own}, headers=OWN)
    shown = ask(create_app(desk), moved.headers["location"] + "&through=2026-03-31").text
    assert re.search(r'name="through" value="2026-03-31"', shown) and 'id="columns"' not in shown
    take = re.search(r'action="(/import/try[^"]*)"', shown)
    assert take and "through=2026-03-31" in take[1]
    tried = ask(create_app(desk), unescape(take[1]), "POST", headers=OWN).text
    assert LATER in tried
    ask(create_app(desk), unescape(take[1]).replace("/import/try", "/import/take"), "POST", headers=OWN)
    assert _counts(desk, 3) == (3, 2, 1)


def test_what_came_later_counts_when_the_next_file_reaches_it(desk: Desk, tmp_path: Path) -> None:
    assert _take(desk, tmp_path, "march.csv", MARCH, through="2026-03-31")[-1] == LATER
    assert _counts(desk, 3) == (4, 2, 2)
    assert _take(desk, tmp_path, "april.csv", APRIL, through="2026-04-30") == []
    assert _counts(desk, 3) == (4, 2, 2) and _counts(desk, 4) == (1, 2, 1)


def test_an_earlier_day_takes_nothing_back_and_says_so(desk: Desk, tmp_path: Path) -> None:
    """Without a day the file reaches to one second after its newest instant, and the month that begins is mentioned."""
    [told] = [text for text in _take(desk, tmp_path, "march.csv", MARCH) if "newest ticket" in text]
    assert told.endswith("import it with --through 2026-03-31.")
    [stays] = _take(desk, tmp_path, "march.csv", MARCH, through="2026-03-31")
    assert stays.startswith("shop was complete until 2026-04-02 09:48 before, and stays so.")
    assert _counts(desk, 4) == (0, 1, 1)


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        (MARCH, "2026-03-31"),
        (f"{HEAD}1,2026-03-02 09:00,,2026-03-31 23:59,Solved\n", "None"),
        (f"{HEAD}1,2026-12-02 09:00,,2027-01-01 00:00,Solved\n", "2026-12-31"),
        (f"{HEAD}1,03-04-2026 09:00,,05-06-2026 10:00,Solved\n", "None"),
        (f"{HEAD}1,30-04-2026 09:00,,05-06-2026 10:00,Solved\n", "None"),
        ("Ticket ID,Created\n1,2026-03-02 09:00\n", "None"),
    ],
    ids=["a solve in April", "the same month", "a solve on New Year", "open dates", "partly open dates", "no other dates"],
)
def test_the_day_that_is_proposed(tmp_path: Path, rows: str, day: str) -> None:
    """Dates that can be read either way propose none."""
    (tmp_path / "shop.csv").write_text(rows, encoding="utf-8")
    seen = glimpse(tmp_path / "shop.csv", now=datetime(2027, 3, 1, tzinfo=UTC), options={"tz": "Europe/Amsterdam"})
    assert str(guess_through(seen, guess(seen))) == day


def test_a_day_is_taken_with_all_of_it_and_today_as_far_as_it_is() -> None:
    """In Amsterdam 29 March 2026 has 23 hours, and ends at 22:00 UTC."""
    said = {
        "2026-03-28": "2026-03-28T23:00:00+00:00",
        "2026-03-29": "2026-03-29T22:00:00+00:00",
        "2026-07-01": "2026-07-01T12:00:00+00:00",
        "2026-03-31T18:00": "2026-03-31T16:00:00+00:00",
        "2026-03-31T18:00Z": "2026-03-31T18:00:00+00:00",
    }
    found = {text: complete_through(text, "Europe/Amsterdam", NOW).astimezone(UTC).isoformat() for text in said}
    assert found == said
    for wrong in ("2026-07-02", "2026-07-01T15:00", "31-03-2026", "later", "9999-12-31"):
        with pytest.raises(BadQuestion, match="through: "):
            complete_through(wrong, "Europe/Amsterdam", NOW)
