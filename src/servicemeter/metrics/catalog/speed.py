"""Speed (METRICS.md 5.2)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import (
    CLOCK,
    COUNT,
    POPULATION,
    RESPONDER,
    duration,
    population,
    span,
)
from servicemeter.model.metric import Agg, Distribution, Measure, Metric, Parameter, Params, Tally, Target

__all__ = ["METRICS"]

_OPEN_AT_AS_OF = """left join {{ facts }}.open_spans as waiting
    on waiting.ticket_no = f.ticket_no and waiting.from_at < p.as_of and (waiting.to_at is null or waiting.to_at >= p.as_of)"""
_SOLVED_AT_AS_OF = """left join {{ facts }}.solves as solved
    on solved.ticket_no = f.ticket_no and solved.solved_at < p.as_of
    and (solved.reopened_at is null or solved.reopened_at >= p.as_of)"""


_CONTACTS_UNTIL_SOLVED = """left join (
        select s.ticket_no, s.solve_no, count(*) as turns
        from {{ facts }}.solves as s
        join {{ facts }}.turns as c on c.ticket_no = s.ticket_no and c.started_at <= s.solved_at
        where c.session_no = 0 and c.responder <> 'any' group by s.ticket_no, s.solve_no
    ) as written on written.ticket_no = f.ticket_no and written.solve_no = f.solve_no
    left join (
        select s.ticket_no, s.solve_no, count(*) as sessions
        from {{ facts }}.contacts as c
        join {{ facts }}.members as n on n.source = c.ticket_source and n.ticket_id = c.ticket_id
        join {{ facts }}.solves as s on s.ticket_no = n.ticket_no and coalesce(c.queued_at, c.started_at) <= s.solved_at
        where c.is_inbound group by s.ticket_no, s.solve_no
    ) as called on called.ticket_no = f.ticket_no and called.solve_no = f.solve_no"""


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


def _first_response(p: Params) -> Measure:
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
            where=f"{_who(p)} and (f.reopened_at is null or f.reopened_at >= p.e) and {unanswered}",
        ),
        companions=("n_unanswered_open", "n_solved_unanswered"),
    )


def _first_response_cohort(p: Params, answered_at: str, seconds: str, dimensions: dict[str, str]) -> Measure:
    """Tickets created in the period, those still waiting at `as_of` censored."""
    start = _HANDED_OVER if p["start"] == "handover" else "f.first_contact_at"
    waited, joins = f"p.as_of - {start}", _OPEN_AT_AS_OF
    if p["clock"] == "business":
        waited = "{{ m.between('c', '" + start + "', 'p.as_of') }}"
        joins += "\n{{ m.joins('c', 'f.ticket_no', '" + start + "', 'p.as_of') }}"
    unanswered = f"({answered_at} is null or {answered_at} >= p.as_of)"
    of = Tally(
        "tickets",
        {},
        at="f.created_at",
        where=f"{_who(p)} and {start} < p.as_of and ({answered_at} < p.as_of or waiting.ticket_no is not null)",
        dimensions=dimensions,
        joins=joins,
    )
    number = f"case when {answered_at} < p.as_of then {seconds} end"
    censored = f"case when {unanswered} then {waited} end"
    return Measure((of,), _finish_cohort, Distribution(of, number, censored=censored))


def _finish_cohort(fields: dict[str, Any]) -> dict[str, Any]:
    counts = {name: fields.get(name, 0) for name in ("n", "n_events", "n_censored", "n_invalid")}
    return {"value": fields.get("median"), "median": fields.get("median"), "p90": fields.get("p90"), **counts}


def _response(p: Params) -> Measure:
    answers = f"f.responder in ('both', '{p['responder']}')"
    where = f"{population(p)} and {answers}"
    if p["first"] == "exclude":
        first = _ANY_AT.replace("f.", "t.") if p["responder"] == "any" else "t.first_response_at"
        where += f" and ({first} is null or f.answered_at <> {first})"
    closed = Tally("turns", {"n_turns_closed_unanswered": COUNT}, at="f.closed_at", where=f"{population(p)} and {answers}")
    return duration(
        Tally("turns", {}, at="f.answered_at", where=where),
        span(p, "f.answered_at - f.started_at", "f.wait_open_seconds"),
        closed,
        companions=("n_turns_closed_unanswered",),
        per="f.ticket_no" if p["unit"] == "ticket" else "",
    )


def _touched(p: Params, end: str) -> str:
    """A person touched the ticket before `end`; if asked, a bot's word is enough."""
    by_person = f"f.first_touch_at < {end}"
    return f"({by_person} or t.first_bot_at < {end})" if p["include_bot_only"] else by_person


def _resolution(p: Params) -> Measure:
    seconds = span(p, "f.solve_seconds", "f.solve_open_seconds")
    if p["attribution"] == "created":
        return _resolution_cohort(p)
    where = f"{population(p)} and {_touched(p, 'p.e')} and (f.reopened_at is null or f.reopened_at >= p.e)"
    if p["denominator"] == "interactions":
        return _per_interaction(where, seconds)
    return duration(Tally("solves", {}, at="f.solved_at", where=where), seconds)


