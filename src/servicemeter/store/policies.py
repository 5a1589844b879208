"""What was promised: the rows of `sla_policies` as policies in the order in which they are tried (METRICS.md 5.6)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from servicemeter.engines.engine import Engine
from servicemeter.model.promises import Unjudged

__all__ = ["METRICS", "Capabilities", "Policies", "Policy", "pauses_of", "read_policies"]

Capabilities = Mapping[str, Collection[str] | None]
"""What each source can supply; None = everything."""

METRICS = ("first_response", "next_response", "resolution")
_STATES = ("new", "open", "pending", "on_hold")
_NEVER = 253_402_300_799
_FILTERS = ("channel", "brand", "segment", "reason")
_USUAL_PAUSES = {"resolution": ("pending",)}
_WORD = re.compile(r"[a-z_]+")
_NEEDS = {
    "first_response": ("messages|interactions|first_replies", "status_history|last_solves"),
    "next_response": ("messages", "status_history"),
    "resolution": ("status_history",),
}
"""What tells how a promise ended: the reply, or the solve without one; every turn; every solve and every reopening."""
_OF_PAUSES = "status_history"


@dataclass(frozen=True)
class Policy:
    """One policy: what it promises, to whom, by which clock. Numbers count from 1 in the order in which they are tried."""

    policy_no: int
    policy_id: str
    metric: str
    filters: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, int], ...]
    is_business: bool
    calendar_id: str
    pauses: tuple[str, ...]
    from_at: int | None
    to_at: int | None

    @property
    def metric_no(self) -> int:
        """The number of its metric, from 1."""
        return METRICS.index(self.metric) + 1

    @property
    def priorities(self) -> tuple[str, ...]:
        """The priorities it has a target for; empty when it has one for all."""
        named = tuple(priority for priority, _ in self.targets)
        return () if "" in named else named

    def lacks(self, capabilities: Collection[str] | None) -> str:
        """The first that a source of these capabilities lacks to tell whether the promise was kept; empty if nothing.

        A clock that may stand still needs every change of state, whatever is promised.
        """
        if capabilities is None:
            return ""
        needs = (*_NEEDS[self.metric], *([_OF_PAUSES] if self.pauses else []))
        return next((need for need in needs if not set(need.split("|")) & set(capabilities)), "")


@dataclass(frozen=True)
class Policies:
    """All policies of a book; `unjudged` are those of which a source cannot tell whether they were kept."""

    all: tuple[Policy, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    def of(self, metric: str) -> tuple[Policy, ...]:
        """The policies of one metric, in order."""
        return tuple(p for p in self.all if p.metric == metric)

    def knowing(self, capabilities: Capabilities) -> Policies:
        """These policies, with which of them the sources cannot tell."""
        found = (
            Unjudged(source, policy.policy_no, policy.policy_id, policy.metric, lacks)
            for source, told in sorted(capabilities.items())
            if told is None or "tickets" in told
            for policy in self.all
            if (lacks := policy.lacks(told))
        )
        return replace(self, unjudged=tuple(found))

    def without_pauses(self) -> Policies:
        """The same promises with clocks that never stand still."""
        return Policies(tuple(replace(policy, pauses=()) for policy in self.all))

    def judged_in(self, source: str) -> set[str]:
        """The metrics of which some promise can be judged from what a source supplies."""
        unjudged = {one.policy_no for one in self.unjudged if one.source == source}
        return {p.metric for p in self.all if p.policy_no not in unjudged}

    def blind(self) -> list[tuple[int, list[str]]]:
        """(policy_no, sources) of every promise that some sources cannot tell about: of their tickets it is not made."""
        sources = {p.policy_no: [one.source for one in self.unjudged if one.policy_no == p.policy_no] for p in self.all}
        return [(number, found) for number, found in sources.items() if found]

    @property
    def are_by_priority(self) -> bool:
        """Whether any target is for one priority."""
        return any(priority for p in self.all for priority, _ in p.targets)

    @property
    def priorities(self) -> tuple[str, ...]:
        """Every priority with a target of its own."""
        return tuple(sorted({priority for p in self.all for priority, _ in p.targets if priority}))

    @property
    def are_by_segment(self) -> bool:
        """Whether any policy is for one segment of customers."""
        return any(name == "segment" for p in self.all for name, _ in p.filters)

    @property
    def use_business(self) -> bool:
        """Whether any clock runs in opening hours only."""
        return any(p.is_business for p in self.all)

    @property
    def use_calendars_of_tickets(self) -> bool:
        """Whether any clock runs by the calendar of the ticket."""
        return any(p.is_business and not p.calendar_id for p in self.all)

    @property
    def may_end(self) -> bool:
        """Whether any policy is withdrawn at some instant."""
        return any(p.to_at is not None for p in self.all)

    def rows(self) -> list[tuple[int, str, str, bool, str, int]]:
        """(policy_no, policy_id, metric, is_business, calendar_id or nothing, the instant it is withdrawn) of each."""
        rows = [(p.policy_no, p.policy_id, p.metric, p.is_business, p.calendar_id, p.to_at or _NEVER) for p in self.all]
        return rows or [(0, "", "", False, "", _NEVER)]

    def target_rows(self) -> list[tuple[int, int, int]]:
        """(policy_no, priority_no, target_s) of every target; priorities count from 1, 0 is any other."""
        numbers = {"": 0, **{priority: no for no, priority in enumerate(self.priorities, 1)}}
        rows = [(p.policy_no, numbers[priority], target_s) for p in self.all for priority, target_s in p.targets]
        return rows or [(0, 0, 0)]

    def pause_rows(self) -> list[tuple[int, int]]:
        """(policy_no, state_no) of every state that pauses a policy; states count from 1."""
        return [(p.policy_no, _STATES.index(state) + 1) for p in self.all for state in p.pauses] or [(0, 0)]

    def pauses(self) -> list[tuple[str, int, list[int]]]:
        """(state, state_no, numbers of the metrics) of every state in which a clock of those metrics may stand still."""
        found = []
        for state_no, state in enumerate(_STATES, 1):
            metrics = sorted({p.metric_no for p in self.all if state in p.pauses})
            found += [(state, state_no, metrics)] if metrics else []
        return found


def pauses_of(text: str | None, metric: str) -> tuple[str, ...]:
    """The states named in a text, in whatever way (`pending+on_hold`, `["pending"]`, `none`); without a text, the usual ones.

    >>> pauses_of("on_hold, pending", "first_response"), pauses_of(None, "resolution"), pauses_of("none", "resolution")
    (('pending', 'on_hold'), ('pending',), ())
    """
    if text is None or text == "policy":
        return _USUAL_PAUSES.get(metric, ())
    words = _WORD.findall(text.lower())
    return tuple(state for state in _STATES if state in words)


def read_policies(engine: Engine, known_calendars: Collection[str], pauses: str = "policy") -> Policies:
    """Read the policies of the book; `pauses` other than `policy` replaces the states in which their clocks stand still.

    Rows that differ in target and priority alone are one policy. A calendar that the book does not have counts as none
    (the ticket's own), and `check` says so.
    """
    epoch = engine.dialect.epoch
    found: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for rank, policy_id, metric, *rest, priority, target_s in engine.rows(f"""
        select rank, policy_id, metric, clock, calendar_id, pause_states, {epoch("valid_from")}, {epoch("valid_to")},
               {", ".join(_FILTERS)}, priority, target_s
        from sla_policies where target_s > 0 and metric in {METRICS} order by target_s
    """):
        found[METRICS.index(metric), rank is None, rank or 0, policy_id, *rest].setdefault(priority or "", target_s)
    policies: list[Policy] = []
    for key in sorted(found, key=lambda k: tuple((v is None, v if v is not None else 0) for v in k)):
        metric_index, _, _, policy_id, clock, calendar_id, states, from_at, to_at, *filters = key
        metric = METRICS[metric_index]
        policies.append(
            Policy(
                len(policies) + 1,
                policy_id,
                metric,
                tuple((name, value) for name, value in zip(_FILTERS, filters, strict=True) if value),
                tuple(sorted(found[key].items())),
                clock == "business",
                calendar_id if calendar_id in known_calendars else "",
                pauses_of(states if pauses == "policy" else pauses, metric),
                from_at,
                to_at,
            )
        )
    return Policies(tuple(policies))
