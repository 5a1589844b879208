"""Questions to ask of made-up histories, in the words of the case format."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from laws.seasons import SEASONS, Row, stamp
from servicemeter.metrics.catalog import all_metrics

__all__ = ["MOMENTS", "ask_of", "moments_of"]

_SPELLS = ("requester_wait_time", "agent_wait_time", "on_hold_time", "agent_work_time")
_POPULATION = ("inbound", "outbound", "all")
_SCOPES = ("all", "transactional", "relational", "intercept", "review")
_PAUSES = ("policy", "none", "pending", "on_hold", "pending+on_hold")
_PARAMS: dict[str, dict[str, tuple[Any, ...]]] = {
    "tickets_created": {"population": _POPULATION},
    "tickets_handled": {},
    "volume_by_channel": {"unit": ("ticket", "ticket", "interaction"), "population": _POPULATION},
    "interactions_count": {"include_self_service": (False, True), "unit": ("turn", "message")},
    "tickets_solved": {"unit": ("ticket", "events"), "population": _POPULATION},
    "backlog": {"population": _POPULATION},
    "backlog_age": {"since": ("creation", "last_customer_message"), "clock": ("calendar", "business"), "population": _POPULATION},
    "backlog_flow": {},
    "first_response_time": {
        "clock": ("calendar", "business"),
        "responder": ("human", "any"),
        "attribution": ("ended", "created"),
        "start": ("first_contact", "handover"),
        "outbound": ("exclude", "from_first_customer_message"),
        "population": _POPULATION,
    },
    "response_time": {
        "clock": ("calendar", "business"),
        "responder": ("human", "any"),
        "first": ("include", "exclude"),
        "unit": ("turn", "ticket"),
        "attribution": ("ended", "created"),
        "population": _POPULATION,
    },
    "resolution_time": {
        "clock": ("calendar", "business"),
        "denominator": ("tickets", "interactions"),
        "include_bot_only": (False, True),
        "attribution": ("ended", "created"),
        "population": _POPULATION,
    },
    "first_resolution_time": {
        "clock": ("calendar", "business"),
        "include_bot_only": (False, True),
        "attribution": ("ended", "created"),
        "population": _POPULATION,
    },
    "resolution_rate": {
        "variant": ("cohort", "flow"),
        "horizon_days": (None, 1, 3),
        "evaluate": ("period_end", "as_of"),
        "population": _POPULATION,
    },
    "replies_per_resolution": {"count": ("agent", "both_directions"), "population": _POPULATION},
    "one_touch_resolution_rate": {
        "no_reopen": (False, True),
        "population": _POPULATION,
        "denominator": ("all", "replied"),
        "max_replies": (1, 2),
        "include_zero": (False, True),
    },
    "reopen_rate": {"mode": ("all", "effective"), "followup_window_days": (1, 3, 7), "population": _POPULATION},
    "abandonment_rate": {"short_abandon_s": (0, 5, 20)},
    "service_level": {
        "variant": ("offered", "exclude_abandoned_within", "exclude_short_abandoned", "answered_only", "abandoned_as_met",
                    "removed_from_queue"),
        "service_level_threshold_s": (20, 60),
        "short_abandon_s": (5,),
    },
    "average_speed_of_answer": {},
    "average_handle_time": {"unit": ("leg", "contact"), "direction": _POPULATION},
    "csat": {"scope": _SCOPES, "attribution": ("answered_at", "solved_at")},
    "tickets_closed_per_agent": {"credit": ("assignee", "solver", "last_replier"), "population": _POPULATION},
    "contact_reason_share": {"population": _POPULATION},
    "macro_share": {"population": _POPULATION},
    "contact_rate": {"denominator": ("orders", "customers", "active_customers"), "activity_window_days": (7, 365)},
    "turnaround_time": {
        "clock": ("calendar", "business"),
        "followup_window_days": (1, 3),
        "link_followups": (False, True),
        "population": _POPULATION,
    },
    **{name: {"clock": ("calendar", "business"), "population": _POPULATION} for name in _SPELLS},
    "first_contact_resolution_rate": {
        "method": ("repeat_window", "repeat_window", "survey", "one_reply", "no_customer_reply", "agent_flag"),
        "followup_window_days": (1, 3),
    },
    "automated_resolution_rate": {
        "denominator": ("all", "bot_involved"),
        "automation_followup_hours": (24, 72),
        "assumed": (False, True),
    },
    **{
        name: {"level": ("team", "agent"), "unit": ("ticket", "ticket", "contact"), "population": _POPULATION}
        for name in ("transfer_rate", "escalation_rate")
    },
    "agent_touches": {"population": _POPULATION},
    "complaint_ratio": {"denominator": ("interactions", "tickets", "orders", "customers")},
    "sentiment": {
        "aggregate": ("mean", "last"),
        "sentiment_positive_from": (0.05, 0.3),
        "sentiment_negative_to": (-0.05, 0.0),
        "model": (None, "m"),
        "population": _POPULATION,
    },
    "occupancy": {},
    "cost_per_resolution": {"denominator": ("solved", "interactions", "created")},
    "ces": {"scope": _SCOPES, "attribution": ("answered_at", "solved_at")},
    "nps": {"scope": _SCOPES, "attribution": ("answered_at", "solved_at")},
    "survey_response_rate": {
        "kind": ("all", "csat", "nps", "ces", "fcr", "intent"),
        "answer_window_days": (1, 3),
        "scope": _SCOPES,
    },
    "visitor_intent_share": {},
    "intent_fulfilled_rate": {},
    "sla_compliance_rate": {
        "sla_solve_fulfils": (False, True),
        "sla_pause_states": _PAUSES,
        "population": _POPULATION,
        "reopen": ("new", "continue"),
        "attribution": ("ended", "ended", "created"),
    },
    "sla_breaches": {"reopen": ("new", "continue"), "sla_pause_states": _PAUSES, "population": _POPULATION},
    "sla_at_risk": {
        "at_risk_from": (0.5, 0.75),
        "reopen": ("new", "continue"),
        "sla_pause_states": _PAUSES,
        "population": _POPULATION,
    },
    "customer_retention_rate": {"activity_window_days": (7, 365), "mode": ("point_to_point", "period_over_period")},
    "customer_churn_rate": {"activity_window_days": (7, 365), "mode": ("point_to_point", "period_over_period")},
    "repeat_purchase_rate": {},
    "returning_customer_rate": {},
    "ticket_conversion_rate": {
        "conversion_window_days": (1, 5),
        "include_anonymous": (False, True),
        "require_reply": (False, True),
    },
    "tickets_converted": {"conversion_window_days": (1, 5), "require_reply": (False, True), "include_anonymous": (False, True)},
    "revenue_from_support": {
        "conversion_window_days": (1, 5),
        "attribution": ("created", "order_date"),
        "require_reply": (False, True),
        "include_anonymous": (False, True),
    },
}  # fmt: skip
_SHOP = ("customer_retention_rate", "customer_churn_rate", "repeat_purchase_rate", "returning_customer_rate")
_SALES = ("ticket_conversion_rate", "tickets_converted", "revenue_from_support")
_WHOLE = (*_SHOP, "occupancy", "cost_per_resolution")  # what has no brand
_TICKETS = ("channel", "agent", "team", "priority", "reason", "hour_of_day", "weekday", "source", "channel_class")
_DIMENSIONS: dict[str, tuple[str, ...]] = {
    "tickets_created": ("channel", "team", "reason", "hour_of_day", "weekday", "priority"),
    "volume_by_channel": (),
    "tickets_handled": ("channel", "agent", "hour_of_day"),
    "interactions_count": ("channel", "hour_of_day", "weekday"),
    "backlog": ("channel", "agent", "team", "priority", "status"),
    "backlog_age": ("channel", "agent", "team", "status"),
    "backlog_flow": ("channel", "reason"),
    "resolution_rate": ("channel", "reason", "weekday"),
    "abandonment_rate": ("channel", "team", "hour_of_day"),
    "service_level": ("channel", "team", "hour_of_day"),
    "average_speed_of_answer": ("channel", "hour_of_day"),
    "average_handle_time": ("channel", "agent", "hour_of_day"),
    "csat": ("channel", "weekday", "agent", "team", "reason", "scale"),
    "tickets_closed_per_agent": ("agent", "channel"),
    "contact_reason_share": ("channel", "weekday"),
    "macro_share": ("channel", "agent", "team", "priority", "hour_of_day"),
    "contact_rate": ("customer_segment", "country"),
    "automated_resolution_rate": ("channel", "reason", "customer_segment", "weekday"),
    "transfer_rate": ("channel", "priority", "hour_of_day", "team", "agent"),
    "escalation_rate": ("channel", "priority", "hour_of_day", "team", "agent"),
    "complaint_ratio": ("channel",),
    "sentiment": ("channel", "reason", "customer_segment"),
    "occupancy": ("agent", "team"),
    "cost_per_resolution": ("channel",),
    "ces": ("channel", "weekday", "customer_segment", "scale"),
    "nps": ("channel", "weekday", "customer_segment", "age_group"),
    "survey_response_rate": ("channel", "weekday", "customer_segment"),
    "visitor_intent_share": ("channel",),
    "intent_fulfilled_rate": ("channel", "intent"),
    "sla_compliance_rate": ("channel", "agent", "team", "policy", "metric", "priority"),
    "sla_breaches": ("channel", "agent", "team", "policy", "metric", "priority", "hour_of_day"),
    "sla_at_risk": ("channel", "agent", "team", "policy", "metric"),
    **dict.fromkeys(_SHOP, ("brand", "customer_segment", "source")),
    **dict.fromkeys(_SALES, ("channel", "reason", "customer_segment", "agent", "team")),
}
_VALUES: dict[str, tuple[str, ...]] = {
    "channel": ("email", "chat", "(unknown)"),
    "channel_class": ("synchronous", "asynchronous"),
    "agent": ("a1", "a2", "(unassigned)"),
    "team": ("t1", "t2", "(unknown)"),
    "priority": ("high", "(unknown)"),
    "reason": ("return", "(unknown)"),
    "brand": ("b0", "b1"),
    "source": ("test", "other"),
    "status": ("open", "pending"),
    "customer_segment": ("vip", "(unknown)"),
    "country": ("NL", "(unknown)"),
    "weekday": ("1", "6"),
    "hour_of_day": ("9", "16"),
    "policy": ("any", "p1"),
    "metric": ("resolution", "next_response"),
    "scale": ("csat_5",),
    "intent": ("return",),
    "age_group": ("25-34", "(unknown)"),
}
MOMENTS = ("backlog", "backlog_age", "sla_at_risk")


def moments_of(rng: Random, season: int, number: int) -> list[str | None]:
    """Instants to ask as of: some in the midst of the history, and none."""
    start = int(SEASONS[season].timestamp())
    chosen = [
        start + rng.randrange(14) * 86400 + rng.choice((0, 9, 22, 23)) * 3600 + rng.choice((0, 0, 1)) for _ in range(number)
    ]
    return [None, *(stamp(at) for at in chosen)]


def ask_of(
    rng: Random, season: int, metric: str | None = None, *, brands: bool = False, as_ofs: list[str | None] | None = None
) -> Row:
    """A question over the time of a history, in the words of the case format."""
    name = metric or rng.choice(sorted(set(_PARAMS) & set(all_metrics())))
    params = {k: rng.choice(v) for k, v in _PARAMS[name].items() if rng.random() < 0.5}
    if params.get("variant") == "exclude_short_abandoned":
        params["short_abandon_s"] = 5  # what is short without saying so is not agreed
    ask: Row = {"metric": name, "params": {k: v for k, v in params.items() if v is not None}}
    by = [rng.choice(d) for d in [_DIMENSIONS.get(name, _TICKETS)] if d and rng.random() < 0.5]
    ask["by"] = ["brand"] * (brands and name not in _WHOLE) + by
    if rng.random() < 0.1:
        ask["params"]["report_tz"] = rng.choice(("UTC", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland"))
    if rng.random() < 0.08:
        ask["params"]["merge_start"] = "survivor"
    if params.get("clock") == "business" and rng.random() < 0.3:
        ask["params"]["calendar_mode"] = rng.choice(("at_end", "at_start"))
    if params.get("start") == "handover":
        ask["params"].pop("responder", None)  # who was handed over waits for a person
    if params.get("attribution") == "created":
        ask["params"].pop("unit", None)  # each turn is followed until it is answered
        ask["params"].pop("denominator", None)  # a cohort has no interactions to divide by
        ask["by"] = [d for d in ask["by"] if d not in ("agent", "team")]
    start = SEASONS[season].date()
    instants = [int(SEASONS[season].timestamp()) + d * 86400 + h * 3600 for d in range(-1, 14) for h in (0, 9, 22, 23)]
    if name in MOMENTS and rng.random() < 0.5:
        ask["at"] = stamp(rng.choice(instants))
    else:
        grain = rng.choice((None, None, "day", "week", "month"))
        if grain == "month":
            first = start.replace(day=1)
            since, until = first, (first + timedelta(days=62)).replace(day=1)
        elif grain == "week":
            since = start - timedelta(days=start.weekday())
            until = since + timedelta(days=7 * rng.choice((1, 2)))
        else:
            since = start + timedelta(days=rng.randrange(6))
            until = since + timedelta(days=rng.choice((1, 2, 5, 12)))
        ask |= {"from": since.isoformat(), "to": until.isoformat()}
        if grain:
            ask["grain"] = grain
    as_of = rng.choice(as_ofs or moments_of(rng, season, 2))
    if as_of:
        ask["as_of"] = as_of
    if as_of and rng.random() < 0.15:
        ask["known_at"] = as_of  # as it was published then
    _narrow(rng, ask)
    return ask


def _narrow(rng: Random, ask: Row) -> None:
    """A condition now and then, or what the asker may see."""
    name = ask["metric"]
    if name in (*_WHOLE, "contact_rate"):
        return
    able = [*_DIMENSIONS.get(name, _TICKETS), "channel", "channel_class", "brand", "source"]
    if ask["params"].get("attribution") == "created":
        able = [d for d in able if d not in ("agent", "team")]
    if rng.random() < 0.2:
        dimension = rng.choice(able)
        ask["where"] = [{"dimension": dimension, "values": [rng.choice(_VALUES[dimension])]}]
        if rng.random() < 0.3:
            ask["where"][0]["not"] = True
    if rng.random() < 0.1:
        dimension = rng.choice([d for d in able if d in ("brand", "source", "team", "agent")])
        ask["scope"] = {f"{dimension}s": rng.sample(_VALUES[dimension], rng.choice((1, 2)))}
