"""Calls, chats and workload (METRICS.md 5.4). A contact is a chain of legs; it belongs to the period it entered the queue."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import POPULATION, duration, finish_duration, population, share
from servicemeter.model.metric import Agg, Distribution, Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]

_KNOWN = "f.decided_at < p.as_of"
_ANSWERED = f"f.outcome = 'answered' and {_KNOWN}"
_ABANDONED = f"f.outcome = 'abandoned' and {_KNOWN}"
_OFFERED = f"f.outcome in ('answered', 'abandoned', 'callback_requested', 'missed') and {_KNOWN}"
_SHORT_S = 5
"""Seconds below which an abandoned contact is called short where nothing else is said."""
_WAITING = "f.outcome in ('in_queue', 'in_progress', 'overflowed') or f.decided_at >= p.as_of"


def _queued(fields: dict[str, Agg]) -> Tally:
    return Tally("contacts", fields, at="f.queued_at", where="f.is_inbound")


def _short(seconds: Any) -> str:
    return f"({_ABANDONED} and f.wait_seconds >= 0 and f.wait_seconds < {float(seconds):g})"


def _abandonment(p: Params) -> Measure:
    left_out = f" and not {_short(p['short_abandon_s'])}" if p["short_abandon_s"] else ""
    fields = {
        "n": Agg("count(*)", _OFFERED + left_out),
        "hits": Agg("count(*)", _ABANDONED + left_out),
        "n_short_abandoned": Agg("count(*)", _short(_SHORT_S)),
        "n_in_queue": Agg("count(*)", _WAITING),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        beside = {name: found[name] for name in ("n_short_abandoned", "n_in_queue")}
        return {**share(found["hits"], found["n"]), **beside}

    return Measure((_queued(fields),), finish)


_VARIANTS = (
    "offered",
    "exclude_abandoned_within",
    "exclude_short_abandoned",
    "answered_only",
    "abandoned_as_met",
    "removed_from_queue",
)


def _service_level(p: Params) -> Measure:
    variant, within = p["variant"], f"f.wait_seconds <= {float(p['service_level_threshold_s']):g}"
    short = p["short_abandon_s"] or (_SHORT_S if variant == "exclude_short_abandoned" else 0)
    met, base = f"{_ANSWERED} and {within}", _OFFERED
    if variant == "exclude_abandoned_within":
        base = f"{_OFFERED} and not ({_ABANDONED} and {within})"
    elif variant == "answered_only":
        base = _ANSWERED
    elif variant == "abandoned_as_met":
        met = f"f.outcome in ('answered', 'abandoned') and {_KNOWN} and {within}"
    elif variant == "removed_from_queue":
        met = f"f.outcome in ('answered', 'abandoned', 'callback_requested') and {_KNOWN} and {within}"
    known = " and f.wait_seconds >= 0"
    left_out = f" and not {_short(short)}" if short else ""
    fields = {
        "n": Agg("count(*)", base + left_out + known),
        "hits": Agg("count(*)", met + left_out + known),
        "n_excluded": Agg("count(*)", f"{base} and f.wait_seconds is null"),
        "n_invalid": Agg("count(*)", f"{base} and f.wait_seconds < 0"),
        "n_in_queue": Agg("count(*)", _WAITING),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        beside = {name: found[name] for name in ("n_excluded", "n_invalid", "n_in_queue")}
        return {**share(found["hits"], found["n"]), **beside}

    return Measure((_queued(fields),), finish)


def _finish_mean(found: dict[str, Any]) -> dict[str, Any]:
    return {**finish_duration(found), "value": found.get("mean"), "ci_low": None, "ci_high": None, "ci_method": None}


def _speed_of_answer(p: Params) -> Measure:
    fields = {
        "n_short_abandoned": Agg("count(*)", _short(_SHORT_S)),
        "n_in_queue": Agg("count(*)", _WAITING),
        "time_to_abandon": Agg("avg(f.wait_seconds)", f"{_ABANDONED} and f.wait_seconds >= 0"),
        "queue_wait_time": Agg("avg(f.wait_seconds)", f"{_OFFERED} and f.wait_seconds >= 0"),
        "longest_wait": Agg("max(f.wait_seconds)", f"{_OFFERED} and f.wait_seconds >= 0"),
    }
    answered = Tally("contacts", {}, at="f.queued_at", where=f"f.is_inbound and {_ANSWERED}")
    return duration(answered, "f.wait_seconds", _queued(fields), finish=_finish_mean, companions=fields)


def _handle_time(p: Params) -> Measure:
    direction = {"inbound": "f.is_inbound", "outbound": "not f.is_inbound", "all": "true"}[p["direction"]]
    per_contact, known = p["unit"] == "contact", "f.handle_seconds >= 0"
    fields = {
        "seconds": Agg("sum(f.handle_seconds)", known),
        "legs": Agg("count(*)", f"f.is_leg and {known}"),
        "tickets": Agg("count(distinct f.leg_id)", f"not f.is_leg and {known}"),
        "contacts": Agg("count(distinct f.contact_id)", known),
        "partials": Agg("count(*)", f"f.is_partial and {known}"),
    }
    if not per_contact:
        del fields["contacts"]
    of = Tally("handlings", fields, at="f.handled_at", where=direction)
    if per_contact:
        at = "case when f.is_leg then last.handled_at else f.handled_at end"
        of = Tally("handlings", fields, at=at, where=f"{direction} and f.handled_at < p.as_of", joins=_LAST_LEG)

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        n = found["contacts"] if per_contact else found["legs"] + found["tickets"]
        total = int(found["seconds"] or 0)
        mean = total / n if n else None
        return {
            **_finish_mean(found),
            "value": mean,
            "mean": mean,
            "numerator": total if n else None,
            "n": n,
            "partial": found["partials"] > 0,
        }

    per = f"f.source || chr(31) || f.{'contact_id' if per_contact else 'leg_id'}"
    return Measure((of,), finish, Distribution(of, "f.handle_seconds", per=per, fold="sum"))


_LAST_LEG = """left join {{ facts }}.handlings as last on f.is_leg and last.source = f.source and last.contact_id = f.contact_id
    and last.handled_at < p.as_of
    and (last.next_handled_at is null or last.next_handled_at >= p.as_of and last.next_answered_at >= p.as_of)"""
"""The leg of a contact that ended last, as of then; a contact that somebody is handling has not ended."""
_LAST_REPLY = """left join (
    select s.ticket_no, s.solve_no, {{ last_by('r.agent_id', ['r.replied_at', "coalesce(r.agent_id, '')"]) }} as agent_id
    from {{ facts }}.solves as s
    join {{ facts }}.replies as r on r.ticket_no = s.ticket_no and r.is_written and r.replied_at <= s.solved_at
    group by s.ticket_no, s.solve_no) as last on last.ticket_no = f.ticket_no and last.solve_no = f.solve_no"""
_CREDIT = {
    "assignee": "f.agent_id",
    "solver": "case when f.is_by_human then f.solver_id else f.agent_id end",
    "last_replier": "last.agent_id",
}


def _closed(p: Params) -> Measure:
    agent = _CREDIT[p["credit"]]
    held = f"{population(p)} and (f.reopened_at is null or f.reopened_at >= p.e)"
    fields = {
        "solved": Agg("count(*)"),
        "assigned": Agg("count(*)", f"{agent} is not null"),
        "agents": Agg(f"count(distinct {agent})"),
    }
    by_agent = "agent" in p["by"]
    joins = _LAST_REPLY if p["credit"] == "last_replier" else ""

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        if by_agent:
            return {"value": found["solved"], "n": found["solved"]}
        value = found["assigned"] / found["agents"] if found["agents"] else None
        return {"value": value, "numerator": found["assigned"], "n": found["agents"]}

    return Measure(
        (Tally("solves", fields, at="f.solved_at", where=held, dimensions={"agent": agent}, joins=joins),),
        finish,
    )


_VARIANT_WORDS = (
    "answered within T / offered; the same, less those abandoned within T; less short abandons (below 5 s, or short_abandon_s); "
    "/ answered alone; abandoned within T count as met; answered, abandoned or called back within T"
)
_CREDIT_WORDS = (
    "whose it is: the assignee's at the last solve, the person's who solved it (else the assignee's), or the person's who "
    "replied last"
)
_SHORT = Parameter("short_abandon_s", 0, (), "abandons that waited less leave numerator and denominator; 5 is usual")

METRICS = (
    Metric(
        "abandonment_rate",
        "calls",
        {
            "en": ("Abandonment rate", "abandon rate"),
            "nl": ("Verlatingspercentage", "afhaakpercentage"),
            "ro": ("Rata de abandon",),
        },
        {
            "en": "How many customers give up waiting?",
            "nl": "Hoeveel klanten haken af tijdens het wachten?",
            "ro": "Câți clienți renunță să mai aștepte?",
        },
        "abandoned / offered (answered, abandoned, callback requested, missed)",
        "the period of entering the queue",
        "fraction",
        "lower",
        _abandonment,
        needs=("interactions",),
        leaves_out="Self-served, closed hours, failed; contacts still waiting (n_in_queue).",
        target=Target("<=", 0.05, "usual"),
        parameters=(_SHORT,),
        dimensions=("queue",),
        invalid=("agent",),
        beside=("n_short_abandoned", "n_in_queue"),
        peers="Amazon Connect has no threshold; Google CCAI and most centres remove abandons below 5 to 10 s; Genesys "
        "makes it a setting.",
    ),
    Metric(
        "service_level",
        "calls",
        {
            "en": ("Service level", "80/20"),
            "nl": ("Serviceniveau", "bereikbaarheid"),
            "ro": ("Nivel de serviciu",),
        },
        {
            "en": "Which share was answered within the threshold?",
            "nl": "Welk deel werd binnen de norm opgenomen?",
            "ro": "Ce parte a fost preluată în timpul stabilit?",
        },
        "answered within T seconds / offered",
        "the period of entering the queue",
        "fraction",
        "higher",
        _service_level,
        needs=("interactions",),
        leaves_out="Self-served, closed hours, failed; contacts still waiting (n_in_queue); waits that nobody knows (n_excluded)"
        " or that run backwards (n_invalid). The variant is part of the label: the same day can differ by five points.",
        target=Target(">=", 0.8, "80 % in 20 s (phone)"),
        parameters=(
            Parameter("service_level_threshold_s", 20, (), "T in seconds"),
            Parameter("variant", "offered", _VARIANTS, _VARIANT_WORDS),
            _SHORT,
        ),
        dimensions=("queue",),
        invalid=("agent",),
        beside=("n_in_queue",),
        peers="Amazon Connect: removed_from_queue. Many centres leave out short abandons; some count only those answered.",
    ),
    Metric(
        "average_speed_of_answer",
        "calls",
        {
            "en": ("Speed of answer", "ASA", "average queue answer time"),
            "nl": ("Gemiddelde wachttijd tot antwoord",),
            "ro": ("Timpul mediu până la preluare",),
        },
        {
            "en": "How long do those who are answered wait in the queue?",
            "nl": "Hoe lang wacht wie wordt opgenomen in de wachtrij?",
            "ro": "Cât așteaptă la coadă cei preluați?",
        },
        "mean wait of answered contacts (also median, p90)",
        "the period of entering the queue",
        "seconds",
        "lower",
        _speed_of_answer,
        needs=("interactions",),
        leaves_out="Those who gave up or were dropped: read it with abandonment. Contacts still waiting (n_in_queue).",
        headline="mean",
        target=Target("<=", 30, "usual"),
        dimensions=("queue",),
        beside=("time_to_abandon", "queue_wait_time", "longest_wait", "n_short_abandoned", "n_in_queue"),
    ),
    Metric(
        "average_handle_time",
        "calls",
        {
            "en": ("Average handle time", "AHT"),
            "nl": ("Gemiddelde afhandelingsduur", "afhandeltijd"),
            "ro": ("Timp mediu de procesare", "timp mediu de gestionare"),
        },
        {
            "en": "How much working time does a contact take?",
            "nl": "Hoeveel werktijd kost een contact?",
            "ro": "Cât timp de lucru necesită un contact?",
        },
        "sum of (talk + hold + after-contact work) / handled legs; written tickets: work sessions / tickets worked",
        "the period of the end of handling",
        "seconds",
        "neither",
        _handle_time,
        needs=("handle_times|work_sessions",),
        leaves_out="Abandoned contacts. A missing wrap-up makes the figure partial; nothing is estimated from elapsed time.",
        headline="mean",
        parameters=(
            Parameter("unit", "leg", ("leg", "contact"), "per leg, or all legs of a contact together"),
            Parameter("direction", "inbound", ("inbound", "outbound", "all"), "who called whom"),
        ),
        dimensions=("queue",),
        beside=("partial",),
        peers="Amazon Connect and Genesys: talk + hold + after-contact work; Gorgias divides online time by tickets, an estimate"
        " that is not offered here.",
    ),
    Metric(
        "tickets_closed_per_agent",
        "calls",
        {
            "en": ("Tickets closed per agent", "solved per agent"),
            "nl": ("Aantal gesloten tickets per agent",),
            "ro": ("Tichete închise per agent",),
        },
        {
            "en": "How many tickets does each agent finish per week, month, quarter?",
            "nl": "Hoeveel tickets rondt elke medewerker af per week, maand, kwartaal?",
            "ro": "Câte tichete finalizează fiecare agent pe săptămână, lună, trimestru?",
        },
        "tickets_solved by assignee at the last solve; as a team figure: solved by assigned agents / agents with at least one",
        "the period of the last solve",
        "count",
        "neither",
        _closed,
        needs=("tickets", "status_history|last_solves", "assignment_history|last_assignees"),
        leaves_out="Nothing: unassigned tickets stand under (unassigned), so that the agents add up to the total.",
        parameters=(
            POPULATION,
            Parameter("credit", "assignee", tuple(_CREDIT), _CREDIT_WORDS),
        ),
    ),
)
