"""Asking: decides about what happened, writes every decision down, and hands the mails of those to be asked to the outbox."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import Office
from servicemeter.office.forms import keep_form
from servicemeter.office.invitations import (
    Invitation,
    asks_since,
    decided_occasions,
    held_up,
    identities_of,
    keep_asks,
    keep_invitations,
    unanswered,
)
from servicemeter.office.mails import has_mail, put_mail, recipient_of
from servicemeter.office.wishes import wishes
from servicemeter.surveys.choosing import Decision, Ledger, Occasion, choose_all
from servicemeter.surveys.forms import Asking, Form
from servicemeter.surveys.recipients import is_address

__all__ = ["decide", "occasion_of", "remind", "span_of", "version_of"]

_YEAR = timedelta(days=365)
_LONGEST_LOOK = timedelta(days=400)


def span_of(asking: Asking, now: datetime) -> tuple[datetime, datetime]:
    """From when to when something must have happened to be asked about now: quiet for long enough, and not long ago."""
    if asking.event == "relation":
        first = _first_month(asking, now.astimezone(UTC).month)
        begins = now.astimezone(UTC).replace(month=first, day=1, hour=0, minute=0, second=0, microsecond=0)
        return begins, now
    until = now - timedelta(hours=asking.quiet_hours)
    return until - timedelta(days=asking.within_days), until


def occasion_of(row: Mapping[str, Any], form: Form) -> Occasion:
    """An occasion from what the book says; a relation is asked about once a period, everything else once an episode."""
    at = datetime.fromisoformat(row["happened_at"])
    named: dict[str, Any] = {name: row.get(name) for name in Occasion.__dataclass_fields__ if name in row}
    address = row.get("address") or ""
    named |= {
        "identities": tuple(row["identities"]),
        "country": row.get("customer_country"),
        "address": address if is_address(address) else None,
    }
    return Occasion(
        **named,
        occasion_id=f"{row['what']}:{row['of_source']}:{row['of_id']}:{row['happened_at']}",
        occurred_at=at,
    )


def version_of(office: Office, form: Form, now: datetime) -> int:
    """The number of the form as it is now; a form whose questions or words changed is a new version."""
    return keep_form(office, form.name, form.digest, asdict(form), now)


def decide(
    office: Office,
    forms: Mapping[str, Form],
    occasions: Mapping[str, Sequence[Occasion]],
    now: datetime,
    *,
    dry_run: bool = False,
    via: str = "mail",
    page: str | None = None,
) -> list[Decision]:
    """Decide about everything that was not decided yet, and write it down; with `dry_run` only say what would be.

    Those to be asked by mail have one in the outbox afterwards; by the widget (`via`) they are asked already, on a `page`.

    Reading who was asked and writing who is asked are one transaction, so that two processes cannot ask one person twice.
    """
    versions = {name: 0 if dry_run else version_of(office, form, now) for name, form in forms.items()}
    with office.reading() if dry_run else office.writing() as on:
        decided = decided_occasions(on, list(forms), now - _LONGEST_LOOK)
        fresh = {name: [o for o in occasions.get(name, ()) if (name, o.occasion_id) not in decided] for name in forms}
        decisions = choose_all(fresh, forms, _ledger(on, fresh, decided, now), now)
        if not dry_run:
            for decision in decisions:
                _keep(office, on, decision, _invitation(decision, versions[decision.form.name], now, via, page))
    return decisions


def remind(office: Office, form: Form, reopened: set[tuple[str, str]], now: datetime) -> int:
    """Put one reminder into the outbox for each mail left unanswered; returns how many.

    Nobody is reminded who answered, objected, cannot be reached, whose ticket is open again (`reopened`: source and id), or
    twice.
    """
    if form.asking.remind_days is None:
        return 0
    count = 0
    with office.writing() as on:
        unwanted = wishes(on, "objected") | wishes(on, "bounced")
        for invitation in unanswered(on, form.name, now - timedelta(days=form.asking.remind_days), timedelta(days=7)):
            known = set(identities_of(on, invitation.invitation_id))
            is_open = (invitation.ticket_source, invitation.ticket_id) in reopened
            if known & unwanted or is_open or has_mail(on, invitation.invitation_id, "reminder"):
                continue
            put_mail(office, on, invitation.invitation_id, "reminder", recipient_of(office, on, invitation.invitation_id), now)
            count += 1
    return count


def _ledger(on: sa.Connection, fresh: Mapping[str, Sequence[Occasion]], decided: set[tuple[str, str]], now: datetime) -> Ledger:
    ledger = Ledger(
        occasions=set(decided),
        objected=wishes(on, "objected"),
        bounced=wishes(on, "bounced"),
        consented=wishes(on, "consented"),
    )
    everybody = {identity for those in fresh.values() for occasion in those for identity in occasion.identities}
    for identity, at, form in asks_since(on, now - _YEAR, everybody):
        ledger.note(form, [identity], at)
    waiting = held_up(on)
    for name, those in fresh.items():
        for occasion in those:
            if (name, occasion.occasion_id) in waiting:
                for identity in occasion.identities:
                    ledger.waiting.setdefault(identity, set()).add(name)
    return ledger


def _keep(office: Office, on: sa.Connection, decision: Decision, invitation: Invitation) -> None:
    keep_invitations(on, [invitation])
    if decision.reason is None:
        keep_asks(on, invitation, decision.occasion.identities)
        if invitation.via == "mail":
            put_mail(office, on, invitation.invitation_id, "invitation", str(decision.occasion.address), invitation.decided_at)


def _invitation(decision: Decision, version: int, now: datetime, via: str, page: str | None) -> Invitation:
    occasion, is_here = decision.occasion, via == "widget" and decision.reason is None
    state = ("asked" if is_here else "chosen") if decision.reason is None else "not_asked" if decision.is_final else "held_up"
    shared = Invitation.__dataclass_fields__.keys() & Occasion.__dataclass_fields__.keys() - {"language"}
    return Invitation(
        invitation_id=secrets.token_hex(16),
        form=decision.form.name,
        version=version,
        state=state,
        reason=decision.reason,
        probability=decision.probability,
        via=via,
        decided_at=now,
        sent_at=now if is_here else None,
        seen_at=now if is_here else None,
        page=page,
        language=decision.language,
        **{name: getattr(occasion, name) for name in shared},
    )


def _first_month(asking: Asking, month: int) -> int:
    return {"month": month, "quarter": month - (month - 1) % 3, "year": 1}[asking.period]
