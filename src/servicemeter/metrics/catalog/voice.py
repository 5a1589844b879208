"""The customer's voice: satisfaction, effort, recommendation (METRICS.md 5.5)."""

from __future__ import annotations

from typing import Any

from servicemeter.analysis.intervals import nps_interval, nps_standard_error
from servicemeter.metrics.kinds import mean_of, share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]

Fields = dict[str, Any]

_COUNTS = "not f.is_invalid and not f.is_unscored and (f.replaced_at is null or f.replaced_at >= p.e)"
_COUNTS_BY_SOLVE = "not f.is_invalid and not f.is_unscored and (f.passed_over_at is null or f.passed_over_at < p.p0)"
_KNOWN = "(f.from_at < p.e or f.from_at = f.known_at) and (f.to_at is null or f.to_at >= p.e) and f.known_at < p.e"
_OF_SCALES = {
    "scales": Agg("count(distinct f.scale)", _COUNTS),
    "scopes": Agg("count(distinct f.scope)", _COUNTS),
    "scale": Agg("max(f.scale)", _COUNTS),
    "unjudged": Agg("count(*)", f"{_COUNTS} and f.is_positive is null"),
    "n_invalid": Agg("count(*)", "f.is_invalid"),
}
_SCOPES = ("transactional", "relational", "intercept", "review", "all")


def _scope(default: str) -> Parameter:
    return Parameter("scope", default, _SCOPES, "after an interaction, or in general: separate series, never mixed")


_ATTRIBUTION = Parameter(
    "attribution", "answered_at", ("answered_at", "solved_at"), "the period of the answer, or of the solve that was asked about"
)


def _answers(kind: str, p: Params, fields: dict[str, Agg]) -> Tally:
    """The delivered answers to the score question of a kind of survey; those that count meet `_COUNTS` as well."""
    where = f"f.kind = '{kind}' and f.question = 'score' and f.delivery = 'delivered' and {_of_scope(p)}"
    if p["attribution"] == "solved_at":
        return Tally("answers", fields, at="f.solved_at", where=f"{where} and f.answered_at < p.e")
    return Tally("answers", fields, at="f.answered_at", where=where)


def _of_scope(p: Params) -> str:
    return "true" if p["scope"] == "all" else f"f.scope = '{p['scope']}'"


def _unscalable(found: Fields) -> str | None:
    """Why the answers make no score: several scales or scopes, or a scale nobody described."""
    if found["scales"] > 1 or found["scopes"] > 1:
        return "mixed_scales"
    return "not_measured" if found["unjudged"] else None


def _without_score(found: Fields, reason: str, *beside: str) -> Fields:
    return {"value": None, "n": found["n"], "n_invalid": found["n_invalid"], "null_reason": reason, **dict.fromkeys(beside)}


def _csat(p: Params) -> Measure:
    fields = {
        "n": Agg("count(*)", _COUNTS),
        "hits": Agg("count(*)", f"{_COUNTS} and f.is_positive"),
        "points": Agg("sum(f.value_num)", _COUNTS),
        **_OF_SCALES,
    }

    def finish(found: Fields) -> Fields:
        reason = _unscalable(found)
        if reason:
            return _without_score(found, reason, "csat_mean", "scale")
        mean = found["points"] / found["n"] if found["n"] else None
        beside = {"csat_mean": mean, "scale": found["scale"], "n_invalid": found["n_invalid"]}
        return {**share(found["hits"], found["n"]), **beside}

    return Measure((_answers("csat", p, fields),), finish)


def _ces(p: Params) -> Measure:
    fields = {
        "n": Agg("count(*)", _COUNTS),
        "easy": Agg("count(*)", f"{_COUNTS} and f.is_positive"),
        "points": Agg("sum(f.value_num)", _COUNTS),
        "squares": Agg("sum(f.value_num * f.value_num)", _COUNTS),
        "low": Agg("min(f.scale_min)", _COUNTS),
        "high": Agg("max(f.scale_max)", _COUNTS),
        "high_good": Agg("count(*)", f"{_COUNTS} and f.is_high_good"),
        **_OF_SCALES,
    }

    def finish(found: Fields) -> Fields:
        reason = _unscalable(found)
        if reason:
            return _without_score(found, reason, "easy_share", "ease_index", "scale")
        n, low, high = found["n"], found["low"], found["high"]
        row = mean_of(n, found["points"] or 0, found["squares"] or 0, low, high)
        is_up = found["high_good"] > 0
        beside = {"easy_share": found["easy"] / n if n else None, "ease_index": _ease(row["value"], low, high, is_up)}
        better = ("higher" if is_up else "lower") if n else None
        return {**row, **beside, "scale": found["scale"], "better": better, "n_invalid": found["n_invalid"]}

    return Measure((_answers("ces", p, fields),), finish)


