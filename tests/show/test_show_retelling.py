"""Sentences of the rooms below, told in the reader's language: every one is recognised, with its values, and no other for it."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from catalogues import raised
from servicemeter.ground.clock import holidays_of
from servicemeter.ground.errors import BadCalendar, BadSettings, UnknownMetric, UnknownName
from servicemeter.ground.openings import Calendar, WeeklyHours
from servicemeter.ground.zones import zone
from servicemeter.show.phrases import read_catalogue, translations
from servicemeter.show.retelling import FIELD, retell

LANGUAGES = ("nl", "ro")
_SHAPES = sorted(one for one in translations("nl", "said") if FIELD.search(one))
# What a name or a cell may hold: braces, quotes, percent, line ends, markup, letters of anywhere; nothing.
_AWKWARD = ("{name}", 'it\'s "100 %" {{x}}', "a\\nb <b>ș</b>", "", "\N{SNOWMAN} %s {0}")


def _said(shape: str, awkward: str, language: str) -> tuple[str, dict[str, str]]:
    """A sentence of this shape as the program says it, and its values as they are to be told."""
    text, told = "", dict[str, str]()
    for literal, name, kind, _ in Formatter().parse(shape):
        text += literal
        if name is None:
            continue
        own = f"{awkward}{len(told)}"
        english, told[name] = {
            "phrase": ("a date", translations(language, "said")["a date"][0]),
            "either": ("'a' or 'b'", {"nl": "'a' of 'b'", "ro": "'a' sau 'b'"}[language]),
            ",": ("20,345", "20.345"),
        }.get(str(kind), (own, own))
        text += english
    return text, told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("awkward", _AWKWARD)
def test_every_shape_is_recognised_from_its_own_sentence(language: str, awkward: str) -> None:
    for shape in _SHAPES:
        english, told = _said(shape, awkward, language)
        assert retell(language, english) == translations(language, "said")[shape][-1].format(**told), shape


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_without_values_is_told_as_it_stands(language: str) -> None:
    for english, forms in translations(language, "said").items():
        if not FIELD.search(english):
            assert retell(language, english) == forms[-1]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_is_not_translated_is_not_taken_for_another(language: str) -> None:
    """What is raised and has no translation stays English whole; half of it in another language would be worse.

    One is made of sentences that are known, and so is told whole.
    """
    known = translations(language, "said")
    strangers = sorted(one for one in raised() if one not in known)
    assert len(strangers) > 50
    taken = {}
    for shape in strangers:
        english = re.sub(r"\{\w+(:[\w,]+)?\}", "x", shape)
        if retell(language, english) is not None:
            taken[english] = retell(language, english)
    assert list(taken) == ["x: there is no canonical table called x. Known: x."]


def test_english_stays_as_it_is() -> None:
    assert retell("en", "x {y} 'z'") == "x {y} 'z'"
    assert retell("nl", "The moon is made of cheese.") is None
    assert retell("nl", "") is None


def test_a_value_that_is_a_phrase_itself_is_told_or_the_whole_stays_english() -> None:
    assert retell("nl", "total cannot be read as an amount") == "total is niet te lezen als een bedrag"
    assert retell("nl", "total cannot be read as a riddle") is None


def test_numbers_are_the_reader_s_and_choose_the_plural() -> None:
    english = "{} rows are behind this, a file holds 100,000. Take a shorter period or a filter, or: servicemeter explain csat"
    assert retell("nl", english.format("1,234,567")) == (
        "Hier zitten 1.234.567 rijen achter, in een bestand passen er 100.000. "
        "Neem een kortere periode of een filter, of: servicemeter explain csat"
    )
    few, many = (retell("ro", english.format(n)) or "" for n in ("1,000,012", "1,000,020"))
    assert "sunt 1.000.012 rânduri, " in few and "sunt 1.000.020 de rânduri, " in many
    assert retell("ro", english.format("many")) is None


def _fault(raise_it: object) -> str:
    with pytest.raises((BadCalendar, BadSettings)) as caught:
        raise_it()  # type: ignore[operator]
    return str(caught.value)


def test_errors_as_they_are_raised_are_told() -> None:
    """The sentences of real errors, so that what is gathered from the code is what is said."""
    unknown = str(UnknownMetric("frt", ["csat", "first_response_time"], ["first_response_time"]))
    assert unknown == "There is no metric called 'frt'. Did you mean 'first_response_time'?"
    assert retell("nl", unknown) == "Er is geen maat met de naam 'frt'. Bedoelde je 'first_response_time'?"
    assert retell("ro", unknown) == "Nu există indicator cu numele 'frt'. Ați vrut să spuneți 'first_response_time'?"
    several = str(UnknownName("column of tickets", "x", ["a", "b"], ["a", "b"]))
    assert retell("nl", several) == "Er is geen kolom van tickets met de naam 'x'. Bedoelde je 'a' of 'b'?"
    assert retell("ro", several) == "Nu există coloană a tabelului tickets cu numele 'x'. Ați vrut să spuneți 'a' sau 'b'?"
    assert retell("nl", str(UnknownName("wait", "q", ["z", "y"]))) == "Er is geen soort wachten met de naam 'q'. Bekend: y, z."
    gone = str(UnknownName("saved view", "7", ["none of this number"]))
    assert retell("nl", gone) == "Er is geen bewaarde weergave met de naam '7'. Met dit nummer is er geen."
    part = _fault(lambda: holidays_of("NL", [2026], "Veluwe"))
    assert retell("ro", part) == "NL nu are o parte 'Veluwe'. Cunoscute: Midden, Noord, Zuid."
    zoneless = _fault(lambda: zone("Europe/Amsterdm"))
    assert retell("nl", zoneless).startswith("Er is geen tijdzone met de naam 'Europe/Amsterdm'. Bedoelde je 'Europe/Amsterdam'")  # type: ignore[union-attr]
    night = _fault(lambda: Calendar("main", "UTC", (WeeklyHours(None, 1, 79_200, 21_600),)))
    assert night == (
        "Calendar 'main', weekday 1: opening 22:00-06:00 must end after it starts, within 00:00-24:00. A night shift is two rows."
    )
    assert retell("nl", night) == (
        "Kalender 'main', weekdag 1: opening 22:00-06:00 moet eindigen na het begin, binnen 00:00-24:00. "
        "Een nachtdienst is twee rijen."
    )


def test_the_shapes_are_those_of_gettext_too() -> None:
    """A plural entry whose English has one form reads as any other."""
    assert read_catalogue('msgid "a {n:,}"\nmsgid_plural "a {n:,}"\nmsgstr[0] "b {n}"\nmsgstr[1] "c {n}"') == {
        "a {n:,}": ["b {n}", "c {n}"]
    }
