"""Taking an answer: once an invitation, changeable for a while, every version kept, and into the inbox in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from servicemeter.office.answers import Version, hold_back, keep_version, list_held, settle_held, versions_of
from servicemeter.office.ballots import keep_ballot
from servicemeter.office.database import Office
from servicemeter.office.inbox import receive_with
from servicemeter.office.invitations import (
    Invitation,
    change_invitation,
    find_by_occasion,
    identities_of,
    invitation_of,
    keep_invitations,
)
from servicemeter.office.mails import cancel_mails
from servicemeter.office.wishes import keep_wish
from servicemeter.surveys.forms import Form
from servicemeter.surveys.likeness import Submission, doubt
from servicemeter.surveys.replies import Reply, answer_rows, invitation_row, mask_reply, scale_rows
from servicemeter.text.masking import mask_of

__all__ = ["SOURCE", "Taken", "object_to", "open_invitation", "release_held", "take_answer", "tell_book"]

SOURCE = "surveys"
"""The name of our own surveys among the sources of the book."""


@dataclass(frozen=True)
class Taken:
    """What became of an answer: `taken`, `repeated` (it said the same), `held` (with its `doubt`), `closed` or `expired`."""

    outcome: Literal["taken", "repeated", "held", "closed", "expired"]
    version: Version | None = None
    doubt: str | None = None


def take_answer(
    office: Office, form: Form, invitation_id: str, reply: Reply, look: Submission, now: datetime, *, is_trusted: bool = False
) -> Taken:
    """Take an answer, or hold it back when no person seems to have given it.

    Whatever number of answers comes at once, an invitation has one answer, with a version for each that said something
    else. The first one is taken until the link ends, later ones for `edit_days` after the first. `is_trusted` skips the doubts.
    What customers wrote is masked before anything of it is kept, where `[privacy] redact` asks for that.
    """
    mask = mask_of(office.home)
    reply = mask_reply(form, reply, mask) if mask else reply
    with office.writing() as on:
        invitation = invitation_of(on, invitation_id)
        assert invitation is not None
        versions = versions_of(office, on, invitation_id)
        closed = _closed(form, invitation, versions, now)
        if closed:
            return Taken(closed, versions[-1] if versions else None)
        why = None if is_trusted else doubt(look, _earlier(office, on, invitation_id, versions, now))
        if why:
            said = {} if form.is_anonymous else reply.content
            hold_back(office, on, invitation_id, why, {"content": said, "is_complete": reply.is_complete}, now)
            return Taken("held", versions[-1] if versions else None, why)
        return _keep(office, on, form, invitation, versions, reply, now)


def open_invitation(office: Office, invitation: Invitation, version: int) -> Invitation:
    """The invitation of an occasion that nobody decided before (a signature, a code on paper); made when there is none."""
    with office.writing() as on:
        found = find_by_occasion(on, invitation.form, invitation.occasion_id)
        if found is None:
            found = replace(invitation, version=version)
            keep_invitations(on, [found])
        return found


def object_to(office: Office, invitation_id: str, now: datetime) -> None:
    """A person does not want to be asked again: under none of their addresses, by no survey."""
    with office.writing() as on:
        keep_wish(on, identities_of(on, invitation_id), "objected", "the link of a message", now)
        cancel_mails(on, invitation_id)


def release_held(office: Office, forms: Mapping[str, Form], held_id: str) -> Taken | None:
    """Take an answer that was held back after all, as of when it was given; None when there is no such one, or its form is gone.

    What comes too late even so (a later answer closed it) stays held.
    """
    with office.reading() as on:
        held = next((h for h in list_held(office, on, state="held") if h.held_id == held_id), None)
        invitation = invitation_of(on, held.invitation_id) if held else None
    if held is None or invitation is None or invitation.form not in forms or not held.content["content"]:
        return None
    reply = Reply(held.content["content"], held.content["is_complete"])
    taken = take_answer(office, forms[invitation.form], invitation.invitation_id, reply, _TRUSTED, held.held_at, is_trusted=True)
    if taken.outcome in ("taken", "repeated"):
        with office.writing() as on:
            settle_held(on, held.invitation_id, "released")
    return taken


_TRUSTED = Submission(1e9, "", None, True)


def tell_book(
    office: Office, on: sa.Connection, delivery_id: str, tables: dict[str, list[dict[str, Any]]], now: datetime
) -> None:
    """Put canonical rows into the inbox, from where they come into the book like those of any source."""
    body = json.dumps({name: rows for name, rows in tables.items() if rows}, ensure_ascii=False).encode()
    receive_with(office, on, SOURCE, delivery_id, body, now)


def _closed(form: Form, invitation: Invitation, versions: list[Version], now: datetime) -> Literal["closed", "expired"] | None:
    if versions:
        return "closed" if now >= versions[0].answered_at + timedelta(days=form.edit_days) else None
    if form.is_anonymous and invitation.rated_at is not None:
        return "closed"
    return "expired" if invitation.expires_at is not None and now >= invitation.expires_at else None


def _earlier(
    office: Office, on: sa.Connection, invitation_id: str, versions: list[Version], now: datetime
) -> list[tuple[float, str | None]]:
    """When and with which score this link was used before, held back or not."""
    said = [(v.answered_at, v.content) for v in versions]
    said += [(h.held_at, h.content["content"]) for h in list_held(office, on, invitation_id=invitation_id)]
    return [((now - at).total_seconds(), str(content.get("score"))) for at, content in said]


def _keep(
    office: Office, on: sa.Connection, form: Form, invitation: Invitation, versions: list[Version], reply: Reply, now: datetime
) -> Taken:
    settle_held(on, invitation.invitation_id, "repeated")
    last = versions[-1] if versions else None
    if last and last.content == reply.content and last.is_complete >= reply.is_complete:
        return Taken("repeated", last)
    version = Version(len(versions) + 1, now, reply.is_complete or bool(last and last.is_complete), reply.content)
    cancel_mails(on, invitation.invitation_id)
    if form.is_anonymous:
        _keep_anonymously(office, on, form, invitation, version)
        return Taken("taken", version)
    keep_version(office, on, invitation.invitation_id, version)
    noted = replace(
        invitation,
        state="asked",
        seen_at=invitation.seen_at or now,
        rated_at=invitation.rated_at or now,
        completed_at=invitation.completed_at or (now if version.is_complete else None),
    )
    change_invitation(on, invitation.invitation_id, **_what_changed(invitation, noted))
    before = last.content if last else {}
    rows = answer_rows(invitation.invitation_id, version.number, version.content, before, now)
    # An invitation that was not sent by us has no row in the book before its first answer.
    asked = [] if last else [invitation_row(form, noted, now)]
    tables = {"survey_scales": [] if last else scale_rows(form), "survey_invitations": asked, "survey_answers": rows}
    tell_book(office, on, f"answer {invitation.invitation_id} {version.number}", tables, now)
    return Taken("taken", version)


def _keep_anonymously(office: Office, on: sa.Connection, form: Form, invitation: Invitation, version: Version) -> None:
    """The answer without the asked, and that somebody answered without the answer; of both only the day or hour."""
    day = version.answered_at.replace(hour=0, minute=0, second=0, microsecond=0)
    change_invitation(on, invitation.invitation_id, state="asked", seen_at=day, rated_at=day, completed_at=day)
    hour = version.answered_at.replace(minute=0, second=0, microsecond=0)
    common = {name: getattr(invitation, name) for name in ("channel", "brand", "language", "team_id")}
    keep_ballot(office, on, form.name, {"content": version.content, "answered_at": hour.isoformat(), "of": common})


def _what_changed(old: Invitation, new: Invitation) -> dict[str, Any]:
    return {name: value for name, value in vars(new).items() if value != getattr(old, name)}
