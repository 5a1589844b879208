"""Phrases in the reader's language: English stands in the code, other languages in gettext catalogues.

A catalogue is any `locale/<language>/*.po`; all of a language are one. A phrase is looked up by its English text, and a language
without it shows the English. A phrase that is not said where it stands (a table of texts, a title) is marked with `phrase`,
so that it is found and translated.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from servicemeter.ground.phrases import phrase, plural
from servicemeter.show.numbers import number, rounded

__all__ = ["counted", "form_for", "phrase", "plural", "read_catalogue", "say", "translations"]


@cache
def translations(language: str, name: str = "") -> dict[str, list[str]]:
    """The phrases of a language (or of one of its catalogues), each with its plural forms; empty where there is no catalogue.

    What the pages say goes before `said.po`: an order there is a purchase, here the order of a list.
    """
    folder = files("servicemeter.show").joinpath("locale", language)
    found: dict[str, list[str]] = {}
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda f: (f.name != "said.po", f.name)):
            if file.name == f"{name}.po" or (not name and file.name.endswith(".po")):
                found |= read_catalogue(file.read_text("utf-8"))
    return found


def read_catalogue(text: str) -> dict[str, list[str]]:
    """The translations in a gettext catalogue by their English text, as many forms as there are; untranslated ones are left out.

    >>> read_catalogue('msgid "yes"\\nmsgstr "ja"')
    {'yes': ['ja']}
    """
    found: dict[str, list[str]] = {}
    fields: dict[str, str] = {}
    field = ""
    for line in [*text.splitlines(), 'msgid ""']:
        if not line.strip() or line.startswith("#"):
            continue
        keyword, _, rest = line.partition('"')
        if keyword.strip() == "msgid" and fields:
            forms = [said for name, said in fields.items() if name.startswith("msgstr")]
            if fields["msgid"] and all(forms):
                found[fields["msgid"]] = forms
            fields = {}
        field = keyword.strip() or field
        fields[field] = fields.get(field, "") + json.loads(f'"{rest.rstrip()}')
    return found


def say(language: str, english: str, **values: object) -> str:
    """A phrase with its values filled in.

    >>> say("en", "target {value}", value="4 h")
    'target 4 h'
    """
    text = translations(language).get(english, [english])[-1]
    return text.format(**values) if values else text


def counted(language: str, count: float, one: str, many: str, digits: int = 0, **values: object) -> str:
    """A phrase about a number of things, `{n}` being the number with its separators and `digits` decimals.

    Every number that stands before a noun is said here: a language has its own forms for that.

    >>> counted("en", 1, "{n} answer", "{n} answers"), counted("en", 1204, "{n} answer", "{n} answers")
    ('1 answer', '1,204 answers')
    >>> [counted("ro", n, "{n} row", "{n} rows") for n in (1, 19, 20)]
    ['1 rând', '19 rânduri', '20 de rânduri']
    """
    forms = translations(language).get(one, [one, many])
    form = forms[min(form_for(language, float(rounded(count, digits)), digits), len(forms) - 1)]
    return form.format(n=number(count, digits, language=language), **values)


def form_for(language: str, count: float, digits: int = 0) -> int:
    """Which plural form a number takes, as shown: 0 for one, 1 for more.

    Romanian has a third for whole numbers that end in 00 or in 20 to 99: `20 de`, `100 de`, but `119`, and `20,5` without it.
    """
    if count == 1 and not (digits and language == "ro"):
        return 0
    if language == "ro" and not digits and not (count == 0 or 1 <= count % 100 <= 19):
        return 2
    return 1
