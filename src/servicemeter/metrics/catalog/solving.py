"""From asking to solved (METRICS.md 5.2): resolution, first resolution and turnaround time."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import (
    ATTRIBUTION,
    CLOCK,
    OPEN_AT_AS_OF,
    POPULATION,
    UNRESOLVED,
    cohort,
    duration,
    finish_duration,
    population,
    span,
    unresolved,
    waited_until_as_of,
)
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]

_SOLVED_AT_AS_OF = """left join {{ facts }}.solves as solved
    on solved.ticket_no = f.ticket_no and solved.solved_at < p.as_of
    and (solved.reopened_at is null or solved.reopened_at >= p.as_of)"""
_FIRST_SOLVED_AT_AS_OF = """left join {{ facts }}.solves as solved
    on solved.ticket_no = f.ticket_no and solved.solve_no = 1 and (solved.solved_at < p.as_of or solved.solved_at is null)"""
_CASE = "left join {{ facts }}.cases as k on k.ticket_no = f.ticket_no and k.solve_no = f.solve_no"
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
    return duration(Tally("solves", {}, at="f.solved_at", where=where), seconds, unresolved(p), companions=UNRESOLVED)


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
    waited, joins = waited_until_as_of(p, "f.created_at")
    of = Tally(
        "tickets",
        {},
        at="f.created_at",
        where=f"{population(p)} and (waiting.ticket_no is not null or (solved.ticket_no is not null and {_touched_ticket(p)}))",
        joins=f"{OPEN_AT_AS_OF}\n{_SOLVED_AT_AS_OF}{joins}",
    )
    ended = span(p, "solved.solve_seconds", "solved.solve_open_seconds")
    return cohort(of, ended, f"case when solved.ticket_no is null then {waited} end")


def _first_resolution(p: Params) -> Measure:
    if p["attribution"] == "created":
        return _first_resolution_cohort(p)
    where = f"{population(p)} and f.solve_no = 1 and {_touched(p, 'p.e')}"
    return duration(
        Tally("solves", {}, at="f.solved_at", where=where),
        span(p, "f.solve_seconds", "f.solve_open_seconds"),
        unresolved(p),
        companions=UNRESOLVED,
    )


def _first_resolution_cohort(p: Params) -> Measure:
    """Tickets created in the period, those never solved by `as_of` censored; solved nobody knows when is neither."""
    waited, joins = waited_until_as_of(p, "f.created_at")
    of = Tally(
        "tickets",
        {},
        at="f.created_at",
        where=f"{population(p)} and (solved.ticket_no is null or {_touched_ticket(p)})",
        joins=f"{_FIRST_SOLVED_AT_AS_OF}{joins}",
    )
    ended = span(p, "solved.solve_seconds", "solved.solve_open_seconds")
    return cohort(of, ended, f"case when solved.ticket_no is null then {waited} end")


def _touched_ticket(p: Params) -> str:
    return _touched(p, "p.as_of").replace("t.first", "f.first")


def _turnaround(p: Params) -> Measure:
    """From the first contact to the first solve that was not undone within the window; mature solves only."""
    window = int(float(p["followup_window_days"]) * 86400)
    start, reopened_at, longest, solved = _of_case() if p["link_followups"] else _of_ticket()
    undone = f"{reopened_at} <= f.solved_at + {window}"
    stands = f"({reopened_at} is null or {reopened_at} >= p.as_of or not ({undone}))"
    candidate = f"{population(p)} and {solved} and coalesce({longest}, 0) <= {window} and {stands}"
    mature = f"f.solved_at + {window} < p.as_of"
    joins = _CASE if p["link_followups"] else ""
    taken = f"f.solved_at - {start}"
    if p["clock"] == "business":
        taken = "{{ m.between('c', '" + start + "', 'f.solved_at') }}"
        joins += "\n{{ m.joins('c', 'f.ticket_no', '" + start + "', 'f.solved_at') }}"

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return {**finish_duration(found), "n_immature": found["n_immature"]}

    return duration(
        Tally("solves", {}, at="f.solved_at", where=f"{candidate} and {mature}", joins=joins),
        f"case when f.solve_seconds < 0 then f.solve_seconds else {taken} end",
        Tally("solves", {"n_immature": Agg("count(*)")}, at="f.solved_at", where=f"{candidate} and not ({mature})", joins=joins),
        unresolved(p),
        finish=finish,
        companions=UNRESOLVED,
    )


def _of_ticket() -> tuple[str, str, str, str]:
    """Where a ticket's turnaround starts, when a solve was undone, how long the ones before had lasted, what else must hold."""
    return "least(t.first_contact_at, f.created_at)", "f.reopened_later_at", "f.longest_solved_before_s", "true"


def _of_case() -> tuple[str, str, str, str]:
    """The same of tickets that follow one another, as one case; a ticket that stands alone is its own case."""

    def either(own: str, of_case: str) -> str:
        return f"(case when k.ticket_no is null then {own} else k.{of_case} end)"

    start, reopened_at, longest, _ = _of_ticket()
    return (
        either(start, "started_at"),
        either(reopened_at, "reopened_at"),
        either(longest, "longest_solved_before_s"),
        either("true", "is_solved"),
    )


_BOT_ONLY = Parameter("include_bot_only", False, (True, False), "count tickets no person touched")

METRICS = (
    Metric(
        "resolution_time",
        "speed",
        {
            "en": ("Resolution time", "full resolution time", "time to resolution"),
            "nl": ("Oplostijd", "gemiddelde oplostijd", "oplossingstijd"),
            "ro": ("Timp de rezoluție", "timp mediu de rezoluție", "timp mediu de rezolvare"),
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
        needs=("tickets", "status_history|last_solves", "creation"),
        leaves_out="Open tickets (see backlog_age), bot-only and outbound tickets.",
        headline="median",
        target=Target("<=", 8 * 3600, "review above 8 h; 2 h for routine requests (e-commerce practice)"),
        parameters=(
            CLOCK,
            POPULATION,
            ATTRIBUTION,
            _BOT_ONLY,
            Parameter("denominator", "tickets", ("tickets", "interactions"), "per ticket, or total duration per interaction"),
        ),
        beside=UNRESOLVED,
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
        parameters=(CLOCK, POPULATION, ATTRIBUTION, _BOT_ONLY),
        beside=UNRESOLVED,
    ),
    Metric(
        "turnaround_time",
        "speed",
        {
            "en": ("Turnaround time", "cycle time", "end-to-end time"),
            "nl": ("Doorlooptijd",),
            "ro": ("Timp total de soluționare", "durata completă"),
        },
        {
            "en": "How long from the very first contact to the definitive solution, all stages included?",
            "nl": "Hoe lang duurt het van het allereerste contact tot de definitieve oplossing, alle stappen meegerekend?",
            "ro": "Cât durează de la primul contact până la soluția definitivă, cu toate etapele?",
        },
        "first solve that was not undone within the window - the earlier of first contact and creation; mean, median, p90",
        "the period of the definitive solve; mature only",
        "seconds",
        "lower",
        _turnaround,
        needs=("tickets", "status_history", "creation|first_contact"),
        leaves_out="Open and outbound tickets; solves whose window is still running (n_immature).",
        headline="median",
        parameters=(
            CLOCK,
            POPULATION,
            Parameter("followup_window_days", 7, (), "days in which a reopening undoes a solve, inclusive"),
            Parameter("link_followups", False, (True, False), "tickets that follow one another are one case"),
        ),
        beside=("n_immature", *UNRESOLVED),
    ),
)
