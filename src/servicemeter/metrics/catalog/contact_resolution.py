"""First contact resolution (METRICS.md 5.3): how often the customer does not need us again."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import COUNT, share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]

_FIRST_SOLVE = "f.is_inbound and f.solve_no = 1"
_ALONE = "f.is_inbound and f.ticket_id is null and f.outcome = 'answered' and f.ended_at >= f.decided_at"
_BESIDE = ("n_immature", "n_repeat_excluded")


def _first_contact(p: Params) -> Measure:
    return _METHODS[p["method"]](p)


def _repeat_window(p: Params) -> Measure:
    """No repeat contact and no effective reopening within the window after the first solve."""
    window = int(float(p["followup_window_days"]) * 86400)
    ticket_joins = f"""left join {{{{ facts }}}}.solves as g on g.ticket_no = f.ticket_no and g.reopened_at is not null
            and g.reopened_at > f.solved_at and g.reopened_at <= f.solved_at + {window}
            and (g.solved_again_at is null or g.solved_again_at > f.solved_at + {window})"""
    ticket_fails = f"""coalesce(f.effective_reopened_at <= f.solved_at + {window}, false)
        or (g.ticket_no is not null and (g.solved_again_at is null or g.solved_again_at >= p.as_of))"""
    call_joins = "left join {{ facts }}.repeats as r on r.contact_source = f.source and r.contact_id = f.contact_id"
    ticket_hit = f"f.contacts_before = 1 and not ({ticket_fails})"

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        beside = {name: found[name] for name in _BESIDE}
        return {**share(found["hits"], found["n"]), **beside, "n_excluded": found["n_no_customer"]}

    return Measure(
        (
            Tally("repeats", _fields("f", "f.solved_at", window, ticket_hit), "f.solved_at", "f.is_inbound", joins=ticket_joins,
                  needs=("tickets", "status_history", "messages", "customer_identity")),
            Tally("contacts", _fields("r", "f.ended_at", window, "true"), "f.ended_at", _ALONE, joins=call_joins,
                  needs=("interactions", "customer_identity")),
        ),
        finish,
    )  # fmt: skip


def _fields(r: str, solved_at: str, window: int, hit: str) -> dict[str, Agg]:
    """Contacts solved at `solved_at`: those in n, and those left out, each once, for the first reason that holds.

    `r` is the alias of what came before and after them.
    """
    known = f"coalesce({r}.has_person, false)"
    first = f"{known} and not coalesce({r}.held_until >= {r}.created_at - {window}, false)"
    mature = f"{solved_at} + {window} < p.as_of"
    alone = f"not coalesce({r}.next_repeat_at <= {solved_at} + {window}, false)"
    return {
        "n": Agg("count(*)", f"{first} and {mature}"),
        "hits": Agg("count(*)", f"{first} and {mature} and {alone} and {hit}"),
        "n_no_customer": Agg("count(*)", f"not {known}"),
        "n_repeat_excluded": Agg("count(*)", f"{known} and coalesce({r}.held_until >= {r}.created_at - {window}, false)"),
        "n_immature": Agg("count(*)", f"{first} and not ({mature})"),
    }


def _survey(_: Params) -> Measure:
    """What customers say when they are asked."""
    asked = "f.kind = 'fcr' and f.question = 'score' and f.delivery = 'delivered'"
    holds = "not f.is_invalid and not f.is_unscored and (f.replaced_at is null or f.replaced_at >= p.e)"
    fields = {
        "n": Agg("count(*)", holds),
        "hits": Agg("count(*)", f"{holds} and lower(f.value_text) = 'yes'"),
        "n_invalid": Agg("count(*)", "f.is_invalid"),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return {**_share_alone(found), "n_invalid": found["n_invalid"]}

    return Measure((Tally("answers", fields, at="f.answered_at", where=asked),), finish, needs=("survey_answers",))


def _one_reply(_: Params) -> Measure:
    return _of_solves("f.agent_replies = 1")


def _no_customer_reply(_: Params) -> Measure:
    joins = "left join {{ facts }}.repeats as r on r.ticket_no = f.ticket_no"
    return _of_solves("r.contacts_before <= 1", joins)


def _agent_flag(_: Params) -> Measure:
    joins = """left join (
            select ticket_no, min(from_at) as from_at, max(to_at) as to_at from {{ facts }}.flags group by ticket_no
        ) as r on r.ticket_no = f.ticket_no
        cross join (select count(*) as flags from ticket_tags as g where {{ m.marks_first_contact('g.tag') }}) as loaded"""
    return _of_solves("r.from_at < p.e and r.to_at >= p.e", joins, {"flags": Agg("max(loaded.flags)")})


def _of_solves(hit: str, joins: str = "", more: dict[str, Agg] | None = None) -> Measure:
    """Tickets first solved in the period that meet a condition, of all first solved in it."""
    fields = {"n": COUNT, "hits": Agg("count(*)", hit), **(more or {})}

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        if more and found["n"] and not found["flags"]:
            return {"value": None, "n": 0, "n_repeat_excluded": 0, "null_reason": "not_measured"}
        return _share_alone(found)

    needs = ("tickets", "status_history", "messages")
    return Measure((Tally("solves", fields, at="f.solved_at", where=_FIRST_SOLVE, joins=joins),), finish, needs=needs)


def _share_alone(found: dict[str, Any]) -> dict[str, Any]:
    return {**share(found["hits"], found["n"]), "n_repeat_excluded": 0}


_METHODS = {
    "repeat_window": _repeat_window,
    "survey": _survey,
    "one_reply": _one_reply,
    "no_customer_reply": _no_customer_reply,
    "agent_flag": _agent_flag,
}

METRICS = (
    Metric(
        "first_contact_resolution_rate",
        "resolution",
        {
            "en": ("First contact resolution", "FCR", "first call resolution", "first time fix"),
            "nl": ("Eerste-contactresolutie", "first time fix"),
            "ro": ("Rata de rezoluție a primului contact", "rezoluția primului contact"),
        },
        {
            "en": "How often does the customer not need to contact us again?",
            "nl": "Hoe vaak hoeft de klant niet opnieuw contact op te nemen?",
            "ro": "Cât de des nu mai are clientul nevoie să ne contacteze din nou?",
        },
        "contacts solved with one customer contact, no effective reopening and no repeat contact within the window /"
        " contacts solved that are no repeat themselves",
        "the period of the first solve (a call without a ticket: its end); mature only",
        "fraction",
        "higher",
        _first_contact,
        needs=("tickets|interactions", "status_history|interactions", "messages|interactions", "customer_identity"),
        leaves_out="Contacts without a customer (n_excluded), repeat contacts (n_repeat_excluded), and those whose window"
        " is still running (n_immature). A thank-you after the solve does not count against it.",
        target=Target(">=", 0.7, "SQM Group: 70 % is average, 80 % world class (surveys, phone)"),
        parameters=(
            Parameter(
                "method",
                "repeat_window",
                tuple(_METHODS),
                "how it is told: no repeat contact; the customer says so; one reply; no second customer contact; an agent's mark",
            ),
            Parameter("followup_window_days", 7, (), "days after the solve, inclusive"),
        ),
        beside=(*_BESIDE, "n_excluded"),
        peers="Windows of 1 to 30 days are in use; Freshdesk: one reply; Freshservice: no customer reply; survey-based figures"
        " are usually lower than those of systems.",
    ),
)
