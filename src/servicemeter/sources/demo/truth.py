"""What is known to be true of a demo shop because it was made so: counted while the rows are made, for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from servicemeter.model.rows import Batch
from servicemeter.sources.demo.calls import ABANDONED, ANSWERED, CALLBACK, MISSED, Contacts
from servicemeter.sources.demo.columns import Flags, Ints
from servicemeter.sources.demo.making import Making
from servicemeter.sources.demo.surveys import Asked, marks_of_month
from servicemeter.sources.demo.tickets import CHANNELS, CHAT, PHONE, Tickets

__all__ = ["CountedBatch", "Truth", "count_chunk", "truth_of"]

_WITHIN_S = 4 * 3600
_SERVICE_S = 20


@dataclass
class Truth:
    """Numbers of a demo shop, all as known at the end of its year.

    `valid` tickets are not spam, test, deleted or merged into another; `inbound` ones were begun by customers. Of a
    merge group the first ticket's channel and contact count. `answered` are valid inbound tickets that a person has
    answered, `answered_within_4h` of them those within four hours of elapsed time, `first_reply_seconds` the sum of
    their waits. `reopened` are valid inbound tickets that went from solved back to open at least once. `unresolved`
    are valid tickets, outbound ones too, that are not solved at the end. Calls and chats are whole contacts;
    `offered` of them were answered, abandoned, missed or called back, and are over; the wait is that of all their
    legs. `csat_*` are the answers of the last full local month, of each invitation the latest;
    `handling_seconds` is what agents worked in that month by their states, `ready_seconds` that and their waiting for work.
    """

    rows: Counter[str] = field(default_factory=Counter)
    inbound_by_channel: Counter[str] = field(default_factory=Counter)
    tickets: int = 0
    valid: int = 0
    outbound: int = 0
    spam: int = 0
    test: int = 0
    deleted: int = 0
    merged: int = 0
    answered: int = 0
    answered_within_4h: int = 0
    first_reply_seconds: int = 0
    reopened: int = 0
    reopen_events: int = 0
    unresolved: int = 0
    calls_offered: int = 0
    calls_answered: int = 0
    calls_answered_within_20s: int = 0
    calls_abandoned: int = 0
    chats_offered: int = 0
    chats_answered: int = 0
    chats_answered_within_20s: int = 0
    chats_abandoned: int = 0
    csat_satisfied: int = 0
    csat_answers: int = 0
    handling_seconds: int = 0
    ready_seconds: int = 0

    def __add__(self, other: Truth) -> Truth:
        return Truth(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Truth)})


@dataclass(frozen=True)
class CountedBatch(Batch):
    """A batch of the demo shop, with what is true of it."""

    truth: Truth = field(default_factory=Truth)


def truth_of(batches: Iterable[Any]) -> Truth:
    """What is true of these batches together; all batches of a delivery give the truth of the shop."""
    total = Truth()
    for batch in batches:
        if isinstance(batch, CountedBatch):
            total = total + batch.truth + Truth(rows=Counter({batch.table: batch.rows.num_rows}))
    return total


def count_chunk(m: Making, asked: Asked, contacts: list[Contacts]) -> Truth:
    """The truth of one chunk, from what was decided about its tickets, contacts and surveys."""
    t, until = m.tickets, m.plan.until
    valid = t.is_valid(until)
    inbound = valid & ~t.outbound
    satisfied, answers = marks_of_month(m, asked)
    flagged = [int(((t.flag == kind) & (t.flagged_at < until)).sum()) for kind in (1, 2, 3)]
    truth = Truth(
        inbound_by_channel=_by_channel(t, inbound, until), tickets=len(t.number), valid=int(valid.sum()),
        outbound=int((valid & t.outbound).sum()), spam=flagged[0], test=flagged[1], deleted=flagged[2],
        merged=int(_merged(t, until).sum()),
        reopened=int((inbound & (t.reopened > 0)).sum()), reopen_events=int(t.reopened[inbound].sum()),
        unresolved=int((valid & (t.solves == t.reopened)).sum()),
        csat_satisfied=satisfied, csat_answers=answers,
    )  # fmt: skip
    return truth + _first_replies(t, inbound, until) + _queues(contacts)


def _merged(t: Tickets, until: int) -> Flags:
    return (t.merged_into >= 0) & (t.merged_at < until)


def _by_channel(t: Tickets, inbound: Flags, until: int) -> Counter[str]:
    """Inbound valid tickets by the channel of the first ticket of the group."""
    channel = t.channel.copy()
    gone = np.flatnonzero(_merged(t, until))
    kept = t.merged_into[gone]
    channel[kept] = np.where(t.arrived[gone] < t.arrived[kept], t.channel[gone], t.channel[kept])
    counts = np.bincount(channel[inbound], minlength=len(CHANNELS))
    return Counter({name: int(count) for name, count in zip(CHANNELS, counts, strict=True)})


def _first_replies(t: Tickets, inbound: Flags, until: int) -> Truth:
    asked = t.first_contact.copy()
    gone = np.flatnonzero(_merged(t, until))
    kept = t.merged_into[gone]
    asked[kept] = np.minimum(asked[gone], asked[kept])
    replied = inbound & (t.first_reply >= 0) & (t.first_reply < until)
    wait: Ints = (t.first_reply - asked)[replied]
    return Truth(answered=len(wait), answered_within_4h=int((wait <= _WITHIN_S).sum()), first_reply_seconds=int(wait.sum()))


def _queues(contacts: list[Contacts]) -> Truth:
    total = Truth()
    for name, channel in (("calls", PHONE), ("chats", CHAT)):
        outcome = np.concatenate([c.outcome[c.channel == channel] for c in contacts])
        wait = np.concatenate([c.wait[c.channel == channel] for c in contacts])
        answered = outcome == ANSWERED
        counts = {
            "offered": np.isin(outcome, (ANSWERED, ABANDONED, MISSED, CALLBACK)),
            "answered": answered,
            "answered_within_20s": answered & (wait <= _SERVICE_S),
            "abandoned": outcome == ABANDONED,
        }
        for what, which in counts.items():
            setattr(total, f"{name}_{what}", int(which.sum()))
    return total
