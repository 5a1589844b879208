"""What happened on a ticket or to a customer, line by line in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from servicemeter.show.dates import day, weekday
from servicemeter.show.dimensions import an_agent, dimension_name, dimension_value
from servicemeter.show.durations import duration
from servicemeter.show.numbers import money, number
from servicemeter.show.phrases import counted, phrase, say

__all__ = ["StoryLine", "customer_lines", "field_name", "outcome_words", "said_on", "ticket_lines"]

_AUTHORS = {"customer": phrase("Customer"), "agent": phrase("Agent"), "bot": phrase("Bot"), "system": phrase("System")}
_FIELDS = {
    "assignee_id": phrase("agent"),
    "team_id": phrase("team"),
    "is_complaint": phrase("complaint"),
    "is_spam": phrase("spam"),
    "is_test": phrase("a test"),
    "is_deleted": phrase("deleted"),
    "merged_into": phrase("merged into"),
    "calendar_id": phrase("opening hours"),
}
_OUTCOMES = {
    "answered": phrase("answered"),
    "abandoned": phrase("given up"),
    "callback_requested": phrase("callback requested"),
    "missed": phrase("missed"),
    "overflowed": phrase("passed to another queue"),
    "self_served": phrase("served by the machine"),
    "closed_hours": phrase("outside opening hours"),
    "failed": phrase("failed"),
    "in_queue": phrase("in the queue"),
    "in_progress": phrase("going on"),
}
_TRUTHS = {"true": phrase("yes"), "false": phrase("no")}


@dataclass(frozen=True)
class StoryLine:
    """One thing that happened: `on` is the local day in words where it differs from the line before, `at` the time of day.

    `kind` is customer, agent, other, or worked (found out from the rows); `said` is what was written, word for word.
    """

    on: str
    at: str
    instant: str
    kind: str
    what: str
    tag: str
    said: str = ""
    ticket: tuple[str, str] | None = None


def ticket_lines(
    entries: list[dict[str, Any]], agents: Mapping[str, str], teams: Mapping[str, str], tz: str, language: str
) -> list[StoryLine]:
    """The entries of a ticket's story as lines. What a bot's answer would have ended is left out: it is told by its message."""
    tellers = {
        "created": _created, "message": _message, "change": _change, "contact": _contact, "work session": _session,
        "turn answered": _turn, "turn closed unanswered": _turn, "turn waiting": _turn, "solve": _solve,
        "survey sent": _survey, "survey answered": _survey,
    }  # fmt: skip
    lines: list[StoryLine] = []
    before = ""
    for entry in entries:
        if str(entry["what"]).startswith("turn") and entry.get("responder") == "any":
            continue
        kind, what, tag = tellers[str(entry["what"])](entry, agents, teams, language)
        on, at = _local(entry.get("at"), tz, language)
        lines.append(
            StoryLine(on if on != before else "", at, str(entry.get("at", "")), kind, what, tag, str(entry.get("text", "")))
        )
        before = on
    return lines


def _local(text: object, tz: str, language: str) -> tuple[str, str]:
    """The local day and the time of day."""
    if not text:
        return "", ""
    at = datetime.fromisoformat(str(text)).astimezone(ZoneInfo(tz))
    return f"{weekday(at.date(), language=language)} {day(at.date(), language=language)}", f"{at:%H:%M:%S}".removesuffix(":00")


Told = tuple[str, str, str]
Entry = Mapping[str, Any]
Names = Mapping[str, str]


def _called(agent: str, agents: Names, language: str) -> str:
    """An agent's name, else the id, or that it is an agent where the desk says no more."""
    return agents.get(agent) or an_agent(agent, language)


def _who(entry: Entry, agents: Names, language: str) -> str:
    """Who did it: the kind of author, and a person's name."""
    kind = str(entry.get("author_type") or entry.get("actor_type") or "")
    one = str(entry.get("author_id") or entry.get("actor_id") or "")
    if kind in ("agent", "bot") and one:
        return _called(one, agents, language)
    return say(language, _AUTHORS.get(kind, kind)) if kind else ""


