"""Speed (METRICS.md 5.2)."""

from __future__ import annotations

from dataclasses import replace

from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.kinds import (
    ATTRIBUTION,
    CLOCK,
    COUNT,
    OPEN_AT_AS_OF,
    POPULATION,
    RESPONDER,
    cohort,
    duration,
    population,
    span,
    waited_until_as_of,
)
from servicemeter.model.metric import Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]


def _who(p: Params) -> str:
    """The population; tickets we started count only if asked, from the customer's first message on."""
    if p["outbound"] == "exclude":
        return f"{population(p)} and f.is_inbound"
    return "true" if p["population"] == "inbound" else population(p)


_ANY_AT = "coalesce(f.bot_answered_at, f.first_response_at)"
_HANDED_OVER = "coalesce(f.handover_at, f.first_contact_at)"


def _responded(p: Params) -> tuple[str, str]:
    """(the instant of the first response, its seconds) by the options."""
    if p["start"] == "handover":
        open_seconds = "case when f.handover_at is null then f.wait_open_seconds else f.handover_open_seconds end"
        return "f.first_response_at", span(p, f"f.first_response_at - {_HANDED_OVER}", open_seconds)
    if p["responder"] == "any":
        open_seconds = "case when f.bot_answered_at is null then f.wait_open_seconds else f.bot_wait_open_seconds end"
        return _ANY_AT, span(p, f"{_ANY_AT} - f.first_contact_at", open_seconds)
    return "f.first_response_at", span(p, "f.first_response_at - f.first_contact_at", "f.wait_open_seconds")


_MEASURED = ("messages|interactions|first_replies", "first_contact")
_SIGNED = "messages|interactions|repliers"


def _first_response(p: Params) -> Measure:
    """The measure; by whom it was given, where an export tells when alone, nobody knows: neither the agent nor their team."""
    measure = _timed(p)
    return replace(measure, needs=(*_MEASURED, _SIGNED)) if {"agent", "team"} & set(p.get("asked", ())) else measure


def _timed(p: Params) -> Measure:
    answered_at, seconds = _responded(p)
    any_one = p["responder"] == "any" and p["start"] != "handover"
    of_human = f"case when f.first_response_at = {answered_at} then f.{{}} end"
    dimensions = {
        "agent": "coalesce(f.answering_bot_id, f.first_responder_id)" if any_one else "f.first_responder_id",
        "team": of_human.format("first_responder_team_id"),
    }
    if p["attribution"] == "created":
        return _first_response_cohort(p, answered_at, seconds, dimensions)
    in_ticket = answered_at.replace("f.", "t.")
    unanswered = f"({in_ticket} is null or {in_ticket} >= p.e)"
    solved_so = unanswered if any_one else unanswered.replace("t.", "f.")
    return duration(
        Tally("tickets", {}, at=answered_at, where=_who(p), dimensions=dimensions),
        seconds,
        Tally(
            "open_spans",
            {"n_unanswered_open": COUNT},
            where=f"{_who(p)} and t.first_contact_at < p.e and {unanswered}",
        ),
        Tally(
            "solves",
            {"n_solved_unanswered": COUNT},
            at="f.solved_at",
            where=f"{_who(p)} and (f.reopened_at is null or f.reopened_at >= p.e) and {solved_so}",
        ),
        companions=("n_unanswered_open", "n_solved_unanswered"),
    )


def _first_response_cohort(p: Params, answered_at: str, seconds: str, dimensions: dict[str, str]) -> Measure:
    """Tickets created in the period, those still waiting at `as_of` censored."""
    start = _HANDED_OVER if p["start"] == "handover" else "f.first_contact_at"
    waited, joins = waited_until_as_of(p, start)
    of = Tally(
        "tickets",
        {},
        at="f.created_at",
        where=f"{_who(p)} and {start} < p.as_of and ({answered_at} < p.as_of or waiting.ticket_no is not null)",
        dimensions=dimensions,
        joins=f"{OPEN_AT_AS_OF}{joins}",
    )
    unanswered = f"({answered_at} is null or {answered_at} >= p.as_of)"
    return cohort(of, f"case when {answered_at} < p.as_of then {seconds} end", f"case when {unanswered} then {waited} end")


