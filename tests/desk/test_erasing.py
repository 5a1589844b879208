"""Erasing one customer: afterwards nothing anywhere names them or says their words, and every figure is what it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk.methods.erase_customer import erase_customer
from servicemeter.desk.methods.export_customer import export_customer
from servicemeter.ground.errors import BadQuestion, UnknownCustomer
from servicemeter.model.tables import NOBODYS, TABLES
from servicemeter.office.inbox import count_inbox, receive, settle, waiting_items
from servicemeter.office.privacy import rules
from servicemeter.office.wishes import keep_wish, wishes
from servicemeter.store.erasing import HANDLED
from servicemeter.store.identities import hash_identity
from surveys.post import links_in, post_office
from surveys.shop import NOW, SOLVED, Shop, office_bytes, open_shop, path_of

NAMED = (
    "Annabel Quist",
    "c0@example.com",
    "+31612345678",
    "quibbling parcel",
    "Dear Annabel",
    "marvellous hedgehog",
    "1971",
    "c0",
)
"""What is known of customer c0, and what she wrote; the last one is her key."""
_FIGURES = ("first_contact_resolution_rate", "csat", "survey_response_rate", "repeat_purchase_rate", "ticket_conversion_rate",
            "intent_fulfilled_rate")  # fmt: skip


@contextmanager
def shop_of_annabel(folder: Path) -> Iterator[tuple[Shop, str]]:
    """Three customers; the first one in two sources, with orders, earlier versions, answers, one held back; and her link."""
    with open_shop(folder, "csat", customers=3) as shop, post_office() as post:
        _load(shop)
        shop.ask()
        shop.send(post.server)
        paths = {mail["To"]: path_of(links_in(mail)[0]).partition("?")[0] for mail in post.mails}
        client = shop.client()
        client.answer(shop, paths["c0@example.com"], 9, score="2", comment="A marvellous hedgehog.", whole="1")
        client.answer(shop, paths["c0@example.com"], 0.1, score="4", comment="marvellous hedgehog again")
        client.answer(shop, paths["c1@example.com"], 9, score="5", comment="Thanks.", whole="1")
        shop.take()
        yield shop, paths["c0@example.com"]


def _load(shop: Shop) -> None:
    when = (SOLVED - timedelta(days=40)).isoformat()
    words = {"t0-0": "My quibbling parcel!", "t0-1": "Dear Annabel, …", "t1-0": "Where is it?"}
    said = [{"of": "message", "id": message, "text": text} for message, text in words.items()]
    said.append({"of": "ticket", "id": "t0", "text": "quibbling parcel"})
    mine = {"customer_id": "c0"}
    covered = [{"loaded_from": SOLVED - timedelta(days=60), "loaded_through": SOLVED + timedelta(days=60)}]
    bad = {"message_id": "bad", "ticket_id": "t0", "occurred_at": NOW, "author_type": "alien", "author_id": "c0"}
    for minutes, name in enumerate(("Annabel Quist-Old", "Annabel Quist")):
        her = {**mine, "name": name, "birth_year": 1971, "language": "en"}
        shop.desk.load(source="desk", now=NOW + timedelta(minutes=minutes), texts=said, customers=[her], messages=[bad],
                       customer_identities=[{**mine, "kind": "phone", "value": "+31612345678"}], sources=covered)  # fmt: skip
    shop.desk.load(
        source="shop", now=NOW,
        customers=[{"customer_id": "88001", "name": "A. Quist"}],
        customer_identities=[{"customer_id": "88001", "kind": "email", "value": "C0@Example.com"}],
        orders=[{"order_id": "o1", "customer_id": "88001", "placed_at": when, "amount": 1200, "currency": "EUR"},
                {"order_id": "o2", "customer_id": "88001", "placed_at": SOLVED.isoformat(), "amount": 900, "currency": "EUR"}],
        customer_contracts=[{"customer_id": "88001", "started_on": "2026-01-01"}],
        survey_invitations=[{"invitation_id": "v1", "kind": "intent", "scope": "intercept", "sent_at": when,
                             "customer_id": "88001"}],
        survey_answers=[{"answer_id": "a1", "invitation_id": "v1", "answered_at": SOLVED.isoformat(), "question": "score",
                         "value_text": "buy"},
                        {"answer_id": "a2", "invitation_id": "v1", "answered_at": SOLVED.isoformat(), "question": "fulfilled",
                         "value_text": "no"},
                        {"answer_id": "a3", "invitation_id": "v1", "answered_at": SOLVED.isoformat(), "question": "comment",
                         "value_text": "a marvellous hedgehog"}],
    )  # fmt: skip
    receive(shop.office, "shop", "hook 1", b'{"customer": {"id": "88001", "email": "c0@example.com"}}', NOW)
    settle(shop.office, [item.item_id for item in waiting_items(shop.office, source="shop")], "taken")
    receive(shop.office, "shop", "hook 2", b'{"customer": {"id": "other"}}', NOW)


def figures(shop: Shop) -> dict[str, Any]:
    """Figures of March, and the rows behind one of them."""
    span: dict[str, Any] = {"since": "2026-01-01", "until": "2026-04-01"}
    return {name: [{k: v for k, v in row.items() if k != "data_version"} for row in shop.desk.measure(name, **span).rows]
            for name in _FIGURES}  # fmt: skip


def everything(shop: Shop) -> str:
    """Every cell of every table of the book and the office, the office's opened, and the folder's other files."""
    engine = shop.desk.book.engine
    cells: list[str] = []
    for schema, name in engine.rows(
        "select table_schema, table_name from information_schema.tables where table_catalog = 'book'"
    ):
        cells += [str(row) for row in engine.rows(f'select * from {schema}."{name}"')]
    told = [row for table in export_customer(shop.desk, "c1", "desk")["office"].values() for row in table]
    return "\n".join([*cells, *map(str, told), office_bytes(shop).decode("latin-1")])


def names_in(text: str) -> set[str]:
    """Which of her names stand in a text; her key as a word of its own."""
    return {name for name in NAMED if re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", text)} | (
        {"88001"} if "88001" in text else set()
    )


def hands_out_hers_alone(shop: Shop) -> None:
    """What is handed out is hers, and whole."""
    (shop.home.folder / "notes.txt").write_text("call Annabel Quist back", encoding="utf-8")
    found = export_customer(shop.desk, "+31 6 12345678")
    text = json.dumps(found, default=str)
    assert names_in(text) >= {*NAMED[:6], "88001"} and "Where is it?" not in text and '"c1"' not in text and "alien" in text
    names = {(row["version"], row.get("name")) for row in found["book"]["customers"]}
    assert {("holds", "Annabel Quist"), ("past", "Annabel Quist-Old"), ("holds", "A. Quist")} <= names
    assert found["office"]["survey_mails"][0]["recipient"] == "c0@example.com"
    assert found["files"] == ["notes.txt"]
    assert "hook 1" in {row["delivery_id"] for row in found["office"]["inbox"]}
    (shop.home.folder / "notes.txt").unlink()


def test_nothing_names_her_afterwards_every_figure_stays_and_the_dry_run_said_so(tmp_path: Path) -> None:
    with shop_of_annabel(tmp_path) as (shop, path):
        hers = f"email:{hash_identity(shop.home.identity_key(), 'email', 'c0@example.com')}"
        with shop.office.writing() as on:
            keep_wish(on, [hers], "objected", "by hand", NOW)
        hands_out_hers_alone(shop)
        before = figures(shop)
        shop.desk.book.engine.run("checkpoint")
        book = (tmp_path / "book.duckdb").read_bytes()
        tried = erase_customer(shop.desk, "c0@example.com", now=NOW, dry_run=True)
        assert names_in(everything(shop)) >= {*NAMED[:6], "c0", "88001"}
        done = erase_customer(shop.desk, "c0", now=NOW)
        assert tried == {**done, "is_dry_run": True}
        # Her row at the desk and at the shop; before them one without and one with her older name.
        assert (done["book"]["customers"], done["book"]["past.customers"], done["book"]["orders"]) == (2, 2, 2)
        assert done["book"]["meta.kept_aside"] == 2  # one that stands, and one that its next attempt replaced
        assert (done["office"]["survey_answers"], done["office"]["survey_held"], done["office"]["survey_mails"]) == (1, 1, 1)
        assert [a["customer_id"] for a in done["accounts"]] == ["c0", "88001"]
        assert figures(shop) == before
        assert names_in(everything(shop)) == set()
        for called in ("c0", "88001", "c0@example.com", "+31612345678"):
            with pytest.raises(UnknownCustomer):
                export_customer(shop.desk, called)
        shop.desk.book.engine.run("checkpoint")
        after = (tmp_path / "book.duckdb").read_bytes()
        for name in (b"quibbling parcel", b"marvellous hedgehog", b"Annabel"):
            assert name in book and name not in after
        with shop.office.reading() as on:
            assert wishes(on, "objected") == {hers}
        assert export_customer(shop.desk, "c1")["office"]["survey_answers"][0]["content"]["comment"] == "Thanks."
        assert count_inbox(shop.office)[("shop", "waiting")] == 1
        assert {i.state for i in shop.invitations()} == {"asked"} and len(shop.invitations()) == 3
        assert shop.client().get(path).status_code == 404  # her link is dead
        said = shop.desk.book.engine.rows("select value_num, value_text from survey_answers order by answer_id")
        assert {text for _, text in said} == {None, "buy", "no", "Thanks."} and 2.0 in {number for number, _ in said}


def test_a_key_of_two_people_asks_for_the_source(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=2) as shop:
        shop.desk.load(source="shop", customers=[{"customer_id": "c0", "name": "Somebody Else"}])
        with pytest.raises(BadQuestion, match="--source"):
            erase_customer(shop.desk, "c0", now=NOW)
        assert erase_customer(shop.desk, "c0", "shop", now=NOW)["accounts"] == [{"source": "shop", "customer_id": "c0"}]
        assert export_customer(shop.desk, "c0", "desk")["book"]["tickets"]


def test_every_table_of_the_book_says_whose_its_rows_are() -> None:
    for name, table in TABLES.items():
        assert (name in NOBODYS) != (table.customer is not None), name
        private = [c.name for c in table.columns if c.privacy != "keep"]
        assert bool(private) <= (table.erase == "null"), name
        for column in table.columns:
            if column.refers == "customers" or column.name == "customer_id":
                assert column.privacy == "alias", (name, column.name)


def test_every_other_table_has_a_rule(tmp_path: Path) -> None:
    assert [name for name, rule in rules().items() if not rule] == []
    with open_shop(tmp_path, "csat") as shop:
        found = shop.desk.book.engine.rows("select table_name from information_schema.tables where table_schema = 'meta'")
        assert {name for (name,) in found} == set(HANDLED)
