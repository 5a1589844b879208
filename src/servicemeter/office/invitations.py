"""Survey invitations: one row an occasion, also where nobody was asked; who was asked when; and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import Rule, Trace, chunks, declare

__all__ = [
    "INVITATIONS",
    "Invitation",
    "asks_since",
    "change_invitation",
    "decided_occasions",
    "find_by_occasion",
    "find_by_token",
    "forget_persons",
    "form_of",
    "held_up",
    "identities_of",
    "invitation_of",
    "invitations_of_person",
    "keep_asks",
    "keep_invitations",
    "keep_link",
    "list_invitations",
    "note_seen",
    "unanswered",
]  # fmt: skip

INVITATIONS = sa.Table(
    "survey_invitations",
    METADATA,
    sa.Column("invitation_id", sa.String(32), primary_key=True),
    sa.Column("form", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("occasion_id", sa.String(300), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(20)),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("via", sa.String(20), nullable=False),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("expires_at", Instant),
    sa.Column("seen_at", Instant),
    sa.Column("rated_at", Instant),
    sa.Column("completed_at", Instant),
    sa.Column("customer_source", sa.String(100)),
    sa.Column("customer_id", sa.String(200)),
    sa.Column("ticket_source", sa.String(100)),
    sa.Column("ticket_id", sa.String(200)),
    sa.Column("interaction_source", sa.String(100)),
    sa.Column("interaction_id", sa.String(200)),
    sa.Column("order_source", sa.String(100)),
    sa.Column("order_id", sa.String(200)),
    sa.Column("agent_id", sa.String(200)),
    sa.Column("team_id", sa.String(200)),
    sa.Column("channel", sa.String(100)),
    sa.Column("brand", sa.String(200)),
    sa.Column("language", sa.String(35)),
    sa.Column("page", sa.String(500)),
    sa.Column("location", sa.String(200)),
    sa.UniqueConstraint("form", "occasion_id", name="survey_invitations_once"),
    sa.Index("survey_invitations_of_state", "form", "state", "sent_at"),
)
_ASKS = sa.Table(
    "survey_asks",
    METADATA,
    sa.Column("identity_hash", sa.String(100), primary_key=True),
    sa.Column("invitation_id", sa.String(32), primary_key=True),
    sa.Column("form", sa.String(100), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Index("survey_asks_by_time", "asked_at"),
)
_LINKS = sa.Table(
    "survey_links",
    METADATA,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("invitation_id", sa.String(32), nullable=False),
)
_HELD_UP = "held_up"
_FEW = 500


@dataclass(frozen=True)
class Invitation:
    """One occasion. `state`: `chosen` (to be sent), `asked`, `unknown` (nobody can tell whether the mail left), `bounced`,
    `not_asked` (with its `reason`), `held_up` (a rare survey that waits for another's quarantine).

    `via` is how: mail, link, signature, page, widget. `agent_id` and `team_id` are those of the occasion and never change.
    """

    invitation_id: str
    form: str
    version: int
    occasion_id: str
    state: str
    probability: float
    via: str
    occurred_at: datetime
    decided_at: datetime
    reason: str | None = None
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    seen_at: datetime | None = None
    rated_at: datetime | None = None
    completed_at: datetime | None = None
    customer_source: str | None = None
    customer_id: str | None = None
    ticket_source: str | None = None
    ticket_id: str | None = None
    interaction_source: str | None = None
    interaction_id: str | None = None
    order_source: str | None = None
    order_id: str | None = None
    agent_id: str | None = None
    team_id: str | None = None
    channel: str | None = None
    brand: str | None = None
    language: str | None = None
    page: str | None = None
    location: str | None = None


def keep_invitations(on: sa.Connection, invitations: Sequence[Invitation]) -> None:
    """Write decisions; an occasion that was held up before is decided anew."""
    for invitation in invitations:
        c = INVITATIONS.c
        same = (c.form == invitation.form) & (c.occasion_id == invitation.occasion_id) & (c.state == _HELD_UP)
        on.execute(sa.delete(INVITATIONS).where(same))
    if invitations:
        on.execute(sa.insert(INVITATIONS), [vars(invitation) for invitation in invitations])


def keep_asks(on: sa.Connection, invitation: Invitation, identities: Iterable[str]) -> None:
    """Note whom an invitation asked, under everything that recognises the person: the quarantine reads it."""
    rows = [
        {
            "identity_hash": i,
            "invitation_id": invitation.invitation_id,
            "form": invitation.form,
            "asked_at": invitation.decided_at,
        }
        for i in sorted(set(identities))
    ]
    if rows:
        on.execute(sa.insert(_ASKS), rows)


def identities_of(on: sa.Connection, invitation_id: str) -> list[str]:
    """What recognises the person that an invitation asked."""
    return [i for (i,) in on.execute(sa.select(_ASKS.c.identity_hash).where(_ASKS.c.invitation_id == invitation_id))]


def asks_since(on: sa.Connection, since: datetime, identities: Collection[str]) -> list[tuple[str, datetime, str]]:
    """Every ask of these identities after an instant: identity, when, which form."""
    query = sa.select(_ASKS.c.identity_hash, _ASKS.c.asked_at, _ASKS.c.form).where(_ASKS.c.asked_at > since)
    if len(identities) <= _FEW:
        query = query.where(_ASKS.c.identity_hash.in_(sorted(identities)))
    return [(identity, at, form) for identity, at, form in on.execute(query)]


def decided_occasions(on: sa.Connection, forms: Collection[str], since: datetime) -> set[tuple[str, str]]:
    """The occasions of forms that have been decided for good."""
    c = INVITATIONS.c
    query = sa.select(c.form, c.occasion_id).where(c.form.in_(forms) & (c.occurred_at >= since) & (c.state != _HELD_UP))
    return {(form, occasion) for form, occasion in on.execute(query)}


def held_up(on: sa.Connection) -> set[tuple[str, str]]:
    """The occasions that wait for another survey's quarantine: form and occasion."""
    c = INVITATIONS.c
    return {(form, occasion) for form, occasion in on.execute(sa.select(c.form, c.occasion_id).where(c.state == _HELD_UP))}


def find_by_token(on: sa.Connection, token_hash: str) -> Invitation | None:
    """The invitation that a link belongs to; an invitation has a link for each of its mails."""
    of = sa.select(_LINKS.c.invitation_id).where(_LINKS.c.token_hash == token_hash).scalar_subquery()
    return _first(on, INVITATIONS.c.invitation_id == of)


def keep_link(on: sa.Connection, invitation_id: str, token_hash: str) -> None:
    """Bind a link to an invitation; of the link itself only a hash is kept."""
    on.execute(sa.insert(_LINKS).values(token_hash=token_hash, invitation_id=invitation_id))


def find_by_occasion(on: sa.Connection, form: str, occasion_id: str) -> Invitation | None:
    """The invitation of an occasion."""
    return _first(on, (INVITATIONS.c.form == form) & (INVITATIONS.c.occasion_id == occasion_id))


def invitation_of(on: sa.Connection, invitation_id: str) -> Invitation | None:
    """One invitation."""
    return _first(on, INVITATIONS.c.invitation_id == invitation_id)


def form_of(on: sa.Connection, invitation_id: str) -> str | None:
    """The form that an invitation asks by."""
    found = on.execute(sa.select(INVITATIONS.c.form).where(INVITATIONS.c.invitation_id == invitation_id)).scalar()
    return None if found is None else str(found)


def change_invitation(on: sa.Connection, invitation_id: str, **change: Any) -> None:
    """Note what became of an invitation."""
    if change:
        on.execute(sa.update(INVITATIONS).where(INVITATIONS.c.invitation_id == invitation_id).values(change))


def note_seen(office: Office, invitation_id: str, now: datetime) -> None:
    """Note that a person, not a machine, looked at the page; only the first time counts."""
    with office.writing() as on:
        c = INVITATIONS.c
        on.execute(sa.update(INVITATIONS).where((c.invitation_id == invitation_id) & c.seen_at.is_(None)).values(seen_at=now))


def list_invitations(
    office: Office, form: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> list[Invitation]:
    """The invitations decided in [since, until), the oldest first."""
    c = INVITATIONS.c
    wanted = [c.form == form if form else sa.true()]
    wanted += [c.decided_at >= since] if since else []
    wanted += [c.decided_at < until] if until else []
    with office.reading() as on:
        query = sa.select(INVITATIONS).where(*wanted).order_by(c.decided_at, c.invitation_id)
        return [_record(row) for row in on.execute(query).mappings()]


def unanswered(on: sa.Connection, form: str, sent_before: datetime, within: timedelta) -> list[Invitation]:
    """Asked by mail in the time before an instant, and neither rated nor bounced since."""
    c = INVITATIONS.c
    wanted = (c.form == form) & (c.state == "asked") & (c.via == "mail") & c.rated_at.is_(None)
    window = (c.sent_at <= sent_before) & (c.sent_at > sent_before - within)
    return [_record(row) for row in on.execute(sa.select(INVITATIONS).where(wanted & window)).mappings()]


def _first(on: sa.Connection, wanted: sa.ColumnElement[bool]) -> Invitation | None:
    row = on.execute(sa.select(INVITATIONS).where(wanted)).mappings().first()
    return None if row is None else _record(row)


def _record(row: Mapping[Any, Any]) -> Invitation:
    return Invitation(**{str(name): value for name, value in row.items()})


def invitations_of_person(on: sa.Connection, trace: Trace) -> frozenset[str]:
    """The invitations of a person: by their accounts, by what is theirs in the book, by what recognises them."""
    found = _by_pairs(on, "customer", trace.aliases)
    for of, table in (("ticket", "tickets"), ("interaction", "interactions"), ("order", "orders")):
        found |= _by_pairs(on, of, trace.owned.get(table, ()))
    for some in chunks(trace.identities):
        found |= {i for (i,) in on.execute(sa.select(_ASKS.c.invitation_id).where(_ASKS.c.identity_hash.in_(some)))}
    return frozenset(found)


def _by_pairs(on: sa.Connection, of: str, pairs: Collection[tuple[str, str]]) -> set[str]:
    c = INVITATIONS.c
    source, key = c[f"{of}_source"], c[f"{of}_id"]
    found = set()
    for some in chunks({key for _, key in pairs}):
        rows = on.execute(sa.select(c.invitation_id, source, key).where(key.in_(some)))
        found |= {invitation_id for invitation_id, source_, key_ in rows if (source_, key_) in pairs}
    return found


def _gather(office: Office, on: sa.Connection, trace: Trace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for some in chunks(trace.invitations):
        rows = on.execute(sa.select(INVITATIONS).where(INVITATIONS.c.invitation_id.in_(some))).mappings()
        found += [{str(name): value for name, value in row.items() if value is not None} for row in rows]
    return found


def _erase(office: Office, on: sa.Connection, trace: Trace) -> int:
    """An alias in the customer's place, also in what was asked about; when, by which form and why not, stays."""
    rows = _gather(office, on, trace)
    for row in rows:
        account = (row.get("customer_source"), row.get("customer_id"))
        alias = trace.aliases.get(account) if account[0] and account[1] else None  # type: ignore[arg-type]
        occasion = _without_person(row, alias, trace)
        of = INVITATIONS.c.invitation_id == row["invitation_id"]
        on.execute(sa.update(INVITATIONS).where(of).values(customer_id=alias, occasion_id=occasion))
    return len(rows)


def _without_person(row: Mapping[str, Any], alias: str | None, trace: Trace) -> str:
    """What was asked about, without the person: a quarter of a customer, the visit of a day."""
    occasion = str(row["occasion_id"])
    if any(identity in occasion for identity in trace.identities) or occasion.startswith("visit:"):
        return f"visit:erased:{row['invitation_id']}"
    customer_id = row.get("customer_id")
    return occasion.replace(f":{customer_id}:", f":{alias}:") if customer_id and alias else occasion


def _drop(table: sa.Table) -> Rule:
    """The rule of a table whose rows only lead to a person: told, and dropped."""

    def gather(office: Office, on: sa.Connection, trace: Trace) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for some in chunks(trace.invitations):
            rows = on.execute(sa.select(table).where(table.c.invitation_id.in_(some))).mappings()
            found += [{str(name): value for name, value in row.items()} for row in rows]
        return found

    def erase(office: Office, on: sa.Connection, trace: Trace) -> int:
        return sum(
            on.execute(sa.delete(table).where(table.c.invitation_id.in_(some))).rowcount for some in chunks(trace.invitations)
        )

    return Rule(gather, erase)


declare(INVITATIONS, Rule(_gather, _erase))
declare(_ASKS, _drop(_ASKS))
declare(_LINKS, _drop(_LINKS))


def forget_persons(office: Office, on: sa.Connection, before: datetime) -> frozenset[str]:
    """Take the customer out of invitations decided before an instant, drop what leads to a person; which invitations it was."""
    c = INVITATIONS.c
    leads = sa.select(_ASKS.c.invitation_id).union(sa.select(_LINKS.c.invitation_id))
    old = sa.select(c.invitation_id).where((c.decided_at < before) & (c.customer_id.is_not(None) | c.invitation_id.in_(leads)))
    found = frozenset(i for (i,) in on.execute(old))
    trace = Trace({}, invitations=found)
    for row in _gather(office, on, trace):
        alias = f"forgotten-{row['invitation_id']}"
        values = {"customer_source": None, "customer_id": None, "occasion_id": _without_person(row, alias, trace)}
        on.execute(sa.update(INVITATIONS).where(c.invitation_id == row["invitation_id"]).values(values))
    for table in (_ASKS, _LINKS):
        _drop(table).erase(office, on, trace)
    return found
