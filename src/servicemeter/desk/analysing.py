"""Reading what customers wrote: language and sentiment of the messages in the book that have not been read yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.frames import FramesDelivery
from servicemeter.desk.methods.sources import sources
from servicemeter.store.writings import Conversation, Writing, count_unread, earlier_scores, other_models, unread_conversations
from servicemeter.text.accuracy import Feel
from servicemeter.text.language import conversation_languages
from servicemeter.text.sentiment import MODEL, OURS, feel

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["TICKETS_AT_ONCE", "Analysis", "analyse_texts"]

TICKETS_AT_ONCE = 5_000
"""How many conversations are read and kept in one step, if nothing else is asked for."""

_UNKNOWN = "(unknown)"


@dataclass
class Analysis:
    """What one step read: messages by language and by how they sound, and how many await the next step.

    `withdrawn` scores of earlier models of ours hold no longer; `other_models` are those of others, with which these are not
    mixed.
    """

    model: str
    data_version: int
    messages: int = 0
    by_language: dict[str, int] = field(default_factory=dict)
    by_label: dict[str, int] = field(default_factory=dict)
    cut: int = 0
    withdrawn: int = 0
    left: int = 0
    other_models: list[str] = field(default_factory=list)

    def add(self, step: Analysis) -> None:
        """Take in what the next step read."""
        self.data_version, self.left, self.other_models = step.data_version, step.left, step.other_models
        self.messages, self.cut, self.withdrawn = (
            self.messages + step.messages, self.cut + step.cut, self.withdrawn + step.withdrawn,
        )  # fmt: skip
        self.by_language = dict(Counter(self.by_language) + Counter(step.by_language))
        self.by_label = dict(Counter(self.by_label) + Counter(step.by_label))


def analyse_texts(
    desk: Desk, *, now: datetime, most_tickets: int = TICKETS_AT_ONCE, model: Feel = feel, name: str = MODEL
) -> Analysis:
    """Read the conversations of at most so many tickets and keep the scores under the model's name.

    A message that was read before is read again only when its words have changed. What cannot be told (mixed feelings, another
    language) is kept as a row without a score, so that it is neither asked again nor counted as neutral. As soon as nothing is
    left, the scores of earlier models of ours are withdrawn: one model a series.
    """
    engine = desk.book.engine
    found = Analysis(name, desk.data_version)
    rows = list(_read(unread_conversations(engine, name, most_tickets), model, name, found))
    found.left = count_unread(engine, name) - found.messages
    if not found.left:
        earlier = earlier_scores(engine, name, OURS).to_pylist()
        found.withdrawn = len(earlier)
        rows += [{**row, "score": None} for row in earlier]
    _keep(desk, rows, now)
    found.other_models = other_models(engine, name)
    found.data_version = desk.data_version
    return found


def _read(conversations: Iterable[Conversation], model: Feel, name: str, found: Analysis) -> Iterator[dict[str, Any]]:
    languages: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for conversation in conversations:
        told = conversation_languages([w.text for w in conversation.writings], _code(conversation.language))
        for writing, language in zip(conversation.writings, told, strict=True):
            if writing.is_unread:
                said = model(writing.text, language or "")
                languages[language or _UNKNOWN] += 1
                labels[said.label] += 1
                found.cut += said.is_cut
                yield _row(writing, name, said.score)
    found.messages = languages.total()
    found.by_language, found.by_label = dict(languages), dict(labels)


def _row(writing: Writing, name: str, score: float | None) -> dict[str, Any]:
    """A row of `message_sentiment`; its version is that of the words, so that changed words make a new one."""
    return {
        "source": writing.source,
        "message_id": writing.message_id,
        "message_source": None,
        "model": name,
        "score": None if score is None else round(score, 4),
        "source_updated_at": writing.recorded_at,
        "source_seq": writing.version,
    }


def _code(language: str | None) -> str | None:
    """The two letters of a language as sources write it: `nl`, `nl-NL`, `NL_be`."""
    first = (language or "").replace("_", "-").split("-")[0].strip().lower()
    return first if len(first) == 2 else None


def _keep(desk: Desk, rows: list[dict[str, Any]], now: datetime) -> None:
    """Load the rows as what the messages' own sources can supply."""
    everything = {row["source"] for row in sources(desk) if not row["capabilities"]}
    for source in sorted({row["source"] for row in rows}):
        delivery = FramesDelivery(source, None, {"message_sentiment": [row for row in rows if row["source"] == source]})
        if source in everything:
            delivery.capabilities = ()
        desk.take(delivery, now=now, label="sentiment", is_judged=True)
