"""Forms as TOML files: ours in `shipped/`, an organisation's own in the folder `surveys/` of its data; read alike."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadForm, UnknownName
from servicemeter.model.scales import USUAL_SCALES, Scale
from servicemeter.surveys.forms import EVENTS, KINDS, SCOPES, YES, Asking, Branch, Form, Question, Wording, pick_language
from servicemeter.surveys.recipients import is_sender

__all__ = ["find_form", "load_forms", "read_form"]

_TYPES = ("rating", "choice", "choices", "text")
_STYLES = ("numbers", "stars", "faces")
_OWN_DAYS = {"transactional": 7, "relational": 30, "intercept": 30}
_SCALE_OF = {"csat": "csat_5", "ces": "ces2_7", "nps": "nps_0_10"}
_FULFILLED = ("yes", "partly", "no")
_LONGEST = 2_000
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
_KEYS = {"name", "kind", "scope", "default_language", "languages", "anonymous", "edit_days", "expire_days", "sender", "asking",
         "questions", "reasons", "scale", "text"}  # fmt: skip


def load_forms(folder: Path | None = None) -> dict[str, Form]:
    """Every form by name: the shipped ones, and those of a folder, which hold where they bear the same name."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in resources.files(__package__).joinpath("shipped").iterdir()}
    if folder is not None and folder.is_dir():
        texts |= {str(path): path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    forms = [read_form(text, place) for place, text in sorted(texts.items(), key=lambda item: "/" in item[0]) if ".toml" in place]
    return {form.name: form for form in forms}


def find_form(name: str, folder: Path | None = None) -> Form:
    """One form; `UnknownName` with the nearest names when there is none."""
    forms = load_forms(folder)
    if name not in forms:
        raise UnknownName("survey", name, forms)
    return forms[name]


def read_form(text: str, place: str) -> Form:
    """A form from the text of its file; `BadForm` names the file, the key and what would be right."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadForm(f"{place} is no TOML: {error}. Mend that line and try again.") from error
    return _Reader(place, said).form()


class _Reader:
    """Reads one file; every complaint names it."""

    def __init__(self, place: str, said: Mapping[str, Any]) -> None:
        self.place, self.said = place, said

    def form(self) -> Form:
        """The form, with everything in it checked against everything else."""
        said = self.said
        kind = self._one_of("kind", said.get("kind"), KINDS)
        scope = self._one_of("scope", said.get("scope", "intercept" if kind == "intent" else "transactional"), SCOPES)
        self._known("", said, _KEYS)
        questions = tuple(self._question(q, kind) for q in said.get("questions", []))
        self._check_score(kind, questions)
        wordings = self._wordings(said.get("text", {}), questions)
        default = pick_language([str(said.get("default_language", "en"))], wordings)
        if default is None:
            raise self._bad("default_language", "is none of the languages that the form has texts in")
        return Form(
            name=self._name(said.get("name")),
            kind=kind,
            scope=scope,
            questions=questions,
            asking=self._asking(said.get("asking", {}), scope),
            wordings=wordings,
            default_language=default,
            is_anonymous=bool(said.get("anonymous", False)),
            edit_days=int(said.get("edit_days", 14)),
            expire_days=int(said.get("expire_days", 28)),
            sender=self._sender(str(said.get("sender", ""))),
            reasons={str(intent): tuple(map(str, reasons)) for intent, reasons in said.get("reasons", {}).items()},
        )

    def _name(self, name: Any) -> str:
        if not isinstance(name, str) or not name.replace("_", "").isalnum() or not name.isascii():
            raise self._bad("name", f"{name!r} must be letters, digits and underscores, such as csat_chat")
        return name

    def _sender(self, sender: str) -> str:
        if sender and not is_sender(sender):
            raise self._bad("sender", f"{sender!r} is no address: write desk@example.com, or Front desk <desk@example.com>")
        return sender

    def _question(self, said: Mapping[str, Any], kind: str) -> Question:
        name = str(said.get("name", ""))
        where = f"questions.{name or '?'}"
        self._known(where, said, {"name", "type", "scale", "options", "when", "style", "shuffled", "longest"})
        type_ = self._one_of(f"{where}.type", said.get("type"), _TYPES)
        options = tuple(str(o) for o in said.get("options", ()))
        if (type_ in ("choice", "choices")) != bool(options):
            raise self._bad(f"{where}.options", "choices need options, and nothing else has them")
        when = said.get("when")
        return Question(
            name=name,
            type=type_,
            scale=self._scale(said.get("scale", _SCALE_OF.get(kind, "csat_5"))) if type_ == "rating" else None,
            options=options,
            when=Branch(when.get("from"), when.get("to"), tuple(when.get("options", ()))) if when else None,
            style=self._one_of(f"{where}.style", said.get("style", "numbers"), _STYLES),
            is_shuffled=bool(said.get("shuffled", False)),
            longest=min(int(said.get("longest", _LONGEST)), _LONGEST),
        )

    def _scale(self, name: str) -> Scale:
        own = self.said.get("scale", {})
        if name in own:
            given = own[name]
            missing = {"min", "max", "positive_from", "positive_to", "high_is_good"} - set(given)
            if missing:
                raise self._bad(f"scale.{name}", f"{', '.join(sorted(missing))} must be given")
            return Scale(name, given["min"], given["max"], given["positive_from"], given["positive_to"], given["high_is_good"])
        if name not in USUAL_SCALES:
            raise self._bad("scale", f"{name!r} is not known; choose {', '.join(USUAL_SCALES)}, or describe it as [scale.{name}]")
        return USUAL_SCALES[name]

    def _check_score(self, kind: str, questions: tuple[Question, ...]) -> None:
        """The score question fits the kind: the metrics could not be worked out otherwise."""
        if not questions or questions[0].name != "score" or questions[0].when:
            raise self._bad("questions", "the first one must be named score and always be asked")
        if len({q.name for q in questions}) < len(questions):
            raise self._bad("questions", "two have one name")
        score = questions[0]
        if score.type != ("rating" if kind in _SCALE_OF else "choice"):
            raise self._bad(
                "questions.score.type", f"a survey of kind {kind} asks for a {'rating' if kind in _SCALE_OF else 'choice'}"
            )
        if kind == "nps" and (score.scale is None or score.scale.scale != "nps_0_10"):
            raise self._bad("questions.score.scale", "NPS is asked from 0 to 10 and on no other scale")
        if kind == "fcr" and not set(score.options) <= set(YES):
            raise self._bad("questions.score.options", f"must be among {', '.join(YES)}")
        for question in questions:
            if question.name == "fulfilled" and question.options != _FULFILLED:
                raise self._bad("questions.fulfilled.options", f"must be {', '.join(_FULFILLED)}")

    def _asking(self, said: Mapping[str, Any], scope: str) -> Asking:
        known = {f.name for f in fields(Asking)}
        self._known("asking", said, known)
        event = self._one_of("asking.event", said.get("event", "ticket_solved"), EVENTS)
        given: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in said.items()}
        whole: dict[str, Any] = {"own_days": _OWN_DAYS[scope]} | given | {"event": event}
        asking = Asking(**whole)
        for origin in asking.origins:
            if not _ORIGIN.fullmatch(origin):
                raise self._bad("asking.origins", f"{origin!r} is no website; write it such as https://shop.example.com")
        if not 0 <= asking.share <= 1:
            raise self._bad("asking.share", f"{asking.share} must lie between 0 and 1")
        if asking.remind_days is not None and not 3 <= asking.remind_days <= 7:
            raise self._bad("asking.remind_days", f"{asking.remind_days} must lie between 3 and 7; leave it out for no reminder")
        return asking

    def _wordings(self, texts: Mapping[str, Any], questions: tuple[Question, ...]) -> dict[str, Wording]:
        """The languages that are offered. A variant (`nl-formal`) says what differs from its language, and is offered by name."""
        offered = self.said.get("languages", [tag for tag in texts if "-" not in tag])
        whole = {}
        for tag in offered:
            base = texts.get(tag.partition("-")[0], {})
            if tag not in texts:
                raise self._bad("languages", f"{tag!r} has no [text.{tag}]")
            whole[tag.lower()] = self._wording(tag, _laid_over(base, texts[tag]), questions)
        return whole

    def _wording(self, language: str, said: Mapping[str, Any], questions: tuple[Question, ...]) -> Wording:
        where = f"text.{language}"
        asks, labels = {}, {}
        for question in questions:
            words = said.get(question.name)
            if not isinstance(words, dict) or not words.get("ask"):
                raise self._bad(f"{where}.{question.name}.ask", "is missing")
            asks[question.name] = str(words["ask"])
            labels[question.name] = {str(k): str(v) for k, v in words.items() if k != "ask"}
            unsaid = [o for o in question.options if o not in labels[question.name]]
            if unsaid:
                raise self._bad(f"{where}.{question.name}", f"the options {', '.join(unsaid)} have no words")
        plain = {key: str(said.get(key, "")) for key in ("title", "subject", "intro", "thanks")}
        if not plain["title"]:
            raise self._bad(f"{where}.title", "is missing")
        return Wording(**(plain | {"subject": plain["subject"] or plain["title"]}), asks=asks, labels=labels)

    def _one_of(self, key: str, value: Any, words: tuple[str, ...]) -> Any:
        if value not in words:
            raise self._bad(key, f"{value!r} must be one of {', '.join(words)}")
        return value

    def _known(self, where: str, said: Mapping[str, Any], known: set[str]) -> None:
        for key in said:
            if key not in known:
                raise self._bad(f"{where}.{key}".strip("."), f"is no key of a form; known here: {', '.join(sorted(known))}")

    def _bad(self, key: str, wrong: str) -> BadForm:
        return BadForm(f"{self.place}: {key}: {wrong}. Mend the file and try again.")


def _laid_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """One table laid over another, table by table within it."""
    both = {key: _laid_over(base[key], over[key]) for key in base.keys() & over.keys() if isinstance(over[key], dict)}
    return {**base, **over, **both}
