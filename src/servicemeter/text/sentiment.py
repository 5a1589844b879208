"""How a text sounds, by a lexicon and a few rules; the words that decided are kept, so that a person sees why."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from servicemeter.text.excerpt import take_excerpt
from servicemeter.text.lexicon import LANGUAGES, PLAIN, Lexicon, Word, load_lexicon
from servicemeter.text.tokens import Token, tokenize

__all__ = ["MODEL", "OURS", "Deciding", "Label", "Sentiment", "feel", "judge", "to_score", "to_strength"]

OURS = "servicemeter-"
"""What the names of our models begin with."""

MODEL = f"{OURS}lexicon/2"
"""The name and version that scores are kept under; a change of words or rules that moves scores is a new version."""

Label = Literal["positive", "neutral", "negative", "not sure", "not analysed"]

_SPEAKS = 1.05  # the least strength that is more than neutral
_SURE = 2.0
_MIXED = 2.5  # as much on both sides, and nothing left over: not sure
_REACH = 4
_EMPHATIC = 2.5
_UNREAL = -0.6  # what praise counts that was wished for, or is too much of it
_IN_PUBLIC = 1.6  # how much more trouble counts that is told to an account where all can read it
_HANDLE = re.compile(r"(?<![\w.@])@\w")
_EDGE_OF_NEUTRAL = 0.05  # METRICS.md: positive from this score on


@dataclass(frozen=True)
class Deciding:
    """A word or phrase as it was written, and what it weighed in its place."""

    text: str
    weight: float


@dataclass(frozen=True)
class Sentiment:
    """How a text sounds.

    `score` runs from -1 to 1, positive from 0.05 and negative from -0.05 on; None where nothing may be said. `strength` is
    the sum of what the words weighed, tamed by how much they weighed together; its sign is the best guess where one is forced.
    """

    label: Label
    score: float | None
    strength: float = 0.0
    words: tuple[Deciding, ...] = ()
    is_cut: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether the words leave little doubt; a positive or negative text that is not sure only leans that way."""
        return abs(self.strength) >= _SURE


def feel(text: str, language: str | None) -> Sentiment:
    """Judge what a customer wrote, in a language that was recognised; other languages are not analysed.

    >>> feel("Not bad at all, thanks!", "en").label, feel("Nu funcționează!!!", "ro").label, feel("Furchtbar", "de").label
    ('positive', 'negative', 'not analysed')
    """
    excerpt = take_excerpt(text)
    if language not in LANGUAGES or not excerpt.text:
        return Sentiment("not analysed", None, is_cut=excerpt.is_cut)
    hits = _Reading(list(tokenize(excerpt.text)), load_lexicon(language)).hits()
    if "@" in excerpt.text and _HANDLE.search(excerpt.text):
        _stress_trouble(hits)
    words = tuple(Deciding(excerpt.text[hit.start : hit.end], round(hit.weight, 2)) for hit in hits if hit.weight)
    strength = _strength([hit.weight for hit in hits])
    is_mixed = abs(strength) < _SPEAKS and all(_side(hits, sign) >= _MIXED for sign in (1, -1))
    return judge(strength, words=words, is_cut=excerpt.is_cut, is_mixed=is_mixed)


def judge(strength: float, *, words: tuple[Deciding, ...] = (), is_cut: bool = False, is_mixed: bool = False) -> Sentiment:
    """Turn a strength into a label and a score; mixed feelings that cancel out get no score."""
    if is_mixed:
        return Sentiment("not sure", None, strength, words, is_cut)
    score = to_score(strength)
    label: Label = "neutral" if abs(score) < _EDGE_OF_NEUTRAL else "positive" if score > 0 else "negative"
    return Sentiment(label, score, strength, words, is_cut)


def to_score(strength: float) -> float:
    """A strength as a score from -1 to 1, rising with it; the least strength that speaks is 0.05."""
    size = abs(strength)
    if size < _SPEAKS:
        score = _EDGE_OF_NEUTRAL * size / _SPEAKS
    else:
        score = 1 - (1 - _EDGE_OF_NEUTRAL) * math.exp(-(size - _SPEAKS) / 2.5)
    return math.copysign(score, strength)