def _per_interaction(where: str, seconds: str) -> Measure:
    """The sum of the durations over the number of interactions they took."""
    fields = {
        "seconds": Agg(f"sum({seconds})", f"{seconds} >= 0"),
        "contacts": Agg("sum(coalesce(written.turns, 0) + coalesce(called.sessions, 0))", f"{seconds} >= 0"),
        "n_excluded": Agg("count(*)", f"{seconds} is null"),
        "n_invalid": Agg("count(*)", f"{seconds} < 0"),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        total, contacts = found["seconds"] or 0, int(found["contacts"] or 0)
        value = total / contacts if contacts else None
        beside = {name: found[name] for name in ("n_excluded", "n_invalid")}
        return {"value": value, "mean": value, "numerator": total, "n": contacts, **beside}

    return Measure((Tally("solves", fields, at="f.solved_at", where=where, joins=_CONTACTS_UNTIL_SOLVED),), finish)


def _resolution_cohort(p: Params) -> Measure:
    """Tickets created in the period, those unresolved at `as_of` censored."""
    seconds = span(p, "solved.solve_seconds", "solved.solve_open_seconds")
    waited, joins = "p.as_of - f.created_at", f"{_OPEN_AT_AS_OF}\n{_SOLVED_AT_AS_OF}"
    if p["clock"] == "business":
        waited = "{{ m.between('c', 'f.created_at', 'p.as_of') }}"
        joins += "\n{{ m.joins('c', 'f.ticket_no', 'f.created_at', 'p.as_of') }}"
    touched = _touched(p, "p.as_of").replace("t.", "f.")
    of = Tally(
        "tickets",
        {},
        at="f.created_at",
        where=f"{population(p)} and (waiting.ticket_no is not null or (solved.ticket_no is not null and {touched}))",
        joins=joins,
    )
    return Measure(
        (of,),
        _finish_cohort,
        Distribution(of, seconds, censored=f"case when solved.ticket_no is null then {waited} end"),
    )


def _first_resolution(p: Params) -> Measure:
    return duration(
        Tally("solves", {}, at="f.solved_at", where=f"{population(p)} and f.solve_no = 1 and {_touched(p, 'p.e')}"),
        span(p, "f.solve_seconds", "f.solve_open_seconds"),
    )


_ATTRIBUTION = Parameter(
    "attribution", "ended", ("ended", "created"), "the period in which it ended, or the cohort created (Kaplan-Meier)"
)
_BOT_ONLY = Parameter("include_bot_only", False, (True, False), "count tickets no person touched")

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
        needs=("messages|interactions", "first_contact"),
        leaves_out="Automatic acknowledgements, internal notes and bots do not stop the clock; outbound tickets; tickets "
        "without a reply, which are shown beside it.",
        headline="median",
        target=Target("<=", 4 * 3600, "starting value for e-mail; social and messaging 1 h, chat 60 s"),
        parameters=(
            CLOCK,
            RESPONDER,
            POPULATION,
            _ATTRIBUTION,
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
            "en": ("Response time", "average response time", "reply time"),
            "nl": ("Gemiddelde responstijd", "antwoordtijd"),
            "ro": ("Timp mediu de răspuns",),
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
            Parameter("first", "include", ("include", "exclude"), "the first response too, or only later ones"),
            Parameter("unit", "turn", ("turn", "ticket"), "each turn counts, or each ticket with its mean"),
        ),
        beside=("n_turns_closed_unanswered",),
        peers="Zendesk's next reply time and Zoho start at the oldest unanswered message; Intercom offers all and later ones.",
    ),
    Metric(
        "resolution_time",
        "speed",
        {
            "en": ("Resolution time", "full resolution time", "time to resolution"),
            "nl": ("Gemiddelde oplostijd", "oplossingstijd"),
            "ro": ("Timp mediu de rezoluție", "timp mediu de rezolvare"),
        },
        {
            "en": "How long until a request is solved?",
            "nl": "Hoe lang duurt het tot een vraag is opgelost?",
            "ro": "Cât durează până când o solicitare este rezolvată?",
        },
        "over solved tickets a person handled: last solve - creation; mean, median, p90",
        "the period of the last solve",
        "seconds",
        "lower",
        _resolution,
        needs=("tickets", "status_history", "creation"),
        leaves_out="Open tickets (see backlog_age), bot-only and outbound tickets.",
        headline="median",
        target=Target("<=", 8 * 3600, "review above 8 h; 2 h for routine requests (e-commerce practice)"),
        parameters=(
            CLOCK,
            POPULATION,
            _ATTRIBUTION,
            _BOT_ONLY,
            Parameter("denominator", "tickets", ("tickets", "interactions"), "per ticket, or total duration per interaction"),
        ),
        peers="Zendesk's full resolution ends at the last solve; Gorgias starts at the first customer message; Intercom "
        "offers first and last close without closed hours.",
    ),
    Metric(
        "first_resolution_time",
        "speed",
        {
            "en": ("First resolution time",),
            "nl": ("Tijd tot eerste oplossing",),
            "ro": ("Timp până la prima rezolvare",),
        },
        {
            "en": "How long until a request is solved for the first time?",
            "nl": "Hoe lang duurt het tot een vraag voor het eerst is opgelost?",
            "ro": "Cât durează până la prima rezolvare a unei solicitări?",
        },
        "over tickets a person handled: first solve - creation; mean, median, p90",
        "the period of the first solve; never revised by reopenings",
        "seconds",
        "lower",
        _first_resolution,
        needs=("tickets", "status_history", "creation"),
        leaves_out="Open tickets, bot-only and outbound tickets.",
        headline="median",
        parameters=(CLOCK, POPULATION, _BOT_ONLY),
    ),
)
