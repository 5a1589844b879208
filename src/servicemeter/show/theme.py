"""The look of pictures, in one place: colours of both themes, and how each kind of mark is drawn.

Pictures carry classes only. On a page the style sheet made here dresses them; as a file of its own a picture is dressed by
attributes, so that any program shows it alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap

__all__ = ["COLOURS", "HEAT_STEPS", "MARKS", "dressed", "poster", "style_sheet"]

COLOURS: dict[str, dict[str, str]] = {
    "light": {
        "bg": "#f7f7f5", "card": "#ffffff", "ink": "#1c1d1f", "soft": "#5a5e66", "faint": "#e2e2dd", "mark": "#8a8e96",
        "accent": "#2456c9", "better": "#1f5ccc", "worse": "#a84c06", "second": "#8a5a00", "band": "#2456c91f",
        "hatch": "#1c1d1f38", "focus": "#b97f00",
    },
    "dark": {
        "bg": "#131416", "card": "#1b1d20", "ink": "#ececea", "soft": "#a2a7b0", "faint": "#2e3137", "mark": "#767b85",
        "accent": "#8ab0ff", "better": "#8ab0ff", "worse": "#f0a35e", "second": "#d9b45c", "band": "#8ab0ff26",
        "hatch": "#ececea3d", "focus": "#f2b705",
    },
}  # fmt: skip
"""What a colour means: blue is better, orange is worse, everything else is grey or the accent."""

HEAT_STEPS = 7
_LEAST_HEAT, _MOST_HEAT = 0.07, 0.78

_LINE = {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"}
_SMALL = {"font-size": "12px"}
MARKS: dict[str, dict[str, str]] = {
    "line": {**_LINE, "stroke": "accent", "stroke-width": "1.8"},
    "sofar": {**_LINE, "stroke": "accent", "stroke-width": "1.8", "stroke-dasharray": "3 4"},
    "cohort": {**_LINE, "stroke": "second", "stroke-width": "1.8", "stroke-dasharray": "6 3"},
    "band": {"fill": "band"},
    "dot": {"fill": "accent"},
    "alone": {"fill": "accent"},
    "point": {"fill": "card", "stroke": "accent", "stroke-width": "1.4"},
    "hatch": {"fill": "none", "stroke": "hatch", "stroke-width": "1"},
    "grid": {"stroke": "faint", "stroke-width": "1"},
    "aim": {"stroke": "ink", "stroke-width": "1", "stroke-dasharray": "1 3", "stroke-linecap": "round"},
    "ref": {"stroke": "mark", "stroke-width": "1"},
    "limit": {"fill": "none", "stroke": "mark", "stroke-width": "1.2"},
    "far": {"fill": "none", "stroke": "mark", "stroke-width": "1.2", "stroke-dasharray": "5 4"},
    "peer": {"fill": "soft"},
    "good": {"fill": "better"},
    "bad": {"fill": "worse"},
    "middling": {"fill": "mark", "fill-opacity": "0.45"},
    "good-label": {"font-size": "12px", "font-weight": "600", "fill": "better"},
    "bad-label": {"font-size": "12px", "font-weight": "600", "fill": "worse"},
    "whisker": {"stroke": "accent", "stroke-width": "4", "stroke-opacity": "0.5"},
    "faded": {"opacity": "0.5"},
    "flag-line": {"stroke": "second", "stroke-width": "1", "stroke-opacity": "0.7"},
    "flag": {"fill": "second"},
    "flag-label": {**_SMALL, "fill": "second"},
    "tick": {**_SMALL, "fill": "soft"},
    "note": {**_SMALL, "fill": "soft", "text-anchor": "end"},
    "aim-label": {**_SMALL, "fill": "ink"},
    "label": {**_SMALL, "fill": "ink"},
    "label-second": {**_SMALL, "fill": "second"},
    "strong": {"font-weight": "600"},
    "x": {"text-anchor": "middle"},
    "y": {"text-anchor": "end"},
    "end": {"text-anchor": "end"},
    "gap": {"fill": "worse"},
    "empty": {"fill": "none", "stroke": "faint", "stroke-width": "1"},
    "part-line": {**_LINE, "stroke": "mark", "stroke-width": "1.4"},
    "waits-customer": {"fill": "accent"},
    "waits-us": {"fill": "mark"},
    "waits-other": {"fill": "second"},
    "lane-counted": {"fill": "accent", "fill-opacity": "0.55"},
    "lane-paused": {"fill": "none", "stroke": "mark", "stroke-width": "1"},
    "lane-closed": {"fill": "faint"},
    "lane-late": {"fill": "worse"},
    "due": {"fill": "none", "stroke": "ink", "stroke-width": "2"},
    "title": {"font-size": "18px", "font-weight": "600", "fill": "ink"},
    "ground": {"fill": "card"},
    **{
        f"heat{step}": {"fill": "accent", "fill-opacity": f"{_LEAST_HEAT + step * (_MOST_HEAT - _LEAST_HEAT) / 6:.3f}"}
        for step in range(HEAT_STEPS)
    },
}
"""Every kind of mark as SVG attributes; a colour is named by what it means."""

_PAINTED = ("fill", "stroke")
_CLASS = re.compile(r' class="([^"]*)"')
_FONT = "system-ui, 'Helvetica Neue', 'DejaVu Sans', sans-serif"


def style_sheet() -> str:
    """The colours as custom properties and the marks as rules of a style sheet, for both themes."""
    light, dark = (" ".join(f"--{name}: {value};" for name, value in COLOURS[theme].items()) for theme in ("light", "dark"))
    rules = [f":root {{ {light} }}", f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"]
    for name, attributes in MARKS.items():
        said = "; ".join(f"{key}: {f'var(--{value})' if _is_colour(key, value) else value}" for key, value in attributes.items())
        rules.append(f"svg .{name} {{ {said} }}")
    return "\n".join(rules) + "\n"


def _is_colour(key: str, value: str) -> bool:
    return key in _PAINTED and value != "none"


def dressed(svg: str, theme: str = "light") -> str:
    """A picture whose classes have become attributes; a later class of an element goes before an earlier one."""
    return _CLASS.sub(lambda found: _attributes(found[1].split(), COLOURS[theme]), svg)


def _attributes(classes: list[str], colours: Mapping[str, str]) -> str:
    merged = {key: value for name in classes for key, value in MARKS.get(name, {}).items()}
    out = ""
    for key, value in merged.items():
        paint = colours[value] if _is_colour(key, value) else value
        if len(paint) == 9 and paint.startswith("#"):
            out += f' {key}="{paint[:7]}" {key}-opacity="{int(paint[7:], 16) / 255:.2f}"'
        else:
            out += f' {key}="{paint}"'
    return out


_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML file may hold, not even escaped."""
_LINE_HEIGHT, _LETTER = 18, 7.5
"""The height of a line below a picture, and how wide a letter of it is at most on average, in pixels."""