def to_strength(score: float) -> float:
    """The strength that has this score; of scores near -1 and 1 a strength of 10.

    >>> round(to_score(to_strength(-0.6)), 6)
    -0.6
    """
    size = abs(score)
    if size < _EDGE_OF_NEUTRAL:
        strength = size / _EDGE_OF_NEUTRAL * _SPEAKS
    else:
        strength = _SPEAKS - 2.5 * math.log(max(1e-9, (1 - size) / (1 - _EDGE_OF_NEUTRAL)))
    return math.copysign(min(10.0, strength), score)


def _strength(weights: Sequence[float]) -> float:
    """The sum of the weights over the root of how much they weigh together, so that length alone does not shout."""
    if not weights:
        return 0.0
    return sum(weights) / math.sqrt(max(1.0, sum(map(abs, weights)) / 2))


def _side(hits: Sequence[_Hit], sign: int) -> float:
    return sum(hit.weight * sign for hit in hits if hit.weight * sign > 0)


@dataclass
class _Hit:
    """A word that weighs something, where it stands, and in which sentence."""

    weight: float
    start: int
    end: int
    sentence: int
    is_undone_by_later: bool = False
    position: int = 0
    is_plot: bool = False


@dataclass
class _Clause:
    """What reaches forward inside a clause: a negation, a strengthening word, a weakening beginning."""

    negated_words: int = 0
    negator: _Hit | None = None
    boost: float = 1.0
    factor: float = 1.0
    is_unreal: bool = False
    is_excess: bool = False


