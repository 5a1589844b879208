"""Forms as files: what they must say, in three languages; and that another wording is another version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from servicemeter.ground.errors import BadForm, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.scales import USUAL_SCALES
from servicemeter.office.database import open_office
from servicemeter.surveys.asking import version_of
from servicemeter.surveys.formfile import find_form, load_forms, read_form
from servicemeter.surveys.pagewords import page_words

SHIPPED = resources.files("servicemeter.surveys").joinpath("shipped")
CSAT = SHIPPED.joinpath("csat.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(load_forms()))
def test_shipped_forms_speak_three_languages(name: str) -> None:
    form = load_forms()[name]
    assert {"en", "nl", "ro"} <= set(form.wordings)
    for wording in form.wordings.values():
        assert set(wording.asks) == {q.name for q in form.questions}


def test_page_words_are_the_same_in_every_language() -> None:
    english = page_words("en")
    for tag in ("nl", "ro"):
        words = page_words(tag)
        assert set(words) == set(english)
        assert not set("şţŞŢ") & set("".join(words.values()))
    assert page_words("nl-formal") == page_words("nl") and page_words("xx") == english


def test_a_formal_variant_says_what_differs() -> None:
    formal = read_form(CSAT.replace('kind = "csat"', 'kind = "csat"\nlanguages = ["en", "nl-formal"]'), "own.toml")
    assert list(formal.wordings) == ["en", "nl-formal"]
    words = formal.wording("nl")
    assert "u kreeg" in words.asks["score"] and words.labels["score"]["5"] == "zeer tevreden"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "csat"', 'kind = "cast"', "kind"),
        ('kind = "csat"', 'kind = "nps"', "0 to 10"),
        ('scale = "csat_5"', 'scale = "csat_6"', "csat_6"),
        ('name = "score"', 'name = "mark"', "named score"),
        ("quiet_hours = 24", "quiet_hour = 24", "quiet_hour"),
        ("quiet_hours = 24", "share = 2", "between 0 and 1"),
        ("quiet_hours = 24", "remind_days = 1", "between 3 and 7"),
        ('slow = "It took too long"\n', "", "slow"),
        ('kind = "csat"', 'kind = "csat"\ndefault_language = "de"', "default_language"),
        ('kind = "csat"', 'kind = "csat', "no TOML"),
    ],
)
def test_a_form_at_fault_says_where(old: str, new: str, said: str) -> None:
    with pytest.raises(BadForm, match=said) as caught:
        read_form(CSAT.replace(old, new, 1), "surveys/own.toml")
    assert "surveys/own.toml" in str(caught.value)


def test_own_forms_hold_where_they_bear_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(CSAT.replace("How did we do?", "Well?"), encoding="utf-8")
    assert find_form("csat", tmp_path).wording("en").title == "Well?"
    with pytest.raises(UnknownName, match="csat"):
        find_form("csta", tmp_path)


def test_another_wording_is_another_version_and_another_rule_is_not(tmp_path: Path) -> None:
    office, now, form = open_office(Home(tmp_path)), datetime(2026, 3, 1, tzinfo=UTC), find_form("csat")
    other = read_form(CSAT.replace("How did we do?", "Well?"), "own.toml")
    same = replace(form, asking=replace(form.asking, share=0.1))
    assert [version_of(office, f, now) for f in (form, other, same, form, other)] == [1, 2, 1, 1, 2]
    office.close()


def test_an_own_scale_carries_its_direction() -> None:
    own = CSAT.replace('scale = "csat_5"', 'scale = "smiles"').replace(
        "[asking]", "[scale.smiles]\nmin = 1\nmax = 4\npositive_from = 1\npositive_to = 2\nhigh_is_good = false\n[asking]"
    )
    scale = read_form(own, "own.toml").score.scale
    assert scale and not scale.is_high_good and [scale.is_positive(v) for v in scale.values] == [True, True, False, False]
    assert USUAL_SCALES["ces_0_10"].is_high_good is False and USUAL_SCALES["ces2_7"].is_high_good is True
