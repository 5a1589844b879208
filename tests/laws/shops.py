"""What happens around the tickets of a made-up history: people, orders, surveys, costs and presence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from laws.seasons import CHANNELS, Row, Tables, Times, stamp

__all__ = ["add_people", "add_surveys", "add_trade", "add_work"]

_SCALES = {
    "csat": ("csat_5", "csat_5", "csat_5", "csat_2"),
    "ces": ("ces2_7", "ces2_7", "ces1_5"),
    "nps": ("nps_0_10",),
    "intent": (None,),
    "fcr": (None,),
}


def add_people(rng: Random, times: Times, tables: Tables, brand: str) -> None:
    """Four customers, some of them one person, some of the house."""
    for i in range(4):
        row: Row = {"customer_id": f"{brand}-p{i}", "segment": rng.choice(("vip", "plain", None))}
        row["is_internal"] = rng.random() < 0.1
        row |= {"country": rng.choice(("NL", "RO", None)), "birth_year": rng.choice((1990, 2003, None))}
        if i and rng.random() < 0.2:
            row["merged_into_customer_id"] = f"{brand}-p{rng.randrange(i)}"
        tables["customers"].append(row)
        for _ in range(rng.choice((0, 1))):
            value = f"{brand}-v{rng.randrange(3)}"
            identity = {"customer_id": row["customer_id"], "kind": "email", "value_hash": value}
            if identity not in tables["customer_identities"]:
                tables["customer_identities"].append(identity)


def add_trade(rng: Random, times: Times, tables: Tables, brand: str) -> None:
    """Orders with cancellations and refunds, some long before; a contract now and then."""
    for i in range(rng.choice((0, 1, 3, 6))):
        at = times.after(times.any()) - rng.choice((0, 0, 0, 40, 364, 365)) * 86400
        row: Row = {"order_id": f"{brand}-o{i}", "customer_id": rng.choice((None, *(f"{brand}-p{n}" for n in range(4))))}
        row |= {"placed_at": stamp(at), "brand": brand, "amount": rng.choice((1000, 2550, 99))}
        row |= {"currency": rng.choice((None, "EUR", "USD", "GBP")), "is_test": rng.random() < 0.1}
        tables["orders"].append(row)
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            event = {
                "order_id": row["order_id"],
                "occurred_at": stamp(times.after(at)),
                "kind": rng.choice(("cancelled", "refunded")),
            }
            event["amount"] = rng.choice((None, 99, 500, 1000))
            if event not in tables["order_events"]:
                tables["order_events"].append(event)
    if rng.random() < 0.3:
        _contracts(rng, times, tables, brand)
    for days in range(-2, 14) if brand == "b0" and rng.random() < 0.7 else ():  # one source of rates, for all
        if rng.random() < 0.7:
            day = (datetime.fromtimestamp(times.start, UTC) + timedelta(days=days)).date().isoformat()
            rate = {"date": day, "currency": rng.choice(("USD", "GBP")), "rate_to_base": rng.choice((0.5, 0.905, 1.15))}
            tables["exchange_rates"].append(rate)


def _contracts(rng: Random, times: Times, tables: Tables, brand: str) -> None:
    """Contracts around the season."""
    first = datetime.fromtimestamp(times.start, UTC).date()
    for i in range(4):
        if rng.random() < 0.5:
            row: Row = {"customer_id": f"{brand}-p{i}", "started_on": (first + timedelta(days=rng.randrange(-9, 9))).isoformat()}
            row["ended_on"] = rng.choice((None, (first + timedelta(days=rng.randrange(9, 14))).isoformat()))
            tables["customer_contracts"].append(row)


def add_work(rng: Random, times: Times, tables: Tables, brand: str) -> None:
    """What agents did with their days, and what that cost."""
    for agent in (f"a1-{brand}", f"a2-{brand}"):
        at = times.any()
        for _ in range(rng.choice((0, 2, 5))):
            state = rng.choice(("handling", "handling", "available", "break", "offline"))
            end = at + rng.choice((600, 3600, 90000))
            row: Row = {"agent_id": agent, "state": state, "started_at": stamp(at), "ended_at": stamp(end)}
            tables["agent_states"].append(row)
            if state == "handling" and rng.random() < 0.5:  # two chats at once
                tables["agent_states"].append({**row, "started_at": stamp(at + 300)})
            at = end + rng.choice((0, 0, 60))
    for _ in range(rng.choice((0, 0, 2, 4)) if tables["tickets"] else 0):
        at = times.any()
        row = {"ticket_id": rng.choice(tables["tickets"])["ticket_id"], "agent_id": rng.choice(("a1", "a2", "bot1", None))}
        row |= {"started_at": stamp(at), "ended_at": rng.choice((None, *(stamp(at + n) for n in (0, 60, 4000, 90000))))}
        tables["work_sessions"].append({**row, "session_id": f"{brand}-w{len(tables['work_sessions'])}"})
    day = datetime.fromtimestamp(times.start, UTC).date()
    for i in range(rng.choice((0, 1, 2))):
        since = day + timedelta(days=rng.randrange(-5, 8))
        cost: Row = {"cost_id": f"{brand}-k{i}", "from": since.isoformat(), "amount": rng.choice((1000, 333))}
        cost |= {"to": (since + timedelta(days=rng.choice((1, 7, 31)))).isoformat(), "channel": rng.choice(CHANNELS)}
        tables["costs"].append({**cost, "currency": rng.choice((None, "EUR", "USD"))})


def add_surveys(rng: Random, times: Times, tables: Tables, brand: str) -> None:
    """Invitations of every kind, answered once, several times, or not."""
    for i in range(rng.choice((0, 1, 3, 5))):
        name, sent = f"{brand}-v{i}", times.any()
        kind = rng.choice(("csat", "csat", "nps", "nps", "ces", "intent", "fcr"))
        row: Row = {"invitation_id": name, "kind": kind, "brand": brand, "scale": rng.choice(_SCALES[kind])}
        row |= {"customer_id": rng.choice((None, *(f"{brand}-p{n}" for n in range(4)))), "sent_at": stamp(sent)}
        scope = rng.choice(("transactional", "transactional", "transactional", "relational", "intercept", "review", None))
        row |= {"scope": scope, "channel": rng.choice(CHANNELS)}
        row["delivery"] = rng.choice(("delivered", "delivered", "delivered", "bounced", None))
        row["ticket_id"] = rng.choice((None, *(t["ticket_id"] for t in tables["tickets"])))
        row["interaction_id"] = rng.choice((None, *(c["interaction_id"] for c in tables["interactions"])))
        tables["survey_invitations"].append({k: v for k, v in row.items() if k != "sent_at" or scope != "review"})
        for n in range(rng.choice((0, 1, 1, 2, 3))):
            answer = {"invitation_id": name, "answered_at": stamp(times.after(sent)), **_said(rng, kind)}
            tables["survey_answers"].append({**answer, "answer_id": f"{name}-a{n}"})


def _said(rng: Random, kind: str) -> Row:
    if kind == "intent":
        question = rng.choice(("intent", "fulfilled"))
        words = ("return", "track") if question == "intent" else ("yes", "partly", "no", "maybe")
        return {"question": question, "value_text": rng.choice(words)}
    if kind == "fcr":
        return {"value_text": rng.choice(("yes", "no", "dunno"))}
    return {"value_num": rng.choice((1, 2, 3, 4, 5, 7, 0, 9, 10))}
