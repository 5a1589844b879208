"""What was sent comes into the book once, whatever its order, however often it came, and whoever failed beside it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk import deliveries
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.schedule import take_what_came
from servicemeter.desk.sync import sync_source
from servicemeter.ground.settings import Home
from servicemeter.model.tables import TABLES
from servicemeter.office.inbox import Arrival, list_failures, receive_many, reopen_failed
from webhooks.sending import NOW, Yard, opened_yard, standard

SAID = datetime(2026, 3, 19, 9, tzinfo=UTC)


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with opened_yard(tmp_path / "home") as made:
        yield made


def book_of(yard: Yard) -> dict[str, list[Any]]:
    """Every row of the book, present and past, without when it was recorded."""
    found = {}
    for table in TABLES.values():
        names = ", ".join(f'"{c.name}"' for c in table.all_columns if c.name != "recorded_at")
        for schema in ("main", "past"):
            found[f"{schema}.{table.name}"] = sorted(map(str, yard.rows(f'select {names} from {schema}."{table.name}"')))
    return found


def history(chance: random.Random, tickets: int = 6) -> list[tuple[str, dict[str, Any]]]:
    """Deliveries by id: tickets that change, are answered and solved, each told as it was at that moment."""
    told: list[tuple[str, dict[str, Any]]] = []
    for n in range(tickets):
        at = SAID + timedelta(minutes=7 * n)
        for step in range(4):
            moment = at + timedelta(seconds=chance.randint(0, 3) + 10 * step)
            ticket = {"ticket_id": f"t{n}", "created_at": at.isoformat(), "channel": chance.choice(["email", "chat"])}
            said: dict[str, Any] = {"timestamp": moment.isoformat(), "tickets": [ticket]}
            who = "customer" if step % 2 == 0 else "agent"
            said["messages"] = [{"ticket_id": f"t{n}", "occurred_at": moment.isoformat(), "author_type": who, "author_id": "a"}]
            if step == 3:
                event = {"ticket_id": f"t{n}", "occurred_at": moment.isoformat(), "field": "status", "value": "solved"}
                said["ticket_events"] = [event]
            told.append((f"d{n}-{step}", said))
    return told


def arrival(key: str, said: Any) -> Arrival:
    return Arrival("crm", key, json.dumps(said).encode(), NOW, {"webhook-id": key})


def test_in_any_order_and_any_number_of_times_the_book_is_the_same(tmp_path: Path) -> None:
    chance = random.Random(20260320)
    told = history(chance)
    books = []
    for turn in range(3):
        with opened_yard(tmp_path / str(turn)) as yard:
            yard.connect("crm", "webhook")
            sent = told if turn == 0 else [one for one in told for _ in range(chance.randint(1, 5))]
            if turn:
                chance.shuffle(sent)
            for first in range(0, len(sent), 40):
                some = [
                    Arrival("crm", key, json.dumps(said).encode(), NOW, {"webhook-id": key}) for key, said in sent[first:][:40]
                ]
                receive_many(yard.office, some)
                if turn:
                    yard.take("crm")
                    yard.wait(seconds=1)
            yard.take("crm")
            assert yard.states("crm") == {"taken": len(told)}
            assert len(yard.rows("select * from messages")) == len(told)
            books.append(book_of(yard))
    assert books[1:] == books[:1] * 2  # and so is every figure, which is made of these rows alone
    assert len(books[0]["main.tickets"]) == 6
    assert books[0]["past.tickets"]


def test_ended_between_book_and_inbox_nothing_is_taken_twice(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.connect("crm", "webhook")
    standard(yard, "crm", "d1", {"messages": [{"ticket_id": "1", "occurred_at": SAID.isoformat(), "author_type": "customer"}]})
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "settle", lambda *given, **more: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            yard.take("crm")
    assert yard.states("crm") == {"waiting": 1}
    assert len(yard.rows("select * from messages")) == 1
    version = yard.desk.data_version
    assert yard.take("crm").counts == {"taken": 1}
    assert (len(yard.rows("select * from messages")), yard.desk.data_version) == (1, version)


def test_an_id_is_remembered_after_its_delivery_has_expired(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    said = {"messages": [{"ticket_id": "1", "occurred_at": SAID.isoformat(), "author_type": "customer"}]}
    standard(yard, "crm", "d1", said)
    yard.take("crm")
    yard.wait(days=31)
    assert deliveries.forget_old_deliveries(yard.desk, yard.now) == 1
    assert yard.states("crm") == {}
    standard(yard, "crm", "d1", {"messages": [*said["messages"], *said["messages"]]})
    yard.take("crm")
    assert len(yard.rows("select * from messages")) == 1


BAD = {
    "no json": (b"<html>", "the body is no JSON"),
    "a list": ([], "the body is no JSON object of tables, such as {\"tickets\": [...]}"),
    "no such table": ({"tikets": []}, "there is no table 'tikets' to fill"),
    "no such column": ({"tickets": [{"id": "1"}]}, "tickets has no column 'id'"),
    "somebody else's rows": ({"tickets": [{"ticket_id": "1", "source": "zendesk"}]}, "tickets has no column 'source'"),
    "our settings": ({"settings": [{"name": "report_tz", "value": "UTC"}]}, "there is no table 'settings' to fill"),
    "no rows": ({"tickets": {"ticket_id": "1"}}, "tickets is no list of objects"),
    "no offset": (
        {"tickets": [{"ticket_id": "1", "created_at": "2026-03-19 09:00"}]},
        "tickets: created_at cannot be read as an instant",
    ),
}  # fmt: skip


def test_what_cannot_be_read_fails_alone_and_is_listed(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    for name, (said, _) in BAD.items():
        standard(yard, "crm", name, said)
        standard(yard, "crm", f"good after {name}", {"tickets": [{"ticket_id": name, "created_at": SAID.isoformat()}]})
    assert dict(yard.take("crm").counts) == {"taken": len(BAD), "failed": len(BAD)}
    assert yard.rows("select count(*) from tickets") == [(len(BAD),)]
    assert {f.delivery_id: f.error for f in list_failures(yard.office, "crm")} == {n: why for n, (_, why) in BAD.items()}
    kept = {row["file"]: row["reason"] for row in yard.desk.kept_aside()}
    assert set(kept) == {f"webhook {name}" for name in BAD}
    assert kept["webhook no such column"] == "tickets has no column 'id'"
    assert "rows_kept_aside" in {finding["name"] for finding in yard.desk.findings()}
    assert not yard.rows("select * from meta.deliveries where delivery_id not like 'good%'")  # they may be tried again


def test_some_bad_rows_do_not_fail_their_delivery(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    rows = [{"ticket_id": "1", "created_at": SAID.isoformat()}, {"ticket_id": "2", "created_at": "yesterday"}]
    standard(yard, "crm", "d1", {"tickets": rows})
    standard(
        yard, "crm", "d2", {"messages": [{"message_id": "m", "author_type": "parrot"}]}
    )  # broken rules are the book's to tell
    taken = yard.take("crm")
    assert (dict(taken.counts), taken.new_rows, taken.kept_aside) == ({"taken": 2}, 1, 2)
    assert {row["file"] for row in yard.desk.kept_aside()} >= {"webhook d1"}


MAPPING = """
name = "harbour"
time_zone = "Europe/Amsterdam"

