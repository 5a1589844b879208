"""Phrases in the reader's language: English stands in the code, other languages in `locale/<language>/phrases.yaml`.

A phrase is looked up by its English text; a language without it shows the English. Counted things have one English
form for 1 and one for the rest; a translation is a list of as many forms as the language needs.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from servicemeter.show.numbers import number

__all__ = ["counted", "say"]


@cache
def _translations(language: str) -> dict[str, str | list[str]]:
    """The phrases of a language; empty where there is no such file."""
    path = files("servicemeter.show").joinpath("locale", language, "phrases.yaml")
    return yaml.safe_load(path.read_text("utf-8")) or {} if path.is_file() else {}


def say(language: str, english: str, **values: object) -> str:
    """A phrase with its values filled in.

    >>> say("en", "target {value}", value="4 h")
    'target 4 h'
    """
    found = _translations(language).get(english, english)
    text = found if isinstance(found, str) else found[-1]
    return text.format(**values) if values else text


def counted(language: str, count: float, one: str, many: str, **values: object) -> str:
    """A phrase about a number of things, `{n}` being the number with its separators.

    >>> counted("en", 1, "{n} answer", "{n} answers"), counted("en", 1204, "{n} answer", "{n} answers")
    ('1 answer', '1,204 answers')
    """
    found = _translations(language).get(many, [one, many])
    forms = [found] if isinstance(found, str) else found
    form = forms[min(_form(language, count), len(forms) - 1)]
    return form.format(n=number(count, language=language), **values)


def _form(language: str, count: float) -> int:
    """Which plural form a number takes: 0 for one, 1 for more; Romanian has a third from 20 on (`20 de`)."""
    if count == 1:
        return 0
    if language == "ro" and not (count == 0 or 1 <= count % 100 <= 19):
        return 2
    return 1
