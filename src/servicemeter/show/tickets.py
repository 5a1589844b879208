"""Tickets in words: their state, who has them, how long somebody waits, and how a promise stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from servicemeter.show.dates import moment
from servicemeter.show.dimensions import an_agent
from servicemeter.show.durations import duration
from servicemeter.show.phrases import phrase, say

__all__ = ["AGE_WORDS", "CLOCK_NAMES", "agent_words", "at_words", "promise_words", "seconds_since", "wait_words"]

AGE_WORDS = {
    "lt_1d": phrase("under 1 day"),
    "1d_3d": phrase("1 to 3 days"),
    "3d_7d": phrase("3 to 7 days"),
    "7d_14d": phrase("7 to 14 days"),
    "14d_30d": phrase("14 to 30 days"),
    "ge_30d": phrase("30 days or more"),
}
CLOCK_NAMES = {
    "first_response": phrase("First response"),
    "next_response": phrase("Next response"),
    "turn": phrase("Answer to the customer"),
    "resolution": phrase("Resolution"),
}


def at_words(text: object, tz: str, language: str, *, with_year: bool = True) -> str:
    """An instant of a row (ISO 8601) in the reporting zone; empty for none."""
    return moment(datetime.fromisoformat(str(text)), tz, language=language, with_year=with_year) if text else ""


def seconds_since(text: object, at: datetime) -> int | None:
    """The seconds from an instant of a row to a moment."""
    return int((at - datetime.fromisoformat(str(text))).total_seconds()) if text else None


def agent_words(row: Mapping[str, Any], language: str) -> str:
    """Who has a ticket: the agent's name, else the id; said of those who are gone."""
    if not row.get("agent_id"):
        return say(language, "(unassigned)")
    name = str(row.get("agent_name") or an_agent(str(row["agent_id"]), language))
    return say(language, "{name} (deleted)", name=name) if row.get("is_agent_deleted") else name


def wait_words(row: Mapping[str, Any], at: datetime, language: str) -> str:
    """How long the customer has waited for an answer; empty when nobody waits."""
    waited = seconds_since(row.get("waiting_since_at"), at)
    return duration(waited, language=language) if waited is not None else ""


def promise_words(row: Mapping[str, Any], at: datetime, language: str) -> tuple[str, str]:
    """How the most pressing promise on a ticket stands, and whether that is `late`, `soon`, or neither (empty)."""
    if not row.get("promise"):
        return "", ""
    if row.get("passed_at"):
        late = duration(seconds_since(row["passed_at"], at) or 0, language=language)
        return say(language, "{time} late", time=late), "late"
    if row.get("is_paused") or not row.get("due_at"):
        return say(language, "paused"), ""
    left_s = -(seconds_since(row["due_at"], at) or 0)
    if left_s <= 0:  # used up at closing time to the second: it is broken a second after the next opening
        return say(language, "late from the next opening"), "soon"
    left = duration(left_s, language=language)
    share = (row.get("elapsed_seconds") or 0) / row["target_seconds"] if row.get("target_seconds") else 0
    return say(language, "due in {time}", time=left), "soon" if share >= 0.75 else ""
