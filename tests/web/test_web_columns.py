"""The form of a file's columns: what it says becomes the mapping, by value; what is wrong is said beside its column."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from form_fields import fields_of
from import_page import OWN, page, send, upload

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.sources.choiceback import choices_of
from servicemeter.sources.choicetext import EDITIONS, write_mapping
from servicemeter.sources.glimpse import glimpse
from servicemeter.sources.mappingfile import parse_mapping
from servicemeter.sources.proposal import guess, propose
from servicemeter.web.app import create_app

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples" / "mappings"
TICKETS = (
    "Nr;Binnen;Antwoord;Klaar;Toestand;Via;Hoe erg;Cijfer\n"
    "1;02-03-2026 09:00;02-03-2026 09:30;03-03-2026 09:00;klaar;loket;hoog;goed\n"
    "2;02-03-2026 10:00;;;wacht;mail;laag;\n"
    "3;03-03-2026 08:00;03-03-2026 10:00;04-03-2026 08:00;klaar;mail;laag;slecht\n"
    "4;04-03-2026 12:00;;;nieuw;duif;hoog;\n"
    "5;05-03-2026 09:00;05-03-2026 12:00;05-03-2026 21:00;klaar;mail;hoog;goed\n"
    "6;gisteren;;;nieuw;mail;laag;\n"
)


def kept(desk: Desk, seen: str) -> str:
    """The mapping as a page offers it to be downloaded."""
    link = re.search(r'href="(/import/mapping.toml[^"]*)"', seen)
    assert link is not None
    return page(desk, link[1].replace("&amp;", "&"))


def by_value(text: str) -> dict[str, Any]:
    """A mapping as it was read, without where its cells stand; a translation that changes nothing is none."""
    mapping = parse_mapping(text, "m")
    blocks = re.sub(r"where=('[^']*'|\"[^\"]*\")", "", repr(mapping.blocks))
    return {**vars(mapping), "blocks": blocks.replace("values=(), unknown='pass'", "values=None, unknown='keep aside'")}


PROPOSED = {
    "dutch": TICKETS,
    "wide": (
        "Ticket ID,Created At,First reply,Solved At,Status,Channel,Priority,Category,Assignee,Team,Satisfaction,Comment,"
        "Customer ID,Customer Email,Customer,Language,Brand,Subject,Shelf {no}\n"
        "1,2026-01-13 10:00,2026-01-13 11:00,2026-01-14 10:00,Resolved,Live chat,High,Late,A,Front,4,so <so>,c1,"
        'one@example.com,One,en,Ours,"Parcel ""gone""",B4\n'
        "2,2026-01-14 10:00,,,In progress,Carrier pigeon,Low,,B,Front,,,c2,two@example.com,Two,nl,Ours,Bill,B5\n"
    ),
    "answers": "Ticketnummer;Ingevuld op;Tevredenheid (1-5);Aanbevelen (0-10);Opmerking\n1;13-01-2026 10:00;4;9;snel\n",
    "answers without tickets": "Email,Survey date,CES\na@example.com,2026-01-13 10:00,6\nb@example.com,2026-01-14 10:00,7\n",
    "calls": "Call ID;Start;Answered at;Agent;Talk time\nc1;2026-01-13 10:00;2026-01-13 10:01;A;60\nc2;2026-01-13 11:00;;;\n",
    "log of calls": (
        "ID apel;Data;Coada;Agent;Timp așteptare;Durata convorbire;Hold time;Timp după apel;Stare\n"
        "c1;2026-01-13 10:00;Q;A;00:00:20;00:01:00;00:00:05;00:00:10;Preluat\nc2;2026-01-13 11:00;Q;;00:01:00;;;;Pierdut\n"
    ),
    "calls by agent": "Call ID;Start;Wait;Agent\nc1;2026-01-13 10:00;20;A\nc2;2026-01-13 11:00;9;\n",
    "calls both ways": "Call ID;Direction;Start;Wait;Agent\nc1;in;2026-01-13 10:00;20;A\nc2;Outbound;2026-01-13 11:00;9;\n",
    "orders": "Order ID;Order date;Email;Amount;Currency\no1;2026-01-13;a@example.com;29,95;EUR\n",
    "rating in words": "Ticket;Created;Rating\n1;2026-01-13;Good\n2;2026-01-14;Bad\n",
    "customers": "id;email;name;segment;country;birth year;language;created at\n7;a@example.com;A;gold;NL;1980;nl;2026-01-13\n",
    "contracts": "id;customer id;start date;end date\n1;c7;2026-01-13;2026-06-30\n2;c8;2026-01-14;\n",
    "agents": "agent id;name;e-mail\na1;Ann;a@example.com\na2;Bob;b@example.com\n",
    "teams": "team id;team;tier\nt1;Front;1\nt2;Back;2\n",
    "legs by number": "Call ID;Leg;Start;Wait (min);Agent\nc1;1;2026-01-13 10:00;1,5;A\nc1;2;2026-01-13 10:05;0,2;\n",
    "legs with ids": "Call ID;Leg ID;Ticket;Start;Wait;Agent\nL1;L1;7;2026-01-13 10:00;20;A\nL1;L2;7;2026-01-13 10:05;9;\n",
    "titled": "Tickets of March;;\n\nTicket;Created;Status\n1;02-03-2026 10:00;Open\n2;13-03-2026 10:00;Closed\n",
    "spans": (
        "Ticket ID;Created (Europe/Dublin);First response time (in hrs);Resolution time (min);Rating;Status\n"
        "1;2026-01-13 10:00;1,5;90;4;Closed\n2;2026-01-13 11:00;;;;Open\n"
    ),
}


