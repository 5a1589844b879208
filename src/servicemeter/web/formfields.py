"""A survey form as the fields of a page, and the fields as the tables of its file again.

What the page does not show (an own scale) is taken over from the tables that were there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from servicemeter.ground.errors import BadForm
from servicemeter.model.scales import USUAL_SCALES, Scale
from servicemeter.show.phrases import phrase
from servicemeter.surveys.forms import EVENTS

__all__ = ["RULES", "WORDS", "QuestionFields", "Rule", "question_fields", "read_tables", "rule_value"]

Tables = dict[str, Any]
Fields = Mapping[str, str]
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
WORDS = {
    "title": phrase("Title"),
    "subject": phrase("Subject of the mail"),
    "intro": phrase("Before the question"),
    "thanks": phrase("Thanks"),
}


@dataclass(frozen=True)
class Rule:
    """One rule of asking: its key in the file, what it says on the page, and how it is written (int, share, list, or words)."""

    key: str
    label: str
    kind: str
    words: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"asking.{self.key}"


RULES = (
    Rule("event", phrase("Ask about"), "word", EVENTS),
    Rule("share", phrase("Share of the persons, in percent"), "share"),
    Rule("period", phrase("Drawn once a"), "word", ("month", "quarter", "year")),
    Rule("quiet_hours", phrase("Hours of quiet before"), "int"),
    Rule("within_days", phrase("Not after so many days"), "int"),
    Rule("own_days", phrase("Days between two of this survey"), "int"),
    Rule("any_days", phrase("Days between this and any other"), "int"),
    Rule("most_per_year", phrase("Most surveys a year"), "int"),
    Rule("remind_days", phrase("Remind after so many days (3 to 7, or never)"), "int"),
    Rule("channels", phrase("Channels only"), "list"),
    Rule("brands", phrase("Brands only"), "list"),
    Rule("consent_countries", phrase("Countries that need consent"), "list"),
    Rule("pages", phrase("Pages of the website"), "list"),
    Rule("after_seconds", phrase("Seconds on the page before"), "int"),
    Rule("origins", phrase("Websites that may show it"), "list"),
)
_USUAL: Tables = {"share": 1.0, "period": "month", "quiet_hours": 24, "within_days": 3, "any_days": 7, "most_per_year": 12,
                  "after_seconds": 0}  # fmt: skip


@dataclass(frozen=True)
class QuestionFields:
    """A question as its fields: `labels` are what can bear words, with whether they must."""

    place: int
    tables: Tables
    labels: tuple[tuple[str, bool], ...]

    def shown(self, key: str) -> str:
        """What stands in a field."""
        value = self.tables.get(key, "")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def condition(self, key: str) -> str:
        """What stands in a field of its condition."""
        value = self.tables.get("when", {}).get(key, "")
        return ", ".join(value) if isinstance(value, list) else str(value)


def rule_value(tables: Mapping[str, Any], rule: Rule) -> str:
    """What stands in the field of a rule."""
    value = tables.get("asking", {}).get(rule.key, _USUAL.get(rule.key, ""))
    if rule.kind == "share":
        return f"{100 * float(value):g}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def question_fields(tables: Mapping[str, Any]) -> list[QuestionFields]:
    """The questions, and an empty one to be filled in."""
    asked = [*tables.get("questions", []), {}]
    own = tables.get("scale", {})
    return [QuestionFields(place, q, _labels(q, own)) for place, q in enumerate(asked)]


def read_tables(before: Mapping[str, Any], fields: Fields) -> Tables:
    """The tables that the fields say; `BadForm` where a number is none or a language's name is no tag."""
    questions = _questions(fields)
    tags = [tag for tag in before.get("languages", []) if not fields.get(f"text.{tag}.gone")]
    text = {tag: _words(fields, tag, questions, before.get("scale", {})) for tag in tags}
    fresh = fields.get("new_language", "").strip().lower()
    if fresh:
        if not _TAG.fullmatch(fresh):
            raise BadForm(f"{fresh!r} is no language. Write its short name, such as fr or nl-formal.")
        text.setdefault(fresh, dict(text.get(str(before.get("default_language", "en")), {})))
    said: Tables = {
        **{key: before[key] for key in ("name", "kind", "scope") if key in before},
        "default_language": fields.get("default_language", before.get("default_language", "en")),
        "languages": list(text),
        "anonymous": bool(fields.get("anonymous")),
        "edit_days": _whole(fields, "edit_days", 14),
        "expire_days": _whole(fields, "expire_days", 28),
        "sender": fields.get("sender", "").strip(),
        "asking": _asking(fields),
        "questions": questions,
        "reasons": _reasons(fields, questions),
        "scale": dict(before.get("scale", {})),
        "text": text,
    }
    return {key: value for key, value in said.items() if value is not False and value not in ("", {})}


