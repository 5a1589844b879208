"""What is wrong with the data: each finding fires on its fault, counts it, and is silent without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.coverage import coverage
from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.touching import metrics_touching
from servicemeter.model.rows import Batch, KeptAside
from servicemeter.sources.demo import make_demo
from servicemeter.store.sqlfiles import sql_files

Tables = dict[str, Any]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _sound() -> Tables:
    """A small book in which nothing is wrong: a mail and a call, both answered by a known agent of a team."""
    return {
        "agents": [{"agent_id": "a1", "name": "Agent 1"}],
        "agent_teams": [{"agent_id": "a1", "team_id": "front"}],
        "teams": [{"team_id": "front"}],
        "customers": [{"customer_id": "c1"}, {"customer_id": "c2"}],
        "tickets": [
            {"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z", "channel": "email", "customer_id": "c1"},
            {"ticket_id": "2", "created_at": "2026-03-02T10:00:00Z", "channel": "phone", "customer_id": "c2"},
        ],
        "messages": [
            _message("m1", "1", "2026-03-02T09:00:00Z", "customer", "c1"),
            _message("m2", "1", "2026-03-02T11:00:00Z", "agent", "a1"),
        ],
        "ticket_events": [
            _event("e1", "1", "2026-03-02T11:00:00Z", "status", "solved"),
            _event("e2", "2", "2026-03-02T10:05:00Z", "status", "solved"),
        ],
        "interactions": [
            {
                "interaction_id": "i1", "ticket_id": "2", "channel": "phone", "started_at": "2026-03-02T10:00:00Z",
                "queued_at": "2026-03-02T10:00:10Z", "answered_at": "2026-03-02T10:00:30Z", "customer_id": "c2",
                "ended_at": "2026-03-02T10:05:00Z", "outcome": "answered", "agent_id": "a1", "talk_s": 270,
            }
        ],
        "survey_invitations": [{"invitation_id": "v1", "kind": "csat", "ticket_id": "1", "sent_at": "2026-03-03T09:00:00Z"}],
        "survey_answers": [{"answer_id": "s1", "invitation_id": "v1", "answered_at": "2026-03-03T10:00:00Z", "value_num": 5}],
        "sla_policies": [{"policy_id": "p1", "rank": 1, "metric": "resolution", "channel": "email", "target_s": 3600}],
    }  # fmt: skip


def _message(key: str, ticket: str, at: str, author: str, who: str | None = None) -> dict[str, Any]:
    return {"message_id": key, "ticket_id": ticket, "occurred_at": at, "author_type": author, "author_id": who}


def _event(key: str, ticket: str, at: str | None, field: str, value: str, actor: str = "a1") -> dict[str, Any]:
    return {
        "event_id": key, "ticket_id": ticket, "occurred_at": at, "field": field, "value": value,
        "actor_type": "agent", "actor_id": actor,
    }  # fmt: skip


def _findings(tables: Tables) -> dict[str, dict[str, Any]]:
    with Desk(None, on_demand=True) as desk:
        desk.load(source="files", tz="UTC", now=NOW, **tables)
        return {f["name"]: f for f in desk.findings() if f["severity"] != "note" or f["name"] not in _OF_SOURCES}


_OF_SOURCES = ("metrics_without_data", "source_without_capability")


def test_nothing_is_said_of_a_sound_book() -> None:
    assert _findings(_sound()) == {}


def test_calls_with_numbers_of_their_own_lack_no_leg() -> None:
    """Every leg names its call, and no call is called after a leg."""
    tables = _sound()
    _change("interactions", 0, root_interaction_id="call 1")(tables)
    assert _findings(tables) == {}


def _add(table: str, **row: Any) -> Callable[[Tables], None]:
    return lambda tables: tables[table].append(row)


def _change(table: str, place: int, **cells: Any) -> Callable[[Tables], None]:
    return lambda tables: tables[table][place].update(cells)


def _both(*faults: Callable[[Tables], None]) -> Callable[[Tables], None]:
    def make(tables: Tables) -> None:
        for fault in faults:
            fault(tables)

    return make


def _cost(**cells: Any) -> Callable[[Tables], None]:
    row = {"cost_id": "k1", "from": "2026-03-01", "amount": 100, "currency": "EUR", **cells}
    return lambda tables: tables.setdefault("costs", []).append(row)


def _add_new(table: str, **row: Any) -> Callable[[Tables], None]:
    """A row of a table that the sound book has none of."""
    return lambda tables: tables.setdefault(table, []).append(row)


def _notes_nowhere(tables: Tables) -> None:
    """With the reply of the sound book a hundred messages of staff, and not one internal."""
    for i in range(99):
        tables["messages"].append(_message(f"r{i}", "1", f"2026-03-02T12:00:{i % 60:02}Z", "agent", f"a{1 + i // 60}"))
    tables["agents"].append({"agent_id": "a2"})
    tables["agent_teams"].append({"agent_id": "a2", "team_id": "front"})


def _refunded_too_soon(tables: Tables) -> None:
    tables["orders"] = [
        {"order_id": "o1", "customer_id": "c1", "placed_at": "2026-03-02T09:00:00Z", "amount": 500, "currency": "EUR"}
    ]
    tables["order_events"] = [
        {"order_id": "o1", "kind": "refunded", "amount": 100, "occurred_at": f"2026-03-02T{time}Z"}
        for time in ("08:59:59", "09:00:00")
    ]


def _two_currencies(tables: Tables) -> None:
    """Counted in euros, with a rate of the dollar of the day before."""
    tables["orders"] = [
        {"order_id": f"o{code}", "customer_id": "c1", "placed_at": "2026-03-02T09:00:00Z", "amount": 500, "currency": code}
        for code in ("EUR", "USD")
    ]
    tables["settings"] = [{"name": "base_currency", "value": "EUR"}]
    tables["exchange_rates"] = [{"date": "2026-03-01", "currency": "USD", "rate_to_base": 0.5}]


def _days_with_a_hole(tables: Tables) -> None:
    """Ten tickets every day of eight weeks, but for one Wednesday."""
    first = datetime(2026, 3, 3, 9, tzinfo=UTC)
    for day in range(56):
        if day == 29:
            continue
        for i in range(10):
            at = (first + timedelta(days=day, minutes=i)).isoformat()
            row = {"ticket_id": f"d{day}-{i}", "created_at": at, "channel": "email", "customer_id": "c1"}
            tables["tickets"].append(row)
            tables["messages"].append(_message(f"dm{day}-{i}", row["ticket_id"], at, "customer"))


_LEG = {"channel": "phone", "started_at": "2026-03-02T10:00:00Z", "customer_id": "c2", "ticket_id": None}
_TICKET_9 = {"ticket_id": "9", "created_at": "2026-03-02T09:30:00Z", "channel": "phone", "customer_id": "c2"}

FAULTS: dict[str, tuple[Callable[[Tables], None], int, dict[str, Any]]] = {
    "tickets_without_creation": (
        _add("tickets", ticket_id="9", channel="phone", customer_id="c1"), 1, {"ticket_id": "9"},
    ),
    "solved_before_reply": (
        _change("ticket_events", 0, occurred_at="2026-03-02T10:00:00Z"), 1,
        {"ticket_id": "1", "solved_at": "2026-03-02T10:00:00Z", "first_reply_at": "2026-03-02T11:00:00Z"},
    ),
    "solved_without_time": (_change("ticket_events", 1, occurred_at=None), 1, {"ticket_id": "2"}),
    "solved_before_created": (
        _change("ticket_events", 1, occurred_at="2026-03-02T09:59:59Z"), 1, {"ticket_id": "2"},
    ),
    "events_before_creation": (
        _add("ticket_events", **_event("e9", "1", "2026-03-02T08:00:00Z", "priority", "high")), 1, {"event_id": "e9"},
    ),
    "messages_before_creation": (
        _change("messages", 0, occurred_at="2026-03-02T08:59:59Z"), 1, {"message_id": "m1"},
    ),
    "messages_of_unknown_tickets": (
        _add("messages", **_message("m9", "nowhere", "2026-03-02T09:00:00Z", "customer")), 1, {"ticket_id": "nowhere"},
    ),
    "events_of_unknown_tickets": (
        _add("ticket_events", **_event("e9", "nowhere", "2026-03-02T09:00:00Z", "status", "open")), 1, {"event_id": "e9"},
    ),
    "contacts_of_unknown_tickets": (
        _change("interactions", 0, ticket_id="nowhere"), 1, {"interaction_id": "i1"},
    ),
    "answers_without_invitation": (
        _add("survey_answers", answer_id="s9", invitation_id="none", answered_at="2026-03-03T10:00:00Z", value_num=4), 1,
        {"answer_id": "s9"},
    ),
    "answers_out_of_scale": (_change("survey_answers", 0, value_num=6), 1, {"answer_id": "s1", "value_num": 6.0}),
    "answers_of_unknown_scale": (_change("survey_invitations", 0, scale="stars"), 1, {"scale": "stars"}),
    "impossible_times": (
        _change("interactions", 0, answered_at="2026-03-02T10:00:05Z"), 1, {"fault": "answered before queued"},
    ),
    "overlapping_legs": (
        _add("interactions", **_LEG, interaction_id="i2", root_interaction_id="i1", queued_at="2026-03-02T10:00:20Z",
             ended_at="2026-03-02T10:01:00Z", outcome="abandoned"), 1,
        {"interaction_id": "i2", "earlier_interaction_id": "i1"},
    ),
    "contradictory_legs": (
        _change("interactions", 0, outcome="abandoned"), 1, {"fault": "abandoned, but answered at some instant"},
    ),
    "legs_without_root": (
        _add("interactions", **_LEG, interaction_id="i2", root_interaction_id="i0", outcome="abandoned"), 1,
        {"root_interaction_id": "i0"},
    ),
    "merges_in_a_circle": (
        _both(
            _add("ticket_events", **_event("e8", "1", "2026-03-03T09:00:00Z", "merged_into", "2")),
            _add("ticket_events", **_event("e9", "2", "2026-03-03T09:00:00Z", "merged_into", "1")),
        ), 2, {"ticket_id": "1", "into_id": "2"},
    ),
    "merges_into_nothing": (
        _add("ticket_events", **_event("e9", "1", "2026-03-03T09:00:00Z", "merged_into", "77")), 1,
        {"ticket_id": "1", "survivor_id": "77", "fault": "not there"},
    ),
    "unknown_agents": (
        _add("ticket_events", **_event("e9", "1", "2026-03-02T09:30:00Z", "priority", "high", "ghost")), 1,
        {"agent_id": "ghost", "row_count": 1},
    ),
    "agents_without_team": (_add("agents", agent_id="a2", name="Agent 2"), 1, {"agent_id": "a2"}),
    "tickets_without_customer": (_change("tickets", 0, customer_id=None), 1, {"ticket_id": "1"}),
    "tickets_without_opening": (
        _add("tickets", **{**_TICKET_9, "channel": "email"}), 1, {"ticket_id": "9"},
    ),
    "duplicate_tickets": (
        _both(_add("tickets", **{**_TICKET_9, "created_at": "2026-03-02T10:00:00Z"})), 1,
        {"ticket_id": "9", "first_ticket_id": "2"},
    ),
    "policies_of_equal_rank": (
        _add("sla_policies", policy_id="p2", rank=1, metric="resolution", target_s=7200), 1,
        {"policy_id": "p1", "other_policy_id": "p2"},
    ),
    "policies_without_calendar": (
        _add("sla_policies", policy_id="p2", rank=2, metric="resolution", target_s=9, clock="business", calendar_id="moon"), 1,
        {"policy_id": "p2", "calendar_id": "moon"},
    ),
    "policies_without_target": (
        _add("sla_policies", policy_id="p2", rank=2, metric="resolution", target_s=0), 1, {"policy_id": "p2", "target_s": 0},
    ),
    "costs_without_days": (
        _both(_cost(to="2026-04-01"), _cost(cost_id="k2", to="2026-03-01"), _cost(cost_id="k3", to="2026-02-01")), 2,
        {"cost_id": "k2", "to": "2026-03-01"},
    ),
    "messages_without_author": (
        _add("messages", **_message("m3", "1", "2026-03-02T11:30:00Z", "agent")), 1, {"ticket_id": "1", "message_id": "m3"},
    ),
    "sources_without_notes": (_notes_nowhere, 1, {"public_count": 100}),
    "duplicate_messages": (
        _add("messages", **_message("m3", "1", "2026-03-02T11:00:00Z", "agent", "a1")), 1,
        {"message_id": "m3", "first_message_id": "m2"},
    ),
    "duplicate_contacts": (
        _add("interactions", **{**_LEG, "interaction_id": "i2", "answered_at": "2026-03-02T10:00:30Z",
             "queued_at": "2026-03-02T10:00:10Z", "ended_at": "2026-03-02T10:05:00Z", "outcome": "answered",
             "agent_id": "a1"}), 1,
        {"interaction_id": "i2", "first_interaction_id": "i1"},
    ),
    "changed_before_happened": (
        _both(
            _change("tickets", 0, source_updated_at="2026-03-02T08:59:00Z"),  # sixty seconds: two clocks of one machine
            _change("tickets", 1, source_updated_at="2026-03-02T09:58:59Z"),
        ), 1, {"table": "tickets", "id": "2", "changed_at": "2026-03-02T09:58:59Z"},
    ),
    "answers_before_invitation": (
        _change("survey_answers", 0, answered_at="2026-03-03T08:59:59Z"), 1,
        {"answer_id": "s1", "sent_at": "2026-03-03T09:00:00Z"},
    ),
    "backward_work": (
        _both(
            _add_new("work_sessions", session_id="w1", ticket_id="1", agent_id="a1", started_at="2026-03-02T11:00:00Z",
                     ended_at="2026-03-02T10:59:59Z"),
            _add_new("agent_states", agent_id="a1", state="available", started_at="2026-03-02T11:00:00Z",
                     ended_at="2026-03-02T10:00:00Z"),
        ), 2, {"table": "agent_states", "id": "a1"},
    ),
    "refunds_before_orders": (_refunded_too_soon, 1, {"order_id": "o1", "occurred_at": "2026-03-02T08:59:59Z"}),
    "orders_without_rate": (_two_currencies, 1, {"order_id": "oUSD", "currency": "USD"}),
    "tickets_of_two_sources": (
        _add("tickets", source="again", ticket_id="1", created_at="2026-03-02T09:00:00Z"), 1,
        {"ticket_id": "1", "other_source": "again"},
    ),
    "days_without_rows": (_days_with_a_hole, 1, {"missing_on": "2026-04-01", "usual_count": 8.8}),
}  # fmt: skip


_KIN = {"solved_before_created": ("solved_before_reply",)}
"""Faults that are rightly found together."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_counted_and_shown_and_nothing_else_is(name: str) -> None:
    make, count, example = FAULTS[name]
    tables = _sound()
    make(tables)
    found = _findings(tables)
    assert set(found) == {name, *_KIN.get(name, ())}
    finding = found[name]
    assert finding["count"] == count
    shown = finding["examples"][0]
    assert {k: shown.get(k) for k in example} == example
    assert shown["source"] == "files"
    assert finding["title"] and finding["remedy"]
    assert finding["total"] is None or finding["total"] >= count
    assert set(finding["metrics"]) <= set(all_metrics()) and finding["metrics"]


