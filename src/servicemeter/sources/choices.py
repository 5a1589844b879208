"""What is said of a file's columns: the meaning of each, and how it is read. A proposal guesses it, a form changes it,
`choicetext` writes it as a mapping, and `choiceback` finds it again in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from servicemeter.model.scales import USUAL_SCALES
from servicemeter.sources.decisions import Family
from servicemeter.sources.vocabulary import CHANNELS, DIRECTIONS, OUTCOMES, PRIORITIES, SPANS, STATUSES

__all__ = [
    *("AS_IT_IS", "GROUPS", "KEPT_ASIDE", "SCALES", "SCORES", "TRANSLATED", "Choices", "Words"),
    *("family_of", "kind_of", "rated_role"),
]

GROUPS: dict[str, tuple[str, ...]] = {
    "ticket": (
        *("ticket_id", "created_at", "first_reply_at", "first_reply_after", "solved_at", "solved_after", "status", "channel"),
        *("priority", "reason", "agent", "team", "subject", "language", "brand"),
    ),
    "customer": (
        *("customer_id", "customer_email", "customer_name", "segment", "country", "birth_year", "first_seen_at"),
        *("started_on", "ended_on"),
    ),
    "answer": ("rating", "recommends", "effort", "comment", "rated_at"),
    "call": (
        "call_id",
        "leg",
        "direction",
        "started_at",
        "wait",
        "answered_at",
        "ended_at",
        "talk",
        "hold",
        "wrap_up",
        "outcome",
    ),
    "order": ("order_id", "placed_at", "amount", "currency"),
    "agent": ("agent_id", "agent_name", "team_id", "team_name", "tier"),
}
"""The meanings that a column can have, in the order in which people look for them."""
SCORES = {"rating": "csat", "recommends": "nps", "effort": "ces"}
"""The meanings that are scores, and the kind of survey each is of."""
SCALES: dict[str, tuple[str, ...]] = {
    "rating": ("csat_2", "csat_3", "csat_5", "csat_7", "csat_10"),
    "recommends": ("nps_0_10",),
    "effort": ("ces2_7", "ces1_5", "ces_0_10", "ease_5"),
}
KEPT_ASIDE, AS_IT_IS = "keep aside", "pass"
TRANSLATED: dict[str, tuple[str, ...]] = {
    "status": tuple(STATUSES),
    "channel": (*CHANNELS, "video"),
    "priority": tuple(PRIORITIES),
    "outcome": tuple(OUTCOMES),
    "direction": tuple(DIRECTIONS),
    **dict.fromkeys(SCORES, ()),
}
"""The meanings whose values are translated, with the words of ours; those of a score are the numbers of its scale."""
_INSTANTS = frozenset(
    {
        *("created_at", "first_reply_at", "solved_at"),
        *("started_at", "answered_at", "ended_at", "placed_at", "rated_at", "first_seen_at", "started_on", "ended_on"),
    }
)
_OF_CALLS = ("leg", "wait", "answered_at", "talk", "hold", "wrap_up", "outcome")  # of tickets nothing of this is told
_OF_TICKETS = {"status", "solved_at", "first_reply_at", "subject", "priority"}  # a file of answers alone has none of them

_NAMED = {"contract": ("customer_id", "started_on"), "agent": ("agent_id",), "team": ("team_id",), "customer": ("customer_id",)}
"""What a row is that is neither a ticket nor a call, an order or an answer, and the meanings by which it is known."""


@dataclass(frozen=True)
class Words:
    """What the texts of a column become: word by text; a text not listed is kept aside, passed on, made empty or `otherwise`."""

    by_text: Mapping[str, str] = field(default_factory=dict)
    unknown: str = KEPT_ASIDE
    otherwise: str | None = None

    @property
    def change_nothing(self) -> bool:
        """Whether every text stays as it is."""
        return not self.by_text and self.unknown == AS_IT_IS and self.otherwise is None

    @property
    def rest(self) -> str | None:
        """The word that every text not listed becomes, "" for nothing; None where it stays as it is or is kept aside."""
        return self.otherwise if self.otherwise is not None else "" if self.unknown == "empty" else None

    def spelled(self, wanted: Callable[[str], bool]) -> tuple[str, ...]:
        """The listed texts that become a wanted word, in usual capitals: they matter to a condition, and not to a translation."""
        by_fold = {text.casefold(): word for text, word in self.by_text.items()}
        forms = dict.fromkeys(form for text in self.by_text for form in (text, text.lower(), text.upper(), text.capitalize()))
        words = {form: self.by_text.get(form, by_fold.get(form.casefold())) for form in forms}
        return tuple(form for form, word in words.items() if word is not None and wanted(word))

    def offered(self, role: str, scale: str) -> tuple[str, ...]:
        """The words to choose from: ours, and those that the mapping has of its own."""
        ours = TRANSLATED[role] or tuple(map(str, USUAL_SCALES[scale].values if scale in USUAL_SCALES else ()))
        own = (*self.by_text.values(), *([self.otherwise] if self.otherwise is not None else []))
        return tuple(dict.fromkeys((*ours, *own)))


@dataclass(frozen=True)
class Choices:
    """The meaning of a file's columns: `columns` by role, `readings` (date_order, decimal) by column, the rest by role.

    `capabilities` are None when what the columns tell is what the file supplies. `first_leg` is what the first leg of each call
    is called; None where legs have ids of their own and the call's is that of its first leg.
    """

    name: str
    columns: Mapping[str, str]
    time_zone: str | None = None
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    scales: Mapping[str, str] = field(default_factory=dict)
    unit: str = "major"
    recognise: tuple[str, ...] = ()
    file: Mapping[str, Any] = field(default_factory=dict)
    capabilities: tuple[str, ...] | None = None
    first_leg: str | None = None

    def has(self, role: str) -> bool:
        return role in self.columns


def family_of(role: str) -> Family | None:
    """What a column of that meaning holds: dates, numbers, seconds; None for texts."""
    if role in _INSTANTS:
        return "date"
    if role in SPANS:
        return "seconds"
    return "number" if role in ("amount", "birth_year", "tier") or role in SCORES else None


def rated_role(choices: Choices) -> str | None:
    """The meaning that says when an answer of a file of answers was given."""
    return next((role for role in ("rated_at", "answered_at", "created_at") if choices.has(role)), None)


def kind_of(choices: Choices) -> str | None:
    """What a row of the file is: an answer (scores and nothing that only tickets have), a ticket, a call, an order, or somebody
    whom the others name: a contract, a customer, an agent, a team.
    """
    scored = any(map(choices.has, SCORES))
    if scored and rated_role(choices) is not None and not any(map(choices.has, _OF_TICKETS)):
        return "answer"
    is_call = choices.has("call_id") and (choices.has("started_at") or choices.has("created_at"))
    if is_call and any(map(choices.has, _OF_CALLS)):
        return "call"
    if choices.has("ticket_id"):
        return "ticket"
    if is_call:
        return "call"
    if choices.has("order_id") and (choices.has("placed_at") or choices.has("created_at")):
        return "order"
    if choices.has("call_id") or choices.has("order_id"):
        return None
    return next((kind for kind, needed in _NAMED.items() if all(map(choices.has, needed))), None)