def _asking(fields: Fields) -> Tables:
    said: Tables = {}
    for rule in RULES:
        text = fields.get(rule.field, "").strip()
        if not text:
            continue
        if rule.kind == "list":
            said[rule.key] = _list(text)
        elif rule.kind == "share":
            said[rule.key] = _decimal(text, rule.field) / 100
        else:
            said[rule.key] = _number(text, rule.field) if rule.kind == "int" else text
    return said


def _questions(fields: Fields) -> list[Tables]:
    """The questions in the order of their places; one without a name, or that is to go, is none."""
    found = []
    place = 0
    while f"q{place}.name" in fields:
        if fields[f"q{place}.name"].strip() and not fields.get(f"q{place}.gone"):
            order = _number(fields.get(f"q{place}.order") or str(place + 1), f"q{place}.order")
            found.append((order, place, _question(fields, f"q{place}.")))
        place += 1
    return [question for _, _, question in sorted(found, key=lambda one: one[:2])]


def _question(fields: Fields, at: str) -> Tables:
    said: Tables = {"name": fields[f"{at}name"].strip(), "type": fields.get(f"{at}type", "text")}
    if said["type"] == "rating":
        said |= {"scale": fields.get(f"{at}scale") or "csat_5", "style": fields.get(f"{at}style") or "numbers"}
    if said["type"] in ("choice", "choices"):
        said["options"] = _list(fields.get(f"{at}options", ""))
        if fields.get(f"{at}shuffled"):
            said["shuffled"] = True
    ends = {key: _number(text, at + key) for key in ("from", "to") if (text := fields.get(at + key, "").strip())}
    options = _list(fields.get(f"{at}if", ""))
    when = ends | ({"options": options} if options else {})
    return said | ({"when": when} if when else {})


def _words(fields: Fields, tag: str, questions: Sequence[Tables], own: Mapping[str, Any]) -> Tables:
    at = f"text.{tag}."
    said: Tables = {name: text for name in WORDS if (text := fields.get(at + name, "").strip())}
    for question in questions:
        name = question["name"]
        words = {"ask": fields.get(f"{at}{name}.ask", "").strip()}
        words |= {label: fields.get(f"{at}{name}.label.{label}", "").strip() for label, _ in _labels(question, own)}
        said[name] = {key: text for key, text in words.items() if text}
    return said


def _labels(question: Mapping[str, Any], own: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    if question.get("type") == "rating":
        scale: Scale | None = USUAL_SCALES.get(str(question.get("scale")))
        given = own.get(str(question.get("scale")))
        values = scale.values if scale else range(given["min"], given["max"] + 1) if given else range(0)
        return tuple((str(value), False) for value in values)
    return tuple((str(option), True) for option in question.get("options", ()))


def _reasons(fields: Fields, questions: Sequence[Tables]) -> Tables:
    options = questions[0].get("options", []) if questions else []
    return {o: reasons for o in options if (reasons := _list(fields.get(f"reasons.{o}", "")))}


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _whole(fields: Fields, name: str, usual: int) -> int:
    text = fields.get(name, "").strip()
    return _number(text, name) if text else usual


def _number(text: str, field: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadForm(f"{field}: {text!r} is no whole number. Write one, such as 7.") from None


def _decimal(text: str, field: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadForm(f"{field}: {text!r} is no number. Write one, such as 50.") from None