def test_every_file_of_findings_is_tried() -> None:
    of_books = {"rows_kept_aside", "rows_beyond_coverage", "rows_from_the_future", "lagging_sources"}
    assert set(FAULTS) | of_books == set(sql_files("findings"))


def test_days_without_calls_touch_figures_of_calls_alone() -> None:
    """Ten calls every day of eight weeks, but for one Wednesday; tickets are as they were."""
    tables, first = _sound(), datetime(2026, 3, 3, 9, tzinfo=UTC)
    for at in (first + timedelta(days=day, minutes=i) for day in range(56) if day != 29 for i in range(10)):
        queued = {"started_at": at.isoformat(), "queued_at": at.isoformat(), "ended_at": (at + timedelta(minutes=1)).isoformat()}
        tables["interactions"].append({**_LEG, **queued, "interaction_id": at.isoformat(), "outcome": "abandoned"})
    found = _findings(tables)["days_without_rows"]
    assert found["part"] == "calls and chats"
    assert "abandonment_rate" in found["metrics"] and "tickets_created" not in found["metrics"]
    tables = _sound()
    _days_with_a_hole(tables)
    found = _findings(tables)["days_without_rows"]
    assert "tickets_created" in found["metrics"] and "abandonment_rate" not in found["metrics"]


def test_first_replies_alone_are_what_the_customer_got() -> None:
    for told, is_found in (("tickets,first_replies", False), ("tickets,messages", True)):
        tables = _sound()
        _notes_nowhere(tables)
        tables["sources"] = [{"source": "files", "loaded_through": "2026-03-04T00:00:00Z", "capabilities": told}]
        assert ("sources_without_notes" in _findings(tables)) == is_found


