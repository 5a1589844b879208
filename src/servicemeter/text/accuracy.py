"""How often a model of sentiment is right on texts that people have labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from servicemeter.text.sentiment import Sentiment, feel

__all__ = ["Accuracy", "Labelled", "measure_accuracy", "measure_by_language"]

_SIGNS = {"positive": 1, "negative": -1}


@dataclass(frozen=True)
class Labelled:
    """A text with what a person says of it: -1 negative, 0 neutral, 1 positive."""

    label: int
    language: str
    text: str


@dataclass(frozen=True)
class Accuracy:
    """What a model got right.

    `n` texts were judged in `classes` classes, `correct` of them as the person did. `macro_f1` is the mean of the classes' F1.
    `coverage` is the share on which the model takes a side by itself (of two classes) or is not unsure (of three). Texts in
    languages that are not analysed are only counted.
    """

    n: int
    correct: int
    classes: int
    macro_f1: float | None
    coverage: float | None
    not_analysed: int = 0

    @property
    def accuracy(self) -> float | None:
        """The share that was right; None of nothing."""
        return self.correct / self.n if self.n else None


Feel = Callable[[str, str], Sentiment]


@dataclass(frozen=True)
class _Judged:
    truth: int
    guess: int
    takes_side: bool


def measure_accuracy(texts: Sequence[Labelled], model: Feel = feel) -> Accuracy:
    """Compare a model with the labels. Where no text is labelled neutral the model has to choose between the other two.

    >>> measure_accuracy([Labelled(1, "en", "Great!"), Labelled(-1, "en", "It broke.")]).accuracy
    1.0
    """
    return _summed(*_judge(texts, model))


def measure_by_language(texts: Sequence[Labelled], model: Feel = feel) -> tuple[Accuracy, dict[str, Accuracy]]:
    """The accuracy over all texts and of each language; how many classes there are is settled language by language."""
    judged = {code: _judge([t for t in texts if t.language == code], model) for code in sorted({t.language for t in texts})}
    every = [one for found, _ in judged.values() for one in found]
    whole = _summed(every, sum(silent for _, silent in judged.values()))
    return whole, {code: _summed(*found) for code, found in judged.items()}


def _judge(texts: Sequence[Labelled], model: Feel) -> tuple[list[_Judged], int]:
    """What the model says of each text, and of how many it says nothing because of their language."""
    is_forced = all(text.label for text in texts)
    found, silent = [], 0
    for text in texts:
        said = model(text.text, text.language)
        if said.label == "not analysed" and text.text.strip():
            silent += 1
        else:
            found.append(_Judged(text.label, _guess(said, is_forced=is_forced), _takes_side(said, is_forced=is_forced)))
    return found, silent


def _guess(said: Sentiment, *, is_forced: bool) -> int:
    """The label that the model would give; forced to choose, nothing said counts as negative."""
    if is_forced:
        return 1 if said.strength > 0 else -1
    return _SIGNS.get(said.label, 0)


def _takes_side(said: Sentiment, *, is_forced: bool) -> bool:
    return said.label in _SIGNS if is_forced else said.label != "not sure"


def _summed(judged: Sequence[_Judged], silent: int) -> Accuracy:
    n = len(judged)
    labels = sorted({one.truth for one in judged})
    return Accuracy(
        n,
        sum(one.truth == one.guess for one in judged),
        len(labels),
        sum(_f1(judged, label) for label in labels) / len(labels) if labels else None,
        sum(one.takes_side for one in judged) / n if n else None,
        silent,
    )


def _f1(judged: Iterable[_Judged], label: int) -> float:
    """Twice the hits over those that are it and those called it; 0 where the model never says it."""
    pairs = [(one.truth == label, one.guess == label) for one in judged]
    return 2 * sum(a and b for a, b in pairs) / sum(a + b for a, b in pairs)
