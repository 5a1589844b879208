"""Sentences written for this purpose, as people write reviews, tweets and messages; floors, not figures to be proud of.

They were written by the authors of the lexicon, so that what they show is optimistic; they catch what breaks. `later` was never
looked into, `aside` was written before the words and looked into only at the end; words were added for all the others.
"""

from pathlib import Path

import pytest

from servicemeter.desk.labelled import read_labelled
from servicemeter.text.accuracy import measure_by_language

WRITTEN = Path(__file__).parent / "written"


@pytest.mark.parametrize(
    ("name", "language", "least"),
    [
        ("reviews", "en", 0.85),
        ("reviews", "nl", 0.85),
        ("reviews", "ro", 0.85),
        ("tweets", "en", 0.80),
        ("service", "nl", 0.80),
        ("service", "ro", 0.80),
        ("later", "en", 0.75),
        ("later", "nl", 0.70),
        ("later", "ro", 0.85),
        ("aside_reviews", "en", 0.80),
        ("aside_reviews", "nl", 0.82),
        ("aside_reviews", "ro", 0.86),
        ("aside_tweets", "en", 0.85),
        ("known_reviews", "en", 0.85),
        ("known_reviews", "nl", 0.85),
        ("known_reviews", "ro", 0.88),
        ("known_tweets", "en", 0.88),
        ("fresh_reviews", "en", 0.85),
        ("fresh_reviews", "nl", 0.85),
        ("fresh_reviews", "ro", 0.88),
        ("fresh_tweets", "en", 0.80),
    ],
)
def test_macro_f1_stays_above_its_floor(name: str, language: str, least: float) -> None:
    found = read_labelled(WRITTEN / f"{name}.tsv")
    assert not found.left_out
    _, languages = measure_by_language(found.texts)
    assert (languages[language].macro_f1 or 0) >= least