def test_touches_name_something_that_metrics_use() -> None:
    for file in sql_files("findings").values():
        for touch in file.head["touches"].replace(",", " ").split():
            of_capability = touch.startswith("needs.")
            assert of_capability or metrics_touching([touch]), f"{file.name} touches {touch}, which no metric rests on"


def test_a_solve_before_the_first_reply_is_counted_once_a_ticket_and_not_after_a_reopening() -> None:
    tables = _sound()
    tables["ticket_events"] = [
        _event("e1", "1", "2026-03-02T09:10:00Z", "status", "solved"),
        _event("e2", "1", "2026-03-02T09:20:00Z", "status", "open"),
        _event("e3", "1", "2026-03-02T12:00:00Z", "status", "solved"),
    ]
    assert "solved_before_reply" not in _findings(tables)
    tables["ticket_events"][1]["occurred_at"] = "2026-03-02T11:30:00Z"
    assert _findings(tables)["solved_before_reply"]["count"] == 1


def test_a_lone_missing_day_that_the_calendar_closes_is_no_gap() -> None:
    tables = _sound()
    _days_with_a_hole(tables)
    tables["business_calendars"] = [{"calendar_id": "k", "tz": "UTC"}]
    tables["calendar_exceptions"] = [{"calendar_id": "k", "local_date": date(2026, 4, 1), "open": None, "close": None}]
    assert "days_without_rows" not in _findings(tables)


