"""What is said below the pages stands on them in the reader's language; what is not known is marked as English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app_client import ask
from fake_desk import FakeDesk
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.web.app import create_app
from servicemeter.web.paper import retold

OWN = {"Sec-Fetch-Site": "same-origin"}
TICKETS = b"ticket_id,created_at\nt1,2026-03-02T09:00:00Z\nt2,1969-12-31T09:00:00Z\nt3,2026-03-03T09:00:00Z\n"
MARKED = '<span lang="en">'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A shop of which one file was taken: two tickets, and a row from before 1970."""
    home = Home(tmp_path_factory.mktemp("told"))
    with Desk(home) as desk:
        at = _sent(desk, "/import", 303, files={"file": ("tickets.csv", TICKETS)})
        _sent(desk, f"/import/take?{at}", 200)
        yield desk


def _sent(desk: Desk, path: str, status: int, **more: Any) -> str:
    response = ask(create_app(desk), path, "POST", headers=OWN, **more)
    assert response.status_code == status, response.text
    return str(response.headers["location"]).partition("?")[2] if status == 303 else response.text


def _words(html: str) -> str:
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    return text.replace("&#39;", "'").replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "title", "remedy"),
    [
        ("nl", "Rijen die niet meegenomen konden worden: de datum ligt voor 1970",
         "Verbeter de genoemde cellen (of de vertaling) en importeer het bestand opnieuw"),
        ("ro", "Rânduri care nu au putut fi luate: data este dinainte de 1970",
         "Corectați celulele numite (sau maparea) și importați din nou fișierul"),
        ("en", "Rows that could not be taken: the date is before 1970",
         "Correct the cells named (or the mapping) and import the file again"),
    ],
)  # fmt: skip
def test_a_finding_and_the_reason_of_a_row_are_the_reader_s(desk: Desk, language: str, title: str, remedy: str) -> None:
    html = ask(create_app(desk), f"/check?lang={language}").text
    assert title in _words(html) and remedy in _words(html)
    assert MARKED not in html


@pytest.mark.parametrize(
    ("language", "reason", "row"),
    [
        ("nl", "de datum ligt voor 1970 × 1", "rij 3, created_at '1969-12-31T09:00:00Z': de datum ligt voor 1970"),
        ("ro", "data este dinainte de 1970 × 1", "rândul 3, created_at '1969-12-31T09:00:00Z': data este dinainte de 1970"),
        ("en", "the date is before 1970 × 1", "row 3, created_at '1969-12-31T09:00:00Z': the date is before 1970"),
    ],
)
def test_what_a_file_would_leave_aside_is_the_reader_s(desk: Desk, language: str, reason: str, row: str) -> None:
    at = _sent(desk, f"/import?lang={language}", 303, files={"file": ("tickets.csv", TICKETS)}, data={"name": "other"})
    html = _sent(desk, f"/import/try?{at}", 200)
    assert reason in _words(html) and row in _words(html)
    assert not re.search(r'<(ul|p|li)[^>]* lang="en"', html)


@pytest.mark.parametrize(("language", "why"), [("nl", "niet gemeten"), ("ro", "nemăsurat")])
def test_what_is_not_measured_says_so_in_the_reader_s_language(desk: Desk, language: str, why: str) -> None:
    html = ask(create_app(desk), f"/metric/csat?lang={language}").text
    [sentence] = re.findall(rf"<[^>]*>[^<>]*: {why}[^<>]*<", html)
    assert "lang=" not in sentence
    card = ask(create_app(desk), f"/metric/csat/rows?lang={language}").text
    assert MARKED not in card and "null_reason" in _words(card)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/metric/csatt?lang=nl", 404, "Er is geen maat met de naam 'csatt'. Bedoelde je 'csat' of 'ces'?"),
        ("/metric/csatt?lang=ro", 404, "Nu există indicator cu numele 'csatt'. Ați vrut să spuneți 'csat' sau 'ces'?"),
        ("/?lang=nl&period=custom&first=2026-11-21&last=2026-11-01", 400,
         "De laatste dag 2026-11-01 ligt voor de eerste dag 2026-11-21. Wissel de twee om."),
        ("/?lang=ro&period=custom&first=2026-11-21&last=2026-11-01", 400,
         "Ultima zi 2026-11-01 este înaintea primei zile 2026-11-21. Inversați-le."),
        ("/import?lang=nl&file=x", 400,
         "Er is geen verstuurd bestand met de naam 'x'. Onder deze naam is er geen: het is geïmporteerd, "),
    ],
)  # fmt: skip
def test_an_error_is_told_on_its_page_and_stays_english_in_the_api(desk: Desk, path: str, status: int, says: str) -> None:
    response = ask(create_app(desk), path)
    assert response.status_code == status
    assert says in _words(response.text) and MARKED not in response.text


