"""When sessions and keys were last used: in memory, and once a minute in a file, because reading changes no database."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from servicemeter.ground.settings import write_privately

__all__ = ["LastSeen"]

_BETWEEN_WRITES = timedelta(minutes=1)
_KEPT = timedelta(days=400)


class LastSeen:
    """Instants by name (a session's hash, a key's id); whole seconds, in UTC."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._lock = path, threading.Lock()
        self._seen: dict[str, int] = _read(path)
        self._written_at: datetime | None = None

    def note(self, name: str, now: datetime) -> None:
        """It is used now."""
        with self._lock:
            self._seen[name] = int(now.timestamp())
            if self._written_at is None or now - self._written_at >= _BETWEEN_WRITES:
                self._write(now)

    def of(self, name: str) -> datetime | None:
        """When it was used last, if ever."""
        seconds = self._seen.get(name)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def close(self, now: datetime) -> None:
        """Write what is not written yet."""
        with self._lock:
            if self._seen:
                self._write(now)

    def _write(self, now: datetime) -> None:
        self._written_at = now
        self._seen = {name: at for name, at in self._seen.items() if at > (now - _KEPT).timestamp()}
        if self._path is not None:
            write_privately(self._path, json.dumps(self._seen) + "\n")


def _read(path: Path | None) -> dict[str, int]:
    try:
        said = json.loads(path.read_text(encoding="utf-8")) if path else {}
        return {str(name): int(at) for name, at in said.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
