"""Made-up histories: few tickets, each as awkward as real ones can be, and questions to ask of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

__all__ = ["ask_of", "configuration", "history", "join", "moments_of", "settings", "stamp"]

Row = dict[str, Any]
Tables = dict[str, list[Row]]

_DAY = [["09:00", "12:30"], ["13:00", "17:00"]]
_SETTINGS: dict[str, Any] = {
    "report_tz": "Europe/Amsterdam",
    "default_calendar": "office",
    "calendars": {
        "office": {
            "tz": "Europe/Amsterdam",
            "weekly": dict.fromkeys(range(1, 8), _DAY),
            "exceptions": {"2026-03-27": [], "2026-10-26": [["10:00", "11:15"]]},
        },
        "night": {"tz": "Europe/Amsterdam", "weekly": {d: [["00:00", "06:00"], ["22:00", "24:00"]] for d in range(1, 8)}},
        "gap": {"tz": "Europe/Amsterdam", "weekly": {6: [["01:00", "02:30"]], 7: [["02:30", "06:00"]]}},
        "east": {"tz": "Europe/Bucharest", "weekly": {d: [["08:00", "20:00"]] for d in range(1, 6)}},
    },
}
# two weeks around the days on which the clocks change, and the ends of months
_SEASONS = (datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC), datetime(2026, 7, 28, tzinfo=UTC))
_CHANNELS = ("email", "chat", "phone", "email", None)
_AGENTS = ("a1", "a1", "a2", "a3", "bot1", None)


def settings(season: int) -> Row:
    """The configuration of a case: its source is loaded from long before the season to well after it."""
    start = int(_SEASONS[season].timestamp())
    source = {"source": "test", "loaded_from": stamp(start - 60 * 86400), "loaded_through": stamp(start + 40 * 86400)}
    return {**_SETTINGS, "sources": [source]}


def stamp(at: int) -> str:
    """An instant as the case format writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def configuration() -> Tables:
    """Agents, teams and who is where, for all histories."""
    turn = stamp(int(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp()))
    return {
        "agents": [{"agent_id": a} for a in ("a1", "a2", "a3")] + [{"agent_id": "bot1", "kind": "bot"}],
        "teams": [{"team_id": "t1"}, {"team_id": "t2", "calendar_id": "night"}, {"team_id": "t3"}],
        "agent_teams": [
            {"agent_id": "a1", "team_id": "t1", "valid_to": turn},
            {"agent_id": "a1", "team_id": "t2", "valid_from": turn},
            {"agent_id": "a2", "team_id": "t2"},
        ],
    }


def join(histories: list[Tables]) -> Tables:
    """Several histories in one book."""
    tables: Tables = defaultdict(list)
    for one in histories:
        for name, rows in one.items():
            tables[name] += rows
    return dict(tables)


class _Times:
    """A handful of instants that many rows share, so that ties and edges are the rule."""

    def __init__(self, rng: Random, season: int) -> None:
        self.rng = rng
        self._answering: dict[int, tuple[str, str | None]] = {}
        start = _SEASONS[season]
        self.pool = []
        for _ in range(9):
            day = start + timedelta(days=rng.randrange(9))
            hour = rng.choice((0, 1, 2, 8, 9, 12, 15, 16, 21, 22, 23))
            self.pool.append(int(day.timestamp()) + hour * 3600 + rng.choice((0, 0, 0, 1, 59, 1800)))
        self.pool.sort()

    def any(self) -> int:
        return self.rng.choice(self.pool) + self.rng.choice((0, 0, 0, 0, 1, 5, 30))

    def answering(self, at: int) -> tuple[str, str | None]:
        """Who answers at an instant; one and the same for all answers of a second, whose order nothing tells."""
        kind = self.rng.choice(("agent", "agent", "agent", "bot"))
        return self._answering.setdefault(at, (kind, self.rng.choice(_AGENTS) if kind == "agent" else None))

    def after(self, at: int) -> int:
        later = [t for t in self.pool if t >= at] or [at]
        return self.rng.choice(later) + self.rng.choice((0, 0, 0, 1, 5, 30))


def history(rng: Random, name: str, season: int, tickets: int, *, is_odd: bool = False) -> Tables:
    """The rows of one brand: `tickets` tickets and what happened around them.

    With `is_odd` things happen that sources should not send: changes and messages before creation, unknown creation.
    """
    tables: Tables = defaultdict(list)
    times = _Times(rng, season)
    made: list[tuple[str, int]] = []
    for i in range(tickets):
        made.append(_ticket(rng, times, tables, f"{name}-{i}", name, is_odd))
    for ticket, created in made:
        others = [(t, c) for t, c in made if t != ticket]
        if others and rng.random() < 0.15:
            into, born = rng.choice(others)
            at = times.after(max(created, born))
            _event(tables, ticket, at, "merged_into", into, "agent", "a1")
            if not is_odd:
                made = [m for m in made if m[0] != ticket]  # no rings
            if rng.random() < 0.2:
                _event(tables, ticket, times.after(at + 1), "merged_into", None, "agent", "a2")
    for i in range(rng.choice((0, 0, 1, 2))):
        _contact(rng, times, tables, f"{name}-c{i}", name, rng.choice([None, *(m[0] for m in made)]))
    _surveys(rng, times, tables, name)
    for event in tables["ticket_events"]:
        event["seq"] = event.pop("order")
    return dict(tables)


