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
from servicemeter.show.retelling import retell

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


COUNTS = (1, 2, 19, 20, 90, 100, 101, 119, 120)


@pytest.mark.parametrize(
    ("one", "many", "expected"),
    [
        (
            "{n} ticket",
            "{n} tickets",
            "1 tichet|2 tichete|19 tichete|20 de tichete|90 de tichete|100 de tichete|101 tichete|119 tichete|120 de tichete",
        ),
        (
            "Customers asked {n} question.",
            "Customers asked {n} questions.",
            "Clienții au pus 1 întrebare.|Clienții au pus 2 întrebări.|Clienții au pus 19 întrebări.|"
            "Clienții au pus 20 de întrebări.|Clienții au pus 90 de întrebări.|Clienții au pus 100 de întrebări.|"
            "Clienții au pus 101 întrebări.|Clienții au pus 119 întrebări.|Clienții au pus 120 de întrebări.",
        ),
    ],
)
def test_romanian_counts_whole_numbers_from_twenty_on_with_de(one: str, many: str, expected: str) -> None:
    assert [counted("ro", n, one, many) for n in COUNTS] == expected.split("|")


def test_a_number_takes_the_form_of_what_is_shown() -> None:
    """Romanian says no "de" after decimals; 19.6 without them is shown as 20."""
    one, many = "{n} ticket", "{n} tickets"
    assert [counted("ro", n, one, many, 1) for n in (1.0, 20.0, 90.5)] == ["1,0 tichete", "20,0 tichete", "90,5 tichete"]
    assert [counted("ro", n, one, many) for n in (19.4, 19.6, 1020, 0)] == [
        "19 tichete", "20 de tichete", "1.020 de tichete", "0 tichete",
    ]  # fmt: skip


def test_sentences_told_again_count_in_the_same_way() -> None:
    assert [retell("ro", f"the row has {n:,} cells, the header has 7") for n in (1, 19, 20, 1000, 1001)] == [
        f"rândul are {cells}, antetul are 7"
        for cells in ("1 celulă", "19 celule", "20 de celule", "1.000 de celule", "1.001 celule")
    ]


_FEW = {
    "Password, {least} characters at least", "A password has {least} characters at least.",
    "The new one, {least} characters at least", "Below {n} answers only their number is shown.",
}  # fmt: skip
"""Numbers of ours that are below twenty."""
_DECIMAL = {
    "{when}: {n} arrivals an hour", "{when}: work for {n} people", "{day} at {hour} is the busiest: {n} arrivals an hour",
    "{day} at {hour} brings the most work: it keeps {n} people busy", "{value} transfers a ticket",
    "Every hundred orders brought {number} requests.", "A solution took {number} replies.",
}  # fmt: skip
"""Numbers that are always shown with decimals, which take no "de"."""


def test_no_romanian_number_stands_before_a_noun_without_its_form() -> None:
    """What has a third form says "de" in it wherever the noun follows; such a noun follows no number that has one form only."""
    known = catalogue("ro")
    nouns = {noun for forms in known.values() if len(forms) == 3 for noun in re.findall(r"\{\w+\} de (\w+)", forms[2])}
    nouns |= {"caractere", "contacte", "litere", "pagini", "persoane", "transferuri"}
    plain = re.compile(rf"\{{\w+\}} (?:{'|'.join(nouns)})\b")
    assert {one for one, forms in known.items() if plain.search(forms[-1])} == _FEW | _DECIMAL


def test_an_unknown_language_and_an_unknown_phrase_are_said_in_english() -> None:
    assert say("de", "target {value}", value="4 h") == "target 4 h"
    assert say("nl", "never said anywhere") == "never said anywhere"
    assert counted("de", 2, "{n} answer", "{n} answers") == "2 answers"
