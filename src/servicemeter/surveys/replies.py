"""What came back from a form: read, checked against the questions, and turned into rows of the canonical tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from servicemeter.model.scales import USUAL_SCALES
from servicemeter.office.invitations import Invitation
from servicemeter.surveys.forms import Form, Question

__all__ = ["BadReply", "Reply", "answer_rows", "ballot_row", "invitation_row", "mask_reply", "read_reply", "scale_rows",
           "shown_questions"]  # fmt: skip

Content = dict[str, Any]
_SAME_AS_NO = "not_yet"
_NAMED = (
    "customer_source", "customer_id", "ticket_source", "ticket_id", "interaction_source", "interaction_id", "order_source",
    "order_id", "agent_id", "team_id", "channel", "brand", "language", "page", "location",
)  # fmt: skip


class BadReply(Exception):
    """An answer that does not fit its question: which question, and what is wrong (`required` or `invalid`)."""

    def __init__(self, question: str, wrong: str) -> None:
        super().__init__(f"{question}: {wrong}")
        self.question, self.wrong = question, wrong


@dataclass(frozen=True)
class Reply:
    """What was answered, by question; `is_complete` when everything that was asked had a chance to be answered."""

    content: Content
    is_complete: bool


def read_reply(form: Form, fields: Mapping[str, Sequence[str]]) -> Reply:
    """An answer from the fields of a page. Only the score question must be answered; what does not fit raises `BadReply`.

    Answers to questions that the score does not lead to are left out: the score was changed after they were given.
    """
    content: Content = {}
    for question in form.questions:
        if question.when and not question.when.is_met(content.get("score")):
            continue
        value = _value(question, fields.get(question.name, ()))
        if value is None and question is form.score:
            raise BadReply("score", "required")
        if value is not None:
            content[question.name] = value
            content |= _other_words(question, value, fields)
    return Reply(content, is_complete="whole" in fields)


def mask_reply(form: Form, reply: Reply, mask: Callable[[str], str]) -> Reply:
    """The reply with what was written in free words masked; scores and options stay as they are."""
    fixed = {question.name for question in form.questions if question.type != "text"}
    return replace(
        reply,
        content={
            name: mask(value) if isinstance(value, str) and name not in fixed else value for name, value in reply.content.items()
        },
    )


def shown_questions(form: Form, score: int | str | None) -> list[Question]:
    """The questions that an answer to the score question leads to; before it, the score question alone."""
    if score is None:
        return [form.score]
    return [q for q in form.questions if q.when is None or q.when.is_met(score)]


def invitation_row(form: Form, invitation: Invitation, updated_at: datetime) -> dict[str, Any]:
    """The canonical row of an invitation. When a bare link was first shown nobody knows, so it has no `sent_at`."""
    delivery = {"bounced": "bounced", "asked": "delivered", "unknown": "delivered"}.get(invitation.state, "suppressed")
    return {
        "invitation_id": invitation.invitation_id,
        "kind": form.kind,
        "scale": form.score.scale.scale if form.score.scale else None,
        "scope": form.scope,
        "sent_at": _instant(invitation.sent_at),
        "delivery": delivery,
        "source_updated_at": _instant(updated_at),
        **{name: getattr(invitation, name) for name in _NAMED},
    }


def ballot_row(form: Form, ballot_id: str, of: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical row that an anonymous answer hangs on: nobody is named, and no instant."""
    scale = form.score.scale.scale if form.score.scale else None
    return {"invitation_id": ballot_id, "kind": form.kind, "scale": scale, "scope": form.scope, "delivery": "delivered", **of}


def answer_rows(invitation_id: str, number: int, content: Content, before: Content, at: datetime) -> list[dict[str, Any]]:
    """The canonical rows of a version: what it changed, so that an answer left as it was stays in its own period."""
    content, before = _measured(content), _measured(before)
    rows = []
    for question in sorted(content.keys() | before.keys()):
        if content.get(question) == before.get(question):
            continue
        value = content.get(question)
        is_number = isinstance(value, int)
        rows.append(
            {
                "answer_id": f"{invitation_id}-{number:04}-{question}",
                "invitation_id": invitation_id,
                "question": question,
                "answered_at": _instant(at),
                "value_num": float(value) if isinstance(value, int) else None,
                "value_text": None if is_number or value is None else _text(value),
            }
        )
    return rows


def scale_rows(form: Form) -> list[dict[str, Any]]:
    """The form's scale for the book, where it is the organisation's own: which way is good belongs to the answers."""
    scale = form.score.scale
    if scale is None or scale == USUAL_SCALES.get(scale.scale):
        return []
    direction = "up" if scale.is_high_good else "down"
    return [
        {"scale": scale.scale, "min": float(scale.min_value), "max": float(scale.max_value), "good_direction": direction,
         "positive_from": float(scale.positive_from), "positive_to": float(scale.positive_to)}
    ]  # fmt: skip


def _value(question: Question, given: Sequence[str]) -> Any:
    words = [text.strip() for text in given if text.strip()]
    if not words:
        return None
    if question.type == "text":
        return words[0][: question.longest]
    if question.type == "choices":
        return [_option(question, word) for word in dict.fromkeys(words)]
    if question.type == "choice":
        return _option(question, words[0])
    assert question.scale is not None
    if not words[0].isascii() or not words[0].isdigit() or int(words[0][:4]) not in question.scale.values:
        raise BadReply(question.name, "invalid")
    return int(words[0])


def _option(question: Question, word: str) -> str:
    if word not in question.options:
        raise BadReply(question.name, "invalid")
    return word


def _other_words(question: Question, value: Any, fields: Mapping[str, Sequence[str]]) -> Content:
    is_other = value == "other" or (isinstance(value, list) and "other" in value)
    words = " ".join(fields.get(f"{question.name}_other", ())).strip()[: question.longest]
    return {f"{question.name}_other": words} if is_other and words else {}


def _measured(content: Content) -> Content:
    """An answer as the metrics know it: *not yet* answered is a no, and what was really said stands beside."""
    if content.get("score") != _SAME_AS_NO:
        return content
    return content | {"score": "no", "score_said": _SAME_AS_NO}


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
