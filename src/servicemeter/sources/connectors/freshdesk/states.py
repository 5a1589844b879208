"""Freshdesk's numbers and names of states, priorities and channels in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from servicemeter.sources.changes import STATUS_ORDER

__all__ = ["CHANNELS", "PRIORITIES", "Statuses"]

PRIORITIES = {"1": "low", "2": "normal", "3": "high", "4": "urgent", "low": "low", "medium": "normal", "high": "high",
              "urgent": "urgent"}  # fmt: skip
CHANNELS = {1: "email", 2: "web", 3: "phone", 5: "social", 6: "social", 7: "chat", 8: "social", 9: "web", 10: "email",
            11: "social", 12: "messaging", 13: "messaging"}  # fmt: skip
_BY_NUMBER = {"2": "open", "3": "pending", "4": "solved", "5": "closed", "6": "pending", "7": "on_hold"}
_BY_NAME = {"open": "open", "pending": "pending", "resolved": "solved", "closed": "closed", "waiting on customer": "pending",
            "waiting on third party": "on_hold"}  # fmt: skip


class Statuses:
    """The account's statuses: Freshdesk's own, and further ones by their option (`statuses = "8=on_hold"`), else open.

    A status of the account's own is neither solved nor closed (Freshdesk keeps those two for itself), so it is a kind of open.
    """

    def __init__(self, given: Sequence[Mapping[str, Any]]) -> None:
        said: Mapping[str, Any] = given[0] if given else {}
        own = {number: word for number, word in said.get("own", {}).items() if word in STATUS_ORDER}
        self._by_number = {**_BY_NUMBER, **own}
        self._by_name = dict(_BY_NAME)
        for number, names in said.get("choices", {}).items():
            for name in names if isinstance(names, list) else [names]:
                self._by_name[str(name).lower()] = self._by_number.get(str(number), "open")

    def word(self, given: Any) -> str:
        """The word of a number or a name."""
        text = str(given)
        return self._by_number.get(text) or self._by_name.get(text.lower(), "open")
