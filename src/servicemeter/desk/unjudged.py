"""Promises of which nobody can say whether they were kept, because their source does not tell: said on every face alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from servicemeter.ground.phrases import phrase
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.promises import Unjudged
from servicemeter.model.question import Filter, Question, Scope

if TYPE_CHECKING:
    from servicemeter.store.policies import Policies

__all__ = ["is_unjudged", "notes_on_promises", "unjudged_notes"]

_BEGINS = "Agreements not judged of "


def notes_on_promises(question: Question, policies: Policies) -> tuple[str, ...]:
    """The sentences for a question, where its metric is about promises."""
    if "sla_policies" not in find_metric(question.metric).needs:
        return ()
    return unjudged_notes(policies, question.where, question.scope)


def unjudged_notes(policies: Policies, where: Sequence[Filter] = (), scope: Scope | None = None) -> tuple[str, ...]:
    """A sentence for each thing that sources lack, with the promises that cannot be judged for them, among what is looked at."""
    sources = (scope or Scope()).sources
    found: dict[tuple[str, str], list[str]] = {}
    for one in policies.unjudged:
        if (not sources or one.source in sources) and all(_meets(one, held) for held in where):
            names = found.setdefault((one.source, one.lacks), [])
            names += [] if one.policy_id in names else [one.policy_id]
    alike: dict[tuple[str, str], list[str]] = {}
    for (source, lacks), names in found.items():
        alike.setdefault((lacks, ", ".join(names)), []).append(source)
    return tuple(_sentence(", ".join(of), lacks, promises) for (lacks, promises), of in alike.items())


def is_unjudged(note: str) -> bool:
    """Whether a note is a sentence of these."""
    return note.startswith(_BEGINS)


def _meets(one: Unjudged, held: Filter) -> bool:
    """Whether rows of such a promise may meet a condition, as far as that is of source, metric or policy."""
    own = {"source": one.source, "metric": one.metric, "policy": one.policy_id}.get(held.dimension)
    return own is None or (own in held.values) != held.negated


def _sentence(source: str, lacks: str, promises: str) -> str:
    told: Iterable[str] = lacks.split("|")
    if "first_replies" in told:
        return phrase(f"Agreements not judged of {source}: {promises}. Nothing there tells when a ticket was first answered.")
    if "last_solves" in told:
        return phrase(f"Agreements not judged of {source}: {promises}. Nothing there tells when a ticket was solved.")
    if "messages" in told:
        return phrase(f"Agreements not judged of {source}: {promises}. Not every message is there.")
    return phrase(
        f"Agreements not judged of {source}: {promises}. Tickets stand there as they are and not with every change of "
        "state, so nobody knows when a clock stood still or a ticket was opened again."
    )
