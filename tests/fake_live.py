"""What the hand-made desk says of tickets and of the moment: made up row by row, nothing worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fake_settings import SETTINGS
from servicemeter.model.question import Filter
from servicemeter.model.scorecard import Scorecard
from servicemeter.model.ticket import Stretch, TicketClock, TicketList, TicketStory, TicketWish
from servicemeter.model.watch import BusyTimes, Watch, WatchList

__all__ = ["WORDS", "answer_live"]

WORDS = ("Lamp", "lamp", "Kim", "Desk", "vip", "xx", "gold", "shop", "EUR", "CSAT", "NPS", "complaint", "main")
"""Words that these rows bring: names, reasons, policies."""


AS_OF = datetime(2026, 11, 21, 16, 40, tzinfo=UTC)
TZ = "Europe/Amsterdam"
HOUR = 3600
MORNING = 1795248000  # 2026-11-21 08:00 UTC
TICKET = {
    "source": "shop", "ticket_id": "t7", "subject": "Lamp", "created_at": "2026-11-21T08:00:00Z", "channel": "email",
    "brand": "shop", "language": "xx", "reason": "lamp", "is_complaint": False, "customer_source": "shop", "customer_id": "c7",
    "customer_segment": "vip", "status": "open", "agent_id": "a7", "agent_name": "Kim", "is_agent_deleted": False,
    "team_id": "desk", "team_name": "Desk", "priority": "high", "first_contact_at": "2026-11-21T08:00:00Z",
    "waiting_since_at": "2026-11-21T08:00:00Z", "promise": "first_response", "policy": "gold", "is_paused": False,
    "due_at": "2026-11-21T12:00:00Z", "passed_at": "2026-11-21T12:00:00Z", "elapsed_seconds": 31200, "target_seconds": 14400,
}  # fmt: skip
SOON = {**TICKET, "ticket_id": "t8", "due_at": "2026-11-21T17:00:00Z", "passed_at": None, "agent_id": None, "subject": None}
CLOCKS = [
    TicketClock("first_response", MORNING, MORNING + 4 * HOUR, False, [Stretch(MORNING, MORNING + HOUR, "closed", "customer"),
                Stretch(MORNING + HOUR, MORNING + 4 * HOUR, "counted", "customer")], 4 * HOUR, 3 * HOUR, ended_as="answered"),
    TicketClock("resolution", MORNING, MORNING + 8 * HOUR, True, [Stretch(MORNING, MORNING + 6 * HOUR, "counted", "us"),
                Stretch(MORNING + 6 * HOUR, MORNING + 8 * HOUR, "counted", "other")], 8 * HOUR, 8 * HOUR),
    TicketClock("first_response", MORNING, MORNING + 4 * HOUR, False, [Stretch(MORNING, MORNING + 3 * HOUR, "counted"),
                Stretch(MORNING + 3 * HOUR, MORNING + 4 * HOUR, "paused")], policy="gold", target_seconds=2 * HOUR,
                elapsed_seconds=3 * HOUR, due_at=MORNING + 2 * HOUR, passed_at=MORNING + 2 * HOUR, ended_as="breached"),
]  # fmt: skip
ENTRIES: list[dict[str, Any]] = [
    {"at": "2026-11-21T08:00:00Z", "what": "created", "source": "shop", "ticket_id": "t7", "channel": "email"},
    {"at": "2026-11-21T08:00:00Z", "what": "message", "author_type": "customer", "is_public": True,
     "is_auto": False, "text": "Lamp"},
    {"at": "2026-11-21T08:01:00Z", "what": "message", "author_type": "system", "is_public": True, "is_auto": True},
    {"at": "2026-11-21T09:00:00Z", "what": "change", "field": "status", "value": "open", "actor_type": "agent", "actor_id": "a7"},
    {"at": "2026-11-21T09:00:00Z", "what": "change", "field": "is_complaint", "value": "true", "actor_type": "system"},
    {"at": "2026-11-21T10:00:00Z", "what": "contact", "channel": "phone", "direction": "inbound", "outcome": "answered",
     "agent_id": "a7", "talk_s": 75},
    {"at": "2026-11-21T11:00:00Z", "what": "work session", "agent_id": "a7", "ended_at": "2026-11-21T11:30:00Z"},
    {"at": "2026-11-21T12:00:00Z", "what": "message", "author_type": "agent", "author_id": "a7", "is_public": False},
    {"at": "2026-11-21T12:00:00Z", "what": "turn answered", "responder": "human", "wait_seconds": 14400,
     "wait_open_seconds": 10800},
    {"at": "2026-11-21T13:00:00Z", "what": "solve", "agent_replies": 2, "solve_seconds": 18000},
    {"at": "2026-11-21T14:00:00Z", "what": "survey answered", "kind": "csat", "value_num": 5},
]  # fmt: skip
SPANS: dict[str, list[dict[str, Any]]] = {
    "status": [{"value": "new", "from_at": MORNING, "to_at": MORNING + HOUR},
               {"value": "open", "from_at": MORNING + HOUR, "to_at": MORNING + 8 * HOUR}],
    "agent": [{"value": "a7", "from_at": MORNING, "to_at": MORNING + 8 * HOUR}],
    "team": [],
    "priority": [{"from_at": MORNING, "to_at": MORNING + 8 * HOUR}],
}  # fmt: skip
CHOICES = {
    "channel": [("email", "email"), ("chat", "chat")],
    "agent": [("a7", "Kim"), ("(unassigned)", "(unassigned)")],
    "team": [("desk", "Desk"), ("(unknown)", "(unknown)")],
    "priority": [("low", "low"), ("high", "high")],
    "reason": [("lamp", "lamp"), ("(unknown)", "(unknown)")],
    "brand": [("shop", "shop")],
    "language": [("xx", "xx"), ("(unknown)", "(unknown)")],
    "customer_segment": [("vip", "vip"), ("(unknown)", "(unknown)")],
    "source": [("shop", "shop")],
}


def answer_live(name: str, asked: Mapping[str, Any], card: Scorecard) -> Any:
    """The hand-made answer of a method."""
    answers: dict[str, Callable[[Mapping[str, Any], Scorecard], Any]] = {
        "find_tickets": _list, "tell_ticket": _story, "measure_ticket": _made, "tell_customer": _customer, "watch": _watch,
        "busy_times": _busy, "ticket_choices": lambda asked, card: CHOICES, **SETTINGS,
    }  # fmt: skip
    return answers[name](asked, card)


def _list(asked: Mapping[str, Any], card: Scorecard) -> TicketList:
    wish = asked.get("wish") or TicketWish()
    aside = [{"source": "shop", "ticket_id": "t9", "flags": "is_spam"}] if wish.name else []
    return TicketList(wish, [TICKET, SOON], 120, 4812, aside, 7, AS_OF, TZ)


def _story(asked: Mapping[str, Any], card: Scorecard) -> TicketStory:
    about = {**TICKET, "tickets": [{"source": "shop", "ticket_id": "t7"}, {"source": "shop", "ticket_id": "t8"}]}
    return TicketStory(about, ENTRIES, CLOCKS, SPANS, 7, AS_OF, TZ, {"a7": "Kim"}, {"desk": "Desk"})


def _made(asked: Mapping[str, Any], card: Scorecard) -> list[dict[str, Any]]:
    counted = {"happened_at": "2026-11-21T12:00:00+00:00", "n": 1}
    missed = [{"reason": "immature", "title": "Spam", "count": 1}]
    return [
        {"metric": "first_response_time", "unit": "seconds", "report_tz": TZ,
         "rows": [{**counted, "value": 14400}], "left_out": []},
        {"metric": "reopen_rate", "unit": "fraction", "report_tz": TZ,
         "rows": [{**counted, "in_numerator": False}], "left_out": []},
        {"metric": "csat", "unit": "fraction", "report_tz": TZ, "rows": [], "left_out": missed},
    ]  # fmt: skip


def _customer(asked: Mapping[str, Any], card: Scorecard) -> dict[str, Any]:
    entries = [
        {"at": "2026-11-21T08:00:00Z", "what": "ticket", "source": "shop", "ticket_id": "t7", "channel": "email",
         "is_solved": True},
        {"at": "2026-11-20T08:00:00Z", "what": "order", "source": "shop", "order_id": "o7", "amount_minor": 4200,
         "currency": "EUR"},
        {"at": "2026-11-19T08:00:00Z", "what": "contact", "source": "shop", "channel": "phone", "outcome": "abandoned",
         "direction": "inbound"},
        {"at": "2026-11-18T08:00:00Z", "what": "survey", "source": "shop", "kind": "nps", "value_num": 9},
    ]  # fmt: skip
    return {
        "counts": {"ticket": 1, "order": 1, "contact": 1, "survey": 1}, "entries": entries, "agents": {}, "total": 4, "page": 1,
        "size": 50, "pages": 2, "data_version": 7, "as_of": AS_OF, "report_tz": TZ,
        "person": [{"source": "shop", "customer_id": "c7", "name": "Lamp", "segment": "vip"}],
    }  # fmt: skip


def _watch(asked: Mapping[str, Any], card: Scorecard) -> Watch:
    of = (Filter("sla", ("overdue",)),)
    contact = {"channel": "phone", "queue": "lamp", "queued_at": "2026-11-21T16:39:00Z", "wait_seconds": 60}
    lists = [
        WatchList("overdue", 12, [TICKET], of, "due"),
        WatchList("at_risk", 1, [SOON], (Filter("sla", ("at_risk",)),), "due"),
        WatchList("waiting", 0, [], (Filter("waits", ("first_answer",)),), "wait"),
        WatchList("unassigned", 1, [SOON], (Filter("agent", ("(unassigned)",)),), "created"),
        WatchList("queue", 1, [contact]),
    ]
    buckets = {"lt_1d": 10, "1d_3d": 4, "3d_7d": 0, "7d_14d": 2, "14d_30d": 0, "ge_30d": 1}
    return Watch(
        {"value": 17},
        {"value": 12},
        {"value": 7200, "buckets": buckets},
        {"value": 1, "paused_over_threshold": 2},
        lists,
        7,
        AS_OF,
        TZ,
    )


def _busy(asked: Mapping[str, Any], card: Scorecard) -> BusyTimes:
    cells = [
        {
            "channel": channel, "weekday": weekday, "hour_of_day": hour, "arrivals": 4 * hour, "hours": 4.0,
            "per_hour": float(hour), "ci_low": hour / 2, "ci_high": hour * 2.0, "null_reason": None,
            "load": None if channel == "chat" else hour / 10,
        }
        for channel in (None, "email", "chat")
        for weekday in (*range(1, 8), None)
        for hour in range(8, 20)
    ]  # fmt: skip
    channels = [
        {"channel": "email", "arrivals": 900, "handle_seconds": 90000, "handle_seconds_per_arrival": 100.0,
         "arrivals_without_handle_time": 0, "null_reason": None},
        {"channel": "chat", "arrivals": 90, "handle_seconds": None, "handle_seconds_per_arrival": None,
         "arrivals_without_handle_time": 90, "null_reason": "not_measured"},
    ]  # fmt: skip
    return BusyTimes(card, cells, channels)
