"""Translations: nothing that is said is missing, nothing is left over, and every form fits its English."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from catalogues import PACKAGE, catalogue, missing, phrases, raised
from servicemeter.show.phrases import counted, form_for, read_catalogue, say

LANGUAGES = ("nl", "ro")
FILES = sorted((PACKAGE / "show" / "locale").glob("*/*.po"))
_PLACES = re.compile(r"\{(\w+)(?::[\w,]+)?\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_translated(language: str) -> None:
    lacking = {name: list(said) for name, said in missing(language).items() if said}
    assert lacking == {}, f"python tests/catalogues.py {language} prints the entries"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_of_what_nobody_says(language: str) -> None:
    said = {one for part in phrases().values() for one in part} | raised()
    assert sorted(set(catalogue(language)) - said) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_hold_the_same_values_as_the_english(language: str) -> None:
    for one, forms in catalogue(language).items():
        expected = set(_PLACES.findall(one))
        for form in forms:
            assert set(_PLACES.findall(form)) - {"n"} == expected - {"n"}, one
        assert len(forms) in (1, {"nl": 2, "ro": 3}[language]), one


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_catalogues_are_read_as_gettext_reads_them(path: Path) -> None:
    """Babel reads the same translations, and its language takes the plural forms that ours does."""
    text, language = path.read_text("utf-8"), path.parent.name
    known = read_po(StringIO(text), locale=language)
    expected = {}
    for message in known:
        if message.id:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            expected[key] = list(message.string) if isinstance(message.string, tuple) else [message.string]
        assert not message.fuzzy or not message.id
    assert read_catalogue(text) == expected
    assert known.plural_forms.rstrip(";").replace(" ", "") in text.replace(" ", "").replace(";\\n", "")
    names = ("one", "few", "other") if language == "ro" else ("one", "other")
    rule = Locale(language).plural_form
    for n in range(250):
        assert names.index(rule(n)) == form_for(language, n), n


def test_an_unknown_language_and_an_unknown_phrase_are_said_in_english() -> None:
    assert say("de", "target {value}", value="4 h") == "target 4 h"
    assert say("nl", "never said anywhere") == "never said anywhere"
    assert counted("de", 2, "{n} answer", "{n} answers") == "2 answers"
