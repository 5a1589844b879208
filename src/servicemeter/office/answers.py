"""Survey answers: every version of every answer, sealed; and what was held back because no person seems to have given it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.model.tables import TABLES
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.invitations import INVITATIONS
from servicemeter.office.privacy import Rule, Trace, declare

__all__ = [
    "Held",
    "Version",
    "answered_invitations",
    "count_refusal",
    "count_refusals",
    "forget_words",
    "hold_back",
    "keep_version",
    "list_held",
    "settle_held",
    "versions_of",
    "without_words",
]  # fmt: skip

_ANSWERS = sa.Table(
    "survey_answers",
    METADATA,
    sa.Column("invitation_id", sa.String(32), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("answered_at", Instant, nullable=False),
    sa.Column("is_complete", sa.Boolean, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
_HELD = sa.Table(
    "survey_held",
    METADATA,
    sa.Column("held_id", sa.String(32), primary_key=True),
    sa.Column("invitation_id", sa.String(32), nullable=False),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("held_at", Instant, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Index("survey_held_of", "invitation_id", "held_at"),
)
_REFUSALS = sa.Table(
    "survey_refusals",
    METADATA,
    sa.Column("refused_on", sa.Date, primary_key=True),
    sa.Column("reason", sa.String(20), primary_key=True),
    sa.Column("refusal_count", sa.Integer, nullable=False),
)
_COUNTED_WORDS = frozenset((TABLES["survey_answers"].column("value_text").counted_when or ("", (), ""))[1])


@dataclass(frozen=True)
class Version:
    """One version of an answer: what each question was answered with. The highest number is the one that holds."""

    number: int
    answered_at: datetime
    is_complete: bool
    content: dict[str, Any]


@dataclass(frozen=True)
class Held:
    """An answer that was held back, why, and whether it still is: `held`, `released`, or `repeated` (a person answered)."""

    held_id: str
    invitation_id: str
    reason: str
    held_at: datetime
    state: str
    content: dict[str, Any]


def versions_of(office: Office, on: sa.Connection, invitation_id: str) -> list[Version]:
    """Every version of an invitation's answer, the first one first."""
    query = sa.select(_ANSWERS).where(_ANSWERS.c.invitation_id == invitation_id).order_by(_ANSWERS.c.number)
    return [
        Version(r.number, r.answered_at, r.is_complete, _open(office, r.content, f"the answer {invitation_id}"))
        for r in on.execute(query)
    ]


def keep_version(office: Office, on: sa.Connection, invitation_id: str, version: Version) -> None:
    """Add a version to an answer."""
    sealed = _seal(office, version.content, f"the answer {invitation_id}")
    row = {"number": version.number, "answered_at": version.answered_at, "is_complete": version.is_complete}
    on.execute(sa.insert(_ANSWERS).values(invitation_id=invitation_id, content=sealed, **row))


def answered_invitations(office: Office, form: str | None = None) -> dict[str, list[Version]]:
    """Every answer (to one form) with its versions, by invitation."""
    query = sa.select(_ANSWERS).order_by(_ANSWERS.c.invitation_id, _ANSWERS.c.number)
    if form is not None:
        of = sa.select(INVITATIONS.c.invitation_id).where(INVITATIONS.c.form == form)
        query = query.where(_ANSWERS.c.invitation_id.in_(of))
    found: dict[str, list[Version]] = {}
    with office.reading() as on:
        for r in on.execute(query):
            content = _open(office, r.content, f"the answer {r.invitation_id}")
            found.setdefault(r.invitation_id, []).append(Version(r.number, r.answered_at, r.is_complete, content))
    return found


def hold_back(
    office: Office, on: sa.Connection, invitation_id: str, reason: str, content: Mapping[str, Any], now: datetime
) -> None:
    """Keep an answer aside for somebody to look at."""
    held_id = secrets.token_hex(16)
    row = {"held_id": held_id, "invitation_id": invitation_id, "reason": reason, "held_at": now, "state": "held"}
    on.execute(sa.insert(_HELD).values(content=_seal(office, content, f"the held answer {held_id}"), **row))


def list_held(office: Office, on: sa.Connection, *, invitation_id: str | None = None, state: str | None = None) -> list[Held]:
    """What was held back, the oldest first."""
    wanted = [
        _HELD.c.invitation_id == invitation_id if invitation_id else sa.true(),
        _HELD.c.state == state if state else sa.true(),
    ]
    query = sa.select(_HELD).where(*wanted).order_by(_HELD.c.held_at, _HELD.c.held_id)
    return [
        Held(r.held_id, r.invitation_id, r.reason, r.held_at, r.state, _open(office, r.content, f"the held answer {r.held_id}"))
        for r in on.execute(query)
    ]


