"""A small model learned from an installation's own rated comments, on top of the lexicon; it goes live only when it is better.

It is a logistic regression on hashed word and letter groups that starts from what the lexicon says: without a word learned, it
is the lexicon. Both classes weigh the same in learning, since most comments are praise.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from servicemeter.text.excerpt import take_excerpt
from servicemeter.text.sentiment import OURS, Sentiment, feel, judge
from servicemeter.text.tokens import tokenize

__all__ = ["LEAST_COMMENTS", "LEAST_OF_EACH", "Comment", "Learned", "Trial", "compare", "learn", "try_other", "try_out"]

LEAST_COMMENTS = 100
"""With fewer rated comments nothing is learned."""

LEAST_OF_EACH = 15
"""With fewer positive or negative ones neither."""

_SIZE = 1 << 16
_EPOCHS, _RATE, _SHRINK = 4, 0.5, 1e-4
_PER_STRENGTH = 0.8  # how many log-odds a point of the lexicon's strength is
_MOST_ADDED = 4.0
_FOLDS = 5
_DRAWS = 2_000

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Comment:
    """A comment that came with an extreme rating: positive or negative."""

    text: str
    language: str
    is_positive: bool


@dataclass(frozen=True)
class Trial:
    """How the model and the lexicon did on comments that the model had not seen.

    `gain` is the model's macro F1 less the lexicon's, with its 95 % interval over the same comments; `balanced_gain` is that of
    the mean of both classes' hit rates, which guessing cannot raise by naming the larger class more often.
    """

    n: int
    lexicon_f1: float
    model_f1: float
    gain: tuple[float, float, float]
    balanced_gain: tuple[float, float, float]

    @property
    def is_better(self) -> bool:
        """Whether the model may go live: both gains are beyond chance."""
        return self.gain[1] > 0 and self.balanced_gain[1] > 0


@dataclass(frozen=True)
class Learned:
    """What was learned: a weight for each group of letters or words."""

    weights: Floats

    @property
    def name(self) -> str:
        """The name that scores are kept under; another lesson is another model."""
        return f"{OURS}learned/1-{hashlib.sha256(self.weights.tobytes()).hexdigest()[:8]}"

    def feel(self, text: str, language: str) -> Sentiment:
        """What the lexicon says, moved by what was learned."""
        said = feel(text, language)
        if said.label == "not analysed":
            return said
        moved = said.strength + self._added(_groups(text)) / _PER_STRENGTH
        return judge(moved, words=said.words, is_cut=said.is_cut, is_mixed=said.label == "not sure" and abs(moved) < 1)

    def _added(self, places: Places) -> float:
        return float(np.clip(_sum(self.weights, places), -_MOST_ADDED, _MOST_ADDED))


def learn(comments: Sequence[Comment], *, seed: int) -> Learned:
    """Learn from all comments; the order in which they are looked at comes from the seed.

    >>> comments = [Comment("de levering was knudde", "nl", False), Comment("de levering was puik", "nl", True)] * 20
    >>> learn(comments, seed=1).feel("puik geleverd hoor", "nl").strength > 0
    True
    """
    return Learned(_fit(_lessons(comments), seed))


def try_out(comments: Sequence[Comment], *, seed: int) -> Trial | None:
    """Learn from four fifths and judge the fifth, five times over; None when there are too few comments for that."""
    if not _are_enough(comments):
        return None
    lessons = _lessons(comments)
    fold = np.random.default_rng(seed).permutation(len(lessons)) % _FOLDS
    guesses = np.zeros(len(lessons), bool)
    for part in range(_FOLDS):
        weights = _fit([lesson for lesson, of in zip(lessons, fold, strict=True) if of != part], seed)
        for place in np.flatnonzero(fold == part):
            lesson = lessons[place]
            added = float(np.clip(_sum(weights, lesson.places), -_MOST_ADDED, _MOST_ADDED))
            guesses[place] = lesson.prior + added > 0
    truths = np.array([lesson.is_positive for lesson in lessons])
    return compare(truths, np.array([lesson.prior > 0 for lesson in lessons]), guesses, seed=seed)


def try_other(comments: Sequence[Comment], model: Callable[[str, str], Sentiment], *, seed: int) -> Trial | None:
    """Judge a model that has learned elsewhere on all comments; None when there are too few."""
    if not _are_enough(comments):
        return None
    guesses = [model(comment.text, comment.language).strength > 0 for comment in comments]
    said = [feel(comment.text, comment.language).strength > 0 for comment in comments]
    return compare(np.array([comment.is_positive for comment in comments]), np.array(said), np.array(guesses), seed=seed)


def compare(truths: NDArray[np.bool_], lexicon: NDArray[np.bool_], model: NDArray[np.bool_], *, seed: int) -> Trial:
    """Compare two models on the same comments, by drawing them again and again (paired bootstrap)."""
    kinds = truths * 4 + lexicon * 2 + model * 1
    counts = np.bincount(kinds, minlength=8)
    draws = np.random.default_rng(seed).multinomial(counts.sum(), counts / counts.sum(), size=_DRAWS)
    whole = counts[np.newaxis]
    return Trial(
        int(counts.sum()),
        float(_f1(whole, 2)[0]),
        float(_f1(whole, 1)[0]),
        _interval(_f1, whole, draws),
        _interval(_balanced, whole, draws),
    )


Counts = NDArray[np.int64]
Shares = NDArray[np.float64]


def _interval(score: Callable[[Counts, int], Shares], whole: Counts, draws: Counts) -> tuple[float, float, float]:
    """The gain of the model over the lexicon, and between which ends 95 % of the draws have it."""
    gains = score(draws, 1) - score(draws, 2)
    low, high = np.quantile(gains, [0.025, 0.975])
    return float((score(whole, 1) - score(whole, 2))[0]), float(low), float(high)


def _table(counts: Counts, bit: int) -> tuple[Counts, Counts, Counts, Counts]:
    """Right and wrong among the positive, right and wrong among the negative, of the guess that this bit holds."""
    said = [bool(kind & bit) for kind in range(8)]
    true = [bool(kind & 4) for kind in range(8)]

    def count(of_true: bool, of_said: bool) -> Counts:
        kinds = [kind for kind in range(8) if true[kind] == of_true and said[kind] == of_said]
        total: Counts = counts[:, kinds].sum(axis=1)
        return total

    return count(True, True), count(True, False), count(False, False), count(False, True)


def _f1(counts: Counts, bit: int) -> Shares:
    hits, missed, rejected, wrong = _table(counts, bit)
    positive = 2 * hits / np.maximum(1, 2 * hits + missed + wrong)
    negative = 2 * rejected / np.maximum(1, 2 * rejected + missed + wrong)
    mean: Shares = (positive + negative) / 2
    return mean


def _balanced(counts: Counts, bit: int) -> Shares:
    hits, missed, rejected, wrong = _table(counts, bit)
    mean: Shares = (hits / np.maximum(1, hits + missed) + rejected / np.maximum(1, rejected + wrong)) / 2
    return mean


@dataclass(frozen=True)
class _Lesson:
    """A comment ready for learning: its groups, the log-odds that the lexicon gives it, and what it was."""

    places: Places
    prior: float
    is_positive: bool


def _are_enough(comments: Sequence[Comment]) -> bool:
    positives = sum(comment.is_positive for comment in comments)
    return len(comments) >= LEAST_COMMENTS and min(positives, len(comments) - positives) >= LEAST_OF_EACH


def _lessons(comments: Sequence[Comment]) -> list[_Lesson]:
    return [
        _Lesson(_groups(comment.text), _PER_STRENGTH * feel(comment.text, comment.language).strength, comment.is_positive)
        for comment in comments
    ]


def _fit(lessons: Sequence[_Lesson], seed: int) -> Floats:
    """Weights by stochastic gradient steps; a lesson of the rarer class counts as much more as it is rarer."""
    weights = np.zeros(_SIZE, np.float32)
    positives = max(1, sum(lesson.is_positive for lesson in lessons))
    balance = {True: len(lessons) / (2 * positives), False: len(lessons) / (2 * max(1, len(lessons) - positives))}
    chance = np.random.default_rng(seed)
    for _ in range(_EPOCHS):
        for place in chance.permutation(len(lessons)):
            lesson = lessons[place]
            odds = lesson.prior + _sum(weights, lesson.places)
            error = lesson.is_positive - 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
            step = _RATE * balance[lesson.is_positive] * error * _size_of(lesson.places)
            weights[lesson.places] = weights[lesson.places] * (1 - _RATE * _SHRINK) + step
    return weights


def _sum(weights: Floats, places: Places) -> float:
    return float(weights[places].sum()) * _size_of(places)


def _size_of(places: Places) -> float:
    """What each group counts, so that long comments do not count more than short ones."""
    return 1 / math.sqrt(max(1, len(places)))


def _groups(text: str) -> Places:
    """The places of a text's groups: words, pairs of words, and three to five letters in a row."""
    words = [token.text for token in tokenize(take_excerpt(text).text) if token.kind != "pause"]
    found = {zlib.crc32(group.encode("utf-8", "replace")) % _SIZE for group in _named(words)}
    return np.fromiter(sorted(found), np.int64, len(found))


def _named(words: Sequence[str]) -> Iterator[str]:
    yield from words
    yield from (f"{first} {second}" for first, second in pairwise(words))
    for word in words:
        framed = f"<{word}>"
        for size in (3, 4, 5):
            yield from (framed[at : at + size] for at in range(len(framed) - size + 1))
