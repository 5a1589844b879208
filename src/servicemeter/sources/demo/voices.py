"""How the customers of the demo shop sound, and what visitors of its pages say they came for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from servicemeter.sources.demo.columns import NONE, Ints, ids, instants, picked, rows_of, words
from servicemeter.sources.demo.making import CUSTOMER, Making
from servicemeter.sources.demo.people import BRANDS, LANGUAGES
from servicemeter.sources.demo.tickets import COMPLAINT

__all__ = ["sentiment_rows", "visitor_batches"]

_FEELING_STREAM, _VISITOR_STREAM = 6, 7
_SCORED_SHARE, _LEAN_SCORED_SHARE = 0.85, 0.1
_VISITORS_PER_TICKET = 0.05
_INTENTS = ("buy", "track", "return", "contact", "compare")
_INTENT_SHARES = (34, 26, 9, 14, 17)
_FULFILLED = ("yes", "partly", "no")
_YES_SHARES = np.array((0.62, 0.78, 0.55, 0.48, 0.83))
_PAGES = ("home", "product", "order", "help")
_ANSWER_SHARE = 0.35


def sentiment_rows(m: Making, said: dict[str, Ints], chunk: int) -> Any:
    """Rows of `message_sentiment`: most of the customers' own words, complaints and the week of the strike lower."""
    rng, (begins, ends) = m.plan.chance(_FEELING_STREAM, chunk), m.plan.strike
    share = _LEAN_SCORED_SHARE if m.plan.lean else _SCORED_SHARE
    scored = (said["author"] == CUSTOMER) & (said["auto"] == 0) & (rng.random(len(said["at"])) < share)
    place, at = said["ticket"][scored], said["at"][scored]
    score = 0.12 - np.where(m.tickets.reason[place] == COMPLAINT, 0.45, 0) + rng.normal(0, 0.3, len(place))
    score -= np.where((at >= begins) & (at < ends), 0.25, 0)
    columns = {
        "message_id": ids("m", said["number"][scored]),
        "model": pa.repeat("demo-1", len(place)),
        "score": np.round(np.clip(score, -1, 1), 2),
    }
    return rows_of("message_sentiment", columns, np.minimum(at + 60, m.plan.until - 1))


def visitor_batches(m: Making, chunk: int) -> Iterator[tuple[str, Any]]:
    """Visitors who were asked on a page why they came, and what about a third of them answered."""
    rng, t = m.plan.chance(_VISITOR_STREAM, chunk), m.tickets
    size = max(int(len(t.number) * _VISITORS_PER_TICKET), 1)
    sent = np.sort(t.arrived[rng.integers(0, len(t.number), size)])
    number, brand = m.numbers.take("invitation", size), (rng.random(size) < 0.38).astype(np.int64)
    language = np.where(rng.random(size) < 0.16, 2, brand)
    nothing = np.full(size, NONE, dtype=np.int64)
    columns = {
        "invitation_id": ids("v", number),
        "kind": pa.repeat("intent", size),
        **{name: words((), nothing) for name in ("scale", "ticket_id", "customer_id", "agent_id", "team_id", "channel")},
        "scope": pa.repeat("intercept", size),
        "sent_at": instants(sent),
        "delivery": pa.repeat("delivered", size),
        "brand": words(BRANDS, brand),
        "language": words(LANGUAGES, language),
        "page": words(_PAGES, rng.integers(0, len(_PAGES), size)),
    }
    yield "survey_invitations", rows_of("survey_invitations", columns, sent)
    answered = sent + rng.integers(10, 180, size)
    some = np.flatnonzero((rng.random(size) < _ANSWER_SHARE) & (answered < m.plan.until))
    yield "survey_answers", _reasons(m, rng, number[some], answered[some])


def _reasons(m: Making, rng: np.random.Generator, number: Ints, at: Ints) -> Any:
    """Why they came, and whether they got it; one in ten leaves out the second."""
    intent = picked(_INTENT_SHARES, rng.random(len(number)))
    luck, yes = rng.random(len(number)), _YES_SHARES[intent]
    fulfilled = np.where(luck < yes, 0, np.where(luck < yes + 0.12, 1, 2))
    second = np.flatnonzero(rng.random(len(number)) < 0.9)
    said = np.concatenate((intent, len(_INTENTS) + fulfilled[second]))
    moment = np.concatenate((at, at[second] + 5))
    columns = {
        "answer_id": ids("w", m.numbers.take("answer", len(said))),
        "invitation_id": ids("v", np.concatenate((number, number[second]))),
        "question": words(("intent", "fulfilled"), (said >= len(_INTENTS)).astype(np.int64)),
        "answered_at": instants(np.minimum(moment, m.plan.until - 1)),
        "value_num": pa.nulls(len(said), pa.float64()),
        "value_text": words((*_INTENTS, *_FULFILLED), said),
    }
    return rows_of("survey_answers", columns, np.minimum(moment, m.plan.until - 1))
