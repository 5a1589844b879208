"""Whom to ask: every occasion gets one decision, and the same input the same one. Who is not asked has a reason.

Pure: what is known of persons comes in a `Ledger`, the moment as `at`. A person is the set of what recognises them (keyed
hashes of e-mail address, phone number, account), so that the quarantine holds over all of them.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from servicemeter.surveys.forms import Asking, Form, pick_language

__all__ = ["NOT_ELIGIBLE", "Decision", "Ledger", "Occasion", "choose", "choose_all", "draw", "speak"]

NOT_ELIGIBLE = ("no_answer", "auto_closed", "internal", "nobody", "other_channel", "other_brand")
"""Reasons for which nobody would expect an ask; those of `Reason` that follow are of the eligible."""

Reason = Literal[
    "no_answer", "auto_closed", "internal", "nobody", "other_channel", "other_brand",
    "asked_before", "no_address", "objected", "bounced", "needs_consent", "sampled_out", "quarantined", "yielded", "too_often",
]  # fmt: skip
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Occasion:
    """Something that happened in the book and may be asked about, with the agent and team as they were.

    `occasion_id` is one resolution episode (or call, order, quarter): it is asked about once. `identities` are hashes;
    `address` is where the mail would go. `barred` is why the book itself rules it out.
    """

    occasion_id: str
    occurred_at: datetime
    identities: tuple[str, ...] = ()
    address: str | None = None
    barred: Reason | None = None
    customer_source: str | None = None
    customer_id: str | None = None
    customer_language: str | None = None
    country: str | None = None
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
    drawn_by: str | None = None

    @property
    def person(self) -> str:
        """What the draw goes by: the customer, or what stands for somebody whom nobody knows."""
        return f"{self.customer_source}\x1f{self.customer_id}" if self.customer_id else self.drawn_by or self.occasion_id


@dataclass(frozen=True)
class Decision:
    """What was decided of one occasion: to ask (no `reason`), or why not. `probability` is how likely the draw was."""

    form: Form
    occasion: Occasion
    probability: float
    language: str
    reason: Reason | None = None

    @property
    def is_final(self) -> bool:
        """Whether the occasion is never looked at again; a rare survey that is held up gets another chance."""
        return not (self.form.scope == "relational" and self.reason == "quarantined")


@dataclass
class Ledger:
    """Who was asked what and when, and who does not want to be: by what recognises them.

    `waiting` are the rare surveys that are due to a person and held up by a more frequent one; the frequent one yields.
    """

    asked: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    occasions: set[tuple[str, str]] = field(default_factory=set)
    objected: set[str] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)
    consented: set[str] = field(default_factory=set)
    waiting: dict[str, set[str]] = field(default_factory=dict)

    def note(self, form: str, identities: Iterable[str], at: datetime) -> None:
        """Note that a person was asked."""
        for identity in identities:
            insort(self.asked.setdefault(identity, []), (at, form))
            self.waiting.get(identity, set()).discard(form)

    def asks_of(self, identities: Iterable[str]) -> set[tuple[datetime, str]]:
        """Every ask of a person, whichever of their addresses it went to."""
        return {ask for identity in identities for ask in self.asked.get(identity, ())}


def draw(person: str, form: str, period: str) -> float:
    """A number from 0 to below 1 that is the same whenever it is drawn for this person, survey and period."""
    digest = hashlib.sha256(f"{person}\0{form}\0{period}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / (1 << 56)


def choose(form: Form, occasion: Occasion, ledger: Ledger, at: datetime) -> Decision:
    """Decide about one occasion; the first reason that applies, from the plainest to the rarest."""
    asking = form.asking
    share = min(max(asking.share, 0.0), 1.0)
    language = speak(form, occasion)
    reason = (
        _ineligible(asking, occasion)
        or ("asked_before" if (form.name, occasion.occasion_id) in ledger.occasions else None)
        or _unwanted(asking, occasion, ledger)
        or ("sampled_out" if draw(occasion.person, form.name, _period(asking, occasion.occurred_at)) >= share else None)
        or _too_soon(form, occasion, ledger, at)
    )
    return Decision(form, occasion, share, language, reason)


def choose_all(
    occasions: Mapping[str, Sequence[Occasion]], forms: Mapping[str, Form], ledger: Ledger, at: datetime
) -> list[Decision]:
    """Decide about the occasions of several forms, noting each ask before the next decision.

    The rarest form comes first. One that only another form holds up waits, and more frequent ones yield to it until it has
    gone out: each survey gets its turn.
    """
    decisions = []
    for form in sorted(forms.values(), key=lambda f: (-f.asking.own_days, f.name)):
        for occasion in sorted(occasions.get(form.name, ()), key=lambda o: (o.occurred_at, o.occasion_id)):
            decision = choose(form, occasion, ledger, at)
            if decision.reason is None:
                ledger.note(form.name, occasion.identities, at)
                ledger.occasions.add((form.name, occasion.occasion_id))
            elif not decision.is_final and _is_held_up_by_others(form, occasion, ledger, at):
                for identity in occasion.identities:
                    ledger.waiting.setdefault(identity, set()).add(form.name)
            decisions.append(decision)
    return decisions


def speak(form: Form, occasion: Occasion, accepted: Sequence[str] = ()) -> str:
    """The language to ask in: the customer's, the ticket's, the browser's, or else the form's own."""
    wanted = (occasion.customer_language, occasion.language, *accepted)
    return pick_language(wanted, form.wordings) or form.default_language


def _ineligible(asking: Asking, occasion: Occasion) -> Reason | None:
    if occasion.barred:
        return occasion.barred
    if asking.channels and occasion.channel not in asking.channels:
        return "other_channel"
    return "other_brand" if asking.brands and occasion.brand not in asking.brands else None


def _unwanted(asking: Asking, occasion: Occasion, ledger: Ledger) -> Reason | None:
    known = set(occasion.identities)
    if known & ledger.objected:
        return "objected"
    if not occasion.address:
        return "no_address"
    if known & ledger.bounced:
        return "bounced"
    needs = occasion.country is not None and occasion.country in asking.consent_countries
    return "needs_consent" if needs and not known & ledger.consented else None


def _too_soon(form: Form, occasion: Occasion, ledger: Ledger, at: datetime) -> Reason | None:
    """The quarantine: this form's own days, the days to any other, and the most asks in a year."""
    asking, asks = form.asking, ledger.asks_of(occasion.identities)
    if any(abs(at - when) < timedelta(days=asking.own_days if name == form.name else asking.any_days) for when, name in asks):
        return "quarantined"
    waiting = {name for identity in occasion.identities for name in ledger.waiting.get(identity, ())}
    if waiting and form.scope != "relational":
        return "yielded"
    return "too_often" if sum(at - _YEAR < when for when, _ in asks) >= asking.most_per_year else None


def _is_held_up_by_others(form: Form, occasion: Occasion, ledger: Ledger, at: datetime) -> bool:
    own = timedelta(days=form.asking.own_days)
    return not any(name == form.name and abs(at - when) < own for when, name in ledger.asks_of(occasion.identities))


def _period(asking: Asking, at: datetime) -> str:
    moment = at.astimezone(UTC)
    part = {"month": f"{moment.month:02}", "quarter": f"Q{(moment.month + 2) // 3}", "year": ""}[asking.period]
    return f"{moment.year}-{part}"