def test_rows_dated_after_the_source_was_read_or_recorded() -> None:
    tables = _sound()
    tables["tickets"].append({**_TICKET_9, "created_at": "2026-08-01T00:00:00Z"})
    tables["sources"] = [{"source": "files", "loaded_through": "2026-06-01T00:00:00Z"}]
    found = _findings(tables)
    assert found["rows_from_the_future"]["examples"] == [
        {"source": "files", "table": "tickets", "id": "9", "happened_at": "2026-08-01T00:00:00Z",
         "recorded_at": "2026-06-01T12:00:00Z"}
    ]  # fmt: skip
    assert found["rows_beyond_coverage"]["count"] == 1
    assert found["rows_beyond_coverage"]["examples"][0]["loaded_through"] == "2026-06-01T00:00:00Z"


def test_a_source_lags_from_a_day_on_unless_it_has_ended() -> None:
    def lagging(through: str, ended: str | None = None) -> bool:
        tables = _sound()
        tables["sources"] = [
            {"source": "files", "loaded_through": "2026-06-01T00:00:00Z", "ended_at": None},
            {"source": "old", "loaded_through": through, "ended_at": ended},
        ]
        return "lagging_sources" in _findings(tables)

    assert lagging("2026-05-31T00:00:00Z")
    assert not lagging("2026-05-31T00:00:01Z")
    assert not lagging("2026-04-01T00:00:00Z", ended="2026-04-01T00:00:00Z")


