"""Templates and what they may use: the one place where pages are rendered."""

from __future__ import annotations

import hashlib
import re
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from servicemeter.show.dimensions import dimension_name, dimension_value
from servicemeter.show.numbers import LANGUAGES
from servicemeter.show.phrases import counted, say
from servicemeter.show.retelling import retell
from servicemeter.show.theme import style_sheet
from servicemeter.web.address import Address
from servicemeter.web.asker import asker

__all__ = ["picture", "render", "retold", "unbroken"]

_UNIT_GAP = re.compile(
    r"(?<=\d) (?=(?:%|[hudzns]|min|points?|punte?n?|(?:de )?puncte?|replies|antwoorden|(?:de )?răspunsuri)(?:\W|$))"
    r"|(?<=\bn) (?=\d)|(?<=\d [hu]) (?=\d)"
    r"|(?<=[€£]) (?=[−\d])|(?<=\d) (?=[€£])|(?<=\b[A-Z]{3}) (?=[−\d])|(?<=\d) (?=[A-Z]{3}\b)"
)
_OWN_NAMES = {"en": "English", "nl": "Nederlands", "ro": "Română"}


def unbroken(text: str) -> str:
    """Figures and their units kept on one line by no-break spaces."""
    return _UNIT_GAP.sub("\N{NO-BREAK SPACE}", text)


def picture(svg: str) -> Markup:
    """An SVG of ours as it stands; whoever drew it has escaped what came from the data."""
    return Markup(svg)


def retold(language: str, sentence: object) -> Markup:
    """A sentence that was said in English below the pages, in the reader's language; marked as English where it is not known."""
    english = str(sentence)
    words = retell(language, english)
    return escape(words) if words is not None else Markup('<span lang="en">{}</span>').format(english)


@cache
def _mark(name: str) -> str:
    """A short mark of a static file's contents, so that a new version is fetched anew."""
    return hashlib.sha256(files("servicemeter.web").joinpath("static", name).read_bytes()).hexdigest()[:10]


def _static(name: str) -> str:
    return f"/static/{name}?v={_mark(name)}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("servicemeter.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["unbroken"] = unbroken
    environment.globals |= {
        "static": _static,
        "look_css": f"/look.css?v={hashlib.sha256(style_sheet().encode()).hexdigest()[:10]}",
        "languages": {name: _OWN_NAMES[name] for name in LANGUAGES},
    }
    return environment


def render(template: str, language: str, address: Address, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template; a value that the template names and nobody gave is an error, not a gap.

    A template says texts with `_("…", name=value)` and `counted(n, "one thing", "{n} things")`, what others said with
    `retold(sentence)`, and links with `address`.
    """
    words = {
        "language": language,
        "_": partial(say, language),
        "counted": partial(counted, language),
        "retold": partial(retold, language),
        "dimension_name": partial(dimension_name, language=language),
        "dimension_value": partial(dimension_value, language=language),
    }
    given = {"address": address, "navigation": None, "asker": asker(), **words, **values}
    text = _environment().get_template(template).render(given)
    return HTMLResponse(text, status, {"Content-Language": language, "Vary": "Accept-Language"})
