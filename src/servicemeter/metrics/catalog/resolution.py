"""Effort and quality of resolution (METRICS.md 5.3)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import COUNT, FIRST_TEAM, POPULATION, mean_of, population, ratio, share
from servicemeter.model.metric import Agg, Distribution, Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]

_HANDLED = "f.first_touch_at < p.e and (f.reopened_at is null or f.reopened_at >= p.e)"


_SAID_UNTIL_SOLVED = """left join (
    select s.ticket_no, s.solve_no, count(*) as messages
    from {{ facts }}.solves as s
    join {{ facts }}.customer_messages as c on c.ticket_no = s.ticket_no and c.said_at <= s.solved_at
    where not c.is_live group by s.ticket_no, s.solve_no
) as said on said.ticket_no = f.ticket_no and said.solve_no = f.solve_no"""


def _rate(p: Params) -> Measure:
    if p["variant"] == "flow":
        return _rate_of_flow(p)
    end = "p.as_of" if p["evaluate"] == "as_of" else "p.e"
    if p["horizon_days"] is None:
        solved = f"""left join {{{{ facts }}}}.solves as solved on solved.ticket_no = f.ticket_no
            and solved.solved_at < {end} and (solved.reopened_at is null or solved.reopened_at >= {end})"""
        fields = {"n": COUNT, "hits": Agg("count(solved.ticket_no)")}
    else:
        window = int(float(p["horizon_days"]) * 86400)
        solved = f"""left join {{{{ facts }}}}.solves as solved on solved.ticket_no = f.ticket_no
            and solved.solve_no = 1 and solved.solved_at <= f.created_at + {window}"""
        mature = f"f.created_at + {window} < p.as_of"
        fields = {
            "n": Agg("count(*)", mature),
            "hits": Agg("count(solved.ticket_no)", mature),
            "n_immature": Agg("count(*)", f"not ({mature})"),
        }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return {**share(found["hits"], found["n"]), "n_immature": found.get("n_immature", 0)}

    of = Tally("tickets", fields, at="f.created_at", where=population(p), lookups={"solved": solved}, dimensions=FIRST_TEAM)
    return Measure((of,), finish)


def _rate_of_flow(p: Params) -> Measure:
    held = f"{population(p)} and (f.reopened_at is null or f.reopened_at >= p.e)"

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return ratio(found["solved"], found["created"])

    return Measure(
        (
            Tally("tickets", {"created": COUNT}, at="f.created_at", where=population(p), dimensions=FIRST_TEAM),
            Tally("solves", {"solved": COUNT}, at="f.solved_at", where=held),
        ),
        finish,
    )


def _replies(p: Params) -> Measure:
    replies, joins = "f.agent_replies", ""
    if p["count"] == "both_directions":
        replies, joins = "f.agent_replies + coalesce(said.messages, 0)", _SAID_UNTIL_SOLVED
    fields = {
        "replies": Agg(f"sum({replies})"),
        "squares": Agg(f"sum(({replies}) * ({replies}))"),
        "replies_0": Agg("count(*)", f"{replies} = 0"),
        "replies_1": Agg("count(*)", f"{replies} = 1"),
        "replies_2": Agg("count(*)", f"{replies} = 2"),
        "replies_3_or_more": Agg("count(*)", f"{replies} >= 3"),
    }
    of = Tally("solves", fields, at="f.solved_at", where=f"{population(p)} and {_HANDLED}", joins=joins)

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        n = found.get("n", 0)
        beside = {name: found[name] for name in ("replies_0", "replies_1", "replies_2", "replies_3_or_more")}
        total = int(found["replies"] or 0)
        return {
            **mean_of(n, total, found["squares"] or 0, low=0),
            "numerator": total,
            "mean": total / n if n else None,
            "median": found.get("median"),
            "p90": found.get("p90"),
            **beside,
        }

    return Measure((of,), finish, Distribution(of, replies))


def _one_touch(p: Params) -> Measure:
    least = 0 if p["include_zero"] else 1
    hit = f"f.agent_replies >= {least} and f.agent_replies <= {int(p['max_replies'])}"
    if p["no_reopen"]:
        hit += " and f.solve_no = 1"
    base = "f.agent_replies > 0" if p["denominator"] == "replied" else ""
    fields = {"n": Agg("count(*)", base), "hits": Agg("count(*)", f"{hit} and {base}" if base else hit)}

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return share(found["hits"], found["n"])

    return Measure((Tally("solves", fields, at="f.solved_at", where=f"{population(p)} and {_HANDLED}"),), finish)


def _reopened(p: Params) -> Measure:
    window = int(float(p["followup_window_days"]) * 86400)
    mature = f"f.solved_at + {window} < p.as_of"
    joins, hit = "", f"{mature} and f.reopened_later_at <= f.solved_at + {window}"
    if p["mode"] == "effective":
        joins = f"""left join (
            select s.ticket_no, s.solve_no,
                   min(case when g.solved_again_at is null or g.reply_after_reopen_at <= g.solved_again_at
                       then g.reply_after_reopen_at end) as answered_at,
                   max(coalesce(g.solved_again_at, {{{{ far_off }}}})) as until_at
            from {{{{ facts }}}}.solves as s
            join {{{{ facts }}}}.solves as g
              on g.ticket_no = s.ticket_no and g.reopened_at > s.solved_at and g.reopened_at <= s.solved_at + {window}
            where s.reopened_at is not null group by s.ticket_no, s.solve_no
        ) as later on later.ticket_no = f.ticket_no and later.solve_no = f.solve_no"""
        hit = f"{mature} and (later.answered_at < p.as_of or later.until_at >= p.as_of)"
    fields = {
        "n": Agg("count(*)", mature),
        "hits": Agg("count(*)", hit),
        "n_immature": Agg("count(*)", f"not ({mature})"),
    }
    first_of_period = f"{population(p)} and (f.solved_before_at is null or f.solved_before_at < p.p0)"

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        beside = {name: found[name] for name in ("n_immature", "reopen_events")}
        return {**share(found["hits"], found["n"]), **beside}

    return Measure(
        (
            Tally("solves", fields, at="f.solved_at", where=first_of_period, joins=joins),
            Tally("solves", {"reopen_events": COUNT}, at="f.reopened_at", where=population(p)),
        ),
        finish,
    )


_MEASURED = ("tickets", "status_history", "messages|interactions")

METRICS = (
    Metric(
        "resolution_rate",
        "resolution",
        {
            "en": ("Total resolution rate", "resolution rate"),
            "nl": ("Totaal oplossingspercentage",),
            "ro": ("Rata globală de rezoluție",),
        },
        {
            "en": "Which share of the questions got solved?",
            "nl": "Welk deel van de vragen werd opgelost?",
            "ro": "Ce parte dintre solicitări a fost rezolvată?",
        },
        "(tickets created in the period - of these unresolved at its end) / tickets created in the period",
        "the period of creation, state at its end",
        "fraction",
        "higher",
        _rate,
        needs=("tickets", "status_history|last_solves", "creation"),
        invalid=("agent",),
        leaves_out="Outbound and invalid tickets. The last days of a period have had less time: horizon_days compares fairly.",
        parameters=(
            POPULATION,
            Parameter("variant", "cohort", ("cohort", "flow"), "of the tickets created, or solved / created in the period"),
            Parameter("evaluate", "period_end", ("period_end", "as_of"), "when the state is read"),
            Parameter("horizon_days", None, (), "first solved within so many days of creation, mature tickets only"),
        ),
        peers="Intercom and Zendesk dashboards show solved / created.",
    ),
    Metric(
        "replies_per_resolution",
        "resolution",
        {
            "en": ("Replies per resolution", "replies per ticket", "agent replies to resolve"),
            "nl": ("Antwoorden per oplossing",),
            "ro": ("Răspunsuri per rezolvare",),
        },
        {
            "en": "How many answers does a solution take?",
            "nl": "Hoeveel antwoorden kost een oplossing?",
            "ro": "Câte răspunsuri sunt necesare pentru o rezolvare?",
        },
        "sum of human replies / solved tickets a person handled; a chat session is one reply",
        "the period of the last solve",
        "replies",
        "lower",
        _replies,
        needs=_MEASURED,
        leaves_out="Notes, bots, automatic messages; solved without a reply counts as 0 and stays in n.",
        parameters=(
            POPULATION,
            Parameter("count", "agent", ("agent", "both_directions"), "human replies, or messages in both directions"),
        ),
        beside=("replies_0", "replies_1", "replies_2", "replies_3_or_more"),
    ),
    Metric(
        "one_touch_resolution_rate",
        "resolution",
        {
            "en": ("One-touch resolution", "one-touch", "single-reply resolution"),
            "nl": ("Resolutie met één antwoord",),
            "ro": ("Rezolvare dintr-un singur răspuns",),
        },
        {
            "en": "Which share was solved with exactly one answer?",
            "nl": "Welk deel werd met precies één antwoord opgelost?",
            "ro": "Ce parte a fost rezolvată cu exact un răspuns?",
        },
        "solved tickets a person handled with one reply / solved tickets a person handled",
        "the period of the last solve",
        "fraction",
        "higher",
        _one_touch,
        needs=_MEASURED,
        leaves_out="Bot-only and outbound tickets; zero replies is not one-touch.",
        parameters=(
            POPULATION,
            Parameter("max_replies", 1, (), "up to so many replies"),
            Parameter("include_zero", False, (True, False), "solved without a reply counts too"),
            Parameter("no_reopen", False, (True, False), "only tickets never reopened"),
            Parameter("denominator", "all", ("all", "replied"), "all such tickets, or those with a reply"),
        ),
        peers="Zendesk now says exactly one reply, formerly fewer than two; dbt_zendesk uses exactly one public agent comment.",
    ),
    Metric(
        "reopen_rate",
        "resolution",
        {
            "en": ("Reopen rate", "reopened tickets"),
            "nl": ("Heropeningspercentage",),
            "ro": ("Rata de redeschidere",),
        },
        {
            "en": "How often is a solved request opened again?",
            "nl": "Hoe vaak wordt een opgeloste vraag heropend?",
            "ro": "Cât de des este redeschisă o solicitare rezolvată?",
        },
        "tickets reopened within the window after their first solve in the period / tickets with a solve in the period",
        "the period of the solve; mature only",
        "fraction",
        "lower",
        _reopened,
        needs=("tickets", "status_history"),
        leaves_out="Solves whose window is still running (n_immature).",
        target=Target("<=", 0.05, "practice"),
        parameters=(
            POPULATION,
            Parameter("followup_window_days", 7, (), "days after the solve, inclusive"),
            Parameter("mode", "all", ("all", "effective"), "every reopening, or only those with a reply or without an end"),
        ),
        beside=("reopen_events", "n_immature"),
        peers="Zendesk counts all reopens without a window.",
    ),
)