@pytest.mark.parametrize("name", PROPOSED)
def test_a_proposal_sent_back_unchanged_is_the_same_mapping(desk: Desk, tmp_path: Path, name: str) -> None:
    (tmp_path / "odd_shop.csv").write_text(PROPOSED[name], encoding="utf-8")
    proposal = propose(tmp_path / "odd_shop.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    seen = page(desk, upload(desk, "odd shop.csv", PROPOSED[name], tz="Europe/Amsterdam"))
    action, fields = fields_of(seen, "columns")
    answer = ask(create_app(desk), action, "POST", data={**fields, "do": "show"}, headers=OWN)
    assert by_value(kept(desk, answer.text)) == by_value(proposal)


def test_six_rows_through_the_form_to_their_figures(desk: Desk) -> None:
    """Of six tickets one was created "yesterday" and is kept aside. Five are of March when the day comes first (with the month
    first, of February to May). Waits of 30, 120 and 180 minutes: the middle one is 7,200 s. Three were solved, one is pending,
    one new. Of three ratings two are good: 2/3."""
    seen = page(desk, upload(desk, "desk.csv", TICKETS, tz="Europe/Amsterdam"))
    assert 'name="c1.order"' in seen  # asked before anybody says that it is a date
    means = {"c1": "created_at", "c2": "first_reply_at", "c3": "solved_at", "c4": "status", "c5": "channel", "c6": "priority"}
    fields = {f"{c}__means": role for c, role in {**means, "c7": "rating"}.items()}
    seen = send(desk, seen, 422, **fields)
    assert seen.count("Day and month can be read either way here") == 3
    orders = {f"c{place}__order": "day-first" for place in (1, 2, 3)}
    words = {
        "c4__word__0": "solved",
        "c4__word__1": "pending",
        "c5__word__0": "in_person",
        "c6__word__0": "high",
        "c6__word__1": "low",
    }
    seen = send(desk, seen, name="the desk", **orders, **words, c7__word__0="5", c7__word__1="1", c7__scale="csat_5")
    assert "1 row cannot be taken" in seen and "2026-03-02 08:00:00" in seen and desk.data_version == 0
    seen = send(desk, seen, do="take")
    assert "The file was taken" in seen and "the desk" in seen

    def figure(metric: str, **more: Any) -> Any:
        return desk.measure(metric, since="2026-03-01", until="2026-04-01", **more).rows

    assert figure("tickets_created")[0]["value"] == 5
    assert figure("first_response_time")[0]["value"] == 7200
    assert figure("tickets_solved")[0]["value"] == 3
    assert figure("backlog")[0]["value"] == 2
    assert (figure("csat")[0]["value"], figure("csat")[0]["n"]) == (pytest.approx(2 / 3), 3)
    channels = {row["channel"]: row["value"] for row in figure("tickets_created", by=["channel"])}
    assert {"in_person": 1, "email": 3, "duif": 1}.items() <= channels.items()
    priorities = {row["priority"]: row["value"] for row in figure("tickets_created", by=["priority"])}
    assert {"high": 3, "low": 2}.items() <= priorities.items()


def test_a_wrong_choice_is_told_beside_its_column_and_takes_nothing(desk: Desk) -> None:
    assert desk.home is not None
    seen = page(desk, upload(desk, "odd shop.csv", TICKETS, tz="Europe/Amsterdam"))
    for changes, words in (
        ({"c5__means": "created_at"}, "These are no dates: loket, mail, duif."),
        ({"c5__means": "amount"}, "These are no numbers: loket, mail, duif."),
        ({"c5__means": "team", "c6__means": "team"}, "“Via” has the same meaning"),
    ):
        wrong = send(desk, seen, 422, do="take", **changes)
        column = re.search(
            r'<div class="column" role="group" aria-labelledby="c[56]-name">(?:(?!class="column).)*class="fault"', wrong, re.S
        )
        assert column is not None and words in wrong and 'aria-invalid="true"' in wrong
    assert "Nothing says what a row is yet" in send(desk, seen, 422, c0__means="")
    assert "“Nowhere” is no time zone" in send(desk, seen, 422, tz="Nowhere")
    assert [f.name for f in next(desk.home.uploads.iterdir()).iterdir()] == ["odd_shop.csv"] and desk.data_version == 0


def test_times_without_a_zone_are_asked_for(desk: Desk) -> None:
    seen = page(desk, upload(desk, "odd shop.csv", "Ticket,Created\n1,2026-01-13 10:00\n"))
    assert "The times have no time zone" in (asked := send(desk, seen, 422))
    assert "3. What comes of it" in send(desk, asked, tz="Europe/Bucharest")


def test_remarks_of_ones_own_stay_until_something_is_changed(desk: Desk) -> None:
    """The order of a date alone is a change too."""
    data = "Ticket,Created\n1,03-04-2026\n2,13-04-2026\n"
    question = upload(desk, "odd shop.csv", data).partition("?")[2]
    own = '# ours\nname = "x"\ntime_zone = "Europe/Rome"\nrecognise = ["Ticket", "Created"]\ncapabilities = ["tickets"]\n'
    own += '[[rows]]\ntable = "tickets"\n[rows.columns]\nticket_id = "Ticket"\ncreated_at = "Created"\n'
    own += '[[rows]]\ntable = "messages"\nwhen = { column = "Created", empty = false }\n[rows.columns]\n'
    own += 'message_id = "{Ticket}-request"\nticket_id = "Ticket"\noccurred_at = "Created"\n'
    own += 'author_type = { value = "customer" }\nis_public = { value = true }\n[columns.Created]\ndate_order = "day-first"'
    ask(create_app(desk), f"/import/mapping?{question}", "POST", data={"mapping": own}, headers=OWN)
    seen = send(desk, page(desk, f"/import?{question}"))
    assert kept(desk, seen) == own
    assert "date_order" not in kept(desk, send(desk, seen, c1__order=""))


def test_what_was_shown_is_taken_and_the_next_file_of_the_kind_has_the_form_filled(desk: Desk) -> None:
    """What was changed since the preview is shown first; one mapping a kind is kept."""
    assert desk.home is not None
    first = send(desk, page(desk, upload(desk, "jan.csv", PROPOSED["wide"], tz="Europe/Amsterdam")))
    again = send(desk, first, do="take", c6__word__0="urgent", c4__others="pending")
    assert "changed since you looked" in again and desk.data_version == 0
    assert "The file was taken" in send(desk, again, do="take") and desk.data_version == 1
    remembered = (desk.home.mappings / "jan.toml").read_text(encoding="utf-8")
    assert '"Shelf {no}"' in remembered and "B4" not in remembered and "Carrier pigeon" not in remembered
    second = page(desk, upload(desk, "feb.csv", PROPOSED["wide"].replace("\n1,", "\n7,")))
    fields = fields_of(second, "columns")[1]
    assert "Recognised as:" in second
    assert (fields["name"], fields["tz"], fields["c6.word.0"], fields["c4.others"]) == (
        "jan",
        "Europe/Amsterdam",
        "urgent",
        "pending",
    )
    assert "The file was taken" in send(desk, send(desk, second, c6__word__0="high"), do="take")
    assert sorted(f.name for f in desk.home.mappings.iterdir()) == ["jan.toml", "jan.toml.before"]


def test_a_mapping_that_says_more_is_offered_as_text_alone_with_what_it_says(desk: Desk) -> None:
    at = upload(desk, "odd shop.csv", "case,step,at\nX,opened,2026-03-02 09:00:00\nX,solved,2026-03-02 09:10:00\n")
    log = (
        'name = "log"\ntime_zone = "Europe/Rome"\ndrop = [{ column = "step", is = "test" }]\n[group]\nby = "case"\nat = "at"\n'
        '[[rows]]\ntable = "tickets"\nwhen = { column = "group.first", is = true }\n'
        '[rows.columns]\nticket_id = "case"\ncreated_at = "at"\n'
    )
    question = at.partition("?")[2]
    response = ask(create_app(desk), f"/import/mapping?{question}", "POST", data={"mapping": log}, headers=OWN)
    seen = page(desk, str(response.headers["location"]))
    assert fields_of(seen, "columns") == ("", {}) and "<details open>" in seen
    for words in ("steps of a case (an event log)", "Rows are left out on purpose", "1. tickets"):
        assert words in seen, words
    refused = ask(create_app(desk), f"/import/columns?{question}", "POST", data={"c0.means": "ticket_id"}, headers=OWN)
    assert refused.status_code == 422 and "says more than the form can show" in refused.text
    assert kept(desk, seen) == log.strip()


def test_what_the_mapping_has_of_its_own_survives_the_form(desk: Desk) -> None:
    """A channel of theirs, a translation of a value that this file does not have, and promised capabilities."""
    seen = send(desk, page(desk, upload(desk, "odd shop.csv", PROPOSED["wide"], tz="Europe/Amsterdam")))
    own = kept(desk, seen).replace('"Live chat" = "chat"', '"Live chat" = "parrot", "Fax" = "letter"')
    own = own.replace('capabilities = ["tickets",', 'capabilities = ["messages", "tickets",')
    question = fields_of(seen, "columns")[0].partition("?")[2]
    ask(create_app(desk), f"/import/mapping?{question}", "POST", data={"mapping": own}, headers=OWN)
    again = page(desk, f"/import?{question}")
    fields = fields_of(again, "columns")[1]
    assert (fields["c5.word.0"], fields["c5.said.2"], fields["c5.word.2"]) == ("parrot", "Fax", "letter")
    assert "What the file supplies (capabilities)" in again
    sent = kept(desk, send(desk, again))
    assert by_value(sent) == by_value(own)


def test_wide_files_and_long_lists_are_bounded_and_say_so(desk: Desk) -> None:
    """250 columns, of which 200 are shown, and 3,000 different states, of which 25 are: 2,975 are not listed."""
    names = ["Ticket", "Status", *(f"x{n}" for n in range(248))]
    rows = [[str(n), f"state {n}", *("v" if n == 0 else "" for _ in range(248))] for n in range(3_000)]
    content = "\n".join(",".join(row) for row in [names, *rows])
    seen = page(desk, upload(desk, "odd shop.csv", content, tz="Europe/Amsterdam"))
    assert "50 further columns are left out" in seen and "2,975 more in the first rows, not listed" in seen
    assert seen.count('.means"') == 200 and seen.count("c1.word.") == 25
    assert "1 row" not in (after := send(desk, seen, c1__others="open")) and "3. What comes of it" in after


def test_ours_in_the_examples_are_shown_or_their_parts_are_named(tmp_path: Path) -> None:
    """A log, calls with joined columns, ratings with conditions: none may pass for what a form can show."""
    for file in EXAMPLES.glob("*.toml"):
        mapping = parse_mapping(file.read_text(encoding="utf-8"), file.name)
        (tmp_path / "x.csv").write_text(",".join(mapping.recognise) + "\n" + ",".join("1" for _ in mapping.recognise) + "\n")
        found, beyond = choices_of(mapping, glimpse(tmp_path / "x.csv", now=NOW))
        assert found is None and beyond, file.name


@pytest.mark.parametrize("name", PROPOSED)
def test_what_was_proposed_before_is_known_by_the_form(tmp_path: Path, name: str) -> None:
    (tmp_path / "odd_shop.csv").write_text(PROPOSED[name], encoding="utf-8")
    seen = glimpse(tmp_path / "odd_shop.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    texts = [write_mapping(guess(seen), seen, edition=edition) for edition in EDITIONS]
    now, *before = (choices_of(parse_mapping(text, "m"), seen) for text in texts)
    assert before == [now] * len(before) and now[0] is not None


def test_a_kept_mapping_of_before_takes_a_solve_back_once_it_was_shown(desk: Desk, tmp_path: Path) -> None:
    """Of two tickets 1 is solved, and was taken by the mapping as it was kept; a form sent back unchanged opens it again: 2."""
    head, other = "Ticket;Created;Solved At;Status\n", "2;2026-01-14 10:00;;Open\n"
    first = f"{head}1;2026-01-13 10:00;2026-01-15 10:00;Solved\n{other}"
    (tmp_path / "shop.csv").write_text(first, encoding="utf-8")
    seen = glimpse(tmp_path / "shop.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    assert desk.home is not None
    desk.home.mappings.mkdir(parents=True, exist_ok=True)
    former = write_mapping(guess(seen), seen, edition=1)
    (desk.home.mappings / "shop.toml").write_text(former, encoding="utf-8")
    assert desk.import_files(ImportRequest(str(tmp_path / "shop.csv")), now=NOW).known_as
    assert desk.measure("backlog", since="2026-01-01", until="2026-02-01").rows[0]["value"] == 1
    shown = page(desk, upload(desk, "shop.csv", f"{head}1;2026-01-13 10:00;;Open\n{other}"))
    send(desk, send(desk, shown), do="take")
    assert desk.measure("backlog", since="2026-01-01", until="2026-02-01").rows[0]["value"] == 2


@pytest.mark.parametrize(("word", "solved", "open_ones"), [("open", 1, 2), ("closed", 2, 1)])
def test_a_date_follows_what_the_form_makes_of_a_state(desk: Desk, word: str, solved: int, open_ones: int) -> None:
    """Of three tickets 1 and 2 have a date. 2 is "Terug", which is what the form says: open (1 is solved) or closed (1 and 2)."""
    rows = "1;2026-01-13 10:00;2026-01-15 10:00;Solved\n2;2026-01-14 10:00;2026-01-16 10:00;Terug\n3;2026-01-14 11:00;;Open\n"
    data = f"Ticket;Created;Solved At;Status\n{rows}"
    seen = send(desk, page(desk, upload(desk, "odd shop.csv", data, tz="Europe/Amsterdam")))
    assert "1 row cannot be taken" in seen and "Terug" in seen
    seen = send(desk, seen, c3__word__1=word)
    assert "cannot be taken" not in seen
    send(desk, seen, do="take")
    for metric, value in (("tickets_solved", solved), ("backlog", open_ones)):
        assert desk.measure(metric, since="2026-01-01", until="2026-02-01").rows[0]["value"] == value


def test_half_points_are_told_beside_the_scale(desk: Desk) -> None:
    """Of 4, 4,5, 4,5, 5, 11 and nothing, two half points and 11 are no points of 1 to 5; of 1 to 10 the same three are not
    either. 4 and 5 count: csat 2 of 2, three are invalid."""
    scores = ("4", "4,5", "4,5", "5", "11", "")
    rows = "".join(f"{n};1{n}-01-2026 10:00;2{n}-01-2026 10:00;{score}\n" for n, score in enumerate(scores))
    seen = page(desk, upload(desk, "odd shop.csv", f"Ticket;Aangemaakt;Opgelost;Cijfer (1-5)\n{rows}", tz="Europe/Amsterdam"))
    assert "3 values in the first rows are no points of this scale" in seen
    assert "3 values in the first rows are no points of this scale" in send(desk, seen, c3__scale="csat_10")
    send(desk, send(desk, seen), do="take")
    row = desk.measure("csat", since="2026-01-01", until="2026-02-01").rows[0]
    assert (row["value"], row["n"], row["n_invalid"]) == (1, 2, 3)


def test_points_of_the_scale_are_no_matter(desk: Desk) -> None:
    content = "Ticket,Created,Rating (1-5)\n1,2026-01-13 10:00,4\n2,2026-01-14 10:00,5.0\n"
    assert "no point" not in page(desk, upload(desk, "odd shop.csv", content, tz="Europe/Amsterdam"))


def test_a_rating_without_a_date_is_counted_where_its_ticket_is_taken(desk: Desk) -> None:
    rows = "1;21-01-2026 10:00;22-01-2026 10:00;Opgelost;5\n2;23-01-2026 10:00;;Open;1\n"
    content = f"Ticketnummer;Aangemaakt op;Opgelost op;Status;Cijfer (1-5)\n{rows}"
    seen = send(desk, page(desk, upload(desk, "odd shop.csv", content, tz="Europe/Amsterdam")))
    assert "<code>survey_answers: Opgelost op is empty</code> × 1" in seen and "cannot be taken" not in seen
    send(desk, seen, do="take")
    assert desk.measure("tickets_created", since="2026-01-01", until="2026-02-01").rows[0]["value"] == 2


def test_a_line_of_totals_is_told_as_left_out(desk: Desk) -> None:
    """The last line has no date and begins with a word for a total: two tickets are taken, and nothing is kept aside."""
    data = "Ticket;Created\n1;2026-01-13 10:00\n2;2026-01-13 11:00\nTotal;2 tickets\n"
    seen = send(desk, page(desk, upload(desk, "helpdesk.csv", data, tz="Europe/Amsterdam")))
    assert "lines of totals × 1" in re.sub(r"<[^>]+>", "", seen)
    assert "cannot be taken" not in seen
