"""One value of a hand-written settings file: changed without touching anything else, or not at all."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.ground.errors import BadSettings
from servicemeter.ground.rewriting import with_value

WRITTEN = """# ours
[targets]
csat = "at least 85 %" # agreed in March

[privacy]   # by law
redact = ["iban", "card"]
smallest_team = 5

[[odd]]
redact = 1
"""


@pytest.mark.parametrize(
    ("section", "key", "value", "before", "after"),
    [
        ("privacy", "smallest_team", 8, "smallest_team = 5\n", "smallest_team = 8\n"),
        ("privacy", "redact", False, 'redact = ["iban", "card"]\n', "redact = false\n"),
        ("privacy", "hide_individuals", True, "[privacy]   # by law\n", "[privacy]   # by law\nhide_individuals = true\n"),
        ("targets", "csat", "at least #1", 'csat = "at least 85 %" # agreed', 'csat = "at least #1" # agreed'),
        ("privacy", "smallest_team", None, "smallest_team = 5\n", ""),
        (
            "text",
            "after_import",
            ["reasons"],
            "[[odd]]\nredact = 1\n",
            '[[odd]]\nredact = 1\n\n[text]\nafter_import = ["reasons"]\n',
        ),
    ],
)
def test_one_line_changes_and_comments_stay(section: str, key: str, value: Any, before: str, after: str) -> None:
    assert with_value(WRITTEN, section, key, value) == WRITTEN.replace(before, after)


@pytest.mark.parametrize(
    "text",
    [
        'privacy = { redact = true }\n',
        'privacy.redact = true\n',
        '[privacy]\nredact = [\n  "iban",\n]\n',
        '[privacy]\n"redact" = true\n',
        'note = """\n[privacy]\nredact = 3\n"""\n',
        "privacy = 3\n",
        "[privacy\n",
    ],
)  # fmt: skip
def test_what_is_not_safe_is_refused(text: str) -> None:
    with pytest.raises(BadSettings):
        with_value(text, "privacy", "redact", False)


def test_odd_letters_are_written_so_that_they_read_back() -> None:
    text = "one\x7f \u2028 \x85 \t \n two"
    first = with_value("", "a", "x", text)
    assert tomllib.loads(with_value(first, "a", "x", text + "!")) == {"a": {"x": text + "!"}}


def test_taking_out_what_is_not_there_changes_nothing() -> None:
    assert with_value("", "privacy", "redact", None) == ""
    assert with_value(WRITTEN, "text", "after_import", None) == WRITTEN


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.one_of(st.booleans(), st.integers(0, 99), WORDS, st.lists(WORDS, max_size=3))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), VALUES), max_size=8))
def test_any_changes_one_after_the_other_read_as_what_was_set(changes: list[tuple[str, str, Any]]) -> None:
    text, expected = "# head\n", dict[str, dict[str, Any]]()
    for section, key, value in changes:
        text = with_value(text, section, key, value)
        expected.setdefault(section, {})[key] = value
    assert tomllib.loads(text) == expected
    assert text.startswith("# head\n")