def _ticket(rng: Random, times: _Times, tables: Tables, ticket: str, brand: str, is_odd: bool) -> tuple[str, int]:
    created = times.any()
    first = rng.choice(("customer", "customer", "customer", "customer", "agent", "system", None))
    born = None if is_odd and rng.random() < 0.1 else stamp(created)
    tables["tickets"].append(
        {"ticket_id": ticket, "created_at": born, "channel": rng.choice(_CHANNELS), "initiated_by": first, "brand": brand}
    )

    def when() -> int:
        roll = rng.random()
        if is_odd and roll < 0.1:
            return times.any()
        return created if roll < 0.3 else times.after(created)

    sessions = [_contact(rng, times, tables, f"{ticket}-s{i}", brand, ticket) for i in range(rng.choice((0, 0, 0, 1, 2)))]
    for _ in range(rng.choice((0, 1, 2, 3, 5))):
        _message(rng, times, tables, ticket, when(), sessions)
    for _ in range(rng.choice((0, 1, 2, 3, 5))):
        status = rng.choice(("open", "pending", "on_hold", "solved", "solved", "closed", "new"))
        _event(tables, ticket, when(), "status", status, *_actor(rng))
    for field, values in (("assignee_id", ("a1", "a2", "bot1", None)), ("team_id", ("t1", "t2", "t3", None))):
        for _ in range(rng.choice((0, 0, 1, 2))):
            _event(tables, ticket, when(), field, rng.choice(values), *_actor(rng))
    for field, words in (("priority", ("high", "low", None)), ("reason", ("return", "invoice", None))):
        if rng.random() < 0.3:
            _event(tables, ticket, when(), field, rng.choice(words), *_actor(rng))
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        _event(tables, ticket, when(), "calendar_id", rng.choice(("night", "gap", "east", None)), *_actor(rng))
    for flag in ("is_spam", "is_test", "is_deleted"):
        for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 2))):
            _event(tables, ticket, when(), flag, rng.choice(("true", "true", "false")), *_actor(rng))
    return ticket, created


def _actor(rng: Random) -> tuple[str | None, str | None]:
    kind = rng.choice(("agent", "agent", "customer", "bot", "system", None))
    return kind, rng.choice(_AGENTS) if kind == "agent" else None


def _event(tables: Tables, ticket: str, at: int, field: str, value: str | None, actor: str | None, actor_id: str | None) -> None:
    row: Row = {"ticket_id": ticket, "occurred_at": stamp(at), "field": field, "value": value, "actor_type": actor}
    number = len(tables["ticket_events"])
    row |= {"event_id": f"{ticket}-e{number:03d}", "actor_id": actor_id, "order": number}
    tables["ticket_events"].append(row)


def _message(rng: Random, times: _Times, tables: Tables, ticket: str, at: int, sessions: list[str]) -> None:
    author, agent = rng.choice(("customer", "customer", "customer", "us", "us", "us", "us", "system")), None
    if author == "us":
        author, agent = times.answering(at)
    row: Row = {"ticket_id": ticket, "occurred_at": stamp(at), "author_type": author, "author_id": agent}
    row |= {"is_public": rng.random() < 0.85, "is_auto": rng.random() < 0.1}
    row["message_id"] = f"{ticket}-m{len(tables['messages']):03d}"
    if sessions and rng.random() < 0.4:
        row["interaction_id"] = rng.choice(sessions)
    tables["messages"].append(row)


