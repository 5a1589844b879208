"""The mail that asks: every score a link that can be read, a plain-text part with the same links, and a way to object.

Tables and inline styles, as mail programs want them. A link opens a page and stores nothing: only the page's own button does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jinja2

from servicemeter.surveys.forms import Form, Question, Wording
from servicemeter.surveys.pagewords import page_words

__all__ = ["Links", "compose", "score_block"]

_CELL = (
    "display:inline-block;min-width:36px;padding:10px 12px;margin:2px;border:1px solid #6b7280;border-radius:8px;"
    "text-decoration:none;color:#1f3fa8;font-weight:600"
)
_TEXT = "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1c1d1f"


@dataclass(frozen=True)
class Links:
    """The addresses of one invitation: where to answer, and where to object. `query` is what goes with every one."""

    answer: str
    objection: str
    query: str = ""

    @property
    def page(self) -> str:
        """The page with nothing chosen."""
        return f"{self.answer}?{self.query}" if self.query else self.answer

    def score(self, value: int | str) -> str:
        """The page with this answer chosen already."""
        return f"{self.answer}?{self.query}&s={value}" if self.query else f"{self.answer}?s={value}"


def compose(
    form: Form,
    language: str,
    links: Links,
    *,
    sender: str,
    recipient: str,
    now: datetime,
    organisation: str = "",
    is_reminder: bool = False,
) -> EmailMessage:
    """One invitation or reminder, ready to be sent; `now` dates it."""
    said = _said(form, language, links) | {"organisation": organisation}
    subject = said["words"].subject
    message = EmailMessage()
    message["Subject"] = " ".join((f"{said['around']['reminder']}: {subject}" if is_reminder else subject).split())
    message["From"] = form.sender or sender
    message["To"] = recipient
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=urlsplit(links.answer).hostname or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{links.objection}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_templates().get_template("invitation.txt").render(said))
    message.add_alternative(_templates().get_template("invitation.html").render(said), subtype="html")
    return message


def score_block(form: Form, language: str, links: Links) -> str:
    """The score question as HTML for reply signatures: a link an answer, with words and without pictures."""
    return _templates().get_template("score.html").render(_said(form, language, links))


def _said(form: Form, language: str, links: Links) -> dict[str, Any]:
    words = form.wording(language)
    return {
        "language": language.partition("-")[0],
        "words": words,
        "around": page_words(language),
        "choices": _choices(form.score, words),
        "links": links,
        "text": _TEXT,
        "cell": _CELL,
    }


def _choices(question: Question, words: Wording) -> list[tuple[int | str, str]]:
    """Every answer to the score question with its words: `4 – satisfied`, or the option's own."""
    labels = words.labels["score"]
    if question.scale is None:
        return [(option, labels[option]) for option in question.options]
    return [(v, f"{v} – {labels[str(v)]}" if str(v) in labels else str(v)) for v in question.scale.values]


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("servicemeter.surveys", "mails"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=jinja2.select_autoescape(["html"]),
    )