def _ease(mean: float | None, low: float | None, high: float | None, is_up: bool) -> float | None:
    """Ease from 0 to 100 (100 = easiest), for comparison across scales."""
    if mean is None or low is None or high is None or high <= low:
        return None
    return 100 * ((mean - low) if is_up else (high - mean)) / (high - low)


def _nps(p: Params) -> Measure:
    is_by_solve = p["attribution"] == "solved_at"
    counts = _COUNTS_BY_SOLVE if is_by_solve else _COUNTS
    fields = {
        "n": Agg("count(*)", counts),
        "promoting": Agg("count(*)", f"{counts} and f.value_num >= 9"),
        "detracting": Agg("count(*)", f"{counts} and f.value_num <= 6"),
        "scales": Agg("count(distinct f.scale)", counts),
        "scopes": Agg("count(distinct f.scope)", counts),
        "unjudged": Agg("count(*)", f"{counts} and f.scale <> 'nps_0_10'"),
        "n_invalid": Agg("count(*)", "f.is_invalid"),
    }

    def finish(found: Fields) -> Fields:
        reason = _unscalable(found)
        if reason:
            return _without_score(found, reason, "promoters", "passives", "detractors", "se")
        return {**_promoted(found["promoting"], found["detracting"], found["n"]), "n_invalid": found["n_invalid"]}

    where = f"f.delivery = 'delivered' and {_of_scope(p)}"
    if is_by_solve:
        of = Tally("votes_by_solve", fields, at="f.solved_at", where=f"{where} and {_KNOWN}")
    else:
        of = Tally("votes", fields, at="f.answered_at", where=where)
    return Measure((of,), finish)


def _promoted(promoters: int, detractors: int, n: int) -> Fields:
    """Promoters minus detractors in a hundred, with the adjusted Wald interval, and the three shares."""
    low, high = nps_interval(promoters, detractors, n) or (None, None)
    shares = {"promoters": promoters, "passives": n - promoters - detractors, "detractors": detractors}
    return {
        "value": 100 * (promoters - detractors) / n if n else None,
        "n": n,
        "ci_low": low,
        "ci_high": high,
        "ci_method": "adjusted_wald" if n else None,
        "se": nps_standard_error(promoters, detractors, n),
        **{name: k / n if n else None for name, k in shares.items()},
    }


_LEAVES_OUT = "Answers outside the scale (n_invalid), answers replaced by a later one, bounced and suppressed invitations."

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
        leaves_out=_LEAVES_OUT + " Other scopes.",
        target=Target(">=", 0.8, "usual starting value"),
        parameters=(_scope("transactional"), _ATTRIBUTION),
        dimensions=("scale",),
        beside=("csat_mean",),
        peers="Zendesk: good / (good + bad) with 4-5 of 5 as good; some help desks show the mean of 1-5; ACSI is another index.",
    ),
    Metric(
        "ces",
        "voice",
        {
            "en": ("CES", "customer effort score"),
            "nl": ("Klantinspanningsscore", "klantinspanning"),
            "ro": ("Scorul efortului clientului", "scorul efortului"),
        },
        {
            "en": "How much effort did it cost the customer?",
            "nl": "Hoeveel moeite kostte het de klant?",
            "ro": "Cât efort a depus clientul?",
        },
        "mean of the answers on the survey's own scale, with the share of easy answers and an index of ease (100 = easiest)",
        "the period of the answer; the latest valid answer of an invitation counts",
        "score",
        "neither",
        _ces,
        needs=("survey_answers",),
        leaves_out=_LEAVES_OUT + " Which way is good belongs to the scale: on ces2_7 and ease_5 high is easy, else low.",
        parameters=(_scope("all"), _ATTRIBUTION),
        dimensions=("scale",),
        beside=("easy_share", "ease_index"),
        peers="The first effort score asked 1-5 (low is good), its successor 1-7 (high is good): mean, or share of 5 and up.",
    ),
    Metric(
        "nps",
        "voice",
        {
            "en": ("NPS", "Net Promoter Score"),
            "nl": ("NPS", "Net Promoter Score"),
            "ro": ("NPS", "Net Promoter Score"),
        },
        {
            "en": "Would customers recommend us?",
            "nl": "Zouden klanten ons aanbevelen?",
            "ro": "Ne-ar recomanda clienții?",
        },
        "100 x (promoters, 9-10, minus detractors, 0-6) / answers",
        "the period of the answer; one answer a customer and period, the latest",
        "score",
        "higher",
        _nps,
        needs=("survey_answers",),
        leaves_out=_LEAVES_OUT + " Earlier answers of the same person in the period.",
        target=Target(">=", 0, "usual starting value"),
        parameters=(_scope("all"), _ATTRIBUTION),
        dimensions=("scale", "age_group"),
        beside=("promoters", "passives", "detractors", "se"),
        peers="The usual definition; segments are worked out from all their answers, never averaged.",
    ),
)
