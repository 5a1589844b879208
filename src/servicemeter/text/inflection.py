"""The regular forms of a word, so that a lexicon names it once: `slow/a` is an adjective, `annoy/v` a verb, `flaw/n` a noun.

Words are folded (see `letters`). Irregular forms stand in the lexicons by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["forms"]

_KIND = re.compile(r"^(?P<word>[^/_*]+)/(?P<kind>[avn])$")


def forms(entry: str, language: str) -> list[str]:
    """All forms that an entry of a lexicon stands for, the word itself first; one without a mark stands for itself.

    >>> forms("snappy/a", "en"), forms("vaag/a", "nl"), forms("gustos/a", "ro")
    (['snappy', 'snappier', 'snappiest', 'snappily'], ['vaag', 'vage', 'vager', 'vagere', 'vaagst', 'vaagste', 'vaags'], \
['gustos', 'gustoasa', 'gustosi', 'gustoase'])
    """
    found = _KIND.match(entry)
    if not found:
        return [entry]
    word, kind = found["word"], found["kind"]
    return list(dict.fromkeys([word, *_RULES[language, kind](word)]))


def _english_stem(word: str) -> str:
    """The word as it stands before a vowel: "nic" of nice, "happi" of happy, "thinn" of thin."""
    if word.endswith("e"):
        return word[:-1]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "i"
    return word + word[-1] if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", word) else word


def _english_adjective(word: str) -> Iterator[str]:
    stem = _english_stem(word)
    yield from (stem + "er", stem + "est")
    if word.endswith("le"):
        yield word[:-1] + "y"
    else:
        yield (stem if word.endswith("y") else word) + ("ally" if word.endswith("ic") else "ly")


def _english_verb(word: str) -> Iterator[str]:
    stem = _english_stem(word)
    yield from _english_noun(word)
    yield from (stem + "ed", (word if word.endswith(("y", "ee")) else stem) + "ing")


def _english_noun(word: str) -> Iterator[str]:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        yield word + "es"
    else:
        yield word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"


def _dutch_long(word: str) -> str:
    """The word as it stands before an ending with a vowel: "vag" of vaag, "domm" of dom, "liev" of lief, "boz" of boos."""
    if re.search(r"(?:[aeiou]{2}|ij)[fs]$", word):
        word = word[:-1] + ("v" if word.endswith("f") else "z")
    doubled = re.search(r"(aa|ee|oo|uu)([bcdfgklmnprstvz])$", word)
    if doubled:
        return word[: doubled.start()] + doubled[1][0] + doubled[2]
    is_short = re.search(r"(?:^|[^aeiou])[aeiou][bdfgklmnprst]$", word) and not re.search(
        r"(?:ig|[aeiou].*[^aeiou]e[lmnr])$", word
    )
    return word + word[-1] if is_short else word


def _dutch_adjective(word: str) -> Iterator[str]:
    long = _dutch_long(word)
    yield long + "e"
    yield from (word + "der", word + "dere") if word.endswith("r") else (long + "er", long + "ere")
    yield from (word + "t", word + "te") if word.endswith("s") else (word + "st", word + "ste", word + "s")


def _dutch_verb(word: str) -> Iterator[str]:
    """Of a regular verb named by its stem ("verveel"): vervelen, verveelt, verveelde, verveeld, vervelend."""
    long = _dutch_long(word)
    mark = "t" if re.search(r"(?:[kpt]|ch|[^z]s|[^v]f)$", long) else "d"
    past = word if word.endswith(mark) else word + mark
    yield from (long + "en", word if word.endswith("t") else word + "t", word + mark + "e", word + mark + "en")
    prefix = "" if re.match(r"(?:be|ge|her|ont|ver|er)", word) else "ge"
    yield from (prefix + past, prefix + past + "e", long + "end", long + "ende")


def _dutch_noun(word: str) -> Iterator[str]:
    long = _dutch_long(word)
    yield from (long + "en", word + "s")


_ROMANIAN = (
    ("tor", ("toare", "tori", "torii", "torul")),
    ("os", ("oasa", "osi", "oase")),
    ("esc", ("easca", "esti")),
    ("iu", ("ie", "ii")),
    ("d", ("da", "zi", "de")),
    ("u", ("a", "i", "e")),
    ("e", ("e", "i")),
    ("", ("a", "i", "e")),
)


def _romanian_adjective(word: str) -> Iterator[str]:
    ending, others = next(pair for pair in _ROMANIAN if word.endswith(pair[0]))
    stem = word[: len(word) - len(ending)]
    return (stem + other for other in others)


def _romanian_verb(word: str) -> Iterator[str]:
    """Of a verb in -a with -ez ("enerva"): enervez, enerveaza, enervat, enervam, enerveze, enervand."""
    stem = word.removesuffix("a")
    endings = ("ez", "ezi", "eaza", "am", "ati", "at", "ata", "ate", "eze", "and", "ase")
    return (stem + ending for ending in endings)


def _romanian_noun(word: str) -> Iterator[str]:
    """A feminine noun ("problema", "porcarie") or another one: singular and plural, with and without its article."""
    if word.endswith("ie"):
        return (word[:-1] + ending for ending in ("a", "i", "ile", "ilor", "ei"))
    if word.endswith("a"):
        return (word[:-1] + ending for ending in ("e", "i", "ele", "ile", "ei"))
    return (word + ending for ending in ("ul", "uri", "e", "i", "ele", "urile", "ului", "ii"))


_RULES: dict[tuple[str, str], Callable[[str], Iterator[str]]] = {
    ("en", "a"): _english_adjective,
    ("en", "v"): _english_verb,
    ("en", "n"): _english_noun,
    ("nl", "a"): _dutch_adjective,
    ("nl", "v"): _dutch_verb,
    ("nl", "n"): _dutch_noun,
    ("ro", "a"): _romanian_adjective,
    ("ro", "v"): _romanian_verb,
    ("ro", "n"): _romanian_noun,
}
