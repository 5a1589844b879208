"""Complaints by rules: which rule, which words, and never by mood alone."""

import csv
from pathlib import Path

import pytest

from servicemeter.text.complaints import LANGUAGES, find_complaint, rules_version

_WRITTEN = list(
    csv.DictReader(Path(__file__).with_name("complaints.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t")
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_precision_and_recall_on_written_examples(language: str) -> None:
    asked = [(row["text"], row["is_complaint"] == "1") for row in _WRITTEN if row["language"] == language]
    told = [(find_complaint(text, language) is not None, truth) for text, truth in asked]
    hits = sum(said and truth for said, truth in told)
    assert hits / sum(said for said, _ in told) >= 0.9
    assert hits / sum(truth for _, truth in told) >= 0.9


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Terrible, horrible, awful weather here. Thanks for asking!", "en"),
        ("Wat een slechte dag, verdrietig en boos op mezelf.", "nl"),
        ("Sunt tristă și nefericită astăzi.", "ro"),
    ],
)
def test_a_bad_mood_alone_is_no_complaint(text: str, language: str) -> None:
    assert find_complaint(text, language) is None


def test_the_rule_and_its_words_are_told_as_they_were_written() -> None:
    found = find_complaint("E INACCEPTABIL, vreau Banii Înapoi!", "ro")
    assert found is not None
    assert (found.rule, found.words) == ("ro.dissatisfied_with_us", ("INACCEPTABIL",))


def test_what_others_wrote_before_is_not_read() -> None:
    assert find_complaint("Thanks, all fine now.\n\n> I want to make a complaint", "en") is None


def test_a_language_without_rules_is_refused() -> None:
    with pytest.raises(KeyError):
        find_complaint("Das ist eine Beschwerde", "de")


def test_the_version_is_of_the_rules() -> None:
    assert len(rules_version()) == 12
