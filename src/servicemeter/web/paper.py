"""Templates and what they may use: the one place where pages are rendered."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

__all__ = ["picture", "render", "unbroken"]

_UNIT_GAP = re.compile(r"(?<=\d) (?=(?:%|[hudzns]|min|points?|replies)(?:\W|$))|(?<=\bn) (?=\d)|(?<=\d [hu]) (?=\d)")


def unbroken(text: str) -> str:
    """Figures and their units kept on one line by no-break spaces."""
    return _UNIT_GAP.sub("\N{NO-BREAK SPACE}", text)


def picture(svg: str) -> Markup:
    """An SVG of ours as it stands; whoever drew it has escaped what came from the data."""
    return Markup(svg)


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
    environment.globals["static"] = _static
    return environment


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template; a value that the template names and nobody gave is an error, not a gap."""
    text = _environment().get_template(template).render(**{"here": "", "findings_count": 0, **values})
    return HTMLResponse(text, status)