def test_rows_kept_aside_are_told_by_reason_with_file_and_row() -> None:
    with Desk(None, on_demand=True) as desk:
        desk.take(_WithRubbish(), now=NOW, label="tickets.csv")
        kept = [f for f in desk.findings() if f["name"] == "rows_kept_aside"]
    assert [(f["title"], f["count"]) for f in kept] == [
        ("Rows that could not be taken: no such day", 7),
        ("Rows that could not be taken: no ticket id", 1),
    ]
    assert len(kept[0]["examples"]) == 5
    assert kept[0]["examples"][0] == {
        "source": "files", "file": "tickets.csv", "row_number": 1, "table": "tickets", "column": "created_at", "value": "31-02",
    }  # fmt: skip


class _WithRubbish:
    source = "files"
    tz: str | None = "UTC"
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = None

    def __iter__(self) -> Any:
        import pyarrow as pa

        yield Batch("tickets", pa.table({"ticket_id": ["1"]}))
        for number in range(1, 8):
            yield KeptAside("tickets.csv", number, "tickets", "created_at", "31-02", "no such day")
        yield KeptAside("tickets.csv", 8, "tickets", "ticket_id", "", "no ticket id")


def test_a_gap_of_capabilities_names_the_metrics_it_silences() -> None:
    with Desk(None, on_demand=True) as desk:
        desk.load(now=NOW, tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z"}])
        found = {f["name"]: f for f in desk.findings()}["metrics_without_data"]
        answers = [desk.measure(m.name, since="2026-03-01", until="2026-04-01") for m in desk.metrics()]
        silent = [a.metric for a in answers if a.rows[0]["null_reason"] == "not_measured"]
    assert found["metrics"] == silent
    assert {"metric": "abandonment_rate", "needs": ["interactions"]} in found["examples"] or found["count"] > 5
    assert found["total"] == len(all_metrics())


def test_a_source_that_knows_no_creation_is_named_with_what_it_loses() -> None:
    with Desk(None, on_demand=True) as desk:
        desk.load(now=NOW, source="help", **_sound())
        desk.load(now=NOW, source="snapshot", tickets=[{"ticket_id": "1"}],
                  ticket_events=[_event("e1", "1", "2026-03-02T11:00:00Z", "status", "solved")])  # fmt: skip
        gaps = [f for f in desk.findings() if f["name"] == "source_without_capability" and "snapshot" in f["title"]]
    assert len(gaps) == 1
    assert "tickets_created" in gaps[0]["metrics"]
    assert {"source": "snapshot", "metric": "tickets_created", "needs": ["creation"]} in gaps[0]["examples"]


def test_a_shop_beside_a_help_desk_gives_what_its_orders_are_in() -> None:
    """Its orders decide about conversion and are what contacts are set against; to solve is no matter of a shop's."""
    address = {"kind": "email", "value_hash": "h1"}
    with Desk(None, on_demand=True) as desk:
        through = {"loaded_through": "2026-04-01T00:00:00Z"}
        sources = [{"source": source, **through} for source in ("help", "shop")]
        desk.load(now=NOW, source="help", **_sound(), customer_identities=[{"customer_id": "c1", **address}], sources=sources[:1])
        desk.load(
            now=NOW, source="shop", sources=sources[1:],
            customers=[{"customer_id": "s1"}], customer_identities=[{"customer_id": "s1", **address}],
            orders=[{"order_id": "o1", "customer_id": "s1", "placed_at": "2026-03-03T09:00:00Z", "amount": 5, "currency": "EUR"}],
        )  # fmt: skip
        of_shop = [f for f in desk.findings() if f["name"] == "source_without_capability" and f["part"] == "shop"]
        asked: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01", "as_of": "2026-04-01T00:00:00Z"}
        both = desk.measure("ticket_conversion_rate", **asked).rows[0]
        rate = desk.measure("contact_rate", **asked).rows[0]
    assert (both["numerator"], both["n"]) == (1, 2)  # the mail of c1, who is s1
    assert (rate["numerator"], rate["n"]) == (2, 1)
    assert of_shop == []


def test_answers_without_an_author_stand_where_the_check_says() -> None:
    tables = _sound()
    tables["messages"][1]["author_id"] = None
    tables["messages"] += [
        _message("m3", "1", "2026-03-02T12:00:00Z", "customer", "c1"), _message("m4", "1", "2026-03-02T13:00:00Z", "agent", "a1")
    ]  # fmt: skip
    tables["sources"] = [{"source": "files", "loaded_through": "2026-04-01T00:00:00Z"}]
    with Desk(None, on_demand=True) as desk:
        desk.load(source="files", tz="UTC", now=NOW, **tables)
        found = next(f for f in desk.findings() if f["name"] == "messages_without_author")
        span: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}
        of = {by: {r[by]: r["n"] for r in desk.measure("response_time", **span, by=[by]).rows} for by in ("agent", "team")}
    assert of == {"agent": {"(unassigned)": 1, "a1": 1}, "team": {"(unknown)": 1, "front": 1}}
    assert "by agent they stand under (unassigned), by team under (unknown)" in found["remedy"]
    assert {"first_response_time", "response_time", "tickets_handled"} <= set(found["metrics"])
    assert not {"tickets_created", "csat", "abandonment_rate"} & set(found["metrics"])


