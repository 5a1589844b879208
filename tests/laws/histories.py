"""Made-up histories: few tickets, each as awkward as real ones can be."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from random import Random

from laws.seasons import AGENTS, CHANNELS, Row, Tables, Times, stamp
from laws.shops import add_people, add_surveys, add_trade, add_work

__all__ = ["history", "join"]


def join(histories: list[Tables]) -> Tables:
    """Several histories in one book."""
    tables: Tables = defaultdict(list)
    for one in histories:
        for name, rows in one.items():
            tables[name] += rows
    return dict(tables)


def history(rng: Random, name: str, season: int, tickets: int, *, is_odd: bool = False) -> Tables:
    """The rows of one brand: `tickets` tickets and what happened around them.

    With `is_odd` things happen that sources should not send: changes and messages before creation, unknown creation.
    """
    tables: Tables = defaultdict(list)
    times = Times(rng, season)
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
    add_surveys(rng, times, tables, name)
    add_people(rng, times, tables, name)
    add_trade(rng, times, tables, name)
    add_work(rng, times, tables, name)
    for leg in tables["interactions"] if is_odd else ():
        if "queued_at" in leg and rng.random() < 0.1:
            leg["queued_at"] = stamp(times.any())  # a wait that runs backwards, or is far too long
    for event in tables["ticket_events"]:
        event["seq"] = event.pop("order")
    _record(rng, tables)
    return dict(tables)


def _record(rng: Random, tables: Tables) -> None:
    """Some rows come late, and some come twice: changed, and the later one holds."""
    changed = {"ticket_events": ("actor_type", ("agent", "system")), "messages": ("is_public", (True, False)),
               "interactions": ("channel", ("phone", "chat")), "tickets": ("channel", ("email", "chat"))}  # fmt: skip
    for name, (column, values) in changed.items():
        for row in list(tables[name]):
            if rng.random() > 0.1:
                continue
            own = next((row[c] for c in ("occurred_at", "created_at", "started_at") if row.get(c)), None)
            if own is None:
                continue
            late = stamp(int(datetime.fromisoformat(own).timestamp()) + rng.choice((1, 3600, 90000, 259200)))
            if rng.random() < 0.5:
                row["recorded_at"] = late
            else:
                tables[name].append({**row, column: rng.choice(values), "recorded_at": late})


def _ticket(rng: Random, times: Times, tables: Tables, ticket: str, brand: str, is_odd: bool) -> tuple[str, int]:
    created = times.any()
    first = rng.choice(("customer", "customer", "customer", "customer", "agent", "system", None))
    born = None if is_odd and rng.random() < 0.1 else stamp(created)
    customer = rng.choice((*(f"{brand}-p{i}" for i in range(4)), None))
    follows = rng.choice((None, None, None, f"{brand}-0", f"{brand}-{rng.randrange(8)}"))
    tables["tickets"].append(
        {"ticket_id": ticket, "created_at": born, "channel": rng.choice(CHANNELS), "initiated_by": first, "brand": brand,
         "customer_id": customer, "follows_ticket_id": follows}
    )  # fmt: skip

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
        for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
            _event(tables, ticket, when(), field, rng.choice(words), *_actor(rng))
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        _event(tables, ticket, when(), "calendar_id", rng.choice(("night", "gap", "east", None)), *_actor(rng))
    if rng.random() < 0.4:
        _event(tables, ticket, when(), "is_complaint", rng.choice(("true", "true", "false")), *_actor(rng))
    if rng.random() < 0.2:
        tables["ticket_tags"].append({"ticket_id": ticket, "tag": rng.choice(("fcr", "FCR", "other")), "added_at": stamp(when())})
    for flag in ("is_spam", "is_test", "is_deleted"):
        for _ in range(rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, 2))):
            _event(tables, ticket, when(), flag, rng.choice(("true", "true", "false")), *_actor(rng))
    return ticket, created


def _actor(rng: Random) -> tuple[str | None, str | None]:
    kind = rng.choice(("agent", "agent", "customer", "bot", "system", None))
    return kind, rng.choice(AGENTS) if kind == "agent" else None


def _event(tables: Tables, ticket: str, at: int, field: str, value: str | None, actor: str | None, actor_id: str | None) -> None:
    row: Row = {"ticket_id": ticket, "occurred_at": stamp(at), "field": field, "value": value, "actor_type": actor}
    number = len(tables["ticket_events"])
    row |= {"event_id": f"{ticket}-e{number:03d}", "actor_id": actor_id, "order": number}
    row["update_id"] = f"u{at}" if at % 3 else None
    tables["ticket_events"].append(row)


def _message(rng: Random, times: Times, tables: Tables, ticket: str, at: int, sessions: list[str]) -> None:
    author, agent = rng.choice(("customer", "customer", "customer", "us", "us", "us", "us", "system")), None
    if author == "us":
        author, agent = times.answering(at)
    row: Row = {"ticket_id": ticket, "occurred_at": stamp(at), "author_type": author, "author_id": agent}
    row |= {"is_public": rng.random() < 0.85, "is_auto": rng.random() < 0.1}
    row["message_id"] = f"{ticket}-m{len(tables['messages']):03d}"
    row["update_id"] = f"u{at}" if at % 3 else None
    row["macro_id"] = rng.choice((None, None, "k1"))
    if rng.random() < 0.5:
        score = {"message_id": row["message_id"], "model": "m", "score": times.feeling(at)}
        tables["message_sentiment"].append(score)
    if sessions and rng.random() < 0.4:
        row["interaction_id"] = rng.choice(sessions)
    tables["messages"].append(row)


def _contact(rng: Random, times: Times, tables: Tables, name: str, brand: str, ticket: str | None) -> str:
    """A chain of legs; the legs follow each other in time, the last one decides the outcome."""
    channel, direction = rng.choice(("phone", "chat", None)), rng.choice(("inbound", "inbound", "inbound", "outbound"))
    of = [t["customer_id"] for t in tables["tickets"] if t["ticket_id"] == ticket]
    customer = of[0] if of else rng.choice((None, *(f"{brand}-p{i}" for i in range(4))))
    reason = rng.choice((None, "return", "invoice"))
    at = times.any()
    legs = rng.choice((1, 1, 1, 2, 3))
    for i in range(legs):
        row: Row = {"interaction_id": name if i == 0 else f"{name}-{i}", "root_interaction_id": name, "ticket_id": ticket}
        row |= {"channel": channel, "direction": direction, "brand": brand, "started_at": stamp(at)}
        row |= {"customer_id": customer, "reason": reason}
        is_last = i == legs - 1
        never_queued = ("self_served", "closed_hours", "failed") if legs == 1 else ()
        outcome = rng.choice(("answered", "answered", "abandoned", "missed", "callback_requested", "in_queue",
                              *never_queued)) if is_last else rng.choice(("answered", "overflowed"))  # fmt: skip
        end = at + rng.choice((0, 3, 5, 20, 21, 60, 4000, 90000))
        if outcome not in ("self_served", "closed_hours", "failed"):
            row |= {"queued_at": stamp(at), "queue": rng.choice((None, "q1", "t2"))}
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
