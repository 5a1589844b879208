"""Service level agreements (METRICS.md 5.6)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import COUNT, POPULATION, population, share
from servicemeter.model.metric import Agg, Distribution, Measure, Metric, Parameter, Params, Tally
from servicemeter.model.promises import OUTCOMES, UNPAUSED_OUTCOMES
from servicemeter.model.target import Target
from servicemeter.store.elapsed import elapsed_at, hours_at

__all__ = ["METRICS"]

_STATES = ("met", "breached", "running", "paused", "cancelled")
_SHOWS = {"metric": "f.metric", "policy": "f.policy"}


def _span_at(moment: str) -> str:
    """The span of a promise (alias `now`) that holds just before a moment, with the opening hours of that day."""
    return f"""left join {{{{ facts }}}}.sla_spans as now
        on now.ticket_no = f.ticket_no and now.metric_no = f.metric_no and now.part_no = f.part_no
        and now.from_at < {moment} and (now.to_at is null or now.to_at >= {moment})"""


def _met(p: Params) -> str:
    return "f.ended_as in ('met', 'unanswered')" if p["sla_solve_fulfils"] else "f.ended_as = 'met'"


def _outcomes(p: Params) -> dict[str, str]:
    """The conditions of the three outcomes."""
    cancelled = "'withdrawn'" if p["sla_solve_fulfils"] else "'withdrawn', 'unanswered'"
    return {"met": _met(p), "breached": "f.ended_as = 'breached'", "cancelled": f"f.ended_as in ({cancelled})"}


def _needs(p: Params) -> tuple[str, ...]:
    """What a source has to tell: how promises of the kinds asked for ended, with the states in which their clocks stand still."""
    pauses = p["sla_pause_states"]
    outcomes = UNPAUSED_OUTCOMES if pauses == "none" else OUTCOMES
    asked = [outcomes[metric] for metric in p.get("only", {}).get("metric", outcomes) if metric in outcomes]
    return (*_NEEDS[:2], "|".join(asked or outcomes.values()), *(() if pauses in ("policy", "none") else ("status_history",)))


def _compliance(p: Params) -> Measure:
    return _cohort(p) if p["attribution"] == "created" else _ended(p)


def _ended(p: Params) -> Measure:
    """Outcomes by the instant at which they became known; what still runs is read at the period's end."""
    known = _outcomes(p)
    fields = {
        "n": Agg("count(*)", f"({known['met']} or {known['breached']})"),
        "met": Agg("count(*)", known["met"]),
        "cancelled": Agg("count(*)", known["cancelled"]),
    }
    where = f"{population(p)} and (f.reopened_at is null or f.reopened_at >= p.e)"
    outcomes = Tally("sla_instances", fields, at="f.outcome_at", where=where, shows={**_SHOWS, "outcome": "f.ended_as"})
    waiting = {"running": Agg("count(*)", "f.state_no = 0"), "paused": Agg("count(*)", "f.state_no = 1")}
    spans = Tally("sla_spans", waiting, where=f"{population(p)} and {_NOT_PASSED}")
    return Measure((outcomes, spans), _finish, needs=_needs(p))


_NOT_PASSED = "(f.passed_at is null or f.passed_at >= p.e)"


def _cohort(p: Params) -> Measure:
    """Promises that began in the period, as they stand at `as_of`, once their target has gone by."""
    is_known, is_mature = "f.outcome_at < p.as_of", "f.mature_at < p.as_of"
    conditions = {name: f"{is_known} and {said}" for name, said in _outcomes(p).items()}
    conditions |= {
        name: f"not coalesce({is_known}, false) and now.state_no = {state_no}"
        for state_no, name in enumerate(("running", "paused"))
    }
    is_any = f"({is_known} or now.state_no in (0, 1))"
    fields = {name: Agg("count(*)", f"{is_mature} and {said}") for name, said in conditions.items()}
    fields["n"] = Agg("count(*)", f"{is_mature} and {is_known} and ({_outcomes(p)['met']} or {_outcomes(p)['breached']})")
    fields["n_immature"] = Agg("count(*)", f"not coalesce({is_mature}, false) and {is_any}")
    where = (
        f"{population(p)} and f.promised_at < p.as_of and (f.reopened_at is null or ({is_known} and f.reopened_at >= p.as_of))"
    )
    del fields["breached"]
    whole = Tally(
        "sla_instances",
        fields,
        at="f.started_at",
        where=where,
        joins=_span_at("p.as_of"),
        shows={**_SHOWS, "outcome": "f.ended_as"},
    )
    return Measure((whole,), _finish, needs=_needs(p))


def _finish(found: dict[str, Any]) -> dict[str, Any]:
    states = {**{name: found.get(name, 0) for name in _STATES}, "breached": found["n"] - found["met"]}
    return {**share(found["met"], found["n"]), **states, "n_immature": found.get("n_immature", 0)}


def _breaches(p: Params) -> Measure:
    over = f"case when f.ended_at < p.e then f.overrun_seconds else {elapsed_at('now', 'p.e')} - f.target_seconds end"
    passed = "now.passed_at is not null and (now.to_at is null or now.to_at > now.passed_at)"  # the others need not be looked at
    of = Tally(
        "sla_instances",
        {"n_breached": COUNT},
        at="f.passed_at",
        where=population(p),
        lookups={"now": f"{_span_at('p.e')} and {passed}\n{hours_at('now', 'p.e')}"},
        shows={**_SHOWS, "ended_at": "case when f.ended_at < p.e then f.ended_at end"},
    )

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        overrun = {f"overrun_{name}_seconds": found.get(name) for name in ("mean", "median", "p90")}
        return {"value": found["n_breached"], "n": found["n_breached"], **overrun}

    return Measure((of,), finish, Distribution(of, over), needs=_needs(p))


