"""How people come to a survey: by the link of a mail, of a signature, of a code on paper. Each leads to one invitation."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from servicemeter.ground.errors import BadLink
from servicemeter.office.answers import Version, versions_of
from servicemeter.office.database import Office
from servicemeter.office.invitations import Invitation, find_by_occasion, find_by_token
from servicemeter.surveys.answering import open_invitation
from servicemeter.surveys.asking import version_of
from servicemeter.surveys.forms import Form
from servicemeter.surveys.tokens import derive_key, hash_token, read_signed, sign

__all__ = ["Door", "Stamp", "come_by_link", "come_by_token", "make_link", "make_stamp", "read_stamp"]

_STAMP_LASTS_S = 86_400
_LONGEST_TICKET = 100


@dataclass(frozen=True)
class Stamp:
    """When a page was opened, and its number: a page without an invitation of its own answers under that number."""

    opened_at: float
    number: str


@dataclass(frozen=True)
class Door:
    """Where somebody stands: the form, and the invitation, which is written down when they first do something."""

    form: Form
    invitation: Invitation
    versions: tuple[Version, ...]
    is_written: bool
    admits: Callable[[], Invitation | None] | None = None

    def enter(self, office: Office, now: datetime) -> Invitation | None:
        """The invitation, written down; None when the visitor of a frame was asked elsewhere in the meantime (`admits`)."""
        if self.is_written:
            return self.invitation
        if self.admits is not None:
            return self.admits()
        return open_invitation(office, self.invitation, version_of(office, self.form, now))


def make_stamp(key: bytes, now: datetime, number: str | None = None) -> str:
    """What a page carries to tell when it was opened; signed, so that it cannot be made up.

    A page that follows on another keeps its `number`: what is answered on both is one answer.
    """
    at = now.timestamp()
    return sign(derive_key(key, "page"), {"o": at, "n": number or secrets.token_hex(8), "exp": at + _STAMP_LASTS_S})


def read_stamp(key: bytes, text: str, now: datetime) -> Stamp | None:
    """The stamp of a page of ours; None when it is none, or too old."""
    try:
        said = read_signed(derive_key(key, "page"), text, now=now.timestamp())
    except BadLink:
        return None
    return Stamp(said["o"], said["n"])


def make_link(key: bytes, form: Form, via: str, ends_at: datetime, **of: str) -> str:
    """A link that needs no row before somebody uses it. `of` says what it belongs to: ticket, agent, team, location, language.

    A link without a ticket that is to be filled in by the help desk (`?t=`) has `open` = "1"; a location's is for anybody.
    """
    said = {"f": form.name, "v": via, "exp": int(ends_at.timestamp()), **of}
    return sign(derive_key(key, "link"), said)


def come_by_token(office: Office, forms: Mapping[str, Form], token: str) -> Door | None:
    """By the link of a mail."""
    with office.reading() as on:
        invitation = find_by_token(on, hash_token(token))
        if invitation is None or invitation.form not in forms:
            return None
        return Door(forms[invitation.form], invitation, tuple(versions_of(office, on, invitation.invitation_id)), True)


def come_by_link(
    office: Office, forms: Mapping[str, Form], key: bytes, text: str, ticket: str, stamp: Stamp | None, now: datetime
) -> Door | None:
    """By a signed link; `stamp` is the page's where it was opened already. `BadLink` when the link is no good."""
    said = read_signed(derive_key(key, "link"), text, now=now.timestamp())
    form = forms.get(said["f"])
    if form is None:
        return None
    if said.get("open"):
        said |= {"ticket_id": ticket[:_LONGEST_TICKET]} if ticket else {}
    fresh = _invitation(form, said, stamp, now)
    with office.reading() as on:
        found = find_by_occasion(on, form.name, fresh.occasion_id)
        versions = tuple(versions_of(office, on, found.invitation_id)) if found else ()
    return Door(form, found or fresh, versions, found is not None)


def _invitation(form: Form, said: Mapping[str, Any], stamp: Stamp | None, now: datetime) -> Invitation:
    """The invitation that a signed link stands for: one a ticket and agent, else one a page opened."""
    if said.get("ticket_id"):
        occasion = f"{said['v']}:{said.get('ticket_source', '')}:{said['ticket_id']}:{said.get('agent_id', '')}"
    else:
        occasion = f"{said['v']}:{stamp.number if stamp else secrets.token_hex(8)}"
    named = ("ticket_source", "ticket_id", "agent_id", "team_id", "channel", "brand", "language", "location")
    return Invitation(
        invitation_id=secrets.token_hex(16),
        form=form.name,
        version=0,
        occasion_id=occasion,
        state="asked",
        probability=1.0,
        via=said["v"],
        occurred_at=now,
        decided_at=now,
        expires_at=datetime.fromtimestamp(said["exp"], UTC),
        **{name: said.get(name) for name in named},
    )
