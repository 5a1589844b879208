"""One survey as a page: whole in one response, with its own style and script and nothing from anywhere else."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from servicemeter.desk.retaining import USUAL_NOTICE, Notice
from servicemeter.show.numbers import LANGUAGES
from servicemeter.show.phrases import counted
from servicemeter.surveys.forms import Form, Question
from servicemeter.surveys.pagewords import language_name, page_words

__all__ = ["Sheet", "empty_page", "message_page", "survey_page"]


@dataclass(frozen=True)
class Sheet:
    """What stands on the page: the form in a language, what was answered so far, and what there is to say about it.

    `stamp` says when the page was opened. `notice` is a sentence, `is_fault` whether it is one. `seed` fixes the order of
    shuffled options, `frame_origins` are the sites that may frame the page, `keeping` says for how long words stay.
    """

    form: Form
    language: str
    action: str
    stamp: str
    content: dict[str, Any]
    questions: list[Question]
    notice: str = ""
    is_fault: bool = False
    is_done: bool = False
    is_saved: bool = False
    objection: str = ""
    has_script: bool = True
    seed: str = ""
    frame_origins: tuple[str, ...] = ()
    keeping: Notice = USUAL_NOTICE


def survey_page(sheet: Sheet, status: int = 200) -> HTMLResponse:
    """The page, under 30 kB with everything in it."""
    around = page_words(sheet.language)
    html = (
        _templates()
        .get_template("page.html")
        .render(
            sheet=sheet,
            words=sheet.form.wording(sheet.language),
            around=around,
            privacy=around["privacy"].format(days=_days(sheet)),
            languages={tag: language_name(tag) for tag in sheet.form.wordings},
            options=lambda question: _ordered(question, sheet.seed),
            style=_asset("survey.css"),
            script=_asset("survey.js") if sheet.has_script else "",
        )
    )
    return _response(html, status, sheet.frame_origins)


def _days(sheet: Sheet) -> str:
    language = sheet.language.partition("-")[0]
    return counted(language if language in LANGUAGES else "en", sheet.keeping.comment_days, "{n} day", "{n} days")


def message_page(language: str, text: str, status: int, *, action: str = "", button: str = "") -> HTMLResponse:
    """A page that says one thing, and has one button where there is something to do."""
    html = (
        _templates()
        .get_template("message.html")
        .render(language=language.partition("-")[0], text=text, action=action, button=button, style=_asset("survey.css"))
    )
    return _response(html, status)


def empty_page(frame_origins: tuple[str, ...] = ()) -> HTMLResponse:
    """A page with nothing to ask, for a frame, which tells its parent so."""
    html = _templates().get_template("empty.html").render(style=_asset("survey.css"), script=_asset("survey.js"))
    return _response(html, 200, frame_origins)


def _response(html: str, status: int, frame_origins: tuple[str, ...] = ()) -> HTMLResponse:
    framing = " ".join(frame_origins) or "'none'"
    policy = (
        f"default-src 'none'; style-src '{_digest('survey.css')}'; script-src '{_digest('survey.js')}'; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {framing}"
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": policy})


def _ordered(question: Question, seed: str) -> list[str]:
    """The options as this visitor sees them: shuffled where the form says so, with *other* last."""
    options = list(question.options)
    if question.is_shuffled:
        random.Random(seed).shuffle(options)
        options.sort(key="other".__eq__)
    return options


@cache
def _asset(name: str) -> str:
    return files("servicemeter.web").joinpath("static", name).read_text(encoding="utf-8")


@cache
def _digest(name: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("servicemeter.web", "templates/survey"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
