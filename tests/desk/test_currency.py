"""What amounts are in: the base currency stands beside each, and targets are judged in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.show.remarks import remark

MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}


def load(desk: Desk, *costs: tuple[int, str], **more: Any) -> None:
    """Two tickets solved in March, and costs of March."""
    desk.load(
        now=datetime(2026, 4, 2, tzinfo=UTC),
        sources=[{"source": "files", "loaded_from": "2026-03-01T00:00:00Z", "loaded_through": "2026-04-01T00:00:00Z"}],
        tickets=[{"ticket_id": one, "created_at": "2026-03-02T09:00:00Z"} for one in "ab"],
        ticket_events=[
            {"event_id": one, "ticket_id": one, "occurred_at": "2026-03-03T09:00:00Z", "field": "status", "value": "solved"}
            for one in "ab"
        ],
        costs=[
            {"cost_id": str(place), "from": "2026-03-01", "to": "2026-04-01", "amount": amount, "currency": currency}
            for place, (amount, currency) in enumerate(costs)
        ],
        **more,
    )


@pytest.mark.parametrize(
    ("costs", "base", "currency", "value"),
    [
        ([(30_000, "RON")], None, "RON", 15_000),  # the only currency is the base
        ([(30_000, "EUR"), (1_000, "USD")], "EUR", "EUR", 15_000),  # dollars without a rate are left out
        ([(30_000, "EUR"), (1_000, "USD")], None, None, None),
    ],
)
def test_an_amount_says_what_it_is_in(
    costs: list[tuple[int, str]], base: str | None, currency: str | None, value: float | None
) -> None:
    with Desk(None) as desk:
        load(desk, *costs, **({"settings": [{"name": "base_currency", "value": base}]} if base else {}))
        row = desk.measure("cost_per_resolution", **MARCH).row
        assert (row["value"], row["currency"]) == (value, currency)
        assert desk.base_currency == currency
        assert "currency" not in desk.measure("tickets_created", **MARCH).row


def test_an_amount_beside_a_share_says_what_it_is_in() -> None:
    """What the orders after requests brought stands below the conversion rate."""
    with Desk(None) as desk:
        desk.load(
            now=datetime(2026, 4, 2, tzinfo=UTC),
            sources=[{"source": "files", "loaded_from": "2026-03-01T00:00:00Z", "loaded_through": "2026-04-01T00:00:00Z"}],
            tickets=[{"ticket_id": "a", "created_at": "2026-03-02T09:00:00Z", "customer_id": "c"}],
            customers=[{"customer_id": "c"}],
            orders=[{"order_id": "o", "customer_id": "c", "placed_at": "2026-03-03T09:00:00Z", "amount": 990, "currency": "RON"}],
        )
        row = desk.measure("ticket_conversion_rate", **MARCH).row
        assert (row["value"], row["revenue_minor"], row["currency"]) == (1.0, 990, "RON")
        assert remark(desk.metric("ticket_conversion_rate"), row) == "RON 9.90 in orders"


def test_a_target_of_yen_is_not_in_hundredths(tmp_path: Path) -> None:
    """300 yen for two tickets are 150 each; the 160 they are compared with were 16,000 hundredths."""
    (tmp_path / "servicemeter.toml").write_text('[targets]\ncost_per_resolution = "at most 160"\n', encoding="utf-8")
    with Desk(Home(tmp_path)) as desk:
        load(desk, (300, "JPY"))
        card = desk.scorecard(period="last_month", as_of=datetime(2026, 4, 1, 12, tzinfo=UTC), metrics=["cost_per_resolution"])
        one = card.families[0].cards[0]
        assert one.target is not None
        assert (one.now["value"], one.target.value) == (150, 160)
