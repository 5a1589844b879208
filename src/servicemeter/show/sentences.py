"""Whole sentences: what a metric found, what a family of metrics says, what goes well and what needs a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.scorecard import Card, Family, Scorecard
from servicemeter.show.changes import Change, aim_words, compare, shown_outcome
from servicemeter.show.dates import moment, period_label
from servicemeter.show.phrases import counted, phrase, plural, say
from servicemeter.show.words import digits_of, null_words, shown_value, value_words

__all__ = ["Finding", "Summary", "data_status", "family_sentence", "statement", "summarise", "trend_sentence"]

_COUNTS = {
    "tickets_created": plural("Customers asked {n} question.", "Customers asked {n} questions."),
    "interactions_count": plural("Customers were in touch {n} time.", "Customers were in touch {n} times."),
    "tickets_handled": plural("The team worked on {n} request.", "The team worked on {n} requests."),
    "tickets_solved": plural("{n} request was solved.", "{n} requests were solved."),
    "backlog": plural("{n} request is unresolved.", "{n} requests are unresolved."),
}
_STATEMENTS = {
    "backlog_age": phrase("Half of the unresolved requests are younger than {value}."),
    "contact_rate": phrase("Every hundred orders brought {number} requests."),
    "first_response_time": phrase("Half of customers had a first answer within {value}."),
    "response_time": phrase("Half of all messages were answered within {value}."),
    "resolution_time": phrase("Half of the requests were solved within {value}."),
    "first_resolution_time": phrase("Half of the requests were solved for the first time within {value}."),
    "turnaround_time": phrase("Half of the requests were settled for good within {value} of the first contact."),
    "requester_wait_time": phrase("Half of customers waited less than {value} in all."),
    "replies_per_resolution": phrase("A solution took {number} replies."),
    "one_touch_resolution_rate": phrase("{value} of the requests were solved with one reply."),
    "first_contact_resolution_rate": phrase("{value} of customers did not have to come back."),
    "reopen_rate": phrase("{value} of the solved requests came back."),
    "resolution_rate": phrase("{value} of the requests were solved."),
    "automated_resolution_rate": phrase("{value} of the requests were solved without a person."),
    "abandonment_rate": phrase("{value} of callers gave up waiting."),
    "service_level": phrase("{value} of contacts were answered in time."),
    "average_speed_of_answer": phrase("Callers waited {value} on average."),
    "average_handle_time": phrase("A contact took {value} of work on average."),
    "csat": phrase("{value} of the customers who answered were satisfied."),
    "ces": phrase("Customers gave {number} for ease."),
    "nps": phrase("Promoters less detractors make {value}."),
    "survey_response_rate": phrase("{value} of the customers who were asked answered."),
    "sla_compliance_rate": phrase("{value} of the agreed times were met."),
    "customer_retention_rate": phrase("{value} of customers stayed."),
    "customer_churn_rate": phrase("{value} of customers left."),
    "repeat_purchase_rate": phrase("{value} of customers bought more than once."),
    "returning_customer_rate": phrase("{value} of the customers who ordered had ordered before."),
    "ticket_conversion_rate": phrase("{value} of the requests were followed by an order."),
}
_BY_UNIT = {
    "median": phrase("{label}: half were below {value}."),
    "mean": phrase("{label}: {value} on average."),
    "value": phrase("{label}: {value}."),
}


_OF_EFFORT = phrase("Customers gave {number} for effort.")
"""Of a scale on which a high number is a bad one."""


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about a metric, as a sentence with the metric's name in front."""

    metric: str
    label: str
    words: str
    weight: int


@dataclass(frozen=True)
class Summary:
    """What goes well and what needs a look, the weightiest first; low samples and unclear changes are in neither."""

    well: list[Finding]
    look: list[Finding]


def statement(metric: Metric, row: Row, language: str = "en") -> str:
    """What the metric found, as a sentence; why it found nothing, where it did not."""
    if shown_value(metric, row) is None:
        reason = null_words(metric, row, language)
        return say(language, "{label}: {reason}.", label=metric.label(language), reason=reason)
    if metric.name in _COUNTS:
        return counted(language, row["value"], *_COUNTS[metric.name], digits=digits_of(metric, row))
    value = value_words(metric, row, language)
    plain = value
    for unit in ("replies", "touches", "per 100"):
        plain = plain.removesuffix(" " + say(language, unit))
    text = _OF_EFFORT if metric.name == "ces" and row.get("better") == "lower" else _STATEMENTS.get(metric.name)
    return say(language, text or _BY_UNIT[metric.headline], label=metric.label(language), value=value, number=plain)


