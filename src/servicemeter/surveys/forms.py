"""What a survey asks: questions with their scales, in any number of languages, and when somebody is asked at all.

A form says nothing about how it looks on a page; `formfile` reads it from TOML, ours and users' alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from servicemeter.model.scales import Scale

__all__ = ["EVENTS", "KINDS", "SCOPES", "YES", "Asking", "Branch", "Event", "Form", "Question", "Wording", "pick_language"]

Kind = Literal["csat", "ces", "nps", "fcr", "intent"]
Event = Literal["ticket_solved", "contact_ended", "order_placed", "order_delivered", "relation", "visit"]
KINDS = ("csat", "ces", "nps", "fcr", "intent")
EVENTS = ("ticket_solved", "contact_ended", "order_placed", "order_delivered", "relation", "visit")
SCOPES = ("transactional", "relational", "intercept")
YES = ("yes", "no", "not_yet")


@dataclass(frozen=True)
class Branch:
    """A question that follows only when the rating lies in [low, high], or the choice is one of `options`."""

    low: int | None = None
    high: int | None = None
    options: tuple[str, ...] = ()

    def is_met(self, answer: int | str | None) -> bool:
        """Whether the score question's answer leads to the question; no answer leads nowhere."""
        if answer is None:
            return False
        if isinstance(answer, str):
            return answer in self.options
        return (self.low is None or answer >= self.low) and (self.high is None or answer <= self.high)


@dataclass(frozen=True)
class Question:
    """One question. `rating` has a scale, `choice` (one) and `choices` (several) have options, `text` has neither.

    An option `other` opens a line for words. `style` is how a rating is drawn: numbers, stars or faces.
    """

    name: str
    type: Literal["rating", "choice", "choices", "text"]
    scale: Scale | None = None
    options: tuple[str, ...] = ()
    when: Branch | None = None
    style: Literal["numbers", "stars", "faces"] = "numbers"
    is_shuffled: bool = False
    longest: int = 2_000


@dataclass(frozen=True)
class Wording:
    """A form in one language. `asks` is the text of each question, `labels` the words beside options and scale points."""

    title: str
    subject: str
    intro: str
    thanks: str
    asks: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Asking:
    """Whom to ask and when. Days of a quarantine are whole elapsed days of 86,400 seconds.

    `share` (0 to 1) is drawn once a person and `period`; `own_days` pass between two asks of this form, `any_days`
    between this and any other, and a person is asked at most `most_per_year` times in 365 days by all forms together.
    """

    event: Event
    quiet_hours: int = 24
    within_days: int = 3
    share: float = 1.0
    period: Literal["month", "quarter", "year"] = "month"
    own_days: int = 7
    any_days: int = 7
    most_per_year: int = 12
    remind_days: int | None = None
    channels: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    consent_countries: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    after_seconds: int = 0
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One survey. The first question is the score question, which the metrics are worked out from."""

    name: str
    kind: Kind
    scope: str
    questions: tuple[Question, ...]
    asking: Asking
    wordings: Mapping[str, Wording]
    default_language: str = "en"
    is_anonymous: bool = False
    edit_days: int = 14
    expire_days: int = 28
    sender: str = ""
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of intents: the contact reasons of people who came for it and did not manage; an intent's own name when left out."""

    @property
    def score(self) -> Question:
        """The question that the survey is named after."""
        return self.questions[0]

    @property
    def digest(self) -> str:
        """What was asked and how it was worded: another digest is another version. When to ask is no part of it."""
        said = asdict(self)
        del said["asking"], said["sender"], said["reasons"], said["edit_days"], said["expire_days"]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def question(self, name: str) -> Question | None:
        """A question by its name."""
        return next((q for q in self.questions if q.name == name), None)

    def wording(self, language: str) -> Wording:
        """The words in a language; the default language's when there are none."""
        return self.wordings[pick_language([language], self.wordings) or self.default_language]


def pick_language(wanted: Sequence[str | None], offered: Mapping[str, object]) -> str | None:
    """The first wanted language that is offered: `nl-BE` finds `nl`, and where only `nl-formal` is offered that one.

    >>> pick_language([None, "de-AT", "nl-BE"], {"en": 1, "nl": 1}), pick_language(["nl"], {"en": 1, "nl-formal": 1})
    ('nl', 'nl-formal')
    """
    for tag in wanted:
        parts = (tag or "").lower().replace("_", "-").split("-")
        for length in range(len(parts), 0, -1):
            name = "-".join(parts[:length])
            found = name if name in offered else next((o for o in sorted(offered) if name and o.startswith(f"{name}-")), None)
            if found:
                return found
    return None
