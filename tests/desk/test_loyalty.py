"""What the loyalty and the sentiment page ask, by hand: how often customers order anyway, and the words that decide."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.feelings import count_words
from servicemeter.desk.methods.loyalty import loyalty
from servicemeter.model.question import Filter

ORDERED = {"c1": ["2026-01-10", "2026-03-02"], "c2": ["2026-03-03"], "c3": ["2025-12-01"], "c4": ["2026-03-08"]}


def test_the_base_rate_by_hand() -> None:
    """1 to 11 March are two windows of five days; the eleventh day is left over. First: c1 and c2 order, of c1, c2 and c3 who
    bought in the year up to then. Second: c4, of all four. (2 + 1)/(3 + 4) = 3/7."""
    orders = [
        {"order_id": f"{who}-{i}", "customer_id": who, "placed_at": f"{day}T12:00:00+00:00", "amount": 1000, "currency": "EUR"}
        for who, days in ORDERED.items()
        for i, day in enumerate(days)
    ]
    customers = [{"customer_id": who, "first_seen_at": "2025-11-01T00:00:00+00:00"} for who in ORDERED]
    with Desk(None) as desk:
        as_of = datetime(2026, 3, 12, tzinfo=UTC)
        sources = [{"source": "files", "loaded_from": "2025-11-01T00:00:00Z", "loaded_through": "2026-03-12T00:00:00Z"}]
        desk.load(orders=orders, customers=customers, sources=sources, now=as_of)
        found = loyalty(desk, since=date(2026, 3, 1), until=date(2026, 3, 12), as_of=as_of)
        assert (found.base.windows, found.base.window_days, found.base.reason) == (2, 5, "")
        assert found.base.share == pytest.approx(3 / 7)
        assert found.is_short
        few = loyalty(desk, since=date(2026, 3, 1), until=date(2026, 3, 4), as_of=as_of).base
        assert (few.share, few.reason) == (None, "too_short")
        chat = loyalty(
            desk, since=date(2026, 3, 1), until=date(2026, 3, 12), as_of=as_of, where=[Filter("channel", ("chat",))]
        ).base
        assert (chat.share, chat.reason) == (None, "filtered")


@pytest.mark.parametrize(
    ("loaded_from", "retention", "repeats", "of_30_days"),
    [
        ("2025-03-01T00:00:00Z", False, False, False),  # 365 days before 1 March 2026, when the period begins
        ("2025-03-01T00:00:01Z", True, False, False),
        ("2025-04-01T00:00:00Z", True, False, False),  # 365 days before 1 April 2026, when it ends
        ("2025-04-01T00:00:01Z", True, True, False),
        ("2026-01-31T00:00:00Z", True, True, True),
    ],
)
def test_whether_the_data_go_as_far_back_as_a_figure_looks(
    loaded_from: str, retention: bool, repeats: bool, of_30_days: bool
) -> None:
    """With a window of 30 days the start of March needs the data from 30 January on."""
    span: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}
    with Desk(None) as desk:
        desk.load(
            now=datetime(2026, 4, 2, tzinfo=UTC),
            sources=[{"source": "files", "loaded_from": loaded_from, "loaded_through": "2026-04-01T00:00:00Z"}],
            customers=[{"customer_id": "c"}],
            orders=[{"order_id": "o", "customer_id": "c", "placed_at": "2026-02-10T12:00:00Z", "amount": 100}],
        )
        kept = desk.measure("customer_retention_rate", **span).row
        assert (kept["value"], kept["history_is_short"]) == (1.0, retention)
        assert desk.measure("repeat_purchase_rate", **span).row["history_is_short"] is repeats
        assert desk.measure("customer_churn_rate", **span, activity_window_days=30).row["history_is_short"] is of_30_days
        apart = desk.measure("customer_retention_rate", **span, mode="period_over_period").row
        assert "history_is_short" not in apart and "history_is_short" not in desk.measure("tickets_created", **span).row


def test_a_word_counts_once_a_message_and_needs_two() -> None:
    messages = [
        ("en", "Terrible, terrible service."),
        ("en-GB", "This is terrible. Thanks anyway"),
        ("en", "Thanks, that was great"),
        ("de", "Terrible"),
    ]
    found = {word.text: (word.messages, word.weight > 0) for word in count_words(messages)}
    assert found["terrible"] == (2, False)
    assert found["thanks"] == (2, True)
    assert "great" not in found
