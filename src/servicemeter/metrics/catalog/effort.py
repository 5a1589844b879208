"""Effort (METRICS.md 5.3): how often a request is passed on, and how often people work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from servicemeter.metrics.kinds import POPULATION, mean_of, population, share
from servicemeter.model.metric import Agg, Distribution, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

Fields = dict[str, Any]

_HANDLED = "f.first_touch_at < p.e and (f.reopened_at is null or f.reopened_at >= p.e)"
_HANDED_OVER = "t.handover_at is not null and t.first_response_at < p.e"
_SECOND = 1_000_000_000
"""The keys that order the changes of a ticket are this many a second (see `change_key`)."""
_TICKET = "count(distinct f.ticket_no)"
_CONTACT = "count(distinct f.source || chr(31) || f.contact_id)"
_HIGHER = "above.tier > below.tier"


def _passed_on(is_escalation: bool) -> Callable[[Params], Measure]:
    """The share that was passed on (to a higher tier); the agent and the team are those who passed it on."""

    def measure(p: Params) -> Measure:
        return _contacts(is_escalation) if p["unit"] == "contact" else _tickets(p, is_escalation)

    return measure


def _tickets(p: Params, is_escalation: bool) -> Measure:
    holder = "agent_id" if p["level"] == "agent" else "team_id"
    passed = _goes_on(holder) + (f" and {_HIGHER}" if is_escalation else "")
    held, beside = _holds(holder)
    joins = held + (_tiers(*_teams_passing(holder)) if is_escalation else "")
    where = f"{population(p)} and {_HANDLED}"
    hits = {"hits": Agg(_TICKET, passed), "transfers": Agg("count(*)", passed)}
    if not {"agent", "team"} & set(p.get("asked", ())):  # each ticket counts once, and those passed on are few
        solved = Tally(
            "solves", {"n": Agg("count(*)"), "n_handovers": Agg("count(*)", _HANDED_OVER)}, at="f.solved_at", where=where
        )
        return Measure((solved, replace(solved, fields=hits, where=f"{where} and {passed}", joins=joins)), _finish)
    fields = {"n": Agg(_TICKET), **hits, "n_handovers": Agg(_TICKET, _HANDED_OVER)}
    dimensions = {"team": "held.team_id", "agent": "beside.agent_id"}
    if holder == "agent_id":
        dimensions = {"team": "beside.team_id", "agent": "held.agent_id"}
    lookups = {"beside": beside}
    of = Tally("solves", fields, at="f.solved_at", where=where, joins=joins, lookups=lookups, dimensions=dimensions)
    return Measure((of,), _finish)


def _goes_on(holder: str) -> str:
    """Whether a holder passed the ticket on by `e`, and it was no routing (nor a bot's handover, from agent to agent)."""
    no_bot = " and robot.agent_id is null" if holder == "agent_id" else ""
    routed = f"held.next_is_automatic and held.to_key < f.first_touch_at * {_SECOND}"
    return f"held.next_{holder} <> held.{holder} and held.to_key < p.e * {_SECOND} and not ({routed}){no_bot}"


def _holds(holder: str) -> tuple[str, str]:
    """Joins: who held the ticket by `e`, and who stood beside the holder when it was passed on."""
    own, other = ("assignee_spans", "team_spans") if holder == "agent_id" else ("team_spans", "assignee_spans")
    until = f"least(held.to_key, p.e * {_SECOND})"
    before = f"({until} - {until} % {_SECOND})"
    robots = "left join {{ facts }}.bots as robot on robot.source = held.source and robot.agent_id = held.agent_id"
    held = f"""
    left join {{{{ facts }}}}.{own} as held
        on held.ticket_no = f.ticket_no and held.{holder} is not null and held.from_key < p.e * {_SECOND}
    {robots if holder == "agent_id" else ""}"""
    beside = f"""left join {{{{ facts }}}}.{other} as beside
        on beside.ticket_no = held.ticket_no and beside.from_key < {before} and beside.to_key >= {before}"""
    return held, beside


def _teams_passing(holder: str) -> tuple[str, str, str]:
    """(the team that passed a ticket on, the team it went to, the joins that these need)."""
    if holder == "team_id":
        return "held.team_id", "held.next_team_id", ""
    at = f"{{{{ whole('held.to_key', '{_SECOND}') }}}}"
    joins = "".join(
        f"""
    left join {{{{ facts }}}}.agent_spans as {alias} on {alias}.source = held.source and {alias}.agent_id = held.{agent}
        and {alias}.from_at <= {at} and {at} < {alias}.to_at"""
        for alias, agent in (("giving", "agent_id"), ("taking", "next_agent_id"))
    )
    return "giving.team_id", "taking.team_id", joins


def _tiers(giving: str, taking: str, joins: str = "") -> str:
    return f"""{joins}
    left join {{{{ rows('teams') }}}} as below on below.source = held.source and below.team_id = {giving}
    left join {{{{ rows('teams') }}}} as above on above.source = held.source and above.team_id = {taking}"""


def _contacts(is_escalation: bool) -> Measure:
    """Calls and chats: passed on when they went on after somebody had answered."""
    passed = "held.passed_at < p.as_of" + (f" and {_HIGHER}" if is_escalation else "")
    fields = {"n": Agg(_CONTACT), "hits": Agg(_CONTACT, passed), "transfers": Agg("count(held.passed_at)", passed)}
    joins = "left join {{ facts }}.legs as held on held.source = f.source and held.contact_id = f.contact_id"
    if is_escalation:
        joins += _tiers("held.team_id", "held.next_team_id")
    of = Tally(
        "contacts",
        fields,
        at="f.queued_at",
        where="f.is_inbound and f.outcome = 'answered' and f.decided_at < p.as_of",
        dimensions={"agent": "held.agent_id", "team": "held.team_id"},
        joins=joins,
    )
    return Measure((of,), _finish, needs=("interactions",))


def _finish(found: Fields) -> Fields:
    n = found["n"]
    per_ticket = found["transfers"] / n if n else None
    return {**share(found["hits"], n), "transfers_per_ticket": per_ticket, "n_handovers": found.get("n_handovers")}


def _touches(p: Params) -> Measure:
    """Times that people worked on a ticket by the evaluation instant, over solved tickets a person handled.

    The last touch by then tells how many there were. All of them have one; it is asked for, so that the figure is known by days.
    """
    where = f"{population(p)} and {_HANDLED} and worked.touch_no > 0"
    of = Tally(
        "solves",
        {},
        at="f.solved_at",
        where=where,
        joins="""left join {{ facts }}.touches as worked on worked.ticket_no = f.ticket_no and worked.touched_at < p.e
            and (worked.until_at is null or worked.until_at >= p.e)""",
    )

    rough = replace(of, fields={"approximate": Agg("count(*)")}, where=f"{where} and worked.is_approximate")

    def finish(found: Fields) -> Fields:
        n, total = found.get("n", 0), int(found.get("total") or 0)
        spread = {name: found.get(name) for name in ("mean", "median", "p90")}
        mean = mean_of(n, total, found.get("squares") or 0, low=0)
        return {**mean, **spread, "numerator": total, "partial": found["approximate"] > 0}

    return Measure((of, rough), finish, Distribution(of, "worked.touch_no"))


_MEASURED = ("tickets", "status_history", "assignment_history", "messages|interactions")
_PASSING = (
    POPULATION,
    Parameter("level", "team", ("team", "agent"), "from team to team, or from agent to agent (of tickets)"),
    Parameter("unit", "ticket", ("ticket", "contact"), "solved tickets, or answered calls and chats"),
)
_NO_TRANSFER = (
    "The first assignment, and what rules or bots did before a person touched the ticket; tickets that bots handed over are "
    "counted beside it."
)

METRICS = (
    Metric(
        "transfer_rate",
        "resolution",
        {
            "en": ("Transfers", "transfer rate", "reassignment"),
            "nl": ("Doorverbindpercentage", "overdrachtspercentage"),
            "ro": ("Rata de transfer",),
        },
        {
            "en": "How often is a request passed on to another team?",
            "nl": "Hoe vaak wordt een vraag doorgegeven aan een ander team?",
            "ro": "Cât de des este transferată o solicitare unei alte echipe?",
        },
        "solved tickets a person handled that went from one team to another / such tickets; calls and chats: answered ones that "
        "went on after an answer / answered ones",
        "the period of the last solve; of calls and chats, of entering the queue",
        "fraction",
        "lower",
        _passed_on(is_escalation=False),
        needs=_MEASURED,
        leaves_out=_NO_TRANSFER,
        parameters=_PASSING,
        beside=("transfers_per_ticket", "n_handovers"),
    ),
    Metric(
        "escalation_rate",
        "resolution",
        {
            "en": ("Escalations", "escalation rate"),
            "nl": ("Escalatiepercentage",),
            "ro": ("Rata de escaladare",),
        },
        {
            "en": "How often does a request go to a higher tier?",
            "nl": "Hoe vaak gaat een vraag naar een hogere lijn?",
            "ro": "Cât de des ajunge o solicitare la un nivel superior?",
        },
        "solved tickets a person handled that went to a team of a higher tier / such tickets; calls and chats likewise",
        "the period of the last solve; of calls and chats, of entering the queue",
        "fraction",
        "lower",
        _passed_on(is_escalation=True),
        needs=_MEASURED,
        leaves_out=_NO_TRANSFER + " Teams without a tier are neither higher nor lower.",
        parameters=_PASSING,
        beside=("transfers_per_ticket", "n_handovers"),
    ),
    Metric(
        "agent_touches",
        "resolution",
        {
            "en": ("Agent touches per ticket", "touches"),
            "nl": ("Handelingen per ticket",),
            "ro": ("Intervenții ale agenților per tichet",),
        },
        {
            "en": "How often do people have to work on a request?",
            "nl": "Hoe vaak moeten mensen aan een vraag werken?",
            "ro": "De câte ori intervin oamenii la o solicitare?",
        },
        "distinct updates by people + calls and chats they answered / solved tickets a person handled",
        "the period of the last solve",
        "touches",
        "lower",
        _touches,
        needs=("tickets", "status_history", "messages|interactions"),
        leaves_out="Bots, rules and calls nobody answered. Without update ids, all that one person did in one minute is one "
        "touch, and the figure is partial.",
        parameters=(POPULATION,),
        beside=("partial",),
    ),
)