def _contact(rng: Random, times: _Times, tables: Tables, name: str, brand: str, ticket: str | None) -> str:
    """A chain of legs; the legs follow each other in time, the last one decides the outcome."""
    channel, direction = rng.choice(("phone", "chat", None)), rng.choice(("inbound", "inbound", "inbound", "outbound"))
    at = times.any()
    legs = rng.choice((1, 1, 1, 2, 3))
    for i in range(legs):
        row: Row = {"interaction_id": name if i == 0 else f"{name}-{i}", "root_interaction_id": name, "ticket_id": ticket}
        row |= {"channel": channel, "direction": direction, "brand": brand, "started_at": stamp(at)}
        is_last = i == legs - 1
        never_queued = ("self_served", "closed_hours", "failed") if legs == 1 else ()
        outcome = rng.choice(("answered", "answered", "abandoned", "missed", "callback_requested", "in_queue",
                              *never_queued)) if is_last else rng.choice(("answered", "overflowed"))  # fmt: skip
        end = at + rng.choice((0, 3, 5, 20, 21, 60, 4000, 90000))
        if outcome not in ("self_served", "closed_hours", "failed"):
            row["queued_at"] = stamp(at)
        if outcome == "answered":
            row |= {"answered_at": stamp(end), "agent_id": times.answering(end)[1], "team_id": rng.choice(("t1", "t2", None))}
            row |= {"talk_s": rng.randrange(100), "hold_s": rng.choice((0, 7)), "acw_s": rng.choice((0, 11, None))}
            end += rng.choice((1, 30, 5000, 80000))
        if outcome != "in_queue":
            row["ended_at"] = stamp(end)
        row["outcome"] = outcome
        tables["interactions"].append(row)
        at = end + rng.choice((1, 2, 10))
    return name


def _surveys(rng: Random, times: _Times, tables: Tables, brand: str) -> None:
    for i in range(rng.choice((0, 0, 1, 2))):
        name, sent = f"{brand}-v{i}", times.any()
        row: Row = {"invitation_id": name, "kind": rng.choice(("csat", "csat", "csat", "nps")), "brand": brand}
        row |= {"scale": rng.choice(("csat_5", "csat_5", "csat_5", "csat_2")), "sent_at": stamp(sent)}
        row |= {"scope": rng.choice(("transactional", "transactional", "relational", None)), "channel": rng.choice(_CHANNELS)}
        row["delivery"] = rng.choice(("delivered", "delivered", "delivered", "bounced", None))
        tables["survey_invitations"].append(row)
        for n in range(rng.choice((0, 1, 1, 2, 3))):
            answer = {
                "invitation_id": name,
                "answered_at": stamp(times.after(sent)),
                "value_num": rng.choice((1, 2, 3, 4, 5, 7, 0)),
            }
            tables["survey_answers"].append({**answer, "answer_id": f"{name}-a{n}"})


_PARAMS: dict[str, dict[str, tuple[Any, ...]]] = {
    "tickets_created": {"population": ("inbound", "outbound", "all")},
    "tickets_handled": {},
    "volume_by_channel": {},
    "interactions_count": {"include_self_service": (False, True), "unit": ("turn", "message")},
    "tickets_solved": {"unit": ("ticket", "events"), "population": ("inbound", "outbound", "all")},
    "backlog": {"population": ("inbound", "outbound", "all")},
    "backlog_age": {"since": ("creation", "last_customer_message"), "clock": ("calendar", "business")},
    "backlog_flow": {},
    "first_response_time": {
        "clock": ("calendar", "business"),
        "responder": ("human", "any"),
        "attribution": ("ended", "created"),
    },
    "response_time": {
        "clock": ("calendar", "business"),
        "responder": ("human", "any"),
        "first": ("include", "exclude"),
        "unit": ("turn", "ticket"),
        "population": ("inbound", "all"),
    },
    "resolution_time": {
        "clock": ("calendar", "business"),
        "denominator": ("tickets", "interactions"),
        "include_bot_only": (False, True),
        "attribution": ("ended", "created"),
        "population": ("inbound", "all"),
    },
    "first_resolution_time": {
        "clock": ("calendar", "business"),
        "include_bot_only": (False, True),
        "attribution": ("ended", "created"),
    },
    "requester_wait_time": {"clock": ("calendar", "business"), "population": ("inbound", "all")},
    "agent_wait_time": {"clock": ("calendar", "business"), "population": ("inbound", "all")},
    "on_hold_time": {"clock": ("calendar", "business"), "population": ("inbound", "all")},
    "agent_work_time": {"clock": ("calendar", "business"), "population": ("inbound", "all")},
    "turnaround_time": {"clock": ("calendar", "business"), "followup_window_days": (1, 3, 7), "population": ("inbound", "all")},
    "transfer_rate": {"level": ("team", "agent"), "population": ("inbound", "all")},
    "agent_touches": {"population": ("inbound", "all")},
    "resolution_rate": {"variant": ("cohort", "flow"), "horizon_days": (None, 1, 3), "evaluate": ("period_end", "as_of")},
    "replies_per_resolution": {"count": ("agent", "both_directions"), "population": ("inbound", "all")},
    "one_touch_resolution_rate": {
        "no_reopen": (False, True),
        "denominator": ("all", "replied"),
        "max_replies": (1, 2),
        "include_zero": (False, True),
    },
    "reopen_rate": {"mode": ("all", "effective"), "followup_window_days": (1, 3, 7)},
    "abandonment_rate": {"short_abandon_s": (0, 5, 20)},
    "service_level": {
        "variant": ("offered", "exclude_abandoned_within", "exclude_short_abandoned", "answered_only", "abandoned_as_met",
                    "removed_from_queue"),
        "service_level_threshold_s": (20, 60),
        "short_abandon_s": (5,),
    },
    "average_speed_of_answer": {},
    "average_handle_time": {"unit": ("leg", "contact"), "direction": ("inbound", "outbound", "all")},
    "csat": {"scope": ("transactional", "relational")},
    "tickets_closed_per_agent": {"credit": ("assignee", "solver", "last_replier")},
}  # fmt: skip
_TICKETS = ("channel", "agent", "team", "priority", "reason", "hour_of_day", "weekday")
_DIMENSIONS: dict[str, tuple[str, ...]] = {
    "tickets_created": ("channel", "team", "reason", "hour_of_day", "weekday", "priority"),
    "volume_by_channel": (),
    "tickets_handled": ("channel", "agent", "hour_of_day"),
    "interactions_count": ("channel", "hour_of_day", "weekday"),
    "backlog": ("channel", "agent", "team", "priority", "status"),
    "backlog_age": ("channel", "agent", "team", "status"),
    "backlog_flow": ("channel", "reason"),
    "resolution_rate": ("channel", "reason", "weekday"),
    "transfer_rate": ("channel", "reason", "weekday"),
    "abandonment_rate": ("channel", "team", "hour_of_day"),
    "service_level": ("channel", "team", "hour_of_day"),
    "average_speed_of_answer": ("channel", "hour_of_day"),
    "average_handle_time": ("channel", "agent", "hour_of_day"),
    "csat": ("channel", "weekday"),
    "tickets_closed_per_agent": ("agent", "channel"),
}
_MOMENTS = ("backlog", "backlog_age")


