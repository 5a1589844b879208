"""The log of exports: who took which rows or files along, and who read what people wrote.

A file of its own, a JSON line an entry: it is written while reading, and reading changes no database. Its lines are chained like
the audit log's.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from servicemeter.office.audit import AuditState
from servicemeter.office.chain import START, find_break, link

__all__ = ["ExportLog"]


class ExportLog:
    """The file, added to by one process; it is made, for its owner's eyes alone, when the first entry comes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._last: str | None = None

    def add(self, entry: Mapping[str, Any]) -> None:
        """Keep an entry for good."""
        with self._lock:
            if self._last is None:
                self._last = self.verify().head
            fresh = link(self._last, entry)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps({**entry, "hash": fresh}, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            self._last = fresh

    def entries(self) -> list[dict[str, Any]]:
        """Every entry, oldest first, without its hash."""
        return [dict(entry) for entry, _ in self._lines()]

    def verify(self) -> AuditState:
        """Whether every line is as it was written. A cut off end shows by the head alone, so note it elsewhere."""
        count, last, wrong = find_break(self._lines())
        return AuditState(count, last, f"Line {wrong} is not as it was written, or one before it was taken out." if wrong else "")

    def _lines(self) -> Iterator[tuple[Mapping[str, Any], str]]:
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                said = str(entry.pop("hash"))
            except (ValueError, KeyError, AttributeError):
                entry, said = {"unreadable": line}, START
            yield entry, said