[[rows]]
table = "tickets"

[rows.columns]
ticket_id = "case.no"
created_at = "case.opened"
channel = { value = "email" }
"""


def test_a_mapping_shapes_any_body_and_what_failed_is_tried_again(yard: Yard, tmp_path: Path) -> None:
    path = tmp_path / "harbour.toml"
    path.write_text(MAPPING, encoding="utf-8")
    yard.connect("harbour", "webhook", mapping=str(path))
    standard(yard, "harbour", "d1", {"case": {"no": "7", "opened": "2026-03-19 10:00:00", "who": "x"}})
    standard(
        yard, "harbour", "d2", {"type": "case.opened", "data": [{"case": {"no": "8", "opened": "2026-03-19T10:00:00+01:00"}}]}
    )
    standard(yard, "harbour", "d3", {"case": {"no": "9", "opened": "03-02-2026 10:00"}})
    standard(yard, "harbour", "d4", {"unlike": 1})
    assert dict(yard.take("harbour").counts) == {"taken": 2, "failed": 2}
    assert yard.rows("select ticket_id, created_at::varchar from tickets order by 1") == [
        ("7", "2026-03-19 09:00:00"),
        ("8", "2026-03-19 09:00:00"),
    ]
    errors = {f.delivery_id: f.error for f in list_failures(yard.office, "harbour")}
    assert "say in the mapping how" in errors["d3"]
    assert errors["d4"] == "it has none of the columns that the mapping names"
    path.write_text(MAPPING + '\n[columns."case.opened"]\ndate_order = "day-first"\n', encoding="utf-8")
    assert reopen_failed(yard.office, "harbour") == 2
    assert dict(yard.take("harbour").counts) == {"taken": 1, "failed": 1}
    assert yard.rows("select created_at::varchar from tickets where ticket_id = '9'") == [("2026-02-03 09:00:00",)]


def test_with_masking_words_are_masked_and_bodies_go_at_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Home(home).make()
    Home(home).settings.write_text("[privacy]\nredact = true\n", encoding="utf-8")
    with opened_yard(home) as yard:
        yard.connect("crm", "webhook")
        words = {"of": "message", "id": "m", "text": "Write to canary@example.com please"}
        standard(yard, "crm", "good", {"texts": [words]})
        standard(yard, "crm", "bad", {"texts": [{**words, "tone": "x"}]})
        sizes = "select delivery_id, state, length(body) > 0 from inbox order by 1"
        with yard.office.reading() as on:
            assert [tuple(r) for r in on.exec_driver_sql(sizes)] == [("bad", "waiting", 1), ("good", "waiting", 1)]
        yard.take("crm")
        with yard.office.reading() as on:
            assert [tuple(r) for r in on.exec_driver_sql(sizes)] == [("bad", "failed", 1), ("good", "taken", 0)]
        [(text,)] = yard.rows("select text from texts")
        assert "canary" not in text and "Write to" in text
        assert "canary" not in str(yard.desk.kept_aside())


def test_a_sync_takes_what_was_sent_and_tells(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    standard(yard, "crm", "d1", {"tickets": [{"ticket_id": "1", "created_at": SAID.isoformat()}]})
    run = sync_source(yard.desk, "crm", clock=yard.clock)
    assert (run.state, run.new_rows, run.error) == ("done", 1, None)
    [source] = sources(yard.desk)
    assert (source["source"], source["loaded_from"], source["loaded_through"]) == (
        "crm",
        datetime(2026, 3, 19),
        datetime(2026, 3, 19, 9, 0, 1),
    )


def test_what_was_sent_to_a_source_that_is_gone_waits(yard: Yard) -> None:
    receive_many(yard.office, [Arrival("gone", "d1", b"{}", NOW)])
    assert take_what_came(yard.desk, yard.clock) == []
    assert yard.states("gone") == {"waiting": 1}


def test_nothing_is_looked_for_where_there_is_no_office(tmp_path: Path) -> None:
    with Desk(Home(tmp_path)) as desk:
        assert take_what_came(desk, lambda: NOW) == []
    assert not Home(tmp_path).has_office()
