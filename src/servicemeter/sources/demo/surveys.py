"""Who is asked, who answers, and how the mark comes about: waiting, reopening, the agent, the strike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from servicemeter.sources.demo.columns import NONE, Flags, Floats, Ints, ids, instants, picked, rows_of, words
from servicemeter.sources.demo.hours import local_midnight
from servicemeter.sources.demo.making import Making
from servicemeter.sources.demo.people import BRANDS, LANGUAGES, customer_ids
from servicemeter.sources.demo.staff import TEAMS
from servicemeter.sources.demo.tickets import CHANNELS, COMPLAINT

__all__ = ["Asked", "ask", "marks_of_month", "survey_batches"]

KINDS = ("csat", "ces", "nps", "fcr")
CSAT, CES, NPS, FCR = range(4)
_SCALES = ("csat_5", "ces2_7", "nps_0_10", None)
_SCOPES = ("transactional", "transactional", "relational", "transactional")
_DELIVERIES = ("delivered", "bounced", "suppressed")
_KIND_SHARES = (0.62, 0.10, 0.05, 0.03)
_ANSWER_SHARE = 0.16
_DAY_S = 86_400


@dataclass(frozen=True)
class Asked:
    """Invitations by place: the ticket's place, kind, instants, delivery; when answered (null: never) and the answers.

    `changed_at` is when the answer was given anew, with `second` in place of `first`; null mostly.
    """

    number: Ints
    place: Ints
    kind: Ints
    sent: Ints
    delivery: Ints
    answered: Ints
    first: Ints
    changed_at: Ints
    second: Ints
    agent: Ints


def ask(m: Making) -> Asked:
    """Ask about solved requests of customers that are nobody's mistake, a few hours after the first solve."""
    t, until = m.tickets, m.plan.until
    place, kind, sent = _invited(m)
    size, on_duty = len(place), m.plan.staff.on_duty(t.owner[place], sent)
    delivery = picked((0.955, 0.035, 0.01), m.rng.random(size))
    answered = _answered(m, kind, sent, delivery)
    mood = _mood(m, place, t.first_solve[place])
    anew = (m.rng.random(size) < 0.05) & (answered >= 0)
    changed = answered + m.rng.integers(60, 4 * _DAY_S, size)
    return Asked(
        number=m.numbers.take("invitation", size),
        place=place,
        kind=kind,
        sent=sent,
        delivery=delivery,
        answered=answered,
        first=_mark(kind, mood),
        changed_at=np.where(anew & (changed < until), changed, NONE),
        second=_mark(kind, mood + m.rng.normal(0, 0.8, size)),
        agent=np.where(t.is_assigned[place], on_duty, NONE),
    )


def _invited(m: Making) -> tuple[Ints, Ints, Ints]:
    """Places of the tickets, kinds and sending instants; the relational question comes days later."""
    t, rng = m.tickets, m.rng
    fit = (t.flag == 0) & (t.merged_into < 0) & ~t.outbound & (t.first_solve >= 0)
    kind = picked((*_KIND_SHARES, 1 - sum(_KIND_SHARES)), rng.random(len(t.number)))
    place = np.flatnonzero(fit & (kind < len(KINDS)))
    soon, later = rng.integers(1800, _DAY_S, len(place)), rng.integers(5 * _DAY_S, 20 * _DAY_S, len(place))
    sent = t.first_solve[place] + np.where(kind[place] == NPS, later, soon)
    kept = sent < m.plan.until
    return place[kept], kind[place][kept], sent[kept]


def _answered(m: Making, kind: Ints, sent: Ints, delivery: Ints) -> Ints:
    """When invitations are answered, null for most; a few after more than two weeks."""
    rng, size = m.rng, len(sent)
    answers = rng.random(size) < np.where(kind == NPS, 0.6, 1.0) * _ANSWER_SHARE
    days = np.where(rng.random(size) < 0.04, rng.uniform(14, 25, size), rng.exponential(1.1, size))
    at = sent + 40 + (days * _DAY_S).astype(np.int64)
    return np.where(answers & (delivery == 0) & (at < m.plan.until), at, NONE)


