"""The style sheet: contrast worked out from its colours, and what it must not hold."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from servicemeter.show.theme import COLOURS, style_sheet

CSS = files("servicemeter.web").joinpath("static", "servicemeter.css").read_text("utf-8") + style_sheet()


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_worked_out_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#fff", "#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "card"])
@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "better", "worse"])
def test_text_can_be_read(theme: str, ground: str, ink: str) -> None:
    held = COLOURS[theme]
    assert contrast(held[ink], held[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("mark", ["mark", "focus", "second"])
def test_marks_can_be_seen(theme: str, mark: str) -> None:
    held = COLOURS[theme]
    assert min(contrast(held[mark], held[ground]) for ground in ("bg", "card")) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_badge_can_be_read(theme: str) -> None:
    assert contrast(COLOURS[theme]["worse"], COLOURS[theme]["card"]) >= 4.5


def test_four_sizes_of_type_and_nothing_from_elsewhere() -> None:
    sizes = set(re.findall(r"font-size: (var\(--\w+\))", CSS)) | set(re.findall(r"font: (var\(--\w+\))", CSS))
    assert sizes == {"var(--xl)", "var(--l)", "var(--m)", "var(--s)"}
    assert "@import" not in CSS and "url(" not in CSS
    assert "prefers-reduced-motion" in CSS and "prefers-color-scheme: dark" in CSS
