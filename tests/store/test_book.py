"""The book: versions, repeats, rows kept aside, transactions, coverage, persons, upgrades."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.frames import FramesDelivery
from servicemeter.engines.duckdb import DuckDB
from servicemeter.ground.errors import BadBook, BadSettings, BookHeld, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.rows import Batch
from servicemeter.store.book import Book

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NINE = "2026-03-02T09:00:00+00:00"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None) as opened:
        yield opened


def _ticket(ticket_id: str = "T1", **columns: Any) -> dict[str, Any]:
    return {"ticket_id": ticket_id, "created_at": NINE, "channel": "email", **columns}


def _channels(desk: Desk, table: str = "tickets") -> list[str]:
    sql = f"select channel from {table} order by ticket_id, recorded_at"
    return [row[0] for row in desk.on_engine(lambda engine: engine.rows(sql))]


def test_a_repeat_changes_nothing(desk: Desk) -> None:
    first = desk.load(tickets=[_ticket()], now=NOW)
    again = desk.load(tickets=[_ticket(), _ticket()], now=NOW + timedelta(days=1))
    assert (first.taken, again.taken, again.changed) == (1, 0, False)
    assert again.tables["tickets"].repeated == 2
    assert _channels(desk, "past.tickets") == []


def test_a_changed_row_is_a_new_version_and_the_old_one_is_kept(desk: Desk) -> None:
    desk.load(tickets=[_ticket()], now=NOW)
    report = desk.load(tickets=[_ticket(channel="chat")], now=NOW + timedelta(days=1))
    assert report.tables["tickets"].corrected == 1
    assert (_channels(desk), _channels(desk, "past.tickets")) == (["chat"], ["email"])


def test_a_row_changed_back_is_a_third_version(desk: Desk) -> None:
    for day, channel in enumerate(("email", "chat", "email")):
        desk.load(tickets=[_ticket(channel=channel)], now=NOW + timedelta(days=day))
    assert (_channels(desk), _channels(desk, "past.tickets")) == (["email"], ["email", "chat"])


def test_an_older_version_never_replaces_a_newer_one(desk: Desk) -> None:
    desk.load(tickets=[_ticket(source_updated_at="2026-03-05T00:00:00+00:00")], now=NOW)
    late = _ticket(channel="phone", source_updated_at="2026-03-04T00:00:00+00:00")
    report = desk.load(tickets=[late], now=NOW + timedelta(days=1))
    assert report.tables["tickets"].older == 1
    assert (_channels(desk), _channels(desk, "past.tickets")) == (["email"], ["phone"])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_delivery_does_not_matter(desk: Desk, order: tuple[int, ...]) -> None:
    versions = [
        _ticket(channel=channel, recorded_at=f"2026-03-0{day}T00:00:00+00:00")
        for day, channel in enumerate(("a", "b", "c"), start=3)
    ]
    for i in order:
        desk.load(tickets=[versions[i]], now=NOW)
    assert (_channels(desk), _channels(desk, "past.tickets")) == (["c"], ["a", "b"])


def test_the_same_key_in_two_sources_is_two_rows(desk: Desk) -> None:
    desk.load(source="one", tickets=[_ticket()], now=NOW)
    desk.load(source="two", tickets=[_ticket(channel="chat")], now=NOW)
    assert sorted(_channels(desk)) == ["chat", "email"]


def test_known_at_gives_the_report_as_it_was_published(desk: Desk) -> None:
    desk.load(tickets=[_ticket()], now=NOW)
    desk.load(tickets=[_ticket(channel="chat"), _ticket("T2")], now=NOW + timedelta(days=2))

    def by_channel(known_at: datetime | None) -> dict[str, int]:
        rows = desk.measure("tickets_created", since="2026-03-01", until="2026-04-01", by=["channel"], known_at=known_at).rows
        return {row["channel"]: row["value"] for row in rows}

    assert by_channel(None) == {"chat": 1, "email": 1}
    assert by_channel(NOW + timedelta(days=1)) == {"email": 1}


def test_bad_rows_are_kept_aside_with_their_reason_and_good_ones_are_taken(desk: Desk) -> None:
    events = [
        {"event_id": "1", "ticket_id": "T1", "occurred_at": NINE, "field": "status", "value": "solved"},
        {"event_id": "2", "ticket_id": "T1", "occurred_at": NINE, "field": "status", "value": "gone"},
        {"event_id": "3", "ticket_id": "T1", "occurred_at": NINE, "field": "mood", "value": "x"},
        {"event_id": "4", "ticket_id": None, "occurred_at": NINE, "field": "priority", "value": "x"},
    ]
    report = desk.load(tickets=[_ticket()], ticket_events=events, now=NOW)
    assert (report.taken, report.kept_aside) == (2, 3)
    kept = {(k["column"], k["value"]) for k in desk.book.kept_aside()}
    assert kept == {("value", "gone"), ("field", "mood"), ("ticket_id", "")}


def test_a_repaired_file_takes_its_rows_out_of_those_kept_aside(desk: Desk) -> None:
    def load(value: str) -> None:
        event = {"event_id": "1", "ticket_id": "T1", "occurred_at": NINE, "field": "status", "value": value}
        delivery = FramesDelivery("files", None, {"ticket_events": [event]})
        desk.take(delivery, now=NOW, label="events.csv")

    load("gone")
    assert len(desk.book.kept_aside()) == 1
    load("solved")
    assert desk.book.kept_aside() == []


def test_a_failed_load_leaves_nothing(desk: Desk) -> None:
    class Breaks:
        source = "files"
        tz: str | None = None
        capabilities: tuple[str, ...] | None = None
        loaded_from: datetime | None = None
        loaded_through: datetime | None = None

        def __iter__(self) -> Iterator[Batch]:
            yield Batch("tickets", pa.table({"ticket_id": ["T1"]}))
            raise OSError("the cable was pulled")

    with pytest.raises(OSError, match="cable"):
        desk.take(Breaks(), now=NOW)
    assert (desk.data_version, _channels(desk)) == (0, [])
    assert desk.load(tickets=[_ticket()], now=NOW).data_version == 1


def test_a_dry_run_tells_and_changes_nothing(desk: Desk) -> None:
    report = desk.take(FramesDelivery("files", None, {"tickets": [_ticket()]}), now=NOW, dry_run=True)
    assert (report.taken, report.is_dry_run) == (1, True)
    assert (desk.data_version, _channels(desk)) == (0, [])


def test_unknown_columns_and_tables_name_the_nearest(desk: Desk) -> None:
    with pytest.raises(UnknownName, match="created_at"):
        desk.load(tickets=[{"ticket_id": "1", "creatd_at": NINE}])
    with pytest.raises(UnknownName, match="tickets"):
        desk.load(tikets=[])


def test_coverage_and_capabilities_follow_from_the_rows(desk: Desk) -> None:
    report = desk.load(tz="Europe/Amsterdam", tickets=[_ticket()], now=NOW)
    [source] = desk.book.sources()
    assert source["loaded_from"] == datetime(2026, 3, 1, 23)
    assert source["loaded_through"] == datetime(2026, 3, 2, 9, 0, 1)
    assert source["capabilities"] == "tickets"
    assert "Europe/Amsterdam" in report.notes[0]
    assert desk.report_tz == "Europe/Amsterdam"


def test_a_reporting_zone_that_is_none_is_refused_and_the_last_one_said_holds(desk: Desk) -> None:
    desk.load(tz="Europe/Amsterdam", tickets=[_ticket()], now=NOW)
    with pytest.raises(BadSettings, match="Did you mean 'Europe/Bucharest'"):
        desk.load(settings=[{"name": "report_tz", "value": "Europe/Buchare"}], now=NOW + timedelta(days=1))
    assert (desk.report_tz, desk.data_version) == ("Europe/Amsterdam", 1)
    desk.load(settings=[{"name": "report_tz", "value": "Pacific/Auckland"}], now=NOW + timedelta(days=2))
    desk.load(source="other", tickets=[_ticket()], now=NOW + timedelta(days=3))
    other = next(source for source in desk.book.sources() if source["source"] == "other")
    # The ticket of 2 March 9:00 UTC is of 2 March 22:00 in Auckland (UTC+13), a day that began at 1 March 11:00 UTC.
    assert (desk.report_tz, other["loaded_from"]) == ("Pacific/Auckland", datetime(2026, 3, 1, 11))


def test_customers_sharing_an_identity_are_one_person_and_come_apart_again(desk: Desk) -> None:
    identities = [
        {"customer_id": "c1", "kind": "email", "value": " Ann@Example.com"},
        {"customer_id": "c2", "kind": "phone", "value": "+40 721 000 000"},
    ]
    shop = [
        {"customer_id": "s1", "kind": "email", "value": "ann@example.com"},
        {"customer_id": "s1", "kind": "phone", "value": "0040721000000"},
    ]
    desk.load(source="desk", customer_identities=identities, tickets=[_ticket()], now=NOW)
    desk.load(source="shop", customer_identities=shop, now=NOW)
    persons = "select source, customer_id, person_source, person_id from facts.persons order by all"
    found = desk.on_engine(lambda engine: engine.rows(persons))
    assert found == [("desk", "c1", "desk", "c1"), ("desk", "c2", "desk", "c1"), ("shop", "s1", "desk", "c1")]
    clear = "select count(*) from customer_identities where value_hash is null or value_hash like '%ann%'"
    assert desk.on_engine(lambda engine: engine.rows(clear)) == [(0,)]


def test_a_book_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    engine = DuckDB(tmp_path / "book.duckdb")
    Book(engine, identity_key=b"k")
    engine.run("insert into meta.book values (999)")
    engine.close()
    with pytest.raises(BadBook, match="newer servicemeter"):
        Desk(Home(tmp_path))


def test_a_file_that_is_no_book_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book.duckdb").write_bytes(b"this is a letter, not a book" * 1000)
    with pytest.raises(BadBook, match="not a book"):
        Desk(Home(tmp_path))


def test_the_book_is_kept_between_openings(tmp_path: Path) -> None:
    with Desk(Home(tmp_path)) as desk:
        desk.load(tickets=[_ticket()], now=NOW)
    with Desk(Home(tmp_path)) as desk:
        assert desk.measure("tickets_created", since="2026-03-01", until="2026-04-01").row["value"] == 1
    assert (tmp_path / "identity.key").stat().st_mode & 0o077 == 0


def test_a_book_held_by_another_process_says_by_whom(tmp_path: Path) -> None:
    import subprocess
    import sys

    home = Home(tmp_path)
    with Desk(home):
        pass
    code = f"import duckdb, sys; c = duckdb.connect({str(home.book)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline().strip() == "held"
        with pytest.raises(BookHeld, match=f"process {holder.pid}"):
            Desk(home)


def test_rows_of_one_key_that_contradict_each_other_are_said(desk: Desk) -> None:
    """T1 comes as mail and as chat, T2 twice the same, T3 in two versions that say when: one ticket is in dispute."""
    when = {"channel": "chat", "source_updated_at": "2026-03-03T09:00:00Z"}
    rows = [_ticket(), _ticket(channel="chat"), _ticket("T2"), _ticket("T2"), _ticket("T3"), _ticket("T3", **when)]
    report = desk.load(tickets=rows, agents=[{"agent_id": "a", "name": "A"}, {"agent_id": "a", "name": "a"}], now=NOW)
    told = report.tables["tickets"]
    assert (told.taken, told.older, told.repeated, told.disputed) == (3, 2, 1, 1)
    said = [note for note in report.notes if "the same" in note]
    assert len(said) == 1 and said[0].startswith("tickets: rows with the same ticket_id say different things (of how many: 1).")
    assert not [note for note in desk.load(tickets=[_ticket("T4")], now=NOW).notes if "the same" in note]


def test_a_scale_that_nobody_described_is_said_when_it_is_loaded(desk: Desk) -> None:
    """`csat5` twice, `ces_7` once, a recommendation on csat_10; csat_5, one without a name and one that is declared are known."""
    asked: list[tuple[str, str, str | None]] = [
        ("a", "csat", "csat5"),
        ("b", "csat", "csat5"),
        ("c", "ces", "ces_7"),
        ("d", "nps", "csat_10"),
    ]
    asked += [("e", "csat", "csat_5"), ("f", "ces", None), ("g", "csat", "stars"), ("h", "intent", "any")]
    sent = [{"invitation_id": key, "kind": kind, "scale": scale, "sent_at": "2026-03-02T09:00:00Z"} for key, kind, scale in asked]
    stars = [{"scale": "stars", "min": 1, "max": 4, "positive_from": 3}]
    answers = [{"invitation_id": key, "answered_at": "2026-03-02T10:00:00Z", "value_num": 4} for key, *_ in asked]
    report = desk.load(source="polls", survey_invitations=sent, survey_scales=stars, survey_answers=answers, now=NOW)
    assert [note for note in report.notes if "scale" in note] == [
        "polls: the scale 'ces_7' of ces is not known (surveys: 1), and they have no score. Is it 'ces2_7' or 'ces1_5' or "
        "'ces_0_10' or 'ease_5'? Then the mapping has to say so; another one is declared in survey_scales.",
        "polls: the scale 'csat5' of csat is not known (surveys: 2), and they have no score. Is it 'csat_2' or 'csat_3' or "
        "'csat_5' or 'csat_7' or 'csat_10'? Then the mapping has to say so; another one is declared in survey_scales.",
        "polls: the scale 'csat_10' of a recommendation is not known (surveys: 1). Without 'nps_0_10' they have no score.",
    ]
    found = next(f for f in desk.findings() if f["name"] == "answers_of_unknown_scale")
    assert found["count"] == 4  # the same surveys as the check finds
    assert not [n for n in desk.load(source="polls", tickets=[_ticket("T9")], now=NOW).notes if "scale" in n]
