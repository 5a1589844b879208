"""Loyalty and revenue: who stays and comes back, what contact is followed by, and how often customers order anyway."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from servicemeter.desk.methods.loyalty import STAYING, loyalty
from servicemeter.desk.methods.notes import notes
from servicemeter.model.loyalty import BaseRate, Loyalty
from servicemeter.model.scorecard import Card
from servicemeter.show.charts import trend_chart
from servicemeter.show.numbers import percent
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.sentences import trend_sentence
from servicemeter.show.words import interval_words, shown_value
from servicemeter.web.cards import CardView, card_view, rows_by_metric
from servicemeter.web.pages import Page
from servicemeter.web.panels import SIZES
from servicemeter.web.paper import picture
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Loyalty"), "/loyalty", "customers", 40, may="see_figures")
router = APIRouter()
_NO_BASE = {
    "filtered": phrase("How often customers order anyway is known for all channels and teams together only."),
    "too_short": phrase("How often customers order anyway cannot be told of so short a span."),
    "no_orders": phrase("Nobody ordered in the year before, so there is nothing to compare with."),
}
_AFTER = "ticket_conversion_rate"
_DRAWN = ("customer_retention_rate", "returning_customer_rate", "nps", _AFTER)


@dataclass(frozen=True)
class _Chart:
    """A figure over time, with its finding as the title."""

    name: str
    title: str
    subtitle: str
    href: str
    pictures: list[tuple[str, Markup]]


@router.api_route("/loyalty", methods=["GET", "HEAD"])
def loyalty_page(request: Request) -> Response:
    """The page over the period and filters of the address."""
    seen = visit(request)
    told = loyalty(seen.desk, **seen.address.scorecard_call())
    metrics = {metric.name: metric for metric in seen.desk.metrics()}
    cards = {card.metric: card for family in told.scorecard.families for card in family.cards}
    rows, language = rows_by_metric(told.scorecard), seen.language

    def views(staying: bool) -> list[CardView]:
        held = [card for name, card in cards.items() if (name in STAYING) == staying]
        return [card_view(card, metrics[card.metric], seen, rows, told.scorecard.grain) for card in held]

    again = metrics["customer_retention_rate"] if "customer_retention_rate" in metrics else next(iter(metrics.values()))
    return seen.page(
        "loyalty.html",
        here="loyalty",
        staying=views(True),
        after=views(False),
        again=percent(told.again["value"], 1, language=language) if told.again.get("value") is not None else "",
        again_interval=interval_words(again, told.again, language),
        is_short=told.is_short,
        finding=_finding(told, cards.get(_AFTER), language),
        base_words=_base_words(told.base, language),
        charts=[_chart(seen, cards[name], told.scorecard.grain) for name in _DRAWN if _has(cards, name, seen)],
        **seen.over(told.scorecard),
    )


def _has(cards: dict[str, Card], name: str, seen: Visit) -> bool:
    """Whether a figure has something to draw: two periods that differ."""
    if name not in cards:
        return False
    metric = seen.desk.metric(name)
    return len({value for row in cards[name].trend if (value := shown_value(metric, row)) is not None}) > 1


def _chart(seen: Visit, card: Card, grain: str) -> _Chart:
    metric, language = seen.desk.metric(card.metric), seen.language
    noted = notes(seen.desk, card.metric)
    drawn = [
        (
            css,
            picture(trend_chart(card.trend, metric, grain=grain, language=language, target=card.target, size=size, notes=noted)),
        )
        for css, size in SIZES.items()
    ]
    title = trend_sentence(card.trend, metric, grain, language)
    return _Chart(
        card.metric, title or metric.label(language), metric.label(language), seen.address.to(f"/metric/{metric.name}"), drawn
    )


def _finding(loyalty: Loyalty, card: Card | None, language: str) -> str:
    """What followed contact, beside what happens anyway."""
    value, base = (card.now.get("value") if card else None), loyalty.base
    if value is None:
        return ""
    share = percent(value, 1, language=language)
    if base.share is None:
        return counted(
            language,
            base.window_days,
            "{share} of the requests were followed by an order within {n} day.",
            "{share} of the requests were followed by an order within {n} days.",
            share=share,
        )
    return counted(
        language,
        base.window_days,
        "{share} of the requests were followed by an order within {n} day; of the past year's customers {base} order on any day.",
        "{share} of the requests were followed by an order within {n} days; of the past year's customers {base} order in any {n} "
        "days.",
        share=share,
        base=percent(base.share, 1, language=language),
    )


def _base_words(base: BaseRate, language: str) -> str:
    if base.share is None:
        return say(language, _NO_BASE[base.reason])
    return counted(
        language,
        base.windows,
        "Measured over {n} window of {days}.",
        "Measured over {n} windows of {days}, laid end to end.",
        days=counted(language, base.window_days, "{n} day", "{n} days"),
    )
