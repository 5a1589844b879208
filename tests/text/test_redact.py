"""What identifies people is found in generated messages; what only looks like it is left alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personal_corpus import clean_messages, messages_with

from servicemeter.text.redact import KINDS, find_personal, redact

_LEAST_RECALL = {"iban": 0.98, "card": 0.98, "bsn": 0.98, "cnp": 0.98, "email": 0.98, "phone": 0.95, "address": 0.95}
_MOST_FALSE = 0.02
_WRITTEN = st.text(st.sampled_from("0123456789 .-/()+@#:,abcNLRO straatţ\n€"), max_size=60)


@pytest.mark.parametrize("language", ["en", "nl", "ro"])
@pytest.mark.parametrize("kind", KINDS)
def test_recall_on_generated_messages(kind: str, language: str) -> None:
    asked = [one for one in messages_with(kind, 600, seed=7) if one.language == language]
    found = [one for one in asked if one.secret not in redact(one.text) and f"[{kind}]" in redact(one.text)]
    assert len(found) / len(asked) >= _LEAST_RECALL[kind]


@pytest.mark.parametrize("language", ["en", "nl", "ro"])
def test_false_alarms_on_look_alikes(language: str) -> None:
    clean = [one for one in clean_messages(2400, seed=7) if one.language == language]
    touched = [one.text for one in clean if redact(one.text) != one.text]
    assert len(touched) / len(clean) <= _MOST_FALSE, touched[:5]


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_kinds_that_are_asked_for(kind: str) -> None:
    others = [other for other in KINDS if other != kind]
    for one in messages_with(kind, 60, seed=3):
        assert f"[{kind}]" not in redact(one.text, others)
        assert {found.kind for found in find_personal(one.text, [kind])} == {kind}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("card 4111 1111 1111 1111 05/28", "card [card] 05/28"),
        ("order 4111111111111111", "order 4111111111111111"),
        ("NL91 ABNA 0417 1643 00 en dan", "[iban] en dan"),
        ("NL91ABNA0417164301", "NL91ABNA0417164301"),
        ("Bel 06-12345678. Order 123456782.", "Bel [phone]. Order 123456782."),
        ("bsn: 1112.22.333", "bsn: [bsn]"),
        ("image@2x.png and v10.2.3.123456782", "image@2x.png and v10.2.3.123456782"),
        ("ioana[at]example.ro", "[email]"),
        ("op 21-11-2026 om 10:30, 1.234.567,89 euro", "op 21-11-2026 om 10:30, 1.234.567,89 euro"),
        ("1800101221144", "[cnp]"),
        ("https://example.com/o/123456782", "https://example.com/o/123456782"),
    ],
)
def test_worked_examples(text: str, masked: str) -> None:
    assert redact(text) == masked


@given(_WRITTEN)
def test_masking_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(_WRITTEN)
def test_what_is_found_stands_in_order_and_apart(text: str) -> None:
    found = find_personal(text)
    assert all(one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
