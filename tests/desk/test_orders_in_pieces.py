"""What hangs on orders, persons and invitations is the same whether it came at once or piece by piece."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TABLES: dict[str, list[dict[str, Any]]] = {
    "tickets": [
        {"ticket_id": "t1", "customer_id": "c1", "channel": "email", "created_at": "2026-03-02T09:00:00Z"},
        {"ticket_id": "t2", "customer_id": "c2", "channel": "email", "created_at": "2026-03-03T09:00:00Z"},
    ],
    "orders": [
        {"order_id": "o1", "customer_id": "s1", "placed_at": "2026-03-04T09:00:00Z", "amount": 1000},
        {"order_id": "o2", "customer_id": "s1", "placed_at": "2026-02-04T09:00:00Z", "amount": 500},
        {"order_id": "o3", "customer_id": "c2", "placed_at": "2026-03-04T09:00:00Z", "amount": 700},
    ],
    "order_events": [
        {"order_id": "o1", "occurred_at": "2026-03-05T09:00:00Z", "kind": "refunded", "amount": 100},
        {"order_id": "o3", "occurred_at": "2026-03-05T09:00:00Z", "kind": "cancelled"},
    ],
    "customers": [{"customer_id": "c1"}, {"customer_id": "s1"}],
    "customer_identities": [
        {"customer_id": "c1", "kind": "email", "value_hash": "same"},
        {"customer_id": "s1", "kind": "email", "value_hash": "same"},
    ],
    "interactions": [
        {"interaction_id": "i1", "channel": "phone", "started_at": "2026-03-06T09:00:00Z", "queued_at": "2026-03-06T09:00:00Z",
         "ended_at": "2026-03-06T09:01:00Z", "outcome": "overflowed"},
        {"interaction_id": "i2", "root_interaction_id": "i1", "channel": "phone", "started_at": "2026-03-06T09:01:00Z",
         "queued_at": "2026-03-06T09:01:00Z", "answered_at": "2026-03-06T09:02:00Z", "ended_at": "2026-03-06T09:05:00Z",
         "outcome": "answered", "agent_id": "a1"},
    ],
    "survey_invitations": [
        {"invitation_id": "v1", "kind": "nps", "scope": "relational", "customer_id": "c1", "sent_at": "2026-03-06T09:00:00Z"},
        {"invitation_id": "v2", "kind": "nps", "scope": "relational", "customer_id": "s1", "sent_at": "2026-03-07T09:00:00Z"},
        {"invitation_id": "v3", "kind": "csat", "scale": "csat_5", "interaction_id": "i2", "sent_at": "2026-03-07T09:00:00Z"},
    ],
    "survey_answers": [
        {"answer_id": "w1", "invitation_id": "v1", "answered_at": "2026-03-07T09:00:00Z", "value_num": 2},
        {"answer_id": "w2", "invitation_id": "v2", "answered_at": "2026-03-08T09:00:00Z", "value_num": 9},
        {"answer_id": "w3", "invitation_id": "v3", "answered_at": "2026-03-08T09:00:00Z", "value_num": 5},
    ],
}  # fmt: skip
SOURCE = {"source": "files", "loaded_from": "2026-01-01T00:00:00Z", "loaded_through": "2026-06-01T00:00:00Z"}
EXPECTED = {
    "ticket_conversion_rate": 0.5, "revenue_from_support": 900, "contact_rate": 2.0, "returning_customer_rate": 1.0,
    "repeat_purchase_rate": 1.0, "customer_retention_rate": 1.0, "nps": 100.0, "survey_response_rate": 1.0,
}  # fmt: skip


def _answers(desk: Desk) -> dict[str, Any]:
    return {name: desk.measure(name, since="2026-03-01", until="2026-04-01").row["value"] for name in EXPECTED}


@pytest.mark.parametrize(
    "order",
    [
        list(reversed(TABLES)),
        pytest.param(list(TABLES), marks=pytest.mark.slow),
        pytest.param(["orders", *sorted(set(TABLES) - {"orders"})], marks=pytest.mark.slow),
    ],
)
def test_pieces_make_the_whole(order: list[str]) -> None:
    with Desk(None) as desk:
        desk.load(now=NOW, tz="UTC", sources=[SOURCE])
        for name in order:
            for row in TABLES[name]:
                piece: dict[str, Any] = {name: [row]}
                desk.load(now=NOW, tz="UTC", **piece)
        assert _answers(desk) == EXPECTED
        satisfied = desk.measure("csat", since="2026-03-01", until="2026-04-01", by=("agent",)).row
        assert (satisfied["agent"], satisfied["value"]) == ("a1", 1.0)
