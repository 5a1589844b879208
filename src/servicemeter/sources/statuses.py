"""The statuses of an installation's own, which its owner says in our words."""

from __future__ import annotations

from collections.abc import Mapping

from servicemeter.ground.errors import BadSettings

__all__ = ["read_statuses", "status_of"]

_OURS = {"new", "open", "pending", "on_hold", "solved", "closed"}


def read_statuses(given: str) -> dict[str, str]:
    """Statuses of an installation's own as ours: `waiting=pending, 7=on_hold`. Raises `BadSettings`."""
    found = {}
    for part in filter(None, (part.strip() for part in given.split(","))):
        name, _, ours = (word.strip() for word in part.partition("="))
        if ours not in _OURS:
            raise BadSettings(f"statuses: {part!r} has to be like NAME=STATUS, with one of {', '.join(sorted(_OURS))}.")
        found[name] = ours
    return found


def status_of(statuses: Mapping[str, str], given: object) -> str:
    """Our word for a status; KeyError, saying what to do, when there is none."""
    if str(given) not in statuses:
        raise KeyError(f"a word for its status {given}: connect again, say it under statuses, and sync with --since")
    return statuses[str(given)]
