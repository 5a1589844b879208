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
from servicemeter.show.remarks import remark, remarks
from servicemeter.show.sentences import family_sentence
from servicemeter.show.words import exact_words, family_title, headline, shown_value, trust_words
from servicemeter.web.paper import picture

__all__ = ["CardView", "FamilyView", "card_view", "family_views", "rows_by_metric"]

_PERIODS = {"day": "days", "week": "weeks", "month": "months", "quarter": "quarters", "year": "years"}


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
    verdict: str
    spark: Markup
    is_unfinished: bool
    is_low: bool
    is_null: bool


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


def family_views(scorecard: Scorecard, metrics: Mapping[str, Metric], query: str) -> list[FamilyView]:
    """All families that have cards, in the scorecard's order."""
    beside = rows_by_metric(scorecard)
    return [_family(f, metrics, query, beside, scorecard.grain) for f in scorecard.families if f.cards]


def _family(family: Family, metrics: Mapping[str, Metric], query: str, beside: Mapping[str, Row], grain: str) -> FamilyView:
    cards = [card_view(card, metrics[card.metric], query, beside, grain) for card in family.cards]
    return FamilyView(family.name, family_title(family.name), family_sentence(family, metrics), cards)


def card_view(card: Card, metric: Metric, query: str, beside: Mapping[str, Row], grain: str) -> CardView:
    """One card."""
    now = card.now
    is_null = shown_value(metric, now) is None
    return CardView(
        href=f"/metric/{metric.name}{query}",
        label=metric.label(),
        parts=headline(metric, now),
        exact=exact_words(metric, now),
        trust=trust_words(metric, now),
        remark=remark(metric, now, beside),
        remarks=remarks(metric, now, beside),
        change=compare(metric, now, card.before),
        target=target_words(metric, card),
        verdict=shown_outcome(metric, card) or "",
        spark=picture(sparkline(card.trend, _spark_label(card, grain), metric)),
        is_unfinished=now.get("period_status") == "in_progress",
        is_low=not is_null and bool(now.get("low_sample")) and metric.unit != "count",
        is_null=is_null,
    )


def _spark_label(card: Card, grain: str) -> str:
    return f"the last {len(card.trend)} {_PERIODS.get(grain, 'periods')}"