def test_the_api_says_english_whatever_the_reader_s_language(desk: Desk) -> None:
    response = ask(create_app(desk), "/api/measure?metric=csatt", headers={"Accept-Language": "nl"})
    assert response.json()["message"].startswith("There is no metric called 'csatt'. Did you mean 'csat'")


def test_a_file_that_cannot_be_read_says_why(desk: Desk) -> None:
    at = _sent(desk, "/import?lang=nl", 303, files={"file": ("empty.csv", b"ticket_id,created_at\n")})
    html = ask(create_app(desk), f"/import?{at}").text
    assert "empty.csv: het bestand heeft een kop maar geen rijen." in _words(html) and MARKED not in html


def test_a_column_that_can_be_read_in_two_ways_says_what_decides(desk: Desk) -> None:
    """The second and the first of February, or of January and March: no value tells."""
    dates = b"ticket_id,created_at\nt1,02/01/2026 10:00\nt2,03/01/2026 10:00\n"
    at = _sent(desk, "/import?lang=nl", 303, files={"file": ("tickets.csv", dates)}, data={"tz": "UTC"})
    html = _sent(desk, f"/import/try?{at}", 422)
    assert (
        "tickets.csv, kolom 'created_at' is te lezen met de dag eerst of met de maand eerst (bijvoorbeeld 02/01/2026 10:00, "
        '03/01/2026 10:00). Beslis: schrijf date_order = "day-first" onder [columns.created_at] van de vertaling, of geef '
        '--option "created_at.date_order=day-first" (of month-first).'
    ) in _words(html).replace("&#34;", '"')
    assert MARKED not in html


def test_a_mapping_with_a_mistake_says_which(desk: Desk) -> None:
    at = _sent(desk, "/import?lang=ro", 303, files={"file": ("odd.csv", b"Nr;Am\n1;2026-03-02\n")})
    html = _sent(desk, f"/import/mapping?{at}", 400, data={"mapping": '[[rows]]\ntable = "ticketz"\n'})
    told = "the mapping, [[rows]] 1 (ticketz): nu există tabel standard cu numele 'ticketz'. Ați vrut să spuneți 'tickets'"
    assert told in _words(html) and MARKED not in html


def test_the_name_of_a_source_is_not_told_in_another_language() -> None:
    """A source may be called like a phrase of ours."""
    finding = {"name": "source_without_capability", "title": "Metrics to which the source tickets gives nothing",
               "template": "Metrics to which the source {part} gives nothing", "part": "tickets", "severity": "note", "count": 1,
               "total": 9, "examples": [{"source": "tickets"}], "metrics": ["csat"], "remedy": "sync"}  # fmt: skip
    days = {**finding, "name": "days_without_rows", "template": "Days without any {part}, where that weekday usually has some",
            "part": "calls and chats", "examples": [{"source": "tickets"}]}  # fmt: skip
    said = _words(ask(create_app(FakeDesk(found=[finding, days])), "/check?lang=ro").text)
    assert "sursa tickets" in said and "apeluri și chaturi" in said


def test_what_is_not_known_is_marked_as_english_and_escaped() -> None:
    assert retold("nl", "<b>The moon</b> is made of cheese.") == (
        f"{MARKED}&lt;b&gt;The moon&lt;/b&gt; is made of cheese.</span>"
    )
    assert retold("nl", "x<b> is missing") == "x&lt;b&gt; ontbreekt"
    assert retold("en", "<b>The moon</b>") == "&lt;b&gt;The moon&lt;/b&gt;"
