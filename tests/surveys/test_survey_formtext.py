"""Forms written by the program: the same form comes back, whatever its words are, and nobody's change is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicemeter.ground.errors import BadForm
from servicemeter.model.scales import Scale
from servicemeter.office.forms import known_version
from servicemeter.surveys.formfile import load_forms, read_form
from servicemeter.surveys.forms import Asking, Form
from servicemeter.surveys.formtext import form_tables, toml_text
from servicemeter.surveys.shelf import Shelf, file_mark, save_form
from surveys.shop import open_shop

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)


def again(form: Form) -> Form:
    """The form, written and read."""
    return read_form(toml_text(form_tables(form)), "again")


@pytest.mark.parametrize("name", sorted(load_forms()))
def test_shipped_forms_come_back(name: str) -> None:
    assert again(load_forms()[name]) == load_forms()[name]


@settings(max_examples=40)
@given(WORDS, WORDS, st.integers(0, 90), st.lists(WORDS.map(str.strip), max_size=2), st.floats(0, 1))
def test_any_words_and_rules_come_back(title: str, label: str, days: int, channels: list[str], share: float) -> None:
    csat = load_forms()["csat"]
    words = csat.wordings["en"]
    said = replace(words, title=title, subject=title, labels={**words.labels, "score": {"5": label}})
    asking = Asking("contact_ended", own_days=days, channels=tuple(channels), share=share, remind_days=3)
    form = replace(csat, wordings={"en": said, "nl-formal": said}, asking=asking, edit_days=days, is_anonymous=bool(days % 2))
    assert again(form) == form


def test_an_own_scale_comes_back() -> None:
    csat = load_forms()["csat"]
    score = replace(csat.score, scale=Scale("grades", 1, 6, 1, 2, False))
    assert again(replace(csat, questions=(score, *csat.questions[1:]))).score.scale == Scale("grades", 1, 6, 1, 2, False)


def test_other_words_are_a_new_version_and_other_rules_are_not(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        folder = shop.home.surveys
        tables = form_tables(load_forms()["csat"])
        assert save_form(shop.office, folder, tables, "", NOW)[1] == 1
        tables["asking"]["share"] = 0.5
        assert save_form(shop.office, folder, tables, file_mark(folder, "csat"), NOW)[1] == 1
        tables["text"]["en"]["title"] = "How was it?"
        form, version = save_form(shop.office, folder, tables, file_mark(folder, "csat"), NOW)
        assert version == known_version(shop.office, "csat", form.digest) == 2
        assert load_forms(folder)["csat"].asking.share == 0.5


def test_nobody_writes_over_what_somebody_else_wrote(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        folder = shop.home.surveys
        tables = form_tables(load_forms()["csat"])
        save_form(shop.office, folder, tables, "", NOW)
        with pytest.raises(BadForm, match="in the meantime"):
            save_form(shop.office, folder, {**tables, "edit_days": 3}, "", NOW)
        with pytest.raises(BadForm, match="kind"):
            save_form(shop.office, folder, {**tables, "kind": "mood"}, file_mark(folder, "csat"), NOW)
        assert load_forms(folder)["csat"].edit_days == 14


def test_a_running_server_sees_what_changed_and_keeps_what_it_had_when_a_file_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "surveys"
    shelf = Shelf(folder)
    assert "own" not in shelf
    folder.mkdir()
    (folder / "own.toml").write_text(toml_text({**form_tables(load_forms()["csat"]), "name": "own"}), encoding="utf-8")
    assert shelf["own"].kind == "csat"
    (folder / "own.toml").write_text("name = ", encoding="utf-8")
    assert shelf["own"].kind == "csat" and len(shelf) == len(load_forms()) + 1


@pytest.mark.parametrize("sender", ["a@example.com\nBcc: b@example.com", "Desk", "a@example.com, b@example.com", "a@b>c"])
def test_a_sender_is_one_address(sender: str) -> None:
    tables = form_tables(load_forms()["csat"])
    with pytest.raises(BadForm, match="no address"):
        read_form(toml_text({**tables, "sender": sender}), "x")
    assert read_form(toml_text({**tables, "sender": "Desk <a@example.com>"}), "x").sender == "Desk <a@example.com>"


def test_a_website_that_may_frame_the_page_is_a_website_and_nothing_more() -> None:
    tables = form_tables(load_forms()["intent"])
    for origin in ("https://a.example; script-src *", "https://a.example\nx: y", "*", "https://a.example/path"):
        tables["asking"]["origins"] = [origin]
        with pytest.raises(BadForm, match="no website"):
            read_form(toml_text(tables), "x")
