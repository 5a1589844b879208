"""How often a model is right: worked by hand."""

import pytest

from servicemeter.text.accuracy import Labelled, measure_accuracy, measure_by_language
from servicemeter.text.sentiment import Sentiment, judge

SAID = {"a": 2.0, "b": -2.0, "c": 0.0, "d": 0.5}


def say(text: str, language: str) -> Sentiment:
    return judge(SAID[text]) if language == "en" else Sentiment("not analysed", None)


def test_three_classes_by_hand() -> None:
    """Truth + + 0 0 - said + - 0 0 -: F1 of + is 2·1/(2+1), of 0 is 1, of - is 2·1/(1+2)."""
    texts = [Labelled(label, "en", text) for label, text in ((1, "a"), (1, "b"), (0, "c"), (0, "d"), (-1, "b"))]
    found = measure_accuracy(texts, say)
    assert (found.n, found.correct, found.classes, found.accuracy, found.coverage) == (5, 4, 3, 0.8, 1.0)
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)


def test_two_classes_are_a_forced_choice() -> None:
    """A leaning counts as it leans, nothing at all as negative; coverage is where the model takes a side by itself."""
    texts = [Labelled(label, "en", text) for label, text in ((1, "a"), (1, "d"), (-1, "c"), (-1, "b"))]
    found = measure_accuracy(texts, say)
    assert (found.correct, found.classes, found.macro_f1, found.coverage) == (4, 2, 1.0, 0.5)


def test_languages_that_are_not_analysed_are_only_counted() -> None:
    whole, languages = measure_by_language([Labelled(1, "en", "a"), Labelled(1, "de", "a")], say)
    assert (whole.n, whole.correct, whole.not_analysed) == (1, 1, 1)
    assert languages["de"].n == 0 and languages["de"].accuracy is None and languages["de"].macro_f1 is None


def test_classes_are_settled_language_by_language() -> None:
    texts = [Labelled(1, "en", "d"), Labelled(-1, "en", "b")]
    whole, languages = measure_by_language([*texts, Labelled(0, "de", "c")], say)
    assert languages["en"].classes == 2 and whole.correct == 2


def test_of_nothing_there_is_no_accuracy() -> None:
    assert measure_accuracy([], say).accuracy is None
