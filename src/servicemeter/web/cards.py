"""A card as its template needs it: every text made by `show`, every number from the scorecard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.scorecard import Card, Family, Scorecard
from servicemeter.show.changes import Change, compare, shown_outcome, target_words
from servicemeter.show.charts import sparkline
from servicemeter.show.phrases import counted, plural, say
from servicemeter.show.remarks import remark, remarks
from servicemeter.show.sentences import family_sentence
from servicemeter.show.words import exact_words, family_title, headline, shown_value, trust_words
from servicemeter.web.paper import picture
from servicemeter.web.visit import Visit

__all__ = ["CardView", "FamilyView", "card_view", "family_views", "rows_by_metric"]

_GRAVE = ("wrong",)
_LAST = {
    "day": plural("the last day", "the last {n} days"),
    "week": plural("the last week", "the last {n} weeks"),
    "month": plural("the last month", "the last {n} months"),
    "quarter": plural("the last quarter", "the last {n} quarters"),
    "year": plural("the last year", "the last {n} years"),
}


@dataclass(frozen=True)
class CardView:
    """The texts of one card, and the classes that carry its meaning."""

    href: str
    label: str
    parts: list[tuple[str, str]]
    exact: str
    trust: str
    remark: str
    remarks: list[str]
    change: Change | None
    target: str
    outcome: str
    spark: Markup
    is_unfinished: bool
    is_low: bool
    is_null: bool
    doubts: list[str]


@dataclass(frozen=True)
class FamilyView:
    """A heading, a sentence and cards."""

    name: str
    title: str
    sentence: str
    cards: list[CardView]


def rows_by_metric(scorecard: Scorecard) -> dict[str, Row]:
    """The present row of every metric on the scorecard."""
    return {card.metric: card.now for family in scorecard.families for card in family.cards}


def family_views(scorecard: Scorecard, metrics: Mapping[str, Metric], seen: Visit) -> list[FamilyView]:
    """All families that have cards, in the scorecard's order."""
    beside = rows_by_metric(scorecard)
    return [_family(f, metrics, seen, beside, scorecard.grain) for f in scorecard.families if f.cards]


def _family(family: Family, metrics: Mapping[str, Metric], seen: Visit, beside: Mapping[str, Row], grain: str) -> FamilyView:
    cards = [card_view(card, metrics[card.metric], seen, beside, grain) for card in family.cards]
    return FamilyView(
        family.name, family_title(family.name, seen.language), family_sentence(family, metrics, seen.language), cards
    )


def card_view(card: Card, metric: Metric, seen: Visit, beside: Mapping[str, Row], grain: str) -> CardView:
    """One card."""
    now, language = card.now, seen.language
    is_null = shown_value(metric, now) is None
    return CardView(
        href=seen.address.to(f"/metric/{metric.name}"),
        label=metric.label(language),
        parts=headline(metric, now, language),
        exact=exact_words(metric, now, language),
        trust=trust_words(metric, now, language),
        remark=remark(metric, now, beside, language),
        remarks=remarks(metric, now, beside, language),
        change=compare(metric, now, card.before, language),
        target=target_words(metric, card, language),
        outcome=shown_outcome(metric, card) or "",
        spark=picture(sparkline(card.trend, _spark_label(card, grain, language), metric)),
        is_unfinished=now.get("period_status") == "in_progress",
        is_low=not is_null and bool(now.get("low_sample")) and metric.unit != "count",
        is_null=is_null,
        doubts=doubts(now, seen, card.metric),
    )


def doubts(row: Row, seen: Visit, name: str) -> list[str]:
    """What makes the data behind a figure doubtful: parts that are missing, and the findings about wrong rows known so far."""
    language = seen.language
    said = []
    if row.get("partial"):
        said.append(say(language, "some of its data is missing"))
    if row.get("period_status") == "partial_coverage":
        said.append(say(language, "data begins inside this period"))
    if row.get("history_is_short"):
        said.append(say(language, "it looks back further than the data go"))
    grave = [f for f in seen.findings or () if f.get("severity") in _GRAVE and name in (f.get("metrics") or ())]
    if grave:
        said.append(counted(language, len(grave), "{n} finding about its data", "{n} findings about its data"))
    return said


def _spark_label(card: Card, grain: str, language: str) -> str:
    return counted(language, len(card.trend), *_LAST.get(grain, _LAST["week"]))
