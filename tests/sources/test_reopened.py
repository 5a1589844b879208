"""An export that comes again, of tickets as they are: what the newest one says of a ticket holds, and no ticket is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from importing import NOW, mapped

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportReport, ImportRequest
from servicemeter.ground.settings import Home
from servicemeter.sources.choiceback import choices_of, says_the_same
from servicemeter.sources.choices import Words
from servicemeter.sources.choicetext import write_mapping
from servicemeter.sources.glimpse import glimpse
from servicemeter.sources.mappingfile import parse_mapping
from servicemeter.sources.proposal import guess, propose

LATER = datetime(2026, 7, 2, 12, tzinfo=UTC)
METRICS = ("backlog", "tickets_solved", "resolution_rate")


class Shop:
    """A desk that takes one export after another, all by one mapping."""

    def __init__(self, folder: Path, first: str, mapping: str | None = None) -> None:
        self.folder, self.file, self.now = folder, folder / "export.csv", NOW
        self.mapping = folder / "kept.toml"
        self.file.write_text(first, encoding="utf-8")
        text = mapping or propose(self.file, now=NOW, options={"tz": "Europe/Amsterdam"})
        self.mapping.write_text(text, encoding="utf-8")

    def take(self, desk: Desk, data: str, now: datetime) -> ImportReport:
        self.file.write_text(data, encoding="utf-8")
        return desk.import_files(ImportRequest(str(self.file), mapping=str(self.mapping)), now=now)


def figures(desk: Desk) -> tuple[Any, ...]:
    return tuple(desk.measure(name, since="2026-01-01", until="2026-02-01").rows[0]["value"] for name in METRICS)


BOTH = "Ticketnummer;Aangemaakt op;Opgelost op;Status\n"
DATES = "Ticketnummer;Aangemaakt op;Opgelost op\n"
STATES = "Ticketnummer;Aangemaakt op;Status\n"
CREATED = [f"{n};1{n}-01-2026 10:00" for n in range(1, 5)]


def export(head: str, *cells: str) -> str:
    """Four tickets, created on 11 to 14 January, with the cells that differ."""
    return head + "".join(f"{created};{rest}\n" for created, rest in zip(CREATED, cells, strict=True))


TWICE = {
    # 1 and 2 of four are solved, then 1 is open again.
    "a solve that is undone": (
        export(BOTH, "20-01-2026 10:00;Opgelost", "21-01-2026 10:00;Opgelost", ";Open", ";Open"),
        (2, 2, 0.5),
        export(BOTH, ";Open", "21-01-2026 10:00;Opgelost", ";Open", ";Open"),
        (3, 1, 0.25),
    ),
    # 1 of four is solved; a month later 3 is, too.
    "a solve that comes": (
        export(BOTH, "20-01-2026 10:00;Opgelost", ";Open", ";Open", ";Open"),
        (3, 1, 0.25),
        export(BOTH, "20-01-2026 10:00;Opgelost", ";Open", "22-01-2026 10:00;Opgelost", ";Open"),
        (2, 2, 0.5),
    ),
    # Without a column of states: 3 of four are solved; then the date of 1 is emptied, which says that it no longer is.
    "a date that is emptied": (
        export(DATES, "20-01-2026 10:00", "21-01-2026 10:00", "", "22-01-2026 10:00"),
        (1, 3, 0.75),
        export(DATES, "", "21-01-2026 10:00", "", "22-01-2026 10:00"),
        (2, 2, 0.5),
    ),
    # 1 has a date and is open: all four are open, none is solved (0 of 4). Then 4 is solved: 1 of 4.
    "a date beside an open state": (
        export(BOTH, "20-01-2026 10:00;Open", ";Open", ";Open", ";Open"),
        (4, 0, 0),
        export(BOTH, "20-01-2026 10:00;Open", ";Open", ";Open", "23-01-2026 10:00;Opgelost"),
        (3, 1, 0.25),
    ),
    # 1, 2 and 3 of four are solved. Then 1 is opened again and 3 waits, and both keep their dates: three are open, 2 is solved.
    "a ticket opened again that keeps its date": (
        export(BOTH, "20-01-2026 10:00;Opgelost", "21-01-2026 10:00;Gesloten", "22-01-2026 10:00;Opgelost", ";Open"),
        (1, 3, 0.75),
        export(BOTH, "20-01-2026 10:00;Heropend", "21-01-2026 10:00;Gesloten", "22-01-2026 10:00;In afwachting", ";Open"),
        (3, 1, 0.25),
    ),
    # Nothing is said of 1 but its date, so it is solved, as 2: 2 of four. Then it is open beside that date: 1 of four.
    "a date beside no state": (
        export(BOTH, "20-01-2026 10:00;", "21-01-2026 10:00;Opgelost", ";Open", ";Open"),
        (2, 2, 0.5),
        export(BOTH, "20-01-2026 10:00;Open", "21-01-2026 10:00;Opgelost", ";Open", ";Open"),
        (3, 1, 0.25),
    ),
    # 1 is solved without a date: it is not open, but no month has its solve (1 of four, that of 2). Then it is open again.
    "a state without a date": (
        export(BOTH, ";Opgelost", "21-01-2026 10:00;Opgelost", ";Open", ";Open"),
        (2, 1, 0.25),
        export(BOTH, ";Open", "21-01-2026 10:00;Opgelost", ";Open", ";Open"),
        (3, 1, 0.25),
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_the_newest_export_holds(tmp_path: Path, name: str) -> None:
    """Also against a desk that has the second export alone. The mapping is proposed from both: it knows every word of them."""
    first, before, second, after = TWICE[name]
    shop = Shop(tmp_path, first + second.partition("\n")[2])
    with Desk(Home(tmp_path / "home")) as desk:
        shop.take(desk, first, NOW)
        assert figures(desk) == before
        report = shop.take(desk, second, LATER)
        assert report.load is not None and not report.load.kept_aside
        assert figures(desk) == after
    with Desk(Home(tmp_path / "other")) as desk:
        shop.take(desk, second, LATER)
        assert figures(desk) == after


def test_states_alone_hold_as_they_did(tmp_path: Path) -> None:
    """One event a ticket with its state, as before: the newest export's."""
    first, second = export(STATES, "Opgelost", "Open", "Open", "Open"), export(STATES, "Open", "Open", "Open", "Open")
    shop = Shop(tmp_path, first)
    assert 'event_id = "{Ticketnummer}-status"' in shop.mapping.read_text(encoding="utf-8")
    with Desk(Home(tmp_path / "home")) as desk:
        for now, data in ((NOW, first), (LATER, second)):
            shop.take(desk, data, now)
            assert set(events(desk)) == {(f"{n}-status", "solved" if data == first and n == 1 else "open") for n in range(1, 5)}