def _created(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    channel = dimension_value("channel", entry["channel"], language) if entry.get("channel") else ""
    return "other", say(language, "Ticket {name} created", name=entry["ticket_id"]), channel


def _message(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    author = str(entry.get("author_type") or "")
    if entry.get("is_auto"):
        tag = say(language, "automatic message")
    elif not entry.get("is_public"):
        tag = say(language, "internal note")
    else:
        tag = say(language, "message in a call or chat") if entry.get("interaction_id") else say(language, "message")
    return author if author in ("customer", "agent") else "other", _who(entry, agents, language), tag


def said_on(entries: list[dict[str, Any]], agents: Mapping[str, str], language: str) -> list[tuple[int, str, str]]:
    """What people said to one another: when (epoch seconds), by whom, and that in words; nothing automatic, no notes."""
    found = []
    for entry in entries:
        if entry["what"] == "message" and entry.get("at") and entry.get("is_public") and not entry.get("is_auto"):
            at = int(datetime.fromisoformat(str(entry["at"])).timestamp())
            found.append((at, str(entry.get("author_type") or ""), _who(entry, agents, language)))
    return found


def field_name(field: str, language: str) -> str:
    """What a field of a ticket is called."""
    return say(language, _FIELDS[field]) if field in _FIELDS else dimension_name(field, language)


def _change(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    field, value = str(entry["field"]), str(entry.get("value") or "")
    shown = agents.get(value) if field == "assignee_id" else teams.get(value) if field == "team_id" else None
    if shown is None:
        shown = say(language, _TRUTHS[value]) if value in _TRUTHS else dimension_value(field, value, language) if value else "–"
    return "other", f"{field_name(field, language)}: {shown}", _who(entry, agents, language)


def outcome_words(outcome: object, language: str) -> str:
    """How a call or chat ended."""
    return say(language, _OUTCOMES[str(outcome)]) if outcome in _OUTCOMES else str(outcome or "")


def _contact(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    channel = dimension_value("channel", entry["channel"], language) if entry.get("channel") else say(language, "call or chat")
    agent = str(entry.get("agent_id") or "")
    talked = duration(entry["talk_s"], language=language) if entry.get("talk_s") else ""
    said = (outcome_words(entry.get("outcome"), language), _called(agent, agents, language), talked)
    tag = " · ".join(text for text in said if text)
    return "customer" if entry.get("direction") == "inbound" else "agent", channel[:1].upper() + channel[1:], tag


def _session(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    agent = str(entry.get("agent_id") or "")
    if not entry.get("ended_at"):
        return "worked", say(language, "{name} works on it", name=_called(agent, agents, language)), ""
    seconds = (datetime.fromisoformat(entry["ended_at"]) - datetime.fromisoformat(entry["at"])).total_seconds()
    return (
        "worked",
        say(language, "{name} worked on it", name=_called(agent, agents, language)),
        duration(seconds, language=language),
    )


def _turn(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    if entry["what"] == "turn waiting":
        return "worked", say(language, "The customer waits for an answer from here on"), ""
    if entry["what"] == "turn closed unanswered":
        return "worked", say(language, "Closed without an answer to this"), ""
    waited = duration(entry.get("wait_seconds", 0), language=language)
    opened = entry.get("wait_open_seconds")
    tag = say(language, "{time} in opening hours", time=duration(opened, language=language)) if opened is not None else ""
    return "worked", say(language, "Answered after {time}", time=waited), tag if opened != entry.get("wait_seconds") else ""


def _solve(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    replies = counted(language, entry.get("agent_replies", 0), "{n} reply", "{n} replies")
    if entry.get("solve_seconds") is None:
        return "worked", say(language, "Solved"), replies
    return "worked", say(language, "Solved after {time}", time=duration(entry["solve_seconds"], language=language)), replies


def _survey(entry: Entry, agents: Names, teams: Names, language: str) -> Told:
    kind = str(entry.get("kind") or "").upper()
    if entry["what"] == "survey sent":
        return "other", say(language, "Survey sent"), kind
    value = entry.get("value_num")
    shown = "" if value is None else number(value, 0 if float(value).is_integer() else 1, language=language)
    return "customer", say(language, "Survey answered"), " ".join(text for text in (kind, shown) if text)


def customer_lines(entries: list[dict[str, Any]], agents: Names, tz: str, language: str) -> list[StoryLine]:
    """The entries of a customer's story as lines."""
    lines: list[StoryLine] = []
    before = ""
    for entry in entries:
        kind, what, tag = _of_customer(entry, agents, language)
        on, at = _local(entry.get("at"), tz, language)
        at = at[:5]
        ticket = (str(entry["source"]), str(entry["ticket_id"])) if entry["what"] == "ticket" else None
        lines.append(StoryLine(on if on != before else "", at, str(entry.get("at", "")), kind, what, tag, "", ticket))
        before = on
    return lines


def _of_customer(entry: Entry, agents: Names, language: str) -> Told:
    if entry["what"] == "ticket":
        state = say(language, "solved") if entry.get("is_solved") else say(language, "unresolved")
        channel = dimension_value("channel", entry["channel"], language) if entry.get("channel") else ""
        return "customer", str(entry["ticket_id"]), " · ".join(t for t in (channel, str(entry.get("reason") or ""), state) if t)
    if entry["what"] == "order":
        return (
            "other",
            say(language, "Order {name}", name=entry["order_id"]),
            money(entry.get("amount_minor", 0), entry.get("currency"), language=language),
        )
    if entry["what"] == "survey":
        return _survey({**entry, "what": "survey answered"}, {}, {}, language)
    return _contact(entry, agents, {}, language)