def _mood(m: Making, place: Ints, solved: Ints) -> Floats:
    """How content customers are: 0 is as usual, one step is about one mark of five."""
    t, (begins, ends) = m.tickets, m.plan.strike
    waited = np.maximum(t.first_reply[place] - t.first_contact[place], 0)
    days = (solved - t.arrived[place]) / _DAY_S
    mood = 0.35 - 0.28 * np.log1p(waited / 7200) - 0.06 * np.minimum(days, 10)
    mood += m.plan.staff.warmth[np.where(t.is_assigned[place], t.owner[place], 0)]
    mood -= np.where(t.reason[place] == COMPLAINT, 0.9, 0) + np.where(t.reopened[place] > 0, 0.35, 0)
    mood -= np.where((t.arrived[place] >= begins) & (t.arrived[place] < ends), 0.9, 0)
    mood -= np.where(t.bot[place] == 1, 0.5, 0)
    return np.asarray(mood + m.rng.normal(0, 1.0, len(place)))


def _mark(kind: Ints, mood: Floats) -> Ints:
    """The mark on the scale of each kind; for `fcr` 1 is yes and 0 no."""
    csat = np.clip(np.rint(4.6 + mood), 1, 5)
    effort = np.clip(np.rint(5.6 + 1.3 * mood), 1, 7)
    recommends = np.clip(np.rint(8.6 + 2.0 * mood), 0, 10)
    return np.choose(kind, (csat, effort, recommends, (mood > -0.6).astype(np.float64))).astype(np.int64)


def marks_of_month(m: Making, asked: Asked) -> tuple[int, int]:
    """Satisfied and all CSAT answers of the last full month: of each invitation the latest answer before its end."""
    begins, ends = (local_midnight(day) for day in m.plan.month())
    is_csat = asked.kind == CSAT
    changed = (asked.changed_at >= 0) & (asked.changed_at < ends)
    at = np.where(changed, asked.changed_at, asked.answered)
    mark = np.where(changed, asked.second, asked.first)
    counted: Flags = is_csat & (at >= begins) & (at < ends)
    return int((counted & (mark >= 4)).sum()), int(counted.sum())


def survey_batches(m: Making, asked: Asked) -> Iterator[tuple[str, Any]]:
    """Rows of `survey_invitations` and `survey_answers`; a few answers reach the books days late."""
    t, place = m.tickets, asked.place
    team = np.where(t.is_assigned[place], t.team[place], NONE)
    columns = {
        "invitation_id": ids("v", asked.number),
        "kind": words(KINDS, asked.kind),
        "scale": words(_SCALES, asked.kind),
        "scope": words(_SCOPES, asked.kind),
        "ticket_id": ids("t", np.where(asked.kind == NPS, NONE, t.number[place])),
        "customer_id": customer_ids(t.customer[place], m.plan.seed),
        "agent_id": ids("a", np.where(asked.kind == NPS, NONE, asked.agent)),
        "team_id": words(TEAMS, np.where(asked.kind == NPS, NONE, team)),
        "sent_at": instants(asked.sent),
        "delivery": words(_DELIVERIES, asked.delivery),
        "channel": words(CHANNELS, t.channel[place]),
        "brand": words(BRANDS, t.brand[place]),
        "language": words(LANGUAGES, t.language[place]),
        "page": words((), np.full(len(place), NONE, dtype=np.int64)),
    }
    yield "survey_invitations", rows_of("survey_invitations", columns, asked.sent)
    yield "survey_answers", _answers(m, asked)


def _answers(m: Making, asked: Asked) -> Any:
    once, twice = np.flatnonzero(asked.answered >= 0), np.flatnonzero(asked.changed_at >= 0)
    which = np.concatenate((once, twice))
    at = np.concatenate((asked.answered[once], asked.changed_at[twice]))
    mark = np.concatenate((asked.first[once], asked.second[twice]))
    is_word = asked.kind[which] == FCR
    late = np.where(m.rng.random(len(at)) < 0.01, m.rng.integers(2 * _DAY_S, 9 * _DAY_S, len(at)), 0)
    columns = {
        "answer_id": ids("w", m.numbers.take("answer", len(at))),
        "invitation_id": ids("v", asked.number[which]),
        "question": pa.repeat("score", len(at)),
        "answered_at": instants(at),
        "value_num": pa.array(mark.astype(np.float64), mask=is_word),
        "value_text": words(("no", "yes"), np.where(is_word, mark, NONE)),
    }
    return rows_of("survey_answers", columns, np.minimum(at + late, m.plan.until - 1))
