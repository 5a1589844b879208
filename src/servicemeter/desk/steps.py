"""How far something long is, told while it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Step", "ToldStep"]


@dataclass(frozen=True)
class Step:
    """How far an import is: bytes read of those to be read (over all passes), and rows ready for the book."""

    doing: Literal["reading", "facts"]
    bytes_done: int = 0
    bytes_total: int = 0
    rows: int = 0


ToldStep = Callable[[Step], None]
