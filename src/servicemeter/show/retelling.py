"""Sentences that were said in English below the faces, told in the reader's language.

An error, the reason of a row kept aside, the remark of a run: they are plain English texts wherever they go (the terminal, the
API, the book, the office, a log). A face that has a reader of another language recognises the sentence by its shape in
`locale/<language>/said.po`, takes its values out and fills them into the translation. What is not recognised stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from string import Formatter

from servicemeter.show.dimensions import dimension_name
from servicemeter.show.numbers import number
from servicemeter.show.phrases import form_for, phrase, say, translations

__all__ = ["FIELD", "retell", "retold_notes"]

FIELD = re.compile(r"(?<!\{)\{[a-z_]\w*(?::[\w,]+)?\}")
"""A value in the shape of a sentence."""
_DEPTH = 6
_OR = phrase(" or ")


@dataclass(frozen=True)
class _Shape:
    """A sentence with room for values: what stands before, between and after them; their names and kinds; the translations."""

    literals: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]

    def values_in(self, sentence: str) -> list[str] | None:
        """The values that a sentence of this shape has, each as short as can be; None if it is no such sentence."""
        first, *between, last = self.literals
        place, end = len(first), len(sentence) - len(last)
        if end < place or not sentence.startswith(first) or not sentence.endswith(last):
            return None
        values = []
        for literal in between:
            found = sentence.find(literal, place, end)
            if found < 0:
                return None
            values.append(sentence[place:found])
            place = found + len(literal)
        return [*values, sentence[place:end]]


def retell(language: str, sentence: str) -> str | None:
    """A sentence of ours in a language; None where it is not one that is known.

    >>> retell("nl", "There is no metric called 'frt'. Did you mean 'fcr' or 'csat'?")
    "Er is geen maat met de naam 'frt'. Bedoelde je 'fcr' of 'csat'?"
    """
    return sentence if language == "en" else _retold(language, sentence, _DEPTH)


def retold_notes(language: str, notes: Iterable[str]) -> str:
    """What is remarked beside figures, each once, in a language; what is not known in it stays English."""
    return " ".join(dict.fromkeys(retell(language, note) or say(language, note) for note in notes))


def _retold(language: str, sentence: str, depth: int) -> str | None:
    said = translations(language, "said")
    if sentence in said and not FIELD.search(sentence):
        return said[sentence][-1]
    for shape in _shapes(language):
        values = shape.values_in(sentence)
        text = _filled(language, shape, values, depth) if values is not None else None
        if text is not None:
            return text
    return None


def _filled(language: str, shape: _Shape, values: list[str], depth: int) -> str | None:
    """The translation of a shape with the values told too; None where one of them cannot be."""
    told: dict[str, str] = {}
    counts: list[int] = []
    for (name, kind), value in zip(shape.fields, values, strict=True):
        text: str | None = value
        if kind == "phrase" and any(map(str.isalpha, value)):
            text = _retold(language, value, depth - 1) if depth else None
        elif kind == "either":
            text = say(language, _OR).join(value.split(_OR))
        elif kind == "dimension":
            text = dimension_name(value.replace(" ", "_"), language)
        elif kind == ",":
            count = value.replace(",", "")
            if not count.isascii() or not count.isdigit():
                return None
            counts.append(int(count))
            text = number(counts[-1], language=language)
        if text is None:
            return None
        told[name] = text
    form = form_for(language, counts[0]) if counts else 0
    return shape.forms[min(form, len(shape.forms) - 1)].format(**told)


@cache
def _shapes(language: str) -> list[_Shape]:
    """The sentences with values that a language knows; those that say most themselves come first."""
    known = translations(language, "said").items()
    shapes = [_shape(english, forms) for english, forms in known if FIELD.search(english)]
    return sorted(shapes, key=lambda shape: -sum(map(len, shape.literals)))


def _shape(english: str, forms: list[str]) -> _Shape:
    literals, fields = [""], []
    for literal, name, spec, _ in Formatter().parse(english):
        literals[-1] += literal
        if name is not None:
            fields.append((name, spec or ""))
            literals.append("")
    return _Shape(tuple(literals), tuple(fields), tuple(forms))
