"""Messages grouped by what they are about: the words they share, each language by itself.

A message becomes weights of its words (rare words weigh more), and groups are found by k-means on the sphere, from a seed.
No model is loaded and nothing is learned from elsewhere; the words of a group are what a person reads and edits.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicemeter.text.excerpt import take_excerpt
from servicemeter.text.letters import fold

__all__ = ["LANGUAGES", "Topic", "find_topics", "stem", "topic_words"]

LANGUAGES = ("en", "nl", "ro")
"""The languages whose small words are known; in others nothing is grouped."""

_WORD = re.compile(r"[^\W\d_]{3,40}")
_STEM = 6
_MOST_WORDS = 1_500
_TOO_COMMON = 0.6
_SHOWN_WORDS = 8
_ROUNDS = 25
_ALIKE = 0.5
_Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Topic:
    """What some messages share: its words, the most telling first, and how many messages there are."""

    words: tuple[str, ...]
    count: int


def stem(word: str) -> str:
    """What words are compared by: their first six letters, so that endings do not matter.

    >>> stem("delivery") == stem("delivered"), stem("pas") == stem("past")
    (True, False)
    """
    return word[:_STEM]


def topic_words(text: str, language: str) -> list[str]:
    """The words of a message that may say what it is about: folded, without the small words of the language.

    >>> topic_words("Hello, where is my parcel 123?", "en")
    ['parcel']
    """
    small = _small_words(language)
    return [word for word in _WORD.findall(fold(take_excerpt(text).text)) if word not in small]


def find_topics(texts: Sequence[str], language: str, *, least: int, seed: int, others: Sequence[str] = ()) -> list[Topic]:
    """Group messages of one language; the largest group first. Groups of fewer than `least` messages are none.

    `others` are messages that are not to be grouped: what is as frequent in them as in a group says nothing of the group.
    """
    messages = [topic_words(text, language) for text in (*texts, *others)]
    stems = _vocabulary(messages, least)
    weights, holds = _weigh(messages, stems)
    used = np.flatnonzero(weights[: len(texts)].any(axis=1))
    if len(used) < least:
        return []
    groups = _group(weights[used], max(2, min(24, len(used) // max(least, 1))), np.random.default_rng(seed))
    spelled, overall = _spellings(messages), holds.mean(axis=0)
    found = [_topic(holds[used[groups == g]], overall, stems, spelled) for g in range(int(groups.max()) + 1)]
    return sorted((t for t in _joined(found) if t.count >= least and t.words), key=lambda t: (-t.count, t.words))


def _vocabulary(messages: Sequence[list[str]], least: int) -> list[str]:
    """The stems that are in enough messages to group by and not in nearly all."""
    often = Counter(s for words in messages for s in {stem(word) for word in words})
    known = [(n, s) for s, n in often.items() if n >= max(2, least // 4) and n <= max(2, _TOO_COMMON * len(messages))]
    return [s for _, s in sorted(known, key=lambda pair: (-pair[0], pair[1]))[:_MOST_WORDS]]


def _weigh(messages: Sequence[list[str]], stems: Sequence[str]) -> tuple[_Matrix, NDArray[np.bool_]]:
    """Each message as a vector of length one, and which stems it holds."""
    place = {s: i for i, s in enumerate(stems)}
    holds = np.zeros((len(messages), len(stems)), dtype=bool)
    for row, words in enumerate(messages):
        for word in words:
            if (column := place.get(stem(word))) is not None:
                holds[row, column] = True
    rarity = np.log((1 + len(messages)) / (1 + holds.sum(axis=0))).astype(np.float32) + 1
    weights = holds * rarity
    length = np.linalg.norm(weights, axis=1, keepdims=True)
    return (weights / np.where(length > 0, length, 1)).astype(np.float32), holds


def _group(weights: _Matrix, count: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """The number of each message's group, by k-means on the sphere from far-apart beginnings."""
    centres = weights[_far_apart(weights, count, chance)]
    groups: NDArray[Any] = np.full(len(weights), -1)
    for _ in range(_ROUNDS):
        nearest = np.argmax(weights @ centres.T, axis=1)
        if np.array_equal(nearest, groups):
            break
        groups = nearest
        for g in range(len(centres)):
            total = weights[groups == g].sum(axis=0)
            size = np.linalg.norm(total)
            if size > 0:
                centres[g] = total / size
    return groups


def _far_apart(weights: _Matrix, count: int, chance: np.random.Generator) -> list[int]:
    """Messages to begin groups with, each drawn by how little it is like those before."""
    chosen = [int(chance.integers(len(weights)))]
    likeness = weights @ weights[chosen[0]]
    while len(chosen) < count:
        distance = np.clip(1 - likeness, 0, None).astype(np.float64) ** 2
        if distance.sum() <= 1e-9:
            break
        chosen.append(int(chance.choice(len(weights), p=distance / distance.sum())))
        likeness = np.maximum(likeness, weights @ weights[chosen[-1]])
    return chosen


def _spellings(messages: Sequence[list[str]]) -> dict[str, str]:
    """The spelling that stands for a stem: the most frequent one."""
    often: dict[str, Counter[str]] = {}
    for words in messages:
        for word in words:
            often.setdefault(stem(word), Counter())[word] += 1
    return {s: min(counts, key=lambda word: (-counts[word], word)) for s, counts in often.items()}


def _topic(holds: NDArray[np.bool_], overall: NDArray[np.float64], stems: Sequence[str], spelled: dict[str, str]) -> Topic:
    """The words that are much more frequent in a group than over all messages."""
    count = len(holds)
    if count == 0:
        return Topic((), 0)
    inside = holds.mean(axis=0)
    lift = inside * np.log(np.maximum(inside, 1e-9) / np.maximum(overall, 1e-9))
    best = [i for i in np.argsort(-lift, kind="stable")[:_SHOWN_WORDS] if inside[i] >= 0.1 and lift[i] > 0.02]
    return Topic(tuple(spelled[stems[i]] for i in best), count)


def _joined(topics: Sequence[Topic]) -> list[Topic]:
    """Topics that share most of their words as one."""
    found: list[Topic] = []
    for topic in sorted(topics, key=lambda t: (-t.count, t.words)):
        near = next((t for t in found if _likeness(t.words, topic.words) >= _ALIKE), None)
        if near is None:
            found.append(topic)
        else:
            found[found.index(near)] = Topic(near.words, near.count + topic.count)
    return found


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    return len({*one} & {*other}) / max(1, min(len({*one}), len({*other})))


@cache
def _small_words(language: str) -> frozenset[str]:
    found = tomllib.loads(resources.files("servicemeter.text").joinpath("rules/stopwords.toml").read_text(encoding="utf-8"))
    return frozenset(found[language].split())
