"""How customers sound (METRICS.md 5.3)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import POPULATION, population, share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

_SLACK = "0.000000000001"
_MODELS = "cross join (select count(distinct model) as models from {{ facts }}.sentiments) as loaded"
_SHARES = ("positive", "neutral", "negative")


def _sentiment(p: Params) -> Measure:
    """One vote a ticket; sums of scores may miss a threshold by the last digit, so a slack is given."""
    least, most = float(p["sentiment_positive_from"]), float(p["sentiment_negative_to"])
    first, last = "{{ first_by('f.score', ['f.said_key']) }}", "{{ last_by('f.score', ['f.said_key']) }}"
    units = {
        "score": last if p["aggregate"] == "last" else "avg(f.score)",
        "shift": f"{last} - {first}",
        "models": "max(loaded.models)" if p["model"] is None else "1",
    }
    is_positive, is_negative = f"u.score >= {least!r} - {_SLACK}", f"u.score <= {most!r} + {_SLACK}"
    votes = {
        "n": Agg("count(*)"),
        "positive": Agg("count(*)", is_positive),
        "negative": Agg("count(*)", f"not ({is_positive}) and {is_negative}"),
        "shift": Agg("avg(u.shift)"),
        "models": Agg("max(u.models)"),
    }
    asked = population(p)
    of = asked if p["model"] is None else f"{asked} and f.model = {_text(p['model'])}"
    in_scale = "f.score >= -1 and f.score <= 1"
    joins = _MODELS if p["model"] is None else ""
    return Measure(
        (
            Tally("sentiments", votes, at="f.said_at", where=f"{of} and {in_scale}", joins=joins, per="f.ticket_no", units=units),
            Tally("sentiments", {"n_invalid": Agg("count(*)", f"not ({in_scale})")}, at="f.said_at", where=of),
            Tally("customer_messages", {"asked": Agg("count(distinct f.ticket_no)")}, at="f.said_at", where=asked),
        ),
        _finish,
    )


def _text(value: Any) -> str:
    return "'" + str(value).replace("'", "''") + "'"


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
    return {**row, "value": net, "net": net, "shift": found["shift"]}


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
