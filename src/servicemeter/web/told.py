"""How accounts, roles and keys are told on pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from servicemeter.model.person import Right, Role
from servicemeter.show.dates import day
from servicemeter.show.phrases import phrase

__all__ = ["RIGHT_WORDS", "ROLE_ABOUT", "ROLE_WORDS", "STATE_WORDS", "AccountView", "KeyView", "day_words"]

ROLE_WORDS: dict[Role, str] = {
    "owner": phrase("owner"),
    "admin": phrase("admin"),
    "analyst": phrase("analyst"),
    "lead": phrase("team lead"),
    "agent": phrase("agent"),
    "viewer": phrase("viewer"),
}
ROLE_ABOUT: dict[Role, str] = {
    "owner": phrase("everything, other owners too"),
    "admin": phrase("everything but owners"),
    "analyst": phrase("figures, rows, words, the data's faults, targets; of everything, or of what is ticked"),
    "lead": phrase("figures, rows and words of their teams"),
    "agent": phrase("figures, rows and words of their own work"),
    "viewer": phrase("figures alone, of everything or of what is ticked"),
}
STATE_WORDS = {
    "invited": phrase("invited"),
    "active": phrase("active"),
    "disabled": phrase("disabled"),
}
RIGHT_WORDS: dict[Right, str] = {
    "see_figures": phrase("figures"),
    "see_rows": phrase("rows, tickets and customers"),
    "read_words": phrase("what customers write"),
    "see_data": phrase("faults of the data"),
    "set_targets": phrase("targets and notes"),
    "load_data": phrase("loading data"),
}


@dataclass(frozen=True)
class AccountView:
    """An account as texts; `sees_nothing` where a lead has no team or an agent no id."""

    person_id: str
    email: str
    role: Role
    role_words: str
    state: str
    state_words: str
    sees: str
    has_second_factor: bool
    sees_nothing: bool


@dataclass(frozen=True)
class KeyView:
    """A key as texts."""

    key_id: str
    name: str
    rights: str
    ends: str
    used: str
    is_over: bool


def day_words(at: datetime, language: str) -> str:
    """The day of an instant."""
    return day(at.date(), language=language)
