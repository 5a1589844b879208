"""A proposed mapping is itself a mapping: it loads, it takes the rows, and it leaves open what cannot be guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from importing import NOW, Taken, mapped, take, utc

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.errors import UnrecognisedFile
from servicemeter.ground.settings import Home
from servicemeter.model.answer import Row
from servicemeter.sources.glimpse import glimpse
from servicemeter.sources.mappingfile import parse_mapping
from servicemeter.sources.proposal import guess, propose
from servicemeter.sources.vocabulary import CHANNELS, STATUSES, role_of, word_for

ENGLISH = (
    "Ticket ID,Created At,Solved At,Status,Channel,Assignee,Satisfaction Rating,Customer Email,Shelf\n"
    "1,2026-01-13 10:00,2026-01-14 10:00,Resolved,Live chat,Agent A,4,one@example.com,B4\n"
    "2,2026-01-14 10:00,,In progress,Carrier pigeon,Agent B,,two@example.com,B5\n"
)
DUTCH = (
    "Ticketnummer;Aangemaakt op;Opgelost op;Status;Kanaal;Behandelaar;Prioriteit;Onderwerp\n"
    "1;13-01-2026 10:00;14-01-2026 10:00;Opgelost;E-mail;Agent A;Hoog;Pakket weg\n"
    "2;14-01-2026 10:00;;In behandeling;Telefoon;Agent B;Laag;Factuur\n"
)
ROMANIAN = (
    "Nr. tichet;Creat la;Rezolvat la;Stare;Canal;Responsabil;Prioritate;Subiect\n"
    "1;13.01.2026 10:00;14.01.2026 10:00;Rezolvat;E-mail;Agent A;Mare;Colet pierdut\n"
    "2;14.01.2026 10:00;;În lucru;Telefon;Agent B;Mică;Factură\n"
)


def proposed(folder: Path, data: str) -> tuple[str, Taken]:
    path = folder / "export.csv"
    path.write_text(data, encoding="utf-8")
    text = propose(path, now=NOW, options={"tz": "Europe/Amsterdam"})
    return text, mapped(folder, data, text)


@pytest.mark.parametrize(
    ("data", "channels"),
    [(ENGLISH, ["chat", "Carrier pigeon"]), (DUTCH, ["email", "phone"]), (ROMANIAN, ["email", "phone"])],
)
def test_a_proposal_takes_the_rows_in_three_languages(tmp_path: Path, data: str, channels: list[str]) -> None:
    _, taken = proposed(tmp_path, data)
    assert not taken.aside
    assert taken.column("tickets", "ticket_id") == ["1", "2"]
    assert taken.column("tickets", "created_at") == [utc("2026-01-13T09:00"), utc("2026-01-14T09:00")]
    assert taken.column("tickets", "channel") == channels
    states = {(r["ticket_id"], r["value"], r["occurred_at"] is None if "occurred_at" in r else True)
              for r in taken.rows["ticket_events"] if r["field"] == "status"}  # fmt: skip
    assert states == {("1", "solved", False), ("2", "open", True)}
    assignees = [r["value"] for r in taken.rows["ticket_events"] if r["field"] == "assignee_id"]
    assert assignees == ["Agent A", "Agent B"]
    assert sorted(set(taken.column("agents", "agent_id"))) == ["Agent A", "Agent B"]
    assert taken.column("messages", "author_type") == ["customer", "customer"]


def _january(desk: Desk, metric: str) -> Row:
    return desk.measure(metric, since="2026-01-01", until="2026-02-01").rows[0]


def test_tickets_as_they_are_promise_no_more_than_an_export_shows(tmp_path: Path) -> None:
    """One reply and one solve a ticket say nothing of later replies, of reopening and of who had it before."""
    data = (
        "Ticketnummer;Aangemaakt op;Eerste reactie op;Gesloten op;Status;Medewerker\n"
        "1;13-01-2026 10:00;13-01-2026 11:00;14-01-2026 10:00;Gesloten;Agent A\n"
        "2;14-01-2026 10:00;;;Open;Agent B\n"
    )
    text, _ = proposed(tmp_path, data)
    assert parse_mapping(text, "p.toml").capabilities == ("tickets", "first_replies", "last_solves", "last_assignees")
    with Desk(Home(tmp_path / "home")) as desk:
        (tmp_path / "proposal.toml").write_text(text, encoding="utf-8")
        desk.import_files(ImportRequest(str(tmp_path / "export.csv"), mapping=str(tmp_path / "proposal.toml")), now=NOW)
        metrics = (
            "first_response_time",
            "resolution_time",
            "tickets_solved",
            "resolution_rate",
            "tickets_closed_per_agent",
            "backlog",
        )
        told = {name: _january(desk, name)["value"] for name in metrics}
        assert told == dict(zip(metrics, (3600, 86400, 1, 0.5, 1, 1), strict=True))
        silent = (
            *("response_time", "replies_per_resolution", "one_touch_resolution_rate", "reopen_rate", "automated_resolution_rate"),
            *("escalation_rate", "transfer_rate", "first_contact_resolution_rate", "interactions_count", "sla_breaches"),
        )
        assert {_january(desk, name)["null_reason"] for name in silent} == {"not_measured"}


def test_one_date_that_does_not_exist_hides_no_column_of_dates(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("Ticket ID,Created At\n1,30-01-2026\n2,31-02-2026\n3,01-03-2026\n", encoding="utf-8")
    text = propose(tmp_path / "export.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    assert 'created_at = "Created At"' in text


def test_unused_columns_and_untranslated_words_are_shown(tmp_path: Path) -> None:
    text, taken = proposed(tmp_path, ENGLISH)
    assert '#   "Shelf": B4, B5' in text
    assert 'not translated: ["Carrier pigeon"]' in text
    assert taken.column("survey_answers", "value_num") == [4.0]
    assert taken.column("customers", "customer_id") == ["ticket-1", "ticket-2"]
    assert "one@example.com" not in text


def test_a_proposal_recognises_its_file_and_asks_for_zone_and_order(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Ticket,Created\n1,03-04-2026\n2,05-06-2026\n")
    text = propose(path, now=NOW)
    assert '# time_zone = "Europe/Amsterdam"' in text
    assert '# date_order = "day-first"' in text
    assert parse_mapping(text, "p.toml").recognise == ("Ticket", "Created")


def test_calls_and_orders_are_proposed_as_such(tmp_path: Path) -> None:
    calls = (
        "Call ID;Start time;Answered at;Agent;Talk time\n"
        "c1;2026-01-13 10:00;2026-01-13 10:01;Agent A;60\n"
        "c2;2026-01-13 11:00;;;\n"
    )
    _, taken = proposed(tmp_path, calls)
    assert taken.column("interactions", "outcome") == ["answered", "abandoned"]
    orders = "Order ID;Order date;Amount;Currency\no1;2026-01-13;29,95;EUR\n"
    _, taken = proposed(tmp_path, orders)
    assert taken.column("orders", "amount") == [2995]


def test_a_log_of_calls_is_proposed_with_its_waits(tmp_path: Path) -> None:
    """Called at 10:00:00 in Amsterdam (9:00 UTC) and picked up after 39 s; spoken with for 73 s, so it ended at 9:01:52. The
    second gave up at 11:02:00 after 125 s. The third waited 61 s, and nobody took it."""
    calls = (
        "ID apel;Data și ora;Coada;Agent;Timp așteptare;Durata convorbire;Timp după apel;Stare;Telefon\n"
        "A1;13.01.2026 10:00:00;Comenzi;Agent A;00:00:39;00:01:13;00:00:36;Preluat;07\n"
        "A2;13.01.2026 11:02:00;Comenzi;;00:02:05;;;Abandonat;07\n"
        "A3;13.01.2026 12:00:00;Retur;;00:01:01;;;Ratat;07\n"
    )
    text, taken = proposed(tmp_path, calls)
    assert not taken.aside
    assert '#   "Telefon": 07' in text
    rows = taken.rows["interactions"]
    assert [row["outcome"] for row in rows] == ["answered", "abandoned", "missed"]
    assert [row["queued_at"] for row in rows] == [utc("2026-01-13T09:00"), utc("2026-01-13T10:02"), utc("2026-01-13T11:00")]
    assert [row["answered_at"] for row in rows] == [utc("2026-01-13T09:00:39"), None, None]
    assert [row["ended_at"] for row in rows] == [
        utc("2026-01-13T09:01:52"),
        utc("2026-01-13T10:04:05"),
        utc("2026-01-13T11:01:01"),
    ]
    assert [(row["talk_s"], row["acw_s"], row["queue"]) for row in rows[:2]] == [(73, 36, "Comenzi"), (None, None, "Comenzi")]
    assert taken.column("agents", "name") == ["Agent A"]


def test_calls_without_an_outcome_were_answered_where_somebody_took_them(tmp_path: Path) -> None:
    calls = (
        "Call ID;Datum/tijd;Wachttijd;Medewerker;Gesprekstijd\n"
        "c1;13-01-2026 10:00:00;20;Agent A;60\n"
        "c2;13-01-2026 11:00:00;90;;\n"
    )  # fmt: skip
    _, taken = proposed(tmp_path, calls)
    assert taken.column("interactions", "outcome") == ["answered", "abandoned"]
    assert taken.column("interactions", "ended_at") == [utc("2026-01-13T09:01:20"), utc("2026-01-13T10:01:30")]


@pytest.mark.parametrize(("data", "lacks"), [("Call ID;Sort\nc1;x\n", "started_at"), ("Order ID;Sum\no1;5\n", "placed_at")])
def test_calls_and_orders_without_a_date_are_told_what_they_lack(tmp_path: Path, data: str, lacks: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(data)
    text = propose(path, now=NOW)
    assert f'{lacks} = "?"' in text and "Columns with dates: none" in text
    parse_mapping(text, "p.toml")


def test_priorities_and_satisfaction_in_words_are_ours(tmp_path: Path) -> None:
    words = ("Zeer tevreden", "Tevreden", "Neutraal", "Ontevreden", "Zeer ontevreden")
    priorities = ("Laag", "Normaal", "Hoog", "Spoed", "Platina")
    rows = "".join(f"{n};13-01-2026 10:00;{p};{w}\n" for n, (p, w) in enumerate(zip(priorities, words, strict=True)))
    text, taken = proposed(tmp_path, "Ticket;Aangemaakt op;Prioriteit;Tevredenheid\n" + rows)
    assert not taken.aside
    said = [row["value"] for row in taken.rows["ticket_events"] if row["field"] == "priority"]
    assert said == ["low", "normal", "high", "urgent", "Platina"]
    assert taken.column("survey_answers", "value_num") == [5, 4, 3, 2, 1]
    assert 'scale = { value = "csat_5" }' in text


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("tickets-maart.csv", "tickets"),
        ("Export 2026-03-31.csv", "export"),
        ("2026-03.csv", "2026_03"),
        ("Apeluri mai.csv", "apeluri"),
    ],
)
def test_the_next_month_is_of_the_same_source(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text(ENGLISH)
    assert f'\nname = "{name}"\n' in propose(tmp_path / file, now=NOW)


def test_names_that_toml_or_templates_could_trip_over(tmp_path: Path) -> None:
    data = 'ticket "id";created {at}\nT1;2026-01-13\n'
    text, taken = proposed(tmp_path, data.replace('ticket "id"', '"ticket ""id"""'))
    assert taken.column("tickets", "ticket_id") == ["T1"], text


