"""How customers sound (METRICS.md 5.3)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import POPULATION, population, share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally
from servicemeter.store.quoting import quoted

__all__ = ["METRICS"]

_BILLION = 1_000_000_000
_MODELS = "cross join (select count(distinct model) as models from {{ facts }}.sentiments) as loaded"
_SHARES = ("positive", "neutral", "negative")


def _sentiment(p: Params) -> Measure:
    """One vote a ticket. Scores are whole billionths, so that their sums and the comparisons with a threshold are exact."""
    least, most = (round(float(p[name]) * _BILLION) for name in ("sentiment_positive_from", "sentiment_negative_to"))
    first, last = (f"{{{{ {by}('f.score_billionths', ['f.said_key']) }}}}" for by in ("first_by", "last_by"))
    is_last = p["aggregate"] == "last"
    units = {
        "total": last if is_last else "sum(f.score_billionths)",
        "scores": "1" if is_last else "count(*)",
        "shift": f"{last} - {first}",
        "models": "max(loaded.models)" if p["model"] is None else "1",
    }
    is_positive, is_negative = f"u.total >= {least} * u.scores", f"u.total <= {most} * u.scores"
    votes = {
        "n": Agg("count(*)"),
        "positive": Agg("count(*)", is_positive),
        "negative": Agg("count(*)", f"not ({is_positive}) and {is_negative}"),
        "shift": Agg("sum(u.shift)"),
        "models": Agg("max(u.models)"),
    }
    asked = population(p)
    of = asked if p["model"] is None else f"{asked} and f.model = {quoted(str(p['model']))}"
    in_scale = f"f.score_billionths >= -{_BILLION} and f.score_billionths <= {_BILLION}"
    joins = _MODELS if p["model"] is None else ""
    return Measure(
        (
            Tally("sentiments", votes, at="f.said_at", where=f"{of} and {in_scale}", joins=joins, per="f.ticket_no", units=units),
            Tally("sentiments", {"n_invalid": Agg("count(*)", f"not ({in_scale})")}, at="f.said_at", where=of),
            Tally("customer_messages", {"asked": Agg("count(distinct f.ticket_no)")}, at="f.said_at", where=asked),
        ),
        _finish,
    )


def _finish(found: dict[str, Any]) -> dict[str, Any]:
    n, asked = found["n"], found["asked"]
    beside = {"n": n, "coverage": n / asked if asked else None, "n_invalid": found["n_invalid"]}
    if (found["models"] or 0) > 1:
        nothing = dict.fromkeys((*_SHARES, "net", "shift"))
        return {**nothing, **beside, "value": None, "null_reason": "mixed_scales"}
    counts = {**found, "neutral": n - found["positive"] - found["negative"]}
    row = dict(beside)
    for name in _SHARES:
        part = share(counts[name], n)
        row |= {name: part["value"], f"{name}_ci_low": part["ci_low"], f"{name}_ci_high": part["ci_high"]}
    net = (found["positive"] - found["negative"]) / n if n else None
    return {**row, "value": net, "net": net, "shift": int(found["shift"]) / n / _BILLION if n else None}


METRICS = (
    Metric(
        "sentiment",
        "voice",
        {
            "en": ("Customer sentiment", "sentiment analysis"),
            "nl": ("Klantsentiment", "sentimentanalyse"),
            "ro": ("Sentimentul clienților", "analiza sentimentului"),
        },
        {
            "en": "How do customers sound?",
            "nl": "Hoe klinken klanten?",
            "ro": "Ce ton au clienții?",
        },
        "share of tickets that sound positive - share that sound negative; a ticket's score is the mean of its messages",
        "the period of the messages",
        "score",
        "higher",
        _sentiment,
        needs=("messages", "sentiment"),
        leaves_out="What agents, bots and automatic replies say, and messages without a score: these never count as neutral, see"
        " coverage. Scores of several models are never mixed.",
        parameters=(
            POPULATION,
            Parameter("aggregate", "mean", ("mean", "last"), "a ticket's mean score, or that of its last message"),
            Parameter("model", None, (), "whose scores; may be left out when one model is loaded", is_text=True),
            Parameter("sentiment_positive_from", 0.05, (), "positive from this score on"),
            Parameter("sentiment_negative_to", -0.05, (), "negative up to this score"),
        ),
        invalid=("agent",),
        beside=(*_SHARES, "coverage", "shift"),
    ),
)
