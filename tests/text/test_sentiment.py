"""How texts sound, and what must not change it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.text.lexicon import LANGUAGES, load_lexicon
from servicemeter.text.sentiment import feel, to_score, to_strength

FRAGMENTS = {
    "en": "not|good|terrible|I love it|but|the lamp|very|slow|no|problem|thanks|is it broken?|never again|if|👍|😡|,|.|\n|sooo"
    "|waste of time|--|> bad|On 3 May X wrote:|regards",
    "nl": "niet|goed|verschrikkelijk|werkt|maar|het pakket|heel|traag|geen|probleem|bedankt|kapot?|nooit meer|als|👍|😡|,|.|\n"
    "|zonde van het geld|--|> slecht|Op 3 mei schreef X:|groeten",
    "ro": "nu|bun|groaznic|merge|dar|coletul|foarte|lent|nicio|problemă|mulțumesc|stricat?|țeapă|dacă|👍|😡|,|.|\n"
    "|bani aruncați|--|> prost|Pe 3 mai X a scris:|cu stimă",
}
for code in LANGUAGES:
    load_lexicon(code)  # so that no example is measured with the reading of a file

WRITTEN = st.sampled_from(sorted(FRAGMENTS)).flatmap(
    lambda language: st.tuples(
        st.just(language), st.lists(st.sampled_from(FRAGMENTS[language].split("|")), max_size=12).map(" ".join)
    )
)


@given(WRITTEN)
def test_exclamation_marks_never_turn_a_sign(written: tuple[str, str]) -> None:
    language, text = written
    assert feel(text + "!!!", language).strength == feel(text, language).strength


@given(WRITTEN)
def test_capitals_never_turn_a_sign(written: tuple[str, str]) -> None:
    language, text = written
    assert feel(text.upper(), language).strength == feel(text, language).strength


@given(WRITTEN)
def test_diacritics_and_their_spelling_change_nothing(written: tuple[str, str]) -> None:
    language, text = written
    plain = str.maketrans("ăâîșțé", "aaiste")
    cedilla = str.maketrans("șțȘȚ", "şţŞŢ")
    expected = feel(text, language).strength
    assert feel(text.translate(plain), language).strength == expected
    assert feel(text.translate(cedilla), language).strength == expected


@given(st.text(), st.sampled_from(["en", "nl", "ro", "de", "", None]))
def test_any_text_is_survived_and_a_score_is_within_its_bounds(text: str, language: str | None) -> None:
    said = feel(text, language)
    assert said.score is None or -1 <= said.score <= 1
    assert said.label != "not analysed" or said.score is None


@given(WRITTEN)
def test_deciding_words_stand_in_the_text(written: tuple[str, str]) -> None:
    language, text = written
    said = feel(text, language)
    assert all(word.text in text for word in said.words)
    assert bool(said.words) or said.strength == 0


@given(st.floats(-9, 9))
def test_scores_rise_with_strength_and_lead_back_to_it(strength: float) -> None:
    assert to_strength(to_score(strength)) == pytest.approx(strength, abs=1e-6)
    assert to_score(strength) <= to_score(strength + 0.1)


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        ("en", "not bad", "positive"),
        ("en", "This is NOT good", "negative"),
        ("en", "sooooo goooood", "positive"),
        ("en", "Although the delivery was slow, the lamp is beautiful", "positive"),
        ("en", "#fail", "negative"),
        ("en", "Great, another week of waiting.", "negative"),
        ("en", "Where is my order 12345?", "neutral"),
        ("en", "super slow", "negative"),
        ("nl", "niet slecht", "positive"),
        ("nl", "De lamp werkt niet", "negative"),
        ("nl", "Wat een leesplezier", "positive"),
        ("nl", "Er zijn softwareproblemen", "negative"),
        ("ro", "nu este rău", "positive"),
        ("ro", "Nu recomand", "negative"),
        ("ro", "Bună ziua, aș dori o factură", "neutral"),
        ("en", "👍👍👍", "positive"),
        ("en", "The staff was friendly and kind, the room was dirty and loud", "not sure"),
        ("en", "You won't find a better bowl of soup", "positive"),
        ("en", "It could have been a wonderful film", "negative"),
        ("en", "I can't understand how this got so many good reviews", "negative"),
        ("en", "This is not only fast but beautiful too", "positive"),
        ("en", "Too sweet", "neutral"),
        ("en", "Can I cancel my order?", "neutral"),
        ("en", "A novel about murder and grief", "neutral"),
        ("en", "The parcel was stolen, what a misery", "negative"),
        ("en", "There is no gate", "neutral"),
        ("en", "@shop there is no gate", "negative"),
        ("nl", "Ik raad dit prachtige boek iedereen aan", "positive"),
        ("nl", "Ik raad dit boek niet aan", "negative"),
        ("nl", "Het had een mooi boek kunnen zijn", "negative"),
        ("nl", "Superhandig", "positive"),
        ("nl", "Ongeloofwaardig", "negative"),
        ("ro", "Nu am găsit ceva mai bun", "positive"),
        ("ro", "Un roman despre moarte și tristețe", "neutral"),
        ("de", "Furchtbar", "not analysed"),
        ("en", "", "not analysed"),
        ("en", "> terrible", "not analysed"),
        ("en", "!!!", "neutral"),
        ("en", "שלום עולם", "neutral"),
    ],
)
def test_how_it_sounds(language: str, text: str, label: str) -> None:
    assert feel(text, language).label == label


def test_a_person_sees_why() -> None:
    words = feel("Het pakket kwam niet op tijd, wat een PUINHOOP", "nl").words
    assert {word.text: word.weight < 0 for word in words} == {"op tijd": True, "PUINHOOP": True}


def test_words_weigh_less_before_but_and_more_after_it() -> None:
    before, after = feel("The app is nice but it broke", "en").words
    assert (before.weight, after.weight) == (1.0, -2.6)


def test_an_agents_quoted_apology_is_not_the_customers() -> None:
    reply = "Perfect, thanks!\n\nOn 3 May 2026 Support wrote:\n> We are very sorry for the terrible delay"
    assert feel(reply, "en").strength == feel("Perfect, thanks!", "en").strength
