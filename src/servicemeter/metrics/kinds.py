"""The usual kinds of measure: counts, shares, durations, means; and the parameters that many metrics have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from servicemeter.analysis.intervals import byar, mean_interval, wilson
from servicemeter.model.metric import Agg, Distribution, Holding, Measure, Parameter, Params, Tally

__all__ = [
    "ACCOUNT",
    "ATTRIBUTION",
    "CLOCK",
    "COUNT",
    "FIRST_TEAM",
    "HOLDS",
    "OPEN_AT_AS_OF",
    "POPULATION",
    "RESPONDER",
    "UNRESOLVED",
    "active",
    "cohort",
    "count",
    "duration",
    "finish_duration",
    "interactions",
    "mean_of",
    "population",
    "ratio",
    "share",
    "span",
    "unresolved",
    "waited_until_as_of",
]

Fields = dict[str, Any]

COUNT = Agg("count(*)")
FIRST_TEAM = {"team": "case when f.first_team_at < p.e then f.first_team_id end"}
ACCOUNT: Mapping[str, Any] = {
    "dimensions": {"customer_segment": "account.segment", "country": "account.country"},
    "lookups": {
        "account": "left join customers as account on account.source = f.account_source and account.customer_id = f.account_id"
    },
}
"""Orders beside tickets: each by its own customer, as tickets are, and not by the person that several customers may be."""
HOLDS = "f.from_at < p.as_of and (f.to_at is null or f.to_at >= p.as_of)"
"""The state of an order that holds at `as_of`; an order taken back as a whole has none."""
POPULATION = Parameter(
    "population", "inbound", ("inbound", "outbound", "all"), "whose tickets: started by customers, by us, or both"
)
CLOCK = Parameter("clock", "calendar", ("calendar", "business"), "all of the time, or opening hours only")
RESPONDER = Parameter(
    "responder", "human", ("human", "any"), "who may answer: people, or bots too (never automatic acknowledgements)"
)
ATTRIBUTION = Parameter(
    "attribution", "ended", ("ended", "created"), "the period in which it ended, or the cohort that began (Kaplan-Meier)"
)
OPEN_AT_AS_OF = """left join {{ facts }}.open_spans as waiting
    on waiting.ticket_no = f.ticket_no and waiting.from_at < p.as_of and (waiting.to_at is null or waiting.to_at >= p.as_of)"""
UNRESOLVED = ("n_unresolved",)
"""The companion of every duration of solved tickets: what is not solved yet stands beside it."""


def population(params: Params) -> str:
    """The condition of the population asked for."""
    return {"inbound": "f.is_inbound", "outbound": "not f.is_inbound", "all": "true"}[params["population"]]


def unresolved(params: Params) -> Tally:
    """The tickets of the population that are still unresolved at the evaluation instant."""
    return Tally("open_spans", {"n_unresolved": COUNT}, where=population(params))


def active(params: Params, *, starts: bool = False) -> Holding:
    """The moments at which an activity makes a customer active: the window after an order, or the days of a contract."""
    window = int(float(params["activity_window_days"]) * 86400)
    until = f"case when f.from_day is null then f.placed_at + {window} else p.midnight(f.to_day) end"
    return Holding("coalesce(f.placed_at, p.midnight(f.from_day))", until, starts, window)


def interactions(p: Params) -> tuple[Tally, Tally]:
    """Contacts of customers: the first message of each written turn (`n_written`), and calls and chats (`n_live`)."""
    written = "f.starts_contact" if p["unit"] != "message" else "not f.is_live"
    live = "f.is_inbound" if p["include_self_service"] else "f.is_inbound and coalesce(f.outcome, '') <> 'self_served'"
    return (
        Tally("customer_messages", {"n_written": COUNT}, at="f.said_at", where=written),
        Tally("contacts", {"n_live": COUNT}, at="f.started_at", where=live),
    )


def count(*tallies: Tally) -> Measure:
    """A plain count: the sum of the fields `n` of the tallies."""

    def finish(fields: Fields) -> Fields:
        return {"value": fields["n"], "n": fields["n"]}

    return Measure(tallies, finish)


def share(hits: Any, of: Any) -> Fields:
    """k of n as a fraction with Wilson's interval; nothing of nothing has no value."""
    interval = wilson(hits, of)
    low, high = interval if interval else (None, None)
    return {
        "value": hits / of if of else None,
        "numerator": hits,
        "n": of,
        "ci_low": low,
        "ci_high": high,
        "ci_method": "wilson" if interval else None,
    }


