"""What an agent may know at once of what a customer wrote: language, sentiment with its words, the shift since the first
message, whether it is a complaint, and what it is about. Composed of the other files of this room; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from servicemeter.text.complaints import LANGUAGES, Complaint, find_complaint
from servicemeter.text.language import conversation_languages
from servicemeter.text.reasons import Reason, Reasons
from servicemeter.text.sentiment import Sentiment, feel

__all__ = ["Impression", "Sounding", "impression_of"]

Turned = Literal["recovered", "worsened", "flat"]


@dataclass(frozen=True)
class Sounding:
    """One message: its language (None = not recognised) and how it sounds."""

    language: str | None
    sentiment: Sentiment


@dataclass(frozen=True)
class Impression:
    """What a customer's messages come to; `now` is the last one, `first` the first, `lowest` the one that sounds worst.

    `shift` is the last score less the first, None where either has none; `turned` says whether the mood crossed from negative or
    into it. A complaint is that of any message, the reason that of the first.
    """

    now: Sounding
    first: Sounding
    lowest: Sounding
    shift: float | None
    turned: Turned | None
    complaint: Complaint | None
    reason: Reason | None


def impression_of(
    texts: Sequence[str],
    *,
    known_language: str | None = None,
    reasons: Reasons | None = None,
    tags: Iterable[str] = (),
    model: Callable[[str, str], Sentiment] = feel,
) -> Impression | None:
    """The impression of one customer's messages in their order; None of nothing written."""
    written = [text for text in texts if text.strip()]
    if not written:
        return None
    languages = conversation_languages(written, known_language)
    heard = [Sounding(lang, model(text, lang or "")) for text, lang in zip(written, languages, strict=True)]
    complaints = (find_complaint(text, lang) for text, lang in zip(written, languages, strict=True) if lang in LANGUAGES)
    scored = [one for one in heard if one.sentiment.score is not None]
    return Impression(
        heard[-1],
        heard[0],
        min(scored, key=lambda one: one.sentiment.score or 0.0, default=heard[0]),
        _shift(heard),
        _turned(heard),
        next((complaint for complaint in complaints if complaint), None),
        _reason(written[0], languages[0], reasons, tags) if reasons else None,
    )


def _shift(heard: Sequence[Sounding]) -> float | None:
    first, last = heard[0].sentiment.score, heard[-1].sentiment.score
    return None if first is None or last is None or len(heard) < 2 else last - first


def _turned(heard: Sequence[Sounding]) -> Turned | None:
    """Whether the customer stopped or began to sound negative between the first message and the last."""
    if _shift(heard) is None:
        return None
    before, after = (one.sentiment.label == "negative" for one in (heard[0], heard[-1]))
    return "flat" if before == after else "recovered" if before else "worsened"


def _reason(text: str, language: str | None, reasons: Reasons, tags: Iterable[str]) -> Reason | None:
    return reasons.by_tags(tags) or (reasons.by_words(text, language) if language in reasons.languages else None)
