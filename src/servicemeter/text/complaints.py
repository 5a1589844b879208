"""Complaints in the sense of ISO 10002: dissatisfaction, and a response or resolution expected. By rules, never by a score.

The rules stand in `rules/complaints/<language>.toml`: lists of words, and which lists must meet in a message. How a message
sounds decides nothing: a sad thank-you is no complaint, and a calm one may be.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from servicemeter.text.excerpt import take_excerpt
from servicemeter.text.letters import fold
from servicemeter.text.phrases import pattern_of

__all__ = ["LANGUAGES", "Complaint", "find_complaint", "rules_version"]

LANGUAGES = ("en", "nl", "ro")
"""The languages that there are rules for; in others nothing is said."""


@dataclass(frozen=True)
class Complaint:
    """Why a message is a complaint: the rule (`nl.said_outright`) and the words that met it, as they were written."""

    rule: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Rules:
    language: str
    words: Mapping[str, re.Pattern[str]]
    rules: Mapping[str, Sequence[str]]


def find_complaint(text: str, language: str) -> Complaint | None:
    """The first rule that a message meets, or None; quoted history and signatures are not read.

    Raises KeyError for a language without rules.

    >>> find_complaint("Dit is de derde keer dat mijn bestelling kapot is!", "nl")
    Complaint(rule='nl.asked_in_vain', words=('derde keer',))
    >>> find_complaint("My parcel is late. When will it come?", "en")
    """
    own = take_excerpt(text).text
    rules = _rules(language)
    folded = rules.words["unless"].sub(lambda found: " " * len(found[0]), fold(own))
    found = {name: pattern.search(folded) for name, pattern in rules.words.items() if name != "unless"}
    for name, needed in rules.rules.items():
        met = [match for word in needed if (match := found[word])]
        if len(met) == len(needed):
            return Complaint(f"{language}.{name}", tuple(own[m.start() : m.end()] for m in met))
    return None


@cache
def rules_version() -> str:
    """What the rules are known by: another word or rule makes it another."""
    told = "".join(_read(language) for language in LANGUAGES)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


@cache
def _rules(language: str) -> _Rules:
    found = tomllib.loads(_read(language))
    words = {name: re.compile(pattern_of(phrases)) for name, phrases in found["words"].items()}
    return _Rules(language, words, found["rules"])


def _read(language: str) -> str:
    if language not in LANGUAGES:
        raise KeyError(language)
    return resources.files("servicemeter.text").joinpath(f"rules/complaints/{language}.toml").read_text(encoding="utf-8")
