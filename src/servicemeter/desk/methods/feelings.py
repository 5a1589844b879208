"""How customers sound over a span, by channel and reason, and the words that decided: the sentiment page's one question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from servicemeter.desk.methods import method
from servicemeter.model.loyalty import DecidingWord, Feelings
from servicemeter.model.question import Scope
from servicemeter.model.scorecard import Scorecard
from servicemeter.store.writings import recent_words
from servicemeter.text.language import recognise
from servicemeter.text.sentiment import feel

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["PARTS", "SENDS", "count_words", "feelings"]

SENDS = (DecidingWord, Feelings)
PARTS = ("channel", "reason")
"""The dimensions that the page splits sentiment by."""

_MOST_MESSAGES = 1000
_MOST_WORDS = 24
_LEAST_MESSAGES = 2
_CAN_FILTER = frozenset({"channel", "brand", "source"})


@method()
def feelings(desk: Desk, /, **span: Any) -> Feelings:
    """Everything at once; `span` is that of a scorecard."""
    scorecard = desk.scorecard(**span, metrics=["sentiment"])
    asked = scorecard.families[0].cards[0].question
    answers = desk.measure_all([replace(asked, by=(part,)) for part in PARTS])
    parts = dict(zip(PARTS, answers, strict=True))
    where = {held.dimension: held.values[0] for held in asked.where}
    if not set(where) <= _CAN_FILTER or asked.scope != Scope():
        return Feelings(scorecard, parts, words_reason="filtered")
    found: list[tuple[str | None, str]] = desk.on_rows(
        lambda engine: recent_words(engine, _instants(scorecard), where, _MOST_MESSAGES)
    )
    return Feelings(scorecard, parts, count_words(found), len(found), "" if found else "no_words")


def _instants(scorecard: Scorecard) -> tuple[datetime, datetime]:
    zone = ZoneInfo(scorecard.report_tz)
    since, until = (datetime.combine(on, time(), zone) for on in (scorecard.since, scorecard.until))
    return since, min(until, scorecard.as_of)


def count_words(messages: Iterable[tuple[str | None, str]]) -> list[DecidingWord]:
    """The words that moved most messages, the heaviest in all first; one counts once a message, and needs two of them.

    A word that weighs both ways (negated here, plain there) stands once for each way.
    """
    weights: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for language, text in messages:
        said = {(w.text.casefold(), w.weight > 0): w.weight for w in feel(text, _code(language) or recognise(text)).words}
        for key, weight in said.items():
            weights[key].append(weight)
    often = [(key, held) for key, held in weights.items() if len(held) >= _LEAST_MESSAGES]
    often.sort(key=lambda pair: (-abs(sum(pair[1])), pair[0]))
    return [DecidingWord(key[0], len(held), sum(held) / len(held)) for key, held in often[:_MOST_WORDS]]


def _code(language: str | None) -> str | None:
    """The two letters of a language as sources write it, or None."""
    first = (language or "").replace("_", "-").partition("-")[0].strip().lower()
    return first if len(first) == 2 else None
