"""Letters made alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.text.letters import compose, fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Țeapă", "teapa"),
        ("Ţeapă", "teapa"),
        ("ŞI ȘI", "si si"),
        ("België, één, crème brûlée", "belgie, een, creme brulee"),
        ("don’t `quote´", "don't 'quote'"),
        ("İstanbul ı", "istanbul i"),
        ("𝗕𝗢𝗟𝗗", "bold"),
        ("ﬁets ß 👍🏽 שלום", "ﬁets ß 👍🏽 שלום"),
        ("", ""),
    ],
)
def test_letters_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_marks_written_apart_are_composed_first() -> None:
    assert fold(compose("s\u0326i t\u0327eapa\u0306")) == fold("și țeapă") == "si teapa"


@given(st.text())
def test_a_place_in_the_folded_text_is_the_same_place_in_the_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
