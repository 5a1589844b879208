"""The customer's voice (METRICS.md 5.5)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally, Target

__all__ = ["METRICS"]


def _csat(p: Params) -> Measure:
    scope = "true" if p["scope"] == "all" else f"f.scope = '{p['scope']}'"
    asked = f"f.kind = 'csat' and f.question = 'score' and f.delivery = 'delivered' and {scope}"
    counts = "not f.is_invalid and not f.is_unscored and (f.replaced_at is null or f.replaced_at >= p.e)"
    fields = {
        "n": Agg("count(*)", counts),
        "hits": Agg("count(*)", f"{counts} and f.is_positive"),
        "points": Agg("sum(f.value_num)", counts),
        "scales": Agg("count(distinct f.scale)", counts),
        "n_invalid": Agg("count(*)", "f.is_invalid"),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        if (found["scales"] or 0) > 1:
            return {"value": None, "n": found["n"], "csat_mean": None, "null_reason": "mixed_scales"}
        mean = found["points"] / found["n"] if found["n"] else None
        return {**share(found["hits"], found["n"]), "csat_mean": mean, "n_invalid": found["n_invalid"]}

    at = "f.solved_at" if p["attribution"] == "solved_at" else "f.answered_at"
    return Measure((Tally("answers", fields, at=at, where=asked),), finish)


METRICS = (
    Metric(
        "csat",
        "voice",
        {
            "en": ("CSAT", "customer satisfaction score"),
            "nl": ("Klanttevredenheid", "klanttevredenheidsscore"),
            "ro": ("Scorul de satisfacție a clienților",),
        },
        {
            "en": "How satisfied are customers?",
            "nl": "Hoe tevreden zijn klanten?",
            "ro": "Cât de mulțumiți sunt clienții?",
        },
        "satisfied answers / answers; on 1-5 a 4 or 5 is satisfied",
        "the period of the answer; the latest valid answer of an invitation counts",
        "fraction",
        "higher",
        _csat,
        needs=("survey_answers",),
        leaves_out="Answers outside the scale (n_invalid), bounced and suppressed invitations, other scopes.",
        target=Target(">=", 0.8, "usual starting value"),
        parameters=(
            Parameter(
                "scope",
                "transactional",
                ("transactional", "relational", "intercept", "review", "all"),
                "after an interaction, or general satisfaction: separate series",
            ),
            Parameter("attribution", "answered_at", ("answered_at", "solved_at"), "the period of the answer, or of the solve"),
        ),
        dimensions=("scale",),
        beside=("csat_mean",),
        peers="Zendesk: good / (good + bad) with 4-5 of 5 as good; some help desks show the mean of 1-5; ACSI is another index.",
    ),
)
