"""The outbox: mails that are to be sent, each at most once. What nobody can tell the fate of is held, never sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.invitations import INVITATIONS, keep_link
from servicemeter.office.privacy import Rule, Trace, chunks, declare

__all__ = [
    "Mail",
    "cancel_mails",
    "claim_mail",
    "count_mails",
    "forget_recipients",
    "give_up_lost",
    "has_mail",
    "put_mail",
    "recipient_of",
    "settle_mail",
]

_TABLE = sa.Table(
    "survey_mails",
    METADATA,
    sa.Column("mail_id", sa.Integer, primary_key=True),
    sa.Column("invitation_id", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("recipient", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("tried_at", Instant),
    sa.Column("attempt_count", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
    sa.UniqueConstraint("invitation_id", "kind", name="survey_mails_once"),
    sa.Index("survey_mails_due", "state", "due_at"),
)
_LOST_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Mail:
    """A mail that was claimed: nobody else sends it. `kind` is `invitation` or `reminder`."""

    mail_id: int
    invitation_id: str
    kind: str
    recipient: str
    attempt_count: int


def put_mail(office: Office, on: sa.Connection, invitation_id: str, kind: str, recipient: str, due_at: datetime) -> None:
    """Put a mail into the outbox; an invitation has one of a kind."""
    sealed = office.vault.seal(recipient.encode(), _where(invitation_id))
    row = {"invitation_id": invitation_id, "kind": kind, "state": "waiting", "due_at": due_at, "attempt_count": 0}
    on.execute(sa.insert(_TABLE).values(recipient=sealed, **row))


def claim_mail(office: Office, now: datetime, token_hash: str) -> Mail | None:
    """Take the next mail that is due, and bind its invitation to a fresh link, before a byte of it is sent.

    From here on it is `sending`: should the process end now, the mail may have left, so it is never claimed again.
    """
    c = _TABLE.c
    with office.writing() as on:
        row = on.execute(
            sa.select(_TABLE).where((c.state == "waiting") & (c.due_at <= now)).order_by(c.due_at, c.mail_id)
        ).first()
        if row is None:
            return None
        change = {"state": "sending", "tried_at": now, "attempt_count": row.attempt_count + 1}
        on.execute(sa.update(_TABLE).where(c.mail_id == row.mail_id).values(change))
        keep_link(on, row.invitation_id, token_hash)
    recipient = office.vault.open(row.recipient, _where(row.invitation_id)).decode()
    return Mail(row.mail_id, row.invitation_id, row.kind, recipient, row.attempt_count + 1)


def settle_mail(on: sa.Connection, mail: Mail, state: str, *, error: str | None = None, due_at: datetime | None = None) -> None:
    """Note what became of a mail: `sent`, `refused`, `unknown`, or `waiting` again until `due_at`."""
    change = {"state": state, "error": error} | ({"due_at": due_at} if due_at else {})
    on.execute(sa.update(_TABLE).where(_TABLE.c.mail_id == mail.mail_id).values(change))


def give_up_lost(office: Office, now: datetime) -> list[str]:
    """Mark mails whose sender died as `unknown`, and return their invitations: whether they left, nobody can tell."""
    c = _TABLE.c
    lost = (c.state == "sending") & (c.tried_at <= now - _LOST_AFTER)
    with office.writing() as on:
        rows = on.execute(sa.select(c.mail_id, c.invitation_id, c.kind).where(lost)).all()
        error = "The program ended while it sent this mail."
        on.execute(sa.update(_TABLE).where(c.mail_id.in_([r.mail_id for r in rows])).values(state="unknown", error=error))
        first = [r.invitation_id for r in rows if r.kind == "invitation"]
        on.execute(sa.update(INVITATIONS).where(INVITATIONS.c.invitation_id.in_(first)).values(state="unknown"))
    return [r.invitation_id for r in rows]


def has_mail(on: sa.Connection, invitation_id: str, kind: str) -> str | None:
    """The state of an invitation's mail of a kind; None when there is none."""
    found = on.execute(
        sa.select(_TABLE.c.state).where((_TABLE.c.invitation_id == invitation_id) & (_TABLE.c.kind == kind))
    ).scalar()
    return None if found is None else str(found)


def recipient_of(office: Office, on: sa.Connection, invitation_id: str) -> str:
    """Where the invitation went."""
    found = on.execute(sa.select(_TABLE.c.recipient).where(_TABLE.c.invitation_id == invitation_id)).scalars().first()
    assert found is not None
    return office.vault.open(found, _where(invitation_id)).decode()


def cancel_mails(on: sa.Connection, invitation_id: str) -> None:
    """Send nothing more for an invitation: it was answered, or the person does not want to be asked."""
    c = _TABLE.c
    on.execute(sa.update(_TABLE).where((c.invitation_id == invitation_id) & (c.state == "waiting")).values(state="cancelled"))


def count_mails(office: Office) -> dict[str, int]:
    """How many mails there are by state."""
    with office.reading() as on:
        return {r.state: r[1] for r in on.execute(sa.select(_TABLE.c.state, sa.func.count()).group_by(_TABLE.c.state))}


def _where(invitation_id: str) -> str:
    return f"the recipient of {invitation_id}"


def _gather(office: Office, on: sa.Connection, trace: Trace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for some in chunks(trace.invitations):
        for row in on.execute(sa.select(_TABLE).where(_TABLE.c.invitation_id.in_(some))).mappings():
            recipient = office.vault.open(row["recipient"], _where(row["invitation_id"])).decode()
            found.append({str(name): value for name, value in row.items()} | {"recipient": recipient})
    return found


def _erase(office: Office, on: sa.Connection, trace: Trace) -> int:
    """What was still to be sent is cancelled; of the others stays that they were sent."""
    rows = _gather(office, on, trace)
    for row in rows:
        state = "cancelled" if row["state"] == "waiting" else row["state"]
        nowhere = office.vault.seal(b"", _where(row["invitation_id"]))
        of = _TABLE.c.mail_id == row["mail_id"]
        on.execute(sa.update(_TABLE).where(of).values(recipient=nowhere, error=None, state=state))
    return len(rows)


declare(_TABLE, Rule(_gather, _erase))


def forget_recipients(office: Office, on: sa.Connection, invitations: frozenset[str]) -> int:
    """Take the addresses out of the mails of these invitations; that they were sent stays."""
    return _erase(office, on, Trace({}, invitations=invitations))
