"""The demo shop's rows: typed, consistent, and with one of every oddity a help desk's data has."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servicemeter.ground.errors import BadSettings
from servicemeter.model.rows import arrow_schema
from servicemeter.model.tables import CONFIGURATION, TABLES
from servicemeter.sources.demo import make_demo, truth_of, write_demo

Row = dict[str, Any]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
UNTIL = datetime(2026, 6, 15, 22, tzinfo=UTC)
BEFORE_THE_YEAR = {"first_seen_at"}
LEGAL = {
    "new": {"open", "pending", "on_hold", "solved", "closed"},
    "open": {"pending", "on_hold", "solved"},
    "pending": {"open", "solved"},
    "on_hold": {"open", "solved"},
    "solved": {"open", "closed"},
    "closed": set(),
}


def tables_of(**arguments: Any) -> dict[str, pa.Table]:
    """All batches of a demo, put together by table."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for batch in make_demo(**{"until": UNTIL, "tickets": 2_000, **arguments}):
        parts[batch.table].append(batch.rows)
    return {table: pa.concat_tables(rows) for table, rows in parts.items()}


@cache
def shop() -> dict[str, pa.Table]:
    return tables_of()


@cache
def rows(table: str) -> list[Row]:
    return list(shop()[table].to_pylist())


def by_ticket(table: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows(table):
        groups[row["ticket_id"]].append(row)
    return groups


def statuses(events: list[Row]) -> dict[str, list[str]]:
    """Each ticket's statuses in order, `new` first."""
    found: dict[str, list[str]] = defaultdict(lambda: ["new"])
    for row in sorted(events, key=lambda r: (r["occurred_at"], r["seq"])):
        if row["field"] == "status" and (found[row["ticket_id"]] != ["new"] or row["value"] != "new"):
            found[row["ticket_id"]].append(row["value"])
    return found


def test_every_batch_has_the_declared_types_and_says_where_it_comes_from() -> None:
    for batch in make_demo(until=UNTIL, tickets=300, chunk=150):
        assert batch.rows.schema == arrow_schema(batch.table, batch.rows.column_names), batch.table
        assert set(batch.rows["source"].to_pylist()) <= {"demo"}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_required_cells_are_there_and_words_are_known(table: str) -> None:
    for column in TABLES[table].all_columns:
        if table not in shop() or column.name not in shop()[table].column_names:
            assert table not in shop() or not column.required, column.name
            continue
        cells = shop()[table][column.name]
        assert not (column.required and cells.null_count), column.name
        assert not column.words or set(cells.to_pylist()) <= {*column.words, None}, column.name


def test_keys_are_unique_over_chunks() -> None:
    for table, content in tables_of(chunk=450).items():
        keys = list(zip(*(content[name].to_pylist() for name in TABLES[table].key if name in content.column_names),
                        strict=True))  # fmt: skip
        assert len(keys) == len(set(keys)) > 0, table


def test_references_exist() -> None:
    for table, content in shop().items():
        for column in TABLES[table].columns:
            if column.refers and column.name in content.column_names:
                known = set(shop()[column.refers][TABLES[column.refers].key[0]].to_pylist())
                assert set(content[column.name].to_pylist()) - {None} <= known, (table, column.name)


def test_agents_teams_tickets_and_customers_named_elsewhere_exist() -> None:
    known = {name: {row[f"{name}_id"] for row in rows(f"{name}s")} for name in ("agent", "team", "ticket", "customer")}
    value_of = {"assignee_id": "agent", "team_id": "team", "merged_into": "ticket"}
    for row in rows("ticket_events"):
        if row["field"] in value_of:
            assert row["value"] in known[value_of[row["field"]]], row
    for table, column in (("ticket_events", "actor_id"), ("messages", "author_id")):
        named = {row[column] for row in rows(table)} - {None}
        assert named <= known["agent"] | known["customer"] and named & known["agent"] and "bot1" in named
    assert {row["follows_ticket_id"] for row in rows("tickets")} - {None} <= known["ticket"]
    assert {row["team_id"] for row in rows("interactions")} - {None} <= known["team"]


def test_everything_happens_inside_the_year() -> None:
    delivery = make_demo(until=UNTIL, tickets=2_000)
    assert delivery.loaded_from == datetime(2025, 6, 15, 22, tzinfo=UTC)
    assert delivery.loaded_through == UNTIL
    assert delivery.loaded_from is not None
    begin, end = (moment.replace(tzinfo=None) for moment in (delivery.loaded_from, delivery.loaded_through))
    for table, content in shop().items():
        for column in TABLES[table].all_columns:
            if column.kind == "ts" and column.name in content.column_names and column.name not in BEFORE_THE_YEAR:
                cells = [cell for cell in content[column.name].to_pylist() if cell is not None]
                assert all(begin <= cell < end for cell in cells), (table, column.name)


def test_a_row_is_recorded_when_it_happens_or_later() -> None:
    moments = {"tickets": "created_at", "messages": "occurred_at", "ticket_events": "occurred_at",
               "interactions": "started_at", "orders": "placed_at", "survey_answers": "answered_at"}  # fmt: skip
    for table, moment in moments.items():
        assert all(row["recorded_at"] >= row[moment] for row in rows(table)), table
    assert any(row["recorded_at"] - row["answered_at"] > timedelta(days=1) for row in rows("survey_answers"))


def test_customers_are_known_before_they_write_or_buy() -> None:
    seen = {row["customer_id"]: row["first_seen_at"] for row in rows("customers")}
    for table, moment in (("tickets", "created_at"), ("orders", "placed_at"), ("interactions", "started_at")):
        known = [(seen[row["customer_id"]], row[moment]) for row in rows(table) if row["customer_id"]]
        assert known and all(first <= at for first, at in known), table


@pytest.mark.parametrize("lean", [False, True])
def test_statuses_follow_each_other_legally(lean: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if lean:
        monkeypatch.setattr("servicemeter.sources.demo.plan.LEAN_FROM", 1_000)
    tables = tables_of()
    for ticket, sequence in statuses(tables["ticket_events"].to_pylist()).items():
        assert all(after in LEGAL[before] for before, after in pairwise(sequence)), (ticket, sequence)
    events, messages = (tables[name].num_rows / 2_000 for name in ("ticket_events", "messages"))
    assert 4 <= messages <= 6 and (3.5 <= events <= 5 if lean else events > 6)
    assert ("texts" in tables) != lean


def test_nothing_happens_on_a_ticket_before_it_exists() -> None:
    created = {row["ticket_id"]: row["created_at"] for row in rows("tickets")}
    assert all(row["occurred_at"] >= created[row["ticket_id"]] for row in rows("ticket_events"))
    written = {row["ticket_id"] for row in rows("tickets") if row["channel"] in {"email", "social"}}
    assert all(r["occurred_at"] >= created[r["ticket_id"]] for r in rows("messages") if r["ticket_id"] in written)


def test_every_handing_on_changes_the_team() -> None:
    for ticket, events in by_ticket("ticket_events").items():
        teams = [e["value"] for e in sorted(events, key=lambda e: (e["occurred_at"], e["seq"])) if e["field"] == "team_id"]
        assert teams and all(before != after for before, after in pairwise(teams)), ticket
    by_system = [e for e in rows("ticket_events") if e["field"] == "team_id" and e["actor_type"] == "system"]
    assert len(by_system) == len(rows("tickets"))


def test_written_requests_open_with_the_customers_message() -> None:
    messages = by_ticket("messages")
    for ticket in rows("tickets"):
        if ticket["channel"] in {"email", "social"}:
            first = [m for m in messages[ticket["ticket_id"]] if m["occurred_at"] == ticket["created_at"]]
            author = "customer" if ticket["initiated_by"] == "customer" else "agent"
            assert any(m["author_type"] == author and m["is_public"] and not m["is_auto"] for m in first), ticket


def test_legs_run_in_order_and_their_seconds_add_up() -> None:
    for leg in rows("interactions"):
        moments = [leg[name] for name in ("started_at", "queued_at", "answered_at", "ended_at") if leg[name]]
        assert moments == sorted(moments), leg
        if leg["outcome"] == "answered":
            spent = leg["talk_s"] + leg["hold_s"]
            assert leg["agent_id"] and (leg["queued_at"] or leg["direction"] == "outbound"), leg
            assert leg["ended_at"] - leg["answered_at"] == timedelta(seconds=spent), leg
        else:
            assert leg["answered_at"] is None and leg["talk_s"] is None and leg["agent_id"] is None, leg
        assert (leg["queued_at"] is None) == (
            leg["outcome"] in {"self_served", "closed_hours", "failed"} or leg["direction"] == "outbound"
        ), leg


def test_the_end_of_the_year_finds_people_waiting_and_talking() -> None:
    busy = datetime(2026, 6, 15, 9, 10, tzinfo=UTC)
    tables = tables_of(until=busy, days=3, tickets=20_000)
    legs = tables["interactions"].to_pylist()
    waiting = [leg for leg in legs if leg["outcome"] == "in_queue"]
    talking = [leg for leg in legs if leg["outcome"] == "in_progress"]
    assert waiting and talking
    assert all(leg["queued_at"] and not leg["answered_at"] and not leg["ended_at"] for leg in waiting)
    assert all(not leg["ended_at"] and leg["talk_s"] is None for leg in talking)
    assert tables["tickets"].num_rows == 20_000


def test_capabilities_are_what_the_tables_hold() -> None:
    told = set(make_demo(until=UNTIL, tickets=10).capabilities or ())
    held = {TABLES[table].capability for table in shop()} - {None}
    assert held <= told
    beyond_tables = {
        "assignment_history",
        "auto_flag",
        "update_ids",
        "handle_times",
        "complaint_flag",
        "calendars",
        "intercept_surveys",
    }
    assert told - held == beyond_tables
    assert {"assignee_id", "team_id", "is_complaint"} <= {row["field"] for row in rows("ticket_events")}
    assert any(row["update_id"] for row in rows("messages")) and any(row["acw_s"] for row in rows("interactions"))
    assert CONFIGURATION - set(shop()) == {"survey_scales"}


def _oddities() -> dict[str, bool]:
    events, messages, legs = rows("ticket_events"), rows("messages"), rows("interactions")
    created = {row["ticket_id"]: row["created_at"] for row in rows("tickets")}
    sequences = statuses(events).values()
    authors = {ticket: {m["author_type"] for m in said if not m["is_auto"]} for ticket, said in by_ticket("messages").items()}
    answers = [row["invitation_id"] for row in rows("survey_answers")]
    flags = [(e["field"], e["occurred_at"] - created[e["ticket_id"]] > timedelta(days=1)) for e in events]
    teams = {e["value"] for e in events if e["field"] == "team_id" and e["actor_type"] == "agent"}
    answered = {m["ticket_id"] for m in messages if m["author_type"] == "agent"}
    return {
        **{f"leg {leg['outcome']}": True for leg in legs},
        "outbound call": any(leg["direction"] == "outbound" for leg in legs),
        "second leg": any(leg["root_interaction_id"] != leg["interaction_id"] for leg in legs),
        "chat without wrap-up": any(
            leg["channel"] == "chat" and leg["outcome"] == "answered" and leg["acw_s"] is None for leg in legs
        ),
        "acknowledgement": any(m["is_auto"] and m["author_type"] == "system" for m in messages),
        "out of office": any(m["is_auto"] and m["author_type"] == "customer" for m in messages),
        "note": any(not m["is_public"] for m in messages),
        "standard answer": any(m["macro_id"] for m in messages),
        "bot alone": any("bot" in who and "agent" not in who for who in authors.values()),
        "bot hands over": any({"bot", "agent"} <= who for who in authors.values()),
        "thanks": any(s[-3:-1] == ["open", "solved"] and s[-1] == "closed" for s in map(list, sequences)),
        "reopened twice": any("->".join(s).count("solved->open") == 2 for s in sequences),
        "on hold": any("on_hold" in s for s in sequences),
        "spam at once": ("is_spam", False) in flags,
        "late spam": ("is_spam", True) in flags,
        "test": any(field == "is_test" for field, _ in flags),
        "deleted": any(field == "is_deleted" for field, _ in flags),
        "older merged into newer": any(
            created[e["ticket_id"]] < created[e["value"]] for e in events if e["field"] == "merged_into"
        ),
        "newer merged into older": any(
            created[e["ticket_id"]] > created[e["value"]] for e in events if e["field"] == "merged_into"
        ),
        "escalation": "second_line" in teams,
        "transfer": "returns" in teams,
        "outbound ticket": any(t["initiated_by"] == "agent" for t in rows("tickets")),
        "follow-up": any(t["follows_ticket_id"] for t in rows("tickets")),
        "no customer": any(t["customer_id"] is None for t in rows("tickets")),
        "never answered, old": any(
            s[-1] == "new" and t not in answered and UNTIL.replace(tzinfo=None) - created[t] > timedelta(days=30)
            for t, s in statuses(events).items()
        ),
        "open at the end": any(s[-1] in {"new", "open", "pending"} for s in sequences),
        "answer changed": len(answers) > len(set(answers)),
        **{f"survey {v['kind']} {v['delivery']}": True for v in rows("survey_invitations")},
        "guest order": any(o["customer_id"] is None for o in rows("orders")),
        "test order": any(o["is_test"] for o in rows("orders")),
        **{f"order {e['kind']}": True for e in rows("order_events")},
        "shop account": any(c["customer_id"].startswith("s") for c in rows("customers")),
        "merged customer": any(c["merged_into_customer_id"] for c in rows("customers")),
        "former agent": any(a["deleted_at"] for a in rows("agents")),
        "moved agent": len(rows("agent_teams")) > len({a["agent_id"] for a in rows("agent_teams")}),
        "unknown reason": len({e["ticket_id"] for e in events if e["field"] == "reason"}) < len(created),
    }


def test_there_is_one_of_every_oddity() -> None:
    found = _oddities()
    assert [name for name, there in found.items() if not there] == []
    outcomes = (
        "answered",
        "abandoned",
        "callback_requested",
        "missed",
        "overflowed",
        "self_served",
        "closed_hours",
        "failed",
    )
    kinds = ("survey csat delivered", "survey csat bounced", "survey ces delivered", "survey nps delivered",
             "survey fcr delivered", "order cancelled", "order refunded")  # fmt: skip
    assert {*kinds, *(f"leg {outcome}" for outcome in outcomes)} <= set(found)


def test_one_person_has_two_profiles_with_one_address() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows("customer_identities"):
        if row["kind"] == "email":
            assert row["value"].endswith(("@example.com", "@example.net"))
            owners[row["value_hash"]].add(row["customer_id"])
    assert any({c[0] for c in ids} == {"c", "s"} for ids in owners.values())
    assert all(len({c[1:] for c in ids}) == 1 for ids in owners.values())


def test_agents_answer_only_while_they_work_here() -> None:
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in rows("agent_teams"):
        spans[row["agent_id"]].append((row["valid_from"], row["valid_to"] or UNTIL.replace(tzinfo=None)))
    for message in rows("messages"):
        if message["author_type"] == "agent":
            inside = [a <= message["occurred_at"] < b for a, b in spans[message["author_id"]]]
            assert any(inside), message


def test_the_strike_brings_deliveries_slow_answers_and_bad_marks() -> None:
    tables = {table: content.to_pylist() for table, content in tables_of(tickets=10_000).items() if table in _STRUCK}
    reason = {e["ticket_id"]: e["value"] for e in tables["ticket_events"] if e["field"] == "reason"}
    written = {t["ticket_id"]: t for t in tables["tickets"] if t["channel"] == "email" and t["initiated_by"] == "customer"}
    week = {t["ticket_id"]: _monday(t["created_at"]) for t in tables["tickets"]}
    deliveries: dict[date, int] = defaultdict(int)
    for ticket, monday in week.items():
        deliveries[monday] += reason.get(ticket) == "delivery"
    answered: dict[str, datetime] = {}
    for m in sorted((m for m in tables["messages"] if m["author_type"] == "agent"), key=lambda m: m["occurred_at"]):
        answered.setdefault(m["ticket_id"], m["occurred_at"])
    waits, marks = defaultdict(list), defaultdict(list)
    for ticket in written.keys() & answered.keys():
        waits[week[ticket]].append(answered[ticket] - written[ticket]["created_at"])
    asked = {v["invitation_id"]: v["ticket_id"] for v in tables["survey_invitations"] if v["kind"] == "csat"}
    for answer in tables["survey_answers"]:
        if answer["invitation_id"] in asked:
            marks[week[asked[answer["invitation_id"]]]].append(answer["value_num"])

    strike = date(2026, 6, 15) - timedelta(weeks=9)
    around = [strike + timedelta(weeks=w) for w in range(-4, 5) if w]
    assert 2 < deliveries[strike] / median(deliveries[monday] for monday in around) < 3
    assert median(waits[strike]) > 1.4 * median(wait for monday in around for wait in waits[monday])
    assert mean(marks[strike]) < mean(mark for monday in around for mark in marks[monday]) - 0.4


_STRUCK = {"tickets", "ticket_events", "messages", "survey_invitations", "survey_answers"}


def _monday(moment: datetime) -> date:
    local = moment.replace(tzinfo=UTC).astimezone(AMSTERDAM).date()
    return local - timedelta(days=local.weekday())


def test_the_year_has_a_shape() -> None:
    written = [r["created_at"] for r in rows("tickets") if r["channel"] in {"email", "social"}]
    by_month = defaultdict(int, {m: sum(1 for at in written if at.month == m) for m in range(1, 13)})
    assert by_month[12] > 1.2 * by_month[8] and by_month[11] > by_month[10]
    assert sum(1 for at in written if 7 <= at.hour < 17) > 2 * sum(1 for at in written if at.hour < 5 or at.hour > 21)
    assert sum(1 for at in written if at.weekday() == 0) > 1.2 * sum(1 for at in written if at.weekday() == 6)


def test_queues_are_longer_in_busy_hours() -> None:
    legs = tables_of(tickets=30_000)["interactions"].to_pylist()
    waits: dict[bool, list[float]] = defaultdict(list)
    for leg in legs:
        if leg["queued_at"] and leg["answered_at"] and leg["root_interaction_id"] == leg["interaction_id"]:
            busy = leg["started_at"].month == 11 and leg["started_at"].day > 24
            waits[busy].append((leg["answered_at"] - leg["queued_at"]).total_seconds())
    assert sum(waits[True]) / len(waits[True]) > 2 * sum(waits[False]) / len(waits[False])


def test_the_same_arguments_give_the_same_rows_and_another_seed_others() -> None:
    assert tables_of() == shop()
    other = tables_of(seed=8)
    different = ("tickets", "ticket_events", "messages", "interactions", "orders", "survey_answers", "exchange_rates")
    assert all(not other[table].equals(shop()[table]) for table in different)


def test_a_delivery_can_be_read_twice() -> None:
    delivery = make_demo(until=UNTIL, tickets=500, chunk=200)
    assert [b.rows for b in delivery] == [b.rows for b in delivery]


def test_parquet_files_hold_the_same_rows(tmp_path: Path) -> None:
    delivery = make_demo(until=UNTIL, tickets=900, chunk=300)
    truth = write_demo(delivery, tmp_path / "shop")
    assert truth == truth_of(delivery)
    expected = tables_of(tickets=900, chunk=300)
    assert {path.stem for path in (tmp_path / "shop").iterdir()} == set(expected)
    for table, content in expected.items():
        assert pq.read_table(tmp_path / "shop" / f"{table}.parquet").equals(content), table
        assert truth.rows[table] == content.num_rows
    messages = pq.ParquetFile(tmp_path / "shop" / "messages.parquet")
    assert messages.num_row_groups == 3
    assert messages.metadata.row_group(0).column(0).compression == "ZSTD"
    messages.close()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"until": datetime(2026, 6, 15)}, "no time zone"),
        ({"tickets": 0}, "tickets=0"),
        ({"days": 0}, "days=0"),
        ({"chunk": -5}, "chunk=-5"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        make_demo(**{"until": UNTIL, **wrong})
