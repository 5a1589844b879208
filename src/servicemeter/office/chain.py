"""A log whose entries are chained by hashes, so that no entry can be changed, moved or taken out unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["START", "find_break", "link"]

START = "0" * 64
"""What the first entry of a log follows."""


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash of an entry that follows the one with the hash `previous`."""
    said = json.dumps([previous, dict(entry)], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def find_break(entries: Iterable[tuple[Mapping[str, Any], str]]) -> tuple[int, str, int | None]:
    """How many entries there are, the hash of the last, and the place (from 1) of the first that does not follow, or None."""
    last, count = START, 0
    first_wrong: int | None = None
    for entry, hash_said in entries:
        count += 1
        if first_wrong is None and link(last, entry) != hash_said:
            first_wrong = count
        last = hash_said
    return count, last, first_wrong