def events(desk: Desk) -> list[tuple[Any, ...]]:
    sql = "select event_id, value from ticket_events where field = 'status' order by event_id"
    with desk.on_book() as book:
        return book.engine.rows(sql)


def test_every_row_is_one_version_of_one_event(tmp_path: Path) -> None:
    first, _, second, _ = TWICE["a solve that is undone"]
    text = Shop(tmp_path, first).mapping.read_text(encoding="utf-8")
    for data, first_value in ((first, "solved"), (second, "open")):
        rows = [r for r in mapped(tmp_path, data, text).rows["ticket_events"] if r["field"] == "status"]
        assert sorted(row["event_id"] for row in rows) == [f"{n}-solved" for n in range(1, 5)]
        assert [row["value"] for row in rows if row["event_id"] == "1-solved"] == [first_value]


def test_what_was_written_before_works_and_is_written_anew_by_the_form(tmp_path: Path) -> None:
    """A kept mapping with an event of the solve and one of the state imports as it did (1 stays solved: 2 of four open);
    the form shows it, and what it then writes takes the solve back in the same book: 3 of four."""
    first, before, second, after = TWICE["a solve that is undone"]
    (tmp_path / "export.csv").write_text(first, encoding="utf-8")
    seen = glimpse(tmp_path / "export.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    former = write_mapping(guess(seen), seen, edition=1)
    shop = Shop(tmp_path, first, former)
    found, beyond = choices_of(parse_mapping(former, "m"), seen)
    assert found is not None and not beyond
    with Desk(Home(tmp_path / "home")) as desk:
        shop.take(desk, first, NOW)
        assert figures(desk) == before
        shop.take(desk, second, LATER)
        assert figures(desk) == before
        shop.mapping.write_text(write_mapping(found, seen, is_guess=False), encoding="utf-8")
        shop.take(desk, second, datetime(2026, 7, 3, 12, tzinfo=UTC))
        assert figures(desk) == after


def test_what_took_every_date_for_a_solve_does_so_until_the_form_was_sent(tmp_path: Path) -> None:
    """1 has a date and is open: by a mapping kept from before 1 of four is solved, by the form's none is."""
    data = TWICE["a date beside an open state"][2].replace("Opgelost\n", "Open\n").replace("23-01-2026 10:00", "")
    (tmp_path / "export.csv").write_text(data, encoding="utf-8")
    seen = glimpse(tmp_path / "export.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    former = write_mapping(guess(seen), seen, edition=2)
    shop = Shop(tmp_path, data, former)
    found, beyond = choices_of(parse_mapping(former, "m"), seen)
    assert found is not None and not beyond
    with Desk(Home(tmp_path / "home")) as desk:
        shop.take(desk, data, NOW)
        assert figures(desk) == (3, 1, 0.25)
        shop.mapping.write_text(write_mapping(found, seen, is_guess=False), encoding="utf-8")
        shop.take(desk, data, LATER)
        assert figures(desk) == (4, 0, 0)


STATED = (
    "Ticketnummer;Aangemaakt op;Opgelost op;Status\n"
    "1;11-01-2026 10:00;20-01-2026 10:00;Klaar\n"
    "2;12-01-2026 10:00;21-01-2026 10:00;Terug\n"
    "3;13-01-2026 10:00;22-01-2026 10:00;\n"
    "4;14-01-2026 10:00;;Klaar\n"
)
ONE, TWO, THREE, FOUR = ("1", "solved", True), ("2", "open", False), ("3", "solved", True), ("4", "solved", False)


@pytest.mark.parametrize(
    ("words", "states", "aside"),
    [
        # Every word is said: the dates of 1 (solved) and 3 (nothing said) count.
        (Words({"Klaar": "solved", "Terug": "open"}), [ONE, TWO, THREE, FOUR], []),
        # Capitals matter to no translation, so not to the date beside it.
        (Words({"KLAAR": "solved", "terug": "open"}), [ONE, TWO, THREE, FOUR], []),
        (Words({"klaar": "solved", "TERUG": "open"}), [ONE, TWO, THREE, FOUR], []),
        # The exact word goes before one that differs in capitals.
        (Words({"klaar": "open", "Klaar": "solved", "Terug": "open"}), [ONE, TWO, THREE, FOUR], []),
        # Nobody says what "Terug" is: its row is kept aside whole. Nor what "Klaar" is: a date alone is no solve.
        (Words({"Klaar": "closed"}), [ONE, THREE, ("4", "closed", False)], ["2"]),
        (Words({"Terug": "open"}), [TWO, THREE], ["1", "4"]),
        # What every other word becomes: solved, open, nothing said (4 has no date either and is kept aside).
        (Words({"Terug": "open"}, otherwise="solved"), [ONE, TWO, THREE, FOUR], []),
        (Words({"TERUG": "pending"}, otherwise="closed"), [ONE, ("2", "pending", False), THREE, ("4", "closed", False)], []),
        (Words({}, otherwise="solved"), [ONE, ("2", "solved", True), THREE, FOUR], []),
        (Words({"Klaar": "solved"}, otherwise="open"), [ONE, TWO, THREE, FOUR], []),
        (Words({"Terug": "open"}, "empty"), [ONE, TWO, THREE], ["4"]),
        # As it is: only our own words are states.
        (Words({}, "pass"), [THREE], ["1", "2", "4"]),
        (None, [THREE], ["1", "2", "4"]),
    ],
)
def test_a_date_counts_where_the_state_becomes_solved(
    tmp_path: Path, words: Words | None, states: list[tuple[str, str, bool]], aside: list[str]
) -> None:
    """What the form chose is written, does so, and is found again. 1 and 4 are "Klaar", 4 without a date."""
    (tmp_path / "export.csv").write_text(STATED, encoding="utf-8")
    seen = glimpse(tmp_path / "export.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    choices = replace(guess(seen), words={} if words is None else {"status": words})
    text = write_mapping(choices, seen, is_guess=False)
    taken = mapped(tmp_path, STATED, text)
    found = [row for row in taken.rows["ticket_events"] if row["field"] == "status"]
    assert all(row["event_id"] == f"{row['ticket_id']}-solved" for row in found)
    assert sorted((row["ticket_id"], row["value"], row.get("occurred_at") is not None) for row in found) == states
    assert [row.row["Ticketnummer"] for row in taken.aside] == aside
    again, beyond = choices_of(parse_mapping(text, "m"), seen)
    assert again is not None and not beyond
    assert says_the_same(write_mapping(again, seen, is_guess=False), text)


def test_our_own_words_need_no_translation(tmp_path: Path) -> None:
    data = STATED.replace("Klaar", "closed").replace("Terug", "pending")
    (tmp_path / "export.csv").write_text(data, encoding="utf-8")
    seen = glimpse(tmp_path / "export.csv", now=NOW, options={"tz": "Europe/Amsterdam"})
    taken = mapped(tmp_path, data, write_mapping(replace(guess(seen), words={}), seen))
    found = [(r["ticket_id"], r["value"], r.get("occurred_at") is not None) for r in taken.rows["ticket_events"]]
    assert sorted(found) == [ONE, ("2", "pending", False), THREE, ("4", "closed", False)] and not taken.aside


RATED = (
    "Ticketnummer;Aangemaakt op;Opgelost op;Status;Tevredenheid (1-5);Opmerking\n"
    "1;11-01-2026 10:00;20-01-2026 10:00;Opgelost;5;snel\n"
    "2;12-01-2026 10:00;;Open;1;traag\n"
    "3;13-01-2026 10:00;21-01-2026 10:00;Opgelost;2;\n"
    "4;14-01-2026 10:00;;Open;;\n"
)


def test_a_rating_without_a_date_costs_no_ticket(tmp_path: Path) -> None:
    """Four tickets, two open. Of three ratings that of 2 has no date and is left out: 1 of 2 is good."""
    shop = Shop(tmp_path, RATED)
    with Desk(Home(tmp_path / "home")) as desk:
        report = shop.take(desk, RATED, NOW)
        assert report.load is not None and not report.load.kept_aside
        assert report.dropped == {"survey_answers: Opgelost op is empty": 1}
        assert figures(desk) == (2, 2, 0.5)
        row = desk.measure("csat", since="2026-01-01", until="2026-02-01").rows[0]
        assert (row["value"], row["n"]) == (0.5, 2)


def test_a_rating_keeps_its_date_when_its_ticket_is_opened_again(tmp_path: Path) -> None:
    """1, rated 5, keeps its date and is open: three of four tickets are. Its rating still has that date: csat is 1 of 2."""
    data = RATED.replace("20-01-2026 10:00;Opgelost", "20-01-2026 10:00;Open")
    shop = Shop(tmp_path, data)
    with Desk(Home(tmp_path / "home")) as desk:
        assert shop.take(desk, data, NOW).dropped == {"survey_answers: Opgelost op is empty": 1}
        assert figures(desk) == (3, 1, 0.25)
        row = desk.measure("csat", since="2026-01-01", until="2026-02-01").rows[0]
        assert (row["value"], row["n"]) == (0.5, 2)


def test_a_row_that_is_kept_aside_is_not_left_out_besides(tmp_path: Path) -> None:
    text = Shop(tmp_path, RATED).mapping.read_text(encoding="utf-8")
    taken = mapped(tmp_path, RATED.replace("12-01-2026 10:00", "31-02-2026 10:00"), text)
    assert len(taken.aside) == 1 and not taken.delivery.dropped
    assert taken.column("tickets", "ticket_id") == ["1", "3", "4"]