def poster(svg: str, title: str, subtitle: str, foot: Sequence[str], theme: str = "light") -> str:
    """A picture as a file of its own: title and subtitle above, where it comes from below, drawn by attributes alone.

    Each text of the foot has a line, or more where it is long.
    """
    head, _, inside = svg.partition(">")
    width, height = (float(n) for n in head.partition('viewBox="0 0 ')[2].partition('"')[0].split())
    margin, above = 24, 76
    told = [line for text in foot for line in wrap(text, int(width / _LETTER))]
    below = 22 + _LINE_HEIGHT * max(1, len(told))
    lines = "".join([
        f'<rect class="ground" width="{width + 2 * margin:g}" height="{height + above + below:g}"/>',
        f'<text class="title" x="{margin}" y="34">{escape(title)}</text>',
        f'<text class="tick" x="{margin}" y="56">{escape(subtitle)}</text>',
        f'<svg x="{margin}" y="{above}" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">',
        inside,
        *(
            f'<text class="tick" x="{margin}" y="{height + above + 24 + _LINE_HEIGHT * place:g}">{escape(line)}</text>'
            for place, line in enumerate(told)
        ),
    ])  # fmt: skip
    size = f'width="{width + 2 * margin:g}" height="{height + above + below:g}"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width + 2 * margin:g} {height + above + below:g}" '
        f'font-family="{_FONT}">{lines}</svg>'
    )
    return dressed(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", svg), theme)