def family_sentence(family: Family, metrics: Mapping[str, Metric], language: str = "en") -> str:
    """The statement of the family's first card that has a value and a history, and how it changed; empty without one."""
    for card in family.cards:
        metric = metrics[card.metric]
        if shown_value(metric, card.now) is None or _is_premature(card.now):
            continue
        said = statement(metric, card.now, language)
        change = compare(metric, card.now, _comparable(card), language)
        if change is None or change.standing == "same":
            return said
        return say(language, "{said}, {change} than before.", said=said.rstrip("."), change=change.comparative)
    return ""


def _is_premature(row: Row) -> bool:
    """Whether a figure looks back further than the data go: it is near its best, or far from it, by the way it is made."""
    return bool(row.get("history_is_short"))


def _comparable(card: Card) -> Row | None:
    """The earlier row, where it was not premature: what changed since is what became known."""
    return None if card.before is None or _is_premature(card.before) else card.before


def summarise(scorecard: Scorecard, metrics: Mapping[str, Metric], language: str = "en") -> Summary:
    """The cards that clearly changed for better or worse, met their target or missed it; none that looks back beyond the data."""
    well: list[Finding] = []
    look: list[Finding] = []
    for family in scorecard.families:
        for card in family.cards:
            metric = metrics[card.metric]
            if shown_value(metric, card.now) is None or card.now.get("low_sample") or _is_premature(card.now):
                continue
            change = compare(metric, card.now, _comparable(card), language)
            finding, is_good = _find(metric, card, change, language)
            if finding:
                (well if is_good else look).append(finding)
    return Summary(*(sorted(side, key=lambda f: -f.weight) for side in (well, look)))


def _find(metric: Metric, card: Card, change: Change | None, language: str) -> tuple[Finding | None, bool]:
    """What is worth saying about one card, and whether it is good; a change counts for more than a target."""
    standing = change.standing if change else "same"
    aim = aim_words(metric, card.target, language, card.now.get("currency")) if card.target else ""
    outcome = shown_outcome(metric, card)
    value = value_words(metric, card.now, language)
    if standing in ("better", "worse") and change:
        words = say(language, "{change}, now {value}", change=change.words, value=value)
        heavy = outcome == ("met" if standing == "better" else "missed")
        if heavy:
            words = say(language, _WITH_TARGET[standing], said=words, aim=aim)
        return Finding(metric.name, metric.label(language), words, 3 if heavy else 2), standing == "better"
    if outcome in ("met", "missed"):
        words = say(language, _TARGET[outcome], value=value, aim=aim)
        return Finding(metric.name, metric.label(language), words, 1), outcome == "met"
    return None, False


_WITH_TARGET = {"better": phrase("{said}, on target ({aim})"), "worse": phrase("{said}, off target ({aim})")}
_TARGET = {"met": phrase("{value}, on target ({aim})"), "missed": phrase("{value}, off target ({aim})")}


def data_status(as_of: datetime, tz: str, lagging: tuple[str, ...] = (), language: str = "en") -> str:
    """Up to when the data reaches, and which sources lag behind: `Data to 21 Nov 17:40. Not yet up to then: shop.`"""
    text = say(language, "Data to {moment}.", moment=moment(as_of, tz, language=language))
    if not lagging:
        return text
    return text + " " + say(language, "Not yet up to then: {sources}.", sources=", ".join(lagging))


def trend_sentence(rows: Sequence[Row], metric: Metric, grain: str, language: str = "en") -> str:
    """Where a series began and where it stands: `From 3 h 2 min (24 Aug) to 2 h 10 min (16 Nov, so far)`."""
    shown = [row for row in rows if shown_value(metric, row) is not None and row.get("period_status") != "partial_coverage"]
    if len(shown) < 2:
        return ""
    first, last = shown[0], shown[-1]
    when = _period_name(last, grain, language)
    if last.get("period_status") == "in_progress":
        when = say(language, "{period}, so far", period=when)
    return say(
        language,
        "From {first} ({start}) to {last} ({end})",
        first=value_words(metric, first, language),
        start=_period_name(first, grain, language),
        last=value_words(metric, last, language),
        end=when,
    )


def _period_name(row: Row, grain: str, language: str) -> str:
    start = row.get("period_start")
    on = start if isinstance(start, date) else date.fromisoformat(str(start)[:10])
    return period_label(on, "day" if grain == "week" else grain, language=language, with_year=False)
