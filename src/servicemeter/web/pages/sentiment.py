"""How customers sound: shares over time, by channel and reason, how much was scored, the shift, and the words that decided."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from servicemeter.desk.methods.feelings import feelings
from servicemeter.model.answer import Row
from servicemeter.model.loyalty import DecidingWord, Feelings
from servicemeter.model.scorecard import Card
from servicemeter.show.dimensions import dimension_name, dimension_value
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import phrase, say
from servicemeter.show.stacks import shares_words, stack_chart, stack_mark
from servicemeter.web.cards import card_view
from servicemeter.web.exports import about_file, files_of, send
from servicemeter.web.pages import Page
from servicemeter.web.panels import SIZES, Panel
from servicemeter.web.paper import picture
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Sentiment"), "/sentiment", "customers", 30, may="see_rows")
router = APIRouter()
_NO_WORDS = {
    "filtered": phrase("Which words decided is known by channel, brand and source only, not under the other filters."),
    "no_words": phrase(
        "The words of these messages are not stored, or nobody wrote. Scores alone can come from another program."
    ),
}
_LITTLE = 0.8


@dataclass(frozen=True)
class _Part:
    """A line of a split: shares, how much was scored, the shift."""

    name: str
    mark: Markup
    shares: list[str]
    n: str
    coverage: str
    shift: str
    is_low: bool


@router.api_route("/sentiment", methods=["GET", "HEAD"])
def sentiment_page(request: Request) -> Response:
    """The page over the period and filters of the address."""
    seen = visit(request)
    told = feelings(seen.desk, **seen.address.scorecard_call())
    language, card = seen.language, _card(told)
    metric = seen.desk.metric(card.metric)
    panel = _panel(seen, told)
    coverage = card.now.get("coverage")
    negative, positive = ([w for w in told.words if (w.weight > 0) == good] for good in (False, True))
    return seen.page(
        "sentiment.html",
        here="sentiment",
        card=card_view(card, metric, seen, {}, told.scorecard.grain),
        metric=metric,
        panel=panel,
        pictures=[(css, picture(panel.draw(size))) for css, size in SIZES.items()] if panel.draw else [],
        files=files_of(panel, lambda form: seen.address.beside(f"/sentiment.{form}")) if panel.draw else [],
        coverage=percent(coverage, 0, language=language) if coverage is not None else "",
        is_little=coverage is not None and coverage < _LITTLE,
        shift=_shift(card.now, language),
        parts={
            dimension_name(by, language): [_part(row, by, language) for row in answer.rows]
            for by, answer in told.parts.items()
            if answer.rows
        },
        negative=[_word(word, language) for word in negative],
        positive=[_word(word, language) for word in positive],
        words_of=told.words_of,
        words_reason=say(language, _NO_WORDS[told.words_reason]) if told.words_reason else "",
        **seen.over(told.scorecard),
    )


@router.api_route("/sentiment.{form}", methods=["GET", "HEAD"])
@may("see_rows", is_export=True)
def sentiment_file(request: Request, form: str) -> Response:
    """The shares over time as a file."""
    seen = visit(request)
    told = feelings(seen.desk, **seen.address.scorecard_call())
    panel = _panel(seen, told)
    label = seen.desk.metric(_card(told).metric).label(seen.language)
    about = about_file(seen, told.scorecard, label, panel)
    return send(panel, form, about, f"sentiment-{told.scorecard.since.isoformat()}")


def _card(feelings: Feelings) -> Card:
    return feelings.scorecard.families[0].cards[0]


def _panel(seen: Visit, feelings: Feelings) -> Panel:
    card, grain, language = _card(feelings), feelings.scorecard.grain, seen.language
    now = card.now

    def draw(size: tuple[int, int]) -> str:
        return stack_chart(card.trend, grain, size, language)

    has_any = any(row.get("positive") is not None for row in card.trend)
    title = say(language, "Now {shares}", shares=shares_words(now, language)) if now.get("positive") is not None else ""
    return Panel(
        "sentiment",
        title or say(language, "Nothing was scored in this period"),
        say(language, "share of tickets, by how their customers sound"),
        [{"metric": card.metric, **row} for row in card.trend],
        [],
        draw if has_any else None,
    )


def _part(row: Row, by: str, language: str) -> _Part:
    shares = [
        percent(row[part], 0, language=language) if row.get(part) is not None else "–"
        for part in ("negative", "neutral", "positive")
    ]
    return _Part(
        dimension_value(by, row.get(by), language) if by in row else "–",  # one row that says why there are no groups
        picture(stack_mark(row)),
        shares,
        number(row.get("n") or 0, language=language),
        percent(row["coverage"], 0, language=language) if row.get("coverage") is not None else "–",
        _shift(row, language) or "–",
        bool(row.get("low_sample")),
    )


def _shift(row: Row, language: str) -> str:
    """From the first to the last message of a ticket, on average."""
    value = row.get("shift")
    return number(value, 2, language=language, signed=True) if value is not None else ""


def _word(word: DecidingWord, language: str) -> tuple[str, str, str]:
    return word.text, number(word.messages, language=language), number(word.weight, 1, language=language, signed=True)
