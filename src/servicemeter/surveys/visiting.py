"""Visitors of a website: who is asked by the widget, known or not, so that one visitor is not asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatch
from typing import Any

from servicemeter.ground.errors import BadLink
from servicemeter.office.database import Office
from servicemeter.office.invitations import Invitation, find_by_occasion
from servicemeter.store.identities import hash_identity
from servicemeter.surveys.asking import decide
from servicemeter.surveys.choosing import Occasion
from servicemeter.surveys.forms import Form
from servicemeter.surveys.tokens import derive_key, read_signed

__all__ = ["Visitor", "admit", "is_to_be_asked", "known_visitor", "occasion_of_visit"]

_KINDS = ("email", "phone", "account")


@dataclass(frozen=True)
class Visitor:
    """Somebody on a page. `identities` are those that the shop vouched for.

    Of whom nobody knows, `number` is that of the opened page, and `drawn_by` the same for a day.
    """

    number: str
    drawn_by: str
    page: str
    language: str
    identities: tuple[str, ...] = ()
    source: str | None = None
    customer_id: str | None = None


def known_visitor(visitor: Visitor, key: bytes, identity_key: bytes, vouched: str | None, now: datetime) -> Visitor:
    """The visitor with what the shop's server signed: `source`, `id`, `email`, `phone`, `account`, and `exp`.

    Without a statement, or with one that is not the shop's, the visitor stays unknown.
    """
    try:
        said = read_signed(derive_key(key, "visitor"), vouched or "", now=now.timestamp())
    except BadLink:
        return visitor
    known = tuple(f"{kind}:{hash_identity(identity_key, kind, str(said[kind]))}" for kind in _KINDS if said.get(kind))
    number = f"{said.get('source', 'shop')}:{said['id']}" if said.get("id") else ""
    own = (f"visitor:{hash_identity(identity_key, 'visitor', number)}",) if number else ()
    return replace(visitor, identities=known + own, source=said.get("source"), customer_id=said.get("id"))


def is_to_be_asked(office: Office, form: Form, visitor: Visitor, now: datetime) -> bool:
    """Whether the widget asks this visitor; nothing is stored by asking."""
    pages = form.asking.pages
    if pages and not any(fnmatch(visitor.page, page) for page in pages):
        return False
    decisions = decide(office, {form.name: form}, {form.name: [occasion_of_visit(visitor, now)]}, now, dry_run=True)
    return any(decision.reason is None for decision in decisions)


def admit(office: Office, form: Form, visitor: Visitor, now: datetime) -> Invitation | None:
    """The invitation of a visitor who saw the widget, written down; None when they were asked elsewhere in the meantime."""
    occasion = occasion_of_visit(visitor, now)
    decide(office, {form.name: form}, {form.name: [occasion]}, now, via="widget", page=visitor.page)
    with office.reading() as on:
        found = find_by_occasion(on, form.name, occasion.occasion_id)
    return found if found and found.state == "asked" else None


def occasion_of_visit(visitor: Visitor, now: datetime) -> Occasion:
    """A visit: of somebody known one a day, else one an opened page."""
    who = visitor.identities[-1] if visitor.identities else visitor.number
    day = f":{now.date().isoformat()}" if visitor.identities else ""
    named: Mapping[str, Any] = {"customer_source": visitor.source, "customer_id": visitor.customer_id}
    return Occasion(
        f"visit:{who}{day}",
        now,
        visitor.identities,
        "on the page",
        channel="web",
        language=visitor.language,
        drawn_by=visitor.drawn_by,
        **named,
    )