def _at_risk(p: Params) -> Measure:
    elapsed = elapsed_at("f", "p.e")
    threshold = f"{elapsed} >= {float(p['at_risk_from'])!r} * f.target_seconds"
    of = Tally(
        "sla_spans",
        {
            "n": Agg("count(*)", f"f.state_no = 0 and {threshold}"),
            "paused_over": Agg("count(*)", f"f.state_no = 1 and {threshold}"),
        },
        where=f"{population(p)} and {_NOT_PASSED}",
        joins=hours_at("f", "p.e"),
        shows={**_SHOWS, "due_at": "f.due_at", "elapsed_seconds": elapsed, "target_seconds": "f.target_seconds"},
    )

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return {"value": found["n"], "n": found["n"], "paused_over_threshold": found["paused_over"]}

    return Measure((of,), finish, needs=_needs(p))


_NEEDS = ("tickets", "sla_policies", "|".join(OUTCOMES.values()))
_PAUSES = Parameter(
    "sla_pause_states",
    "policy",
    ("policy", "none", "pending", "on_hold", "pending+on_hold"),
    "the states in which the clocks stand still: each policy's own (else pending for resolution, none for responses), or these",
)
_FULFILS = Parameter("sla_solve_fulfils", False, (True, False), "a solve without a reply keeps the promise of a response")
_REOPEN = Parameter("reopen", "new", ("new", "continue"), "a reopening starts a new promise to solve, or lets the first go on")
_DIMENSIONS = ("policy", "metric")
_UNJUDGED = (
    "Promises of which their source cannot tell how they ended: of a first response that takes first replies and solves, of a "
    "next one every message, of a resolution every change of state; so it does of every clock that may stand still."
)
_PEERS = (
    "Zendesk offers requester wait time (pauses in pending), agent work time (pending and on hold) and total resolution time; "
    "Freshdesk lets each status pause; some reports count only promises that were fulfilled, which hides open breaches."
)

METRICS = (
    Metric(
        "sla_compliance_rate",
        "sla",
        {
            "en": ("SLA compliance", "SLA attainment"),
            "nl": ("SLA-naleving",),
            "ro": ("Respectarea SLA",),
        },
        {
            "en": "Which share met the agreed time?",
            "nl": "Welk deel haalde de afgesproken tijd?",
            "ro": "Ce parte s-a încadrat în timpul convenit?",
        },
        "met / (met + breached) over promises: a ticket, a metric and a start, by the first policy that fits when it starts",
        "the period in which the outcome became known: fulfilled, or the target passed",
        "fraction",
        "higher",
        _compliance,
        needs=_NEEDS,
        leaves_out="Promises that still run or are paused; cancelled ones: solved without a reply before the target was passed, "
        "or the policy withdrawn; outbound tickets. Exactly on target is met; overdue is breached at once, and for good. "
        f"{_UNJUDGED}",
        target=Target(">=", 0.95, "the organisation's own commitment; 95 % until it is set"),
        parameters=(
            POPULATION,
            _PAUSES,
            _FULFILS,
            _REOPEN,
            Parameter(
                "attribution",
                "ended",
                ("ended", "created"),
                "the period in which the outcome became known, or in which the promise began (once its target has gone by)",
            ),
        ),
        dimensions=_DIMENSIONS,
        beside=_STATES,
        peers=_PEERS,
    ),
    Metric(
        "sla_breaches",
        "sla",
        {
            "en": ("SLA breaches", "missed SLAs"),
            "nl": ("SLA-overschrijdingen",),
            "ro": ("Depășiri SLA",),
        },
        {
            "en": "How many promises were not kept, and by how much?",
            "nl": "Hoeveel afspraken zijn niet gehaald, en met hoeveel tijd?",
            "ro": "Câte termene nu au fost respectate și cu cât au fost depășite?",
        },
        "count of promises that passed their target; overrun = elapsed - target when they ended, or at the period's end",
        "the period in which the clock passed the target, answered or not",
        "count",
        "lower",
        _breaches,
        needs=_NEEDS,
        leaves_out=f"Outbound tickets, unless population says so. {_UNJUDGED}",
        parameters=(POPULATION, _PAUSES, _REOPEN),
        dimensions=_DIMENSIONS,
        beside=("overrun_mean_seconds", "overrun_median_seconds", "overrun_p90_seconds"),
        peers=_PEERS,
    ),
    Metric(
        "sla_at_risk",
        "sla",
        {
            "en": ("SLA breaches at risk", "at-risk tickets"),
            "nl": ("SLA's in gevaar",),
            "ro": ("SLA cu risc de depășire",),
        },
        {
            "en": "Which promises are about to be broken, and when are they due?",
            "nl": "Welke afspraken dreigen te worden overschreden, en wanneer lopen ze af?",
            "ro": "Ce termene sunt pe cale să fie depășite și când expiră?",
        },
        "count of running promises of which elapsed / target is at least the threshold; the rows behind it have the due instants",
        "the moment",
        "count",
        "lower",
        _at_risk,
        needs=_NEEDS,
        leaves_out=f"Promises already broken; paused ones, which are shown beside it; outbound tickets. {_UNJUDGED}",
        at_moment=True,
        parameters=(
            POPULATION,
            Parameter("at_risk_from", 0.75, (), "the part of the target that has gone by"),
            _PAUSES,
            _REOPEN,
        ),
        dimensions=_DIMENSIONS,
        beside=("paused_over_threshold",),
        peers=_PEERS,
    ),
)