def test_wrong_figures_come_before_missing_rows_before_remarks() -> None:
    tables = _sound()
    for name in ("impossible_times", "answers_without_invitation", "agents_without_team"):
        FAULTS[name][0](tables)
    severities = [f["severity"] for f in _findings(tables).values()]
    assert severities == ["wrong", "missing", "note"]


def test_the_demo_shop_is_sound_but_for_anonymous_tickets() -> None:
    until = datetime(2026, 6, 15, 12, tzinfo=UTC)
    with Desk(None, on_demand=True) as desk:
        desk.take(make_demo(tickets=600, until=until), now=until)
        found = {f["name"]: f for f in desk.findings()}
    assert set(found) <= {"tickets_without_customer"}


def test_looking_changes_nothing() -> None:
    with Desk(None) as desk:
        desk.load(now=NOW, **_sound())
        names = "select table_schema, table_name from information_schema.tables order by all"
        before = desk.on_engine(lambda engine: engine.rows(names))
        desk.findings()
        assert desk.on_engine(lambda engine: engine.rows(names)) == before


def test_the_rows_of_each_day_are_counted_where_the_desk_is_and_lacking_days_are_named() -> None:
    """Amsterdam: 23:30 UTC is the next day there. Read to the 31st 23:00 UTC, which is 1 June 01:00: the 1st is covered."""
    tables: Tables = {
        "tickets": [
            {"ticket_id": "1", "created_at": "2026-05-29T21:30:00Z"},
            {"ticket_id": "2", "created_at": "2026-05-29T22:30:00Z"},
            {"ticket_id": "3", "created_at": "2026-05-31T10:00:00Z"},
        ],
        "messages": [_message("m1", "1", "2026-05-29T21:30:00Z", "customer", "c1")],
        "sources": [{"source": "files", "loaded_from": "2026-05-28T22:00:00Z", "loaded_through": "2026-05-31T23:00:00Z"}],
    }
    with Desk(None) as desk:
        desk.load(source="files", tz="Europe/Amsterdam", now=NOW, **tables)
        assert coverage(desk) == [{"source": "files", "first_on": "2026-05-29", "row_counts": [2, 1, 1, 0], "missing": []}]
    holed = _sound()
    _days_with_a_hole(holed)
    with Desk(None) as desk:
        desk.load(source="files", tz="UTC", now=NOW, **holed)
        [covered] = coverage(desk)
    # From 2 March (the sound book) to the last day of the fifty-six from 3 March: 27 April. One Wednesday lacks rows.
    assert (covered["first_on"], len(covered["row_counts"]), covered["missing"]) == ("2026-03-02", 57, ["2026-04-01"])
    assert covered["row_counts"][30] == 0 and covered["row_counts"][29] == 20


def test_of_long_coverage_a_year_and_a_week_are_shown() -> None:
    tickets = [{"ticket_id": day, "created_at": f"{day}T12:00:00Z"} for day in ("2024-01-01", "2026-05-31")]
    with Desk(None) as desk:
        desk.load(source="files", tz="UTC", now=NOW, tickets=tickets)
        [covered] = coverage(desk)
    assert len(covered["row_counts"]) == 371 and covered["row_counts"][-1] == 1
    assert covered["first_on"] == "2025-05-26"  # 371 days, the last of them 31 May 2026