def _response(p: Params) -> Measure:
    who = f"{population(p)} and f.responder in ('both', '{p['responder']}')"
    closed = Tally("turns", {"n_turns_closed_unanswered": COUNT}, at="f.closed_at", where=who)
    where = who
    first = _ANY_AT.replace("f.", "t.") if p["responder"] == "any" else "t.first_response_at"
    if p["first"] == "exclude" and p["attribution"] == "created":
        where += f" and {first} < p.as_of and coalesce(f.answered_at <> {first}, true)"
    elif p["first"] == "exclude":
        where += f" and ({first} is null or f.answered_at <> {first})"
    seconds = span(p, "f.answered_at - f.started_at", "f.wait_open_seconds")
    if p["attribution"] == "created":
        return _response_cohort(p, where, seconds)
    return duration(
        Tally("turns", {}, at="f.answered_at", where=where),
        seconds,
        closed,
        companions=("n_turns_closed_unanswered",),
        per="f.ticket_no" if p["unit"] == "ticket" else "",
    )


def _response_cohort(p: Params, where: str, seconds: str) -> Measure:
    """Turns begun in the period, those still waiting at `as_of` censored; turns closed unanswered are counted beside them."""
    if p["unit"] == "ticket":
        raise BadQuestion("attribution=created follows each turn until it is answered; ask it with unit=turn.")
    waited, joins = waited_until_as_of(p, "f.started_at")
    answered, closed = "f.answered_at < p.as_of", "coalesce(f.closed_at < p.as_of, false)"
    of = Tally("turns", {}, at="f.started_at", where=f"{where} and ({answered} or not {closed})", joins=joins)
    silent = Tally("turns", {"n_turns_closed_unanswered": COUNT}, at="f.started_at", where=f"{where} and {closed}")
    running = f"case when not coalesce({answered}, false) then {waited} end"
    return cohort(of, f"case when {answered} then {seconds} end", running, silent)


METRICS = (
    Metric(
        "first_response_time",
        "speed",
        {
            "en": ("First response time", "first reply time", "FRT"),
            "nl": ("Eerste reactietijd", "eerste responstijd"),
            "ro": ("Primul timp de răspuns", "timpul până la primul răspuns"),
        },
        {
            "en": "How long does a customer wait for the first human answer?",
            "nl": "Hoe lang wacht een klant op het eerste antwoord van een mens?",
            "ro": "Cât așteaptă un client primul răspuns dat de un om?",
        },
        "first response - first contact; mean, median, p90",
        "the period of the response",
        "seconds",
        "lower",
        _first_response,
        needs=_MEASURED,
        leaves_out="Automatic acknowledgements, internal notes and bots do not stop the clock; outbound tickets; tickets "
        "without a reply, which are shown beside it.",
        headline="median",
        target=Target("<=", 4 * 3600, "starting value for e-mail; social and messaging 1 h, chat 60 s"),
        parameters=(
            CLOCK,
            RESPONDER,
            POPULATION,
            ATTRIBUTION,
            Parameter("start", "first_contact", ("first_contact", "handover"), "or when a bot handed over to a person"),
            Parameter(
                "outbound",
                "exclude",
                ("exclude", "from_first_customer_message"),
                "tickets we started: left out, or from the customer's first message on",
            ),
        ),
        beside=("n_unanswered_open", "n_solved_unanswered"),
        peers="Zendesk starts at ticket creation and includes outbound; Gorgias and Plain leave out outbound and rules and "
        "group by reply date; Intercom groups by conversation start; Zoho's agent variant starts at assignment.",
    ),
    Metric(
        "response_time",
        "speed",
        {
            "en": ("Response time", "average response time", "reply time", "time to respond"),
            "nl": ("Responstijd", "gemiddelde responstijd", "antwoordtijd"),
            "ro": ("Timp de răspuns", "timp mediu de răspuns"),
        },
        {
            "en": "How long do customers wait at any point of the conversation?",
            "nl": "Hoe lang wachten klanten op elk moment van het gesprek?",
            "ro": "Cât așteaptă clienții în orice moment al conversației?",
        },
        "over answered customer turns: answer - oldest unanswered message; mean, median, p90",
        "the period of the response",
        "seconds",
        "lower",
        _response,
        needs=("messages",),
        leaves_out="Turns closed by a silent solve, which are counted beside it; bots and automatic messages.",
        headline="median",
        parameters=(
            CLOCK,
            RESPONDER,
            POPULATION,
            ATTRIBUTION,
            Parameter("first", "include", ("include", "exclude"), "the first response too, or only later ones"),
            Parameter("unit", "turn", ("turn", "ticket"), "each turn counts, or each ticket with its mean"),
        ),
        beside=("n_turns_closed_unanswered",),
        peers="Zendesk's next reply time and Zoho start at the oldest unanswered message; Intercom offers all and later ones.",
    ),
)