@dataclass
class _Reading:
    """One pass over a text's tokens."""

    tokens: list[Token]
    lexicon: Lexicon
    found: list[_Hit] = field(default_factory=list)
    clause: _Clause = field(default_factory=_Clause)
    sentence: int = 0
    turn: float = 1.0
    turned_at: int = 0
    position: int = 0
    is_asking: bool = False
    begins: bool = True
    is_of_story: bool = False

    def hits(self) -> list[_Hit]:
        """Every word that weighs something, with what it weighs in its place."""
        while self.position < len(self.tokens):
            kind = self.tokens[self.position].kind
            if kind == "stop":
                self._end_sentence(self.tokens[self.position])
            elif kind == "pause":
                self.clause = _Clause()
                self.position += 1
                self.begins = True
            else:
                word = self.lexicon.find(self.tokens, self.position)
                self._heed_beginning(word)
                if word is not PLAIN:
                    self._read(word)
                else:
                    self._pass(word)
        if self.is_of_story:
            _leave_plot_out(self.found)
        _undo_irony(self.found, self.tokens)
        _stress_ends(self.found)
        return self.found

    def _heed_beginning(self, word: Word) -> None:
        """A sentence or clause that begins like a question is one, if a question mark ends it."""
        if self.begins and self.position:
            self.is_asking = self.is_asking or "asking" in word.roles
            self.begins = False

    def _read(self, word: Word) -> None:
        roles, weight = word.roles, word.weight
        self.is_of_story = self.is_of_story or "story" in roles
        if "negators" in roles:
            self._negate(weight)
        elif "contrast" in roles:
            self._turn()
            if weight:
                self._weigh(word)
        elif roles & {"concession", "conditional"}:
            self.clause = _Clause(factor=0.5)
        elif "unreal" in roles:
            self.clause = _Clause(is_unreal=True)
        elif "undoing" in roles:
            self._undo()
        elif "excess" in roles:
            self.clause.boost, self.clause.is_excess = 1.4, True
        elif roles & {"intensifiers", "softeners"} and not (weight and not self._goes_with_next()):
            self.clause.boost = 1.4 if "intensifiers" in roles else 0.6
        else:
            if weight:
                self._weigh(word)
            self._pass(word)
            return
        self.position += word.length

    def _pass(self, word: Word) -> None:
        """Go on behind a word; what it does not strengthen or negate itself reaches one word less far."""
        clause = self.clause
        clause.boost, clause.is_excess = 1.0, False
        if word.ends_negated:
            clause.negated_words = _REACH
        elif clause.negated_words:
            clause.negated_words -= 1
        self.position += word.length

    def _goes_with_next(self) -> bool:
        """Whether a word that weighs something follows at once ("terribly slow")."""
        after = self.position + 1
        return after < len(self.tokens) and self.lexicon.find(self.tokens, after).weight != 0

    def _weigh(self, word: Word) -> None:
        first, last = self.tokens[self.position], self.tokens[self.position + word.length - 1]
        weight = word.weight * self.clause.boost * self.turn * self.clause.factor
        if weight > 0 and (self.clause.is_unreal or self.clause.is_excess):
            weight *= _UNREAL
        if self.clause.negated_words and not word.has_negator and first.kind == "word":
            weight *= -0.7
            self._spend_negator()
        is_plot = "plot" in word.roles
        self.found.append(_Hit(weight, first.start, last.end, self.sentence, word.is_undone_by_later, self.position, is_plot))

    def _spend_negator(self) -> None:
        """A negator that turned a word has done its work and weighs nothing by itself."""
        if self.clause.negator is not None:
            self.clause.negator.weight = 0.0

    def _negate(self, weight: float) -> None:
        token = self.tokens[self.position]
        own = _Hit(0.5 * weight * self.turn, token.start, token.end, self.sentence, position=self.position)
        last = self.found[-1] if self.found else None
        if last and last.is_undone_by_later and last.weight > 0 and self.position - last.position <= _REACH:
            last.weight *= -0.7
            own.weight = 0.0
        self.found.append(own)
        self.clause.negated_words, self.clause.negator = _REACH, own

    def _undo(self) -> None:
        """Praise that was only thought of ("het had mooi kunnen zijn")."""
        for hit in self._of_sentence():
            if hit.weight > 0:
                hit.weight *= _UNREAL

    def _turn(self) -> None:
        """After "but" the words count more; those before it in the sentence (else in the one before) count less."""
        nearest = self.found[-1].sentence if len(self.found) > self.turned_at else self.sentence
        for hit in takewhile(lambda hit: hit.sentence == nearest, reversed(self.found[self.turned_at :])):
            hit.weight *= 0.5
        self.turned_at = len(self.found)
        self.turn = 1.3
        self.clause = _Clause()

    def _end_sentence(self, token: Token) -> None:
        if "?" in token.text:
            for hit in self._of_sentence():
                is_asked = self.is_asking and abs(hit.weight) < _EMPHATIC
                hit.weight *= 0.3 if is_asked else 0.4 if hit.weight > 0 else 0.7
        self.sentence += 1
        self.turn = 1.0
        self.clause = _Clause()
        self.position += 1
        self.is_asking, self.begins = False, True

    def _of_sentence(self) -> Iterator[_Hit]:
        """What was found in this sentence, the last first."""
        return takewhile(lambda hit: hit.sentence == self.sentence, reversed(self.found))


def _leave_plot_out(hits: list[_Hit]) -> None:
    """In a text about a book or film, murder and love are what it tells, not how it is found."""
    for hit in hits:
        if hit.is_plot:
            hit.weight = 0.0


def _stress_trouble(hits: list[_Hit]) -> None:
    for hit in hits:
        if hit.weight < 0:
            hit.weight *= _IN_PUBLIC


def _undo_irony(hits: list[_Hit], tokens: Sequence[Token]) -> None:
    """ "Great, another week of waiting": a lone praise at the beginning, and nothing but trouble after it."""
    if len(hits) < 2 or hits[0].weight <= 0 or hits[0].position > 2:
        return
    after = tokens[hits[0].position + 1]
    rest = [hit.weight for hit in hits[1:]]
    if after.kind in ("pause", "stop") and max(rest) <= 0 and sum(rest) <= -1:
        hits[0].weight *= -0.3


def _stress_ends(hits: list[_Hit]) -> None:
    """In a longer text the first and the last sentence that say something say most."""
    sentences = list(dict.fromkeys(hit.sentence for hit in hits if hit.weight))
    if len(sentences) < 4:
        return
    for hit in hits:
        if hit.sentence in (sentences[0], sentences[-1]):
            hit.weight *= 1.5