def moments_of(rng: Random, season: int, number: int) -> list[str | None]:
    """Instants to ask as of: some in the midst of the history, and none."""
    start = int(_SEASONS[season].timestamp())
    chosen = [
        start + rng.randrange(14) * 86400 + rng.choice((0, 9, 22, 23)) * 3600 + rng.choice((0, 0, 1)) for _ in range(number)
    ]
    return [None, *(stamp(at) for at in chosen)]


def ask_of(
    rng: Random, season: int, metric: str | None = None, *, brands: bool = False, as_ofs: list[str | None] | None = None
) -> Row:
    """A question over the time of a history, in the words of the case format."""
    name = metric or rng.choice(sorted(_PARAMS))
    params = {k: rng.choice(v) for k, v in _PARAMS[name].items() if rng.random() < 0.5}
    if params.get("variant") == "exclude_short_abandoned":
        params["short_abandon_s"] = 5  # what is short without saying so is not agreed
    ask: Row = {"metric": name, "params": {k: v for k, v in params.items() if v is not None}}
    by = [rng.choice(d) for d in [_DIMENSIONS.get(name, _TICKETS)] if d and rng.random() < 0.5]
    ask["by"] = ["brand"] * brands + by
    if rng.random() < 0.1:
        ask["params"]["report_tz"] = rng.choice(("UTC", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland"))
    if rng.random() < 0.08:
        ask["params"]["merge_start"] = "survivor"
    if params.get("clock") == "business" and rng.random() < 0.3:
        ask["params"]["calendar_mode"] = rng.choice(("at_end", "at_start"))
    if params.get("attribution") == "created":
        ask["params"].pop("denominator", None)  # a cohort has no interactions to divide by
        ask["by"] = [d for d in ask["by"] if d not in ("agent", "team")]
    start = _SEASONS[season].date()
    instants = [int(_SEASONS[season].timestamp()) + d * 86400 + h * 3600 for d in range(-1, 14) for h in (0, 9, 22, 23)]
    if name in _MOMENTS and rng.random() < 0.5:
        ask["at"] = stamp(rng.choice(instants))
    else:
        grain = rng.choice((None, None, "day", "week", "month"))
        if grain == "month":
            first = start.replace(day=1)
            since, until = first, (first + timedelta(days=62)).replace(day=1)
        elif grain == "week":
            since = start - timedelta(days=start.weekday())
            until = since + timedelta(days=7 * rng.choice((1, 2)))
        else:
            since = start + timedelta(days=rng.randrange(6))
            until = since + timedelta(days=rng.choice((1, 2, 5, 12)))
        ask |= {"from": since.isoformat(), "to": until.isoformat()}
        if grain:
            ask["grain"] = grain
    as_of = rng.choice(as_ofs or moments_of(rng, season, 2))
    if as_of:
        ask["as_of"] = as_of
    if rng.random() < 0.1:
        ask["where"] = [{"dimension": "channel", "values": [rng.choice(("email", "chat", "(unknown)"))]}]
        if rng.random() < 0.3:
            ask["where"][0]["not"] = True
    return ask
