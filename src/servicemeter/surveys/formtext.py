"""A form as the tables of its TOML file, and those tables as text: what a page edits is the same file that a hand would write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from servicemeter.model.scales import USUAL_SCALES, Scale
from servicemeter.surveys.forms import Asking, Form, Question, Wording

__all__ = ["form_tables", "toml_text"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
Tables = dict[str, Any]


def form_tables(form: Form) -> Tables:
    """The tables of a form's file; read again they give the same form."""
    own = {q.scale.scale: q.scale for q in form.questions if q.scale and q.scale != USUAL_SCALES.get(q.scale.scale)}
    said: Tables = {
        "name": form.name,
        "kind": form.kind,
        "scope": form.scope,
        "default_language": form.default_language,
        "languages": list(form.wordings),
        "anonymous": form.is_anonymous,
        "edit_days": form.edit_days,
        "expire_days": form.expire_days,
        "sender": form.sender,
        "asking": _asking(form.asking),
        "questions": [_question(q) for q in form.questions],
        "reasons": {intent: list(reasons) for intent, reasons in form.reasons.items()},
        "scale": {name: _scale(scale) for name, scale in own.items()},
        "text": {tag: _wording(form, words) for tag, words in form.wordings.items()},
    }
    return {key: value for key, value in said.items() if value is not False and value not in ("", {})}


def toml_text(tables: Mapping[str, Any]) -> str:
    r"""Tables as TOML: plain values first, then the tables, each under its full name.

    >>> print(toml_text({"name": "csat", "text": {"en": {"title": 'How "good"?'}}}), end="")
    name = "csat"
    <BLANKLINE>
    [text.en]
    title = "How \"good\"?"
    """
    return "\n".join(_lines(tables, ())).strip("\n") + "\n"


def _lines(tables: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, value in tables.items():
        if not _is_table(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in tables.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            if not value or any(not _is_table(one) for one in value.values()):
                yield from ("", f"[{'.'.join(map(_key, here))}]")
            yield from _lines(value, here)
        elif _is_table(value):
            for one in value:
                yield from ("", f"[[{'.'.join(map(_key, here))}]]")
                yield from _lines(one, here)


def _is_table(value: Any) -> bool:
    is_list = isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    return isinstance(value, Mapping) or is_list


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_value(one) for one in value)}]"
    return _text(str(value))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _asking(asking: Asking) -> Tables:
    """What differs from what holds anyway; the event and the quarantine always."""
    usual = {f.name: f.default for f in fields(Asking)}
    said = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(asking).items()}
    always = ("event", "own_days")
    return {name: value for name, value in said.items() if name in always or getattr(asking, name) != usual[name]}


def _question(question: Question) -> Tables:
    said: Tables = {"name": question.name, "type": question.type}
    if question.scale:
        said |= {"scale": question.scale.scale, "style": question.style}
    if question.options:
        said["options"] = list(question.options)
    if question.is_shuffled:
        said["shuffled"] = True
    if question.type == "text" and question.longest != Question.longest:
        said["longest"] = question.longest
    if question.when:
        when = {"from": question.when.low, "to": question.when.high, "options": list(question.when.options)}
        said["when"] = {name: value for name, value in when.items() if value not in (None, [])}
    return said


def _scale(scale: Scale) -> Tables:
    return {"min": scale.min_value, "max": scale.max_value, "positive_from": scale.positive_from,
            "positive_to": scale.positive_to, "high_is_good": scale.is_high_good}  # fmt: skip


def _wording(form: Form, words: Wording) -> Tables:
    plain = {name: getattr(words, name) for name in ("title", "subject", "intro", "thanks") if getattr(words, name)}
    return plain | {q.name: {"ask": words.asks[q.name], **words.labels[q.name]} for q in form.questions}
