"""What came of a survey in the reader's words: steps of the funnel, reasons for not asking, what looked like a machine."""

from __future__ import annotations

from servicemeter.show.numbers import interval, percent
from servicemeter.show.phrases import phrase, say

__all__ = ["doubt_words", "event_words", "kind_words", "reason_words", "share_words", "span_words", "step_words"]

_STEPS = {
    "happened": phrase("happened"),
    "eligible": phrase("worth a question"),
    "reachable": phrase("can be reached and may be asked"),
    "sampled": phrase("drawn"),
    "not_quarantined": phrase("not asked too recently"),
    "delivered": phrase("delivered"),
    "seen": phrase("seen by a person"),
    "rated": phrase("rated"),
    "complete": phrase("answered to the end"),
}
_REASONS = {
    "no_answer": phrase("nobody had answered"),
    "auto_closed": phrase("closed by itself"),
    "internal": phrase("a colleague"),
    "nobody": phrase("nobody is known"),
    "other_channel": phrase("another channel"),
    "other_brand": phrase("another brand"),
    "asked_before": phrase("asked about it before"),
    "no_address": phrase("no address"),
    "objected": phrase("does not want to be asked"),
    "bounced": phrase("the address does not exist"),
    "needs_consent": phrase("did not agree yet"),
    "refused": phrase("refused by the mail server"),
    "sampled_out": phrase("not drawn"),
    "quarantined": phrase("asked not long ago"),
    "too_often": phrase("asked often enough this year"),
    "yielded": phrase("a rarer survey goes first"),
}
_DOUBTS = {
    "no_page": phrase("names no page of ours"),
    "hidden_field": phrase("filled in what no person sees"),
    "too_fast": phrase("faster than a person reads"),
    "wavering": phrase("several scores within seconds"),
    "too_often": phrase("too many from one place"),
}
_KINDS = {
    "csat": phrase("satisfaction"),
    "ces": phrase("effort"),
    "nps": phrase("recommendation"),
    "fcr": phrase("question answered"),
    "intent": phrase("visitor intent"),
}
_EVENTS = {
    "ticket_solved": phrase("after a solved ticket"),
    "contact_ended": phrase("after a call or chat"),
    "order_placed": phrase("after an order"),
    "order_delivered": phrase("after a delivery"),
    "relation": phrase("once a period"),
    "visit": phrase("on the website"),
}


def step_words(step: str, language: str) -> str:
    """A step of the funnel."""
    return say(language, _STEPS.get(step, step))


def reason_words(reason: str, language: str) -> str:
    """Why somebody was not asked."""
    return say(language, _REASONS.get(reason, reason))


def doubt_words(doubt: str, language: str) -> str:
    """Why an answer was held back, or a request turned away."""
    return say(language, _DOUBTS.get(doubt, doubt))


def kind_words(kind: str, language: str) -> str:
    """What a survey asks about."""
    return say(language, _KINDS.get(kind, kind))


def event_words(event: str, language: str) -> str:
    """When a survey asks."""
    return say(language, _EVENTS.get(event, event))


def share_words(share: float | None, language: str) -> str:
    """A share as a percentage, or a dash."""
    return "–" if share is None else percent(share, language=language)


def span_words(low: float | None, high: float | None, language: str) -> str:
    """Two shares as one span, with the sign of percent once: `69.9–72.8 %`."""
    if low is None or high is None:
        return ""
    bounds = (percent(bound, language=language).removesuffix(" %") for bound in (low, high))
    return f"{interval(*bounds)} %"