def ratio(count_: Any, exposure: Any) -> Fields:
    """A count per exposure with Byar's interval; may exceed 1."""
    interval = byar(count_, exposure) if exposure else None
    low, high = interval if interval else (None, None)
    return {
        "value": count_ / exposure if exposure else None,
        "numerator": count_,
        "n": exposure,
        "ci_low": low,
        "ci_high": high,
        "ci_method": "byar" if interval else None,
    }


def mean_of(n: int, total: Any, squares: Any, low: float | None = None, high: float | None = None) -> Fields:
    """The mean of n numbers with Student's interval, clipped to a scale."""
    if not n:
        return {"value": None, "n": 0}
    mean = total / n
    spread = math.sqrt(max(0.0, (float(squares) - n * mean * mean) / (n - 1))) if n > 1 else 0.0
    interval = mean_interval(n, mean, spread, low, high) if n > 1 else None
    ends = interval if interval else (None, None)
    return {"value": mean, "n": n, "ci_low": ends[0], "ci_high": ends[1], "ci_method": "t" if interval else None}


def span(params: Params, calendar: str, business: str) -> str:
    """The column of seconds by the clock asked for."""
    return business if params["clock"] == "business" else calendar


def finish_duration(fields: Fields) -> Fields:
    """Mean, median and p90 of the distribution; the value is the median, with its order-statistic interval."""
    return {
        "value": fields.get("median"),
        "n": fields.get("n", 0),
        "mean": fields.get("mean"),
        "median": fields.get("median"),
        "p90": fields.get("p90"),
        "median_ci_low": fields.get("median_ci_low"),
        "median_ci_high": fields.get("median_ci_high"),
        "p90_ci_low": fields.get("p90_ci_low"),
        "p90_ci_high": fields.get("p90_ci_high"),
        "ci_low": fields.get("median_ci_low"),
        "ci_high": fields.get("median_ci_high"),
        "ci_method": "order_statistic" if fields.get("median_ci_low") is not None else None,
        "n_invalid": fields.get("n_invalid", 0),
        "n_excluded": fields.get("n_excluded", 0),
    }


def duration(
    of: Tally,
    seconds: str,
    *beside: Tally,
    finish: Callable[[Fields], Fields] = finish_duration,
    companions: Mapping[str, Any] | tuple[str, ...] = (),
    per: str = "",
) -> Measure:
    """A duration: the distribution of `seconds` over the tally, and the fields of the tallies beside it."""
    names = tuple(companions)

    def finish_all(fields: Fields) -> Fields:
        return {**finish(fields), **{name: fields.get(name) for name in names}}

    return Measure((of, *beside), finish_all, Distribution(of, seconds, per=per))


def waited_until_as_of(params: Params, start: str) -> tuple[str, str]:
    """The seconds from an instant of a ticket to `as_of` by the clock asked for, and the joins that they need."""
    if params["clock"] != "business":
        return f"p.as_of - {start}", ""
    seconds = "{{ m.between('c', '" + start + "', 'p.as_of') }}"
    return seconds, "\n{{ m.joins('c', 'f.ticket_no', '" + start + "', 'p.as_of') }}"


def cohort(of: Tally, ended: str, running: str, *beside: Tally) -> Measure:
    """Kaplan-Meier over the rows of the tally: how long those that `ended` took, and how long the others have been `running`."""
    names = tuple(name for tally in beside for name in tally.fields)

    def finish(fields: Fields) -> Fields:
        counts = {name: fields.get(name, 0) for name in (*_COHORT, *names)}
        return {"value": fields.get("median"), "median": fields.get("median"), "p90": fields.get("p90"), **counts}

    return Measure((of, *beside), finish, Distribution(of, ended, censored=running))


_COHORT = ("n", "n_events", "n_censored", "n_invalid", "n_excluded")