def settle_held(on: sa.Connection, invitation_id: str, state: str) -> None:
    """Say what became of the held answers of an invitation."""
    on.execute(sa.update(_HELD).where((_HELD.c.invitation_id == invitation_id) & (_HELD.c.state == "held")).values(state=state))


def count_refusal(office: Office, day: date, reason: str) -> None:
    """Count a request that was turned away before it was read: nothing is dropped without being told."""
    with office.writing() as on:
        same = (_REFUSALS.c.refused_on == day) & (_REFUSALS.c.reason == reason)
        if not on.execute(sa.update(_REFUSALS).where(same).values(refusal_count=_REFUSALS.c.refusal_count + 1)).rowcount:
            on.execute(sa.insert(_REFUSALS).values(refused_on=day, reason=reason, refusal_count=1))


def count_refusals(office: Office) -> dict[tuple[date, str], int]:
    """How many requests were turned away, by day (UTC) and reason."""
    with office.reading() as on:
        return {(r.refused_on, r.reason): r.refusal_count for r in on.execute(sa.select(_REFUSALS))}


def _seal(office: Office, content: Mapping[str, Any], where: str) -> bytes:
    return office.vault.seal(json.dumps(dict(content), ensure_ascii=False).encode(), where)


def _open(office: Office, sealed: bytes, where: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(office.vault.open(sealed, where))
    return found


def without_words(content: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with what is counted of it alone: scores, and words of a closed list.

    >>> without_words({"score": 2, "comment": "Ann here", "fulfilled": "no", "why": ["slow"]})
    {'score': 2, 'fulfilled': 'no'}
    """
    return {name: value for name, value in content.items() if isinstance(value, int) or name in _COUNTED_WORDS}


def _gather_answers(office: Office, on: sa.Connection, trace: Trace) -> list[dict[str, Any]]:
    return [
        {"invitation_id": invitation_id, **vars(version)}
        for invitation_id in sorted(trace.invitations)
        for version in versions_of(office, on, invitation_id)
    ]


def _erase_answers(office: Office, on: sa.Connection, trace: Trace) -> int:
    """Scores stay, in every version; words go."""
    rows = _gather_answers(office, on, trace)
    for row in rows:
        sealed = _seal(office, without_words(row["content"]), f"the answer {row['invitation_id']}")
        of = (_ANSWERS.c.invitation_id == row["invitation_id"]) & (_ANSWERS.c.number == row["number"])
        on.execute(sa.update(_ANSWERS).where(of).values(content=sealed))
    return len(rows)


def _gather_held(office: Office, on: sa.Connection, trace: Trace) -> list[dict[str, Any]]:
    return [vars(held) for one in sorted(trace.invitations) for held in list_held(office, on, invitation_id=one)]


def _erase_held(office: Office, on: sa.Connection, trace: Trace) -> int:
    """Nothing is left of what was said; that something was held back, when and why, stays."""
    rows = _gather_held(office, on, trace)
    for row in rows:
        sealed = _seal(office, {"content": {}, "is_complete": False}, f"the held answer {row['held_id']}")
        on.execute(sa.update(_HELD).where(_HELD.c.held_id == row["held_id"]).values(content=sealed, state="erased"))
    return len(rows)


declare(_ANSWERS, Rule(_gather_answers, _erase_answers))
declare(_HELD, Rule(_gather_held, _erase_held))
declare(_REFUSALS, "numbers of requests by day")


def forget_words(office: Office, on: sa.Connection, before: datetime) -> int:
    """Take the words out of answers, and all out of what was held back, from before an instant; how many there were."""
    count = 0
    for r in on.execute(sa.select(_ANSWERS).where(_ANSWERS.c.answered_at < before)).all():
        content = _open(office, r.content, f"the answer {r.invitation_id}")
        if content != without_words(content):
            of = (_ANSWERS.c.invitation_id == r.invitation_id) & (_ANSWERS.c.number == r.number)
            sealed = _seal(office, without_words(content), f"the answer {r.invitation_id}")
            count += on.execute(sa.update(_ANSWERS).where(of).values(content=sealed)).rowcount
    for r in on.execute(sa.select(_HELD.c.held_id).where((_HELD.c.held_at < before) & (_HELD.c.state != "erased"))).all():
        sealed = _seal(office, {"content": {}, "is_complete": False}, f"the held answer {r.held_id}")
        count += on.execute(sa.update(_HELD).where(_HELD.c.held_id == r.held_id).values(content=sealed, state="erased")).rowcount
    return count