def test_a_file_without_any_id_still_gets_a_text_to_edit(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("colour,size\nred,1\nred,1\n")
    text = propose(path, now=NOW)
    assert "No column looks like an id" in text
    parse_mapping(text, "p.toml")


def test_words() -> None:
    for name in ("Creat_la", "createdAt", "Aangemaakt op", "CREATED"):
        found = role_of(name)
        assert found is not None and found[0] == "created_at", name
    assert word_for("În așteptare", STATUSES) == word_for("In aşteptare", STATUSES) == "pending"
    assert word_for("WhatsApp", CHANNELS) == "messaging"
    assert role_of("shelf") is None


SURVEY = (
    "Ticketnummer;Ingevuld op;Tevredenheid (1-5);Aanbevelen (0-10);Opmerking\n"
    "1;13-01-2026 10:00;4;9;snel\n"
    "2;14-01-2026 10:00;5;;\n"
)


def test_an_export_of_answers_is_no_export_of_tickets(tmp_path: Path) -> None:
    text, taken = proposed(tmp_path, SURVEY)
    assert not taken.aside
    assert "tickets" not in taken.rows
    assert "under one name (--source NAME)" in text
    asked = {(r["invitation_id"], r["kind"], r["scale"], r["ticket_id"]) for r in taken.rows["survey_invitations"]}
    assert asked == {("1-csat", "csat", "csat_5", "1"), ("2-csat", "csat", "csat_5", "2"), ("1-nps", "nps", "nps_0_10", "1")}
    answers = {(r["answer_id"], r["answered_at"], r["value_num"]) for r in taken.rows["survey_answers"] if "value_num" in r}
    written = [(r["invitation_id"], r["question"], r["value_text"]) for r in taken.rows["survey_answers"] if "value_text" in r]
    assert written == [("1-csat", "comment", "snel")]
    first, second = utc("2026-01-13T09:00"), utc("2026-01-14T09:00")
    assert answers == {("1-csat", first, 4.0), ("2-csat", second, 5.0), ("1-nps", first, 9.0)}


def test_answers_without_a_ticket_are_proposed_too(tmp_path: Path) -> None:
    data = "Email,Survey date,CES\na@example.com,2026-01-13 10:00,6\nb@example.com,2026-01-14 10:00,7\n"
    _, taken = proposed(tmp_path, data)
    assert [(r["kind"], r["scale"]) for r in taken.rows["survey_invitations"]] == [("ces", "ces2_7")] * 2
    assert taken.column("survey_answers", "value_num") == [6.0, 7.0]
    assert taken.column("survey_invitations", "customer_id") == taken.column("customer_identities", "customer_id")
    assert not [key for key in taken.column("survey_invitations", "invitation_id") if "example.com" in key]


@pytest.mark.parametrize(("highest", "scale"), [(5, "csat_5"), (7, "csat_7"), (9, "csat_10")])
def test_the_scale_of_a_rating_is_one_that_its_highest_value_fits(tmp_path: Path, highest: int, scale: str) -> None:
    _, taken = proposed(tmp_path, f"Ticket,Rated at,Rating\n1,2026-01-13 10:00,3\n2,2026-01-13 11:00,{highest}\n")
    assert set(taken.column("survey_invitations", "scale")) == {scale}


@pytest.mark.parametrize(("name", "ones"), [("Rating (1-5)", 1), ("Rating", 39)])
def test_one_slip_makes_no_other_scale(tmp_path: Path, name: str, ones: int) -> None:
    rows = "".join(f"{i},2026-01-13 10:00,{7 if i == ones else 4}\n" for i in range(ones + 1))
    _, taken = proposed(tmp_path, f"Ticket,Rated at,{name}\n{rows}")
    assert set(taken.column("survey_invitations", "scale")) == {"csat_5"}


def test_orders_keep_whose_they_are(tmp_path: Path) -> None:
    """An address alone joins an order to the same person's tickets."""
    data = "Bestelnummer;Besteldatum;Klant e-mail;Bedrag;Valuta\nB1;13-01-2026 10:00;Ann+shop@example.com;1.234,50;EUR\n"
    _, taken = proposed(tmp_path, data)
    assert taken.column("orders", "customer_id") == ["order-B1"]
    identities = [(r["customer_id"], r["kind"], r["value"]) for r in taken.rows["customer_identities"]]
    assert identities == [("order-B1", "email", "ann+shop@example.com")]


def test_a_form_on_the_web_is_known_in_dutch_and_romanian() -> None:
    assert {word_for(word, CHANNELS) for word in ("Webformulier", "Contactformulier", "Formular de contact")} == {"web"}


def test_dates_as_serial_days_and_seconds_are_known_by_their_columns_names(tmp_path: Path) -> None:
    """46083.5 is noon of 2 March 2026, 46084.25 six o'clock of the next day; spans of time under such a name are no dates."""
    data = "Ticket,Date created,Closed date,First response time\n1,46083.5,46084.25,30\n2,46084.25,,45\n3,46084.25,46084.5,3600\n"
    text, taken = proposed(tmp_path, data)
    assert taken.column("tickets", "created_at") == [utc("2026-03-02T11:00"), utc("2026-03-03T05:00"), utc("2026-03-03T05:00")]
    states = [(r["value"], r["occurred_at"]) for r in taken.rows["ticket_events"] if r["value"] == "solved"]
    assert states == [("solved", utc("2026-03-03T05:00")), ("solved", utc("2026-03-03T11:00"))]
    assert '#   "First response time": 30, 45, 3600' in text
    seconds = "Ticket,Created\n1,1772445600\n2,1772449200\n"  # 2 March 2026, 10:00 and 11:00 in UTC
    assert proposed(tmp_path, seconds)[1].column("tickets", "created_at") == [utc("2026-03-02T10:00"), utc("2026-03-02T11:00")]
    old = "Ticket,Created\n1,30001\n2,30002\n"  # days of 1982: numbers of another kind, such as cases
    assert "no column is called so" in proposed(tmp_path, old)[0]


def test_marks_for_nothing_are_named_as_empty(tmp_path: Path) -> None:
    """T1 was answered after an hour by Ann, T2 and T3 by nobody: a dash is no agent, and no date that cannot be read."""
    data = (
        "Ticket,Created at,First response,Resolved at,Status,Assignee\n1,2026-01-13 10:00,2026-01-13 11:00,-,Open,Ann\n"
        "2,2026-01-13 10:00,-,2026-01-14 10:00,Closed,N/A\n3,2026-01-13 10:00,-,-,Open,-\n"
    )
    text, taken = proposed(tmp_path, data)
    assert '[format]\nempty = ["-", "N/A"]' in text and not taken.aside
    replies = [(r["ticket_id"], r["occurred_at"]) for r in taken.rows["messages"] if r["author_type"] == "agent"]
    assert replies == [("1", utc("2026-01-13T10:00"))]
    solved = [(r["ticket_id"], r["occurred_at"]) for r in taken.rows["ticket_events"] if r["value"] == "solved"]
    assert solved == [("2", utc("2026-01-14T09:00"))]
    assert taken.column("agents", "agent_id") == ["Ann"]


CUSTOMERS = "id;email;segment;country;customer since\n7;Ann@example.com;gold;NL;13-01-2020\n8;bo@example.com;;BE;14-01-2021\n"


def test_customers_are_no_tickets(tmp_path: Path) -> None:
    text, taken = proposed(tmp_path, CUSTOMERS)
    assert "Each row is taken as one of customers." in text
    assert set(taken.rows) == {"customers", "customer_identities"} and not taken.aside
    assert taken.rows["customers"] == [
        {"customer_id": "7", "segment": "gold", "country": "NL", "first_seen_at": utc("2020-01-12T23:00")},
        {"customer_id": "8", "segment": None, "country": "BE", "first_seen_at": utc("2021-01-13T23:00")},
    ]
    assert taken.column("customer_identities", "value") == ["ann@example.com", "bo@example.com"]


@pytest.mark.parametrize(
    ("file", "data", "table", "row"),
    [
        ("Klanten 2026.csv", "id;naam;aangemaakt\n7;Ann;2020-01-13\n", "customers",
         {"customer_id": "7", "name": "Ann", "first_seen_at": utc("2020-01-12T23:00")}),
        ("export.csv", "id;email;name\n7;ann@example.com;Ann\n", "customers", {"customer_id": "7", "name": "Ann"}),
        ("users.csv", "id;name;email;role;created_at\n7;Ann;ann@example.com;end-user;2020-01-13\n", "customers",
         {"customer_id": "7", "name": "Ann", "first_seen_at": utc("2020-01-12T23:00")}),
        ("medewerkers.csv", "id;naam;e-mail;team\na7;Ann;ann@example.com;Front\n", "agents", {"agent_id": "a7", "name": "Ann"}),
        ("export.csv", "agent id;agent name;role\na7;Ann;lead\n", "agents", {"agent_id": "a7", "name": "Ann"}),
        ("teams.csv", "id;name\nt7;Front\n", "teams", {"team_id": "t7", "name": "Front"}),
        ("contracts.csv", "id;customer id;start date;end date\n1;c7;2026-01-13;2026-02-01\n", "customer_contracts",
         {"customer_id": "c7", "started_on": date(2026, 1, 13), "ended_on": date(2026, 2, 1)}),
        ("export.csv", "id;placed;total;currency\no7;2026-01-13;29,95;EUR\n", "orders",
         {"order_id": "o7", "placed_at": utc("2026-01-12T23:00"), "amount": 2995, "currency": "EUR"}),
    ],
)  # fmt: skip
def test_a_file_is_proposed_as_what_it_is(tmp_path: Path, file: str, data: str, table: str, row: dict[str, Any]) -> None:
    (tmp_path / file).write_text(data, encoding="utf-8")
    text = propose(tmp_path / file, now=NOW, options={"tz": "Europe/Amsterdam"})
    taken = mapped(tmp_path, data, text, name=file)
    assert "tickets" not in taken.rows and taken.rows[table] == [row]


@pytest.mark.parametrize(
    "data",
    [
        "id;email;created at\n7;ann@example.com;2026-01-13\n",
        "id;email;segment;country;subject;created at\n7;ann@example.com;gold;NL;Bill;2026-01-13\n",
        "ticket;segment;country;created at\n7;gold;NL;2026-01-13\n",
        "id;country;status;channel;created at\n7;NL;open;mail;2026-01-13\n",
    ],
)
def test_tickets_that_say_whose_they_are_stay_tickets(tmp_path: Path, data: str) -> None:
    _, taken = proposed(tmp_path, data)
    assert taken.column("tickets", "ticket_id") == ["7"]


def test_legs_of_a_call_are_told_apart_by_their_number(tmp_path: Path) -> None:
    """Call 1 was put through: its second leg is one of its own, and names the first one of call 1."""
    data = (
        "call id;leg;start time;wait time;agent\n1;1;2026-01-13 10:00;20;A\n1;2;2026-01-13 10:05;9;B\n2;1;2026-01-13 11:00;5;A\n"
    )
    _, taken = proposed(tmp_path, data)
    assert taken.column("interactions", "interaction_id") == ["1-1", "1-2", "2-1"]
    assert taken.column("interactions", "root_interaction_id") == ["1-1", "1-1", "2-1"]


def test_legs_with_ids_of_their_own_name_the_first_of_their_call(tmp_path: Path) -> None:
    data = (
        "call id;leg;start time;wait time\nx81;x81;2026-01-13 10:00;20\nx81;x82;2026-01-13 10:05;9\nx90;x90;2026-01-13 11:00;5\n"
    )
    _, taken = proposed(tmp_path, data)
    assert taken.column("interactions", "interaction_id") == ["x81", "x82", "x90"]
    assert taken.column("interactions", "root_interaction_id") == ["x81", "x81", "x90"]


@pytest.mark.parametrize(
    ("name", "cell", "replied"),
    [
        ("First response time (in hrs)", "1,5", "2026-01-13T10:30"),
        ("First reply time (min)", "90", "2026-01-13T10:30"),
        ("first_response_time_s", "90", "2026-01-13T09:01:30"),
        ("First response time", "01:30:00", "2026-01-13T10:30"),
        ("First response time (h:mm)", "1:30", "2026-01-13T10:30"),
        ("Time to first response (mm:ss)", "1:30", "2026-01-13T09:01:30"),
        ("First response time", "90", ""),
        ("First response time", "1:30", ""),
        ("First response time", "2h 5m", ""),
        ("First response time in business hours", "01:30:00", ""),
    ],
)
def test_a_span_is_taken_with_its_unit_or_not_at_all(tmp_path: Path, name: str, cell: str, replied: str) -> None:
    """Created at 10:00 in Amsterdam, which is 9:00 UTC; an hour and a half or a minute and a half later somebody answered."""
    text, taken = proposed(tmp_path, f"Ticket ID;Created time;{name}\n1;13-01-2026 10:00;{cell}\n2;14-01-2026 10:00;\n")
    assert [r["occurred_at"] for r in taken.rows["messages"] if r["author_type"] == "agent"] == (
        [utc(replied)] if replied else []
    )
    assert ("counted in business hours?" in text) == bool(replied)
    assert ("first_replies" in text) == bool(replied)


def test_a_clock_in_a_name_is_that_of_its_column(tmp_path: Path) -> None:
    """10:00 in New York in January is 15:00 UTC, and in Amsterdam, the zone of the file, 9:00."""
    data = "Conversation ID,Created at (America/New_York),Closed at\n1,2026-01-13 10:00,2026-01-14 10:00\n"
    _, taken = proposed(tmp_path, data)
    assert taken.column("tickets", "created_at") == [utc("2026-01-13T15:00")]
    assert [r["occurred_at"] for r in taken.rows["ticket_events"]] == [utc("2026-01-14T09:00")]


HEADERS = {
    "ServiceNow": "Number,Opened,Closed,State,Channel,Assignment group,Assigned to",
    "Zendesk": "Ticket ID,Ticket created - Date,Ticket solved - Date,Ticket status,Ticket channel,Ticket group,Assignee name",
    "Freshdesk": "Ticket ID,Created time,Resolved time,Status,Source,Group,Agent",
    "Intercom": "Conversation ID,Created at (UTC),Last closed at (UTC),State,Initial channel,Team assigned,Teammate assigned",
    "HubSpot": "Ticket ID,Create date,Close date,Ticket status,Source,Team,Ticket owner",
    "Zoho": "Ticket Id,Created Time (Ticket),Ticket Closed Time,Status (Ticket),Channel,Department,Ticket Owner",
    "Jira": "Issue key,Created,Resolved,Status,Custom field (Channel),Custom field (Team),Assignee",
    "Gorgias": "Ticket id,Creation date,Closed date,Status,Initial channel,Team,Assignee name",
    "Help Scout": "Number,Created At,Closed At,Status,Channel,Team,Owner",
    "Dutch": "Ticketnummer,Binnengekomen op,Afgehandeld op,Status,Kanaal,Afdeling,Behandelaar",
    "German": "Ticketnummer,Erstellt am,Gel\u00f6st am,Status,Kanal,Gruppe,Bearbeiter",
    "French": "Num\u00e9ro de ticket,Cr\u00e9\u00e9 le,R\u00e9solu le,Statut,Canal,\u00c9quipe,Assign\u00e9 \u00e0",
    "Polish": "Numer zg\u0142oszenia,Data zg\u0142oszenia,Data rozwi\u0105zania,Status,Kana\u0142,Dzia\u0142,Przypisano do",
    "Romanian": "Num\u0103r tichet,Data cre\u0103rii,Data rezolv\u0103rii,Stare,Canal,Echip\u0103,Responsabil",
    "Spanish": "N\u00famero de ticket,Fecha de creaci\u00f3n,Fecha de resoluci\u00f3n,Estado,Canal,Equipo,Asignado a",
}


@pytest.mark.parametrize("name", HEADERS)
def test_the_headers_of_usual_exports_are_known(tmp_path: Path, name: str) -> None:
    row = "7,2026-01-13 10:00,2026-01-14 10:00,Closed,Email,Front,Ann\n"
    (tmp_path / "export.csv").write_text(f"{HEADERS[name]}\n{row}", encoding="utf-8")
    choices = guess(glimpse(tmp_path / "export.csv", now=NOW))
    roles = ("ticket_id", "created_at", "solved_at", "status", "channel", "team", "agent")
    assert choices.columns == dict(zip(roles, HEADERS[name].split(","), strict=True))


@pytest.mark.parametrize(
    ("words", "points", "scale"),
    [
        (("Good", "Bad", "Offered", "Unoffered"), [2, 1], "csat_2"),
        (("Great", "Okay", "Not Good"), [3, 2, 1], "csat_3"),
        (("Amazing", "Bad", "OK"), [5, 2, 3], "csat_5"),
    ],
)
def test_good_and_bad_are_the_ends_of_a_scale(tmp_path: Path, words: tuple[str, ...], points: list[int], scale: str) -> None:
    """Who was only asked, or not even that, gave no answer."""
    rows = "".join(f"{n},2026-01-13 10:00,Open,{word}\n" for n, word in enumerate(words))
    _, taken = proposed(tmp_path, "ID,Requested,Status,Satisfaction\n" + rows)
    assert not taken.aside and len(taken.rows["tickets"]) == len(words)
    assert taken.column("survey_answers", "value_num") == points
    assert set(taken.column("survey_invitations", "scale")) == {scale}


def test_good_alone_is_no_scale(tmp_path: Path) -> None:
    text, _ = proposed(tmp_path, "ID,Requested,Satisfaction\n1,2026-01-13 10:00,Good\n2,2026-01-13 10:00,\n")
    assert 'not translated: ["Good"]' in text


TITLED = "Tickets of March;;\n\nTicket;Created;Status\n1;02-03-2026 10:00;Open\n2;13-03-2026 10:00;Closed\nTotal;;2\n"


def test_a_title_above_the_header_is_left_out_by_a_proposal_and_known_again(tmp_path: Path) -> None:
    text, taken = proposed(tmp_path, TITLED)
    assert "[format]\n# Rows above the header, such as a title.\nskip_rows = 2" in text
    assert taken.column("tickets", "ticket_id") == ["1", "2"] and not taken.aside
    (tmp_path / "home" / "mappings").mkdir(parents=True)
    (tmp_path / "home" / "mappings" / "own.toml").write_text(text, encoding="utf-8")
    (tmp_path / "april.csv").write_text(TITLED.replace("March", "April"), encoding="utf-8")
    assert take(tmp_path / "april.csv", user_folder=tmp_path / "home").column("tickets", "ticket_id") == ["1", "2"]
    (tmp_path / "plain.csv").write_text("Ticket;Created;Status\n3;13-03-2026 10:00;Open\n", encoding="utf-8")
    with pytest.raises(UnrecognisedFile):
        take(tmp_path / "plain.csv", user_folder=tmp_path / "empty")


@pytest.mark.parametrize("name", ["Direction", "Richting", "Type", "Way"])
def test_a_call_that_was_made_is_no_caller_who_gave_up(tmp_path: Path, name: str) -> None:
    """Of two calls received one was given up: 1 of 2. The third was made, and nobody took it."""
    data = (
        f"Call ID;{name};Start time;Wait time;Talk time;Agent\nc1;Inbound;2026-01-13 10:00;20;60;Ann\n"
        "c2;Inbound;2026-01-13 11:00;90;;\nc3;Outgoing;2026-01-13 12:00;30;;\n"
    )
    text, taken = proposed(tmp_path, data)
    assert taken.column("interactions", "direction") == ["inbound", "inbound", "outbound"]
    with Desk(Home(tmp_path / "home")) as desk:
        (tmp_path / "proposal.toml").write_text(text, encoding="utf-8")
        desk.import_files(ImportRequest(str(tmp_path / "export.csv"), mapping=str(tmp_path / "proposal.toml")), now=NOW)
        row = _january(desk, "abandonment_rate")
        assert (row["value"], row["n"]) == (0.5, 2)


def test_a_file_of_counts_is_no_file_of_tickets(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("Date,Tickets,Channel\n2026-01-13,12,mail\n2026-01-14,15,mail\n")
    assert "No column looks like an id" in propose(tmp_path / "export.csv", now=NOW)
