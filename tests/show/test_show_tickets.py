"""What is said of tickets: how promises stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from servicemeter.show.tickets import promise_words


def test_a_promise_used_up_at_closing_time_is_late_from_the_next_opening() -> None:
    closes, later = datetime(2026, 11, 28, 13, tzinfo=UTC), datetime(2026, 11, 28, 23, tzinfo=UTC)
    row = {"promise": "first_response", "due_at": closes.isoformat(), "elapsed_seconds": 14_400, "target_seconds": 14_400}
    assert promise_words(row, later, "en") == ("late from the next opening", "soon")
    assert promise_words(row, closes - timedelta(hours=2), "en") == ("due in 2 h", "soon")
    assert promise_words(row | {"passed_at": closes.isoformat()}, later, "nl")[1] == "late"
