"""Who holds the book: the note a server leaves in its data folder, and the desk that a command gets."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from servicemeter.ground.errors import BookHeld
from servicemeter.ground.settings import Home, write_privately

if TYPE_CHECKING:
    from servicemeter.desk.anydesk import AnyDesk

__all__ = ["ServerNote", "leave_note", "live_server", "open_desk", "read_note", "take_note_away"]

_PATIENCE_S = 2.0
_PAUSE_S = 0.1


@dataclass(frozen=True)
class ServerNote:
    """What a running server tells its owner's commands: its process, its port on loopback and a token.

    `address` is where people open its pages.
    """

    pid: int
    port: int
    token: str
    address: str = ""


def open_desk(home: Home, engine: str | None = None) -> AnyDesk:
    """The desk of a data folder: through the server that runs on it, else opened in this process.

    A book that is held for a moment (another command, a server that is starting) is waited for, two seconds at most;
    then `BookHeld`; so is one that a server holds when its figures are wanted of another `engine`.
    """
    patience = time.monotonic() + _PATIENCE_S
    while True:
        remote = live_server(home)
        if remote is not None:
            if engine is None:
                return remote
            remote.close()
            raise BookHeld(f"{home.folder} is served, and the server answers by itself. Stop it, or ask without an engine.")
        from servicemeter.desk.desk import Desk

        try:
            return Desk(home, engine=engine)
        except BookHeld:
            if time.monotonic() > patience:
                raise
            time.sleep(_PAUSE_S)


def live_server(home: Home) -> AnyDesk | None:
    """The server that runs on this home, asked and answering, or None; a note that a dead server left is ignored."""
    note = read_note(home)
    if note is None or not _is_alive(note.pid):
        return None
    from servicemeter.desk.remote import RemoteDesk

    desk = RemoteDesk(home, note)
    is_ours = False
    try:
        is_ours = desk.answers()
    finally:
        if not is_ours:
            desk.close()
    return desk if is_ours else None


def read_note(home: Home) -> ServerNote | None:
    """The note in the data folder; None without one, or when it is no note."""
    try:
        said = json.loads(home.server.read_text(encoding="utf-8"))
        return ServerNote(int(said["pid"]), int(said["port"]), str(said["token"]), str(said.get("address", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def leave_note(home: Home, note: ServerNote) -> None:
    """Write the note for the owner's eyes alone."""
    write_privately(home.server, json.dumps(asdict(note)) + "\n")


def take_note_away(home: Home, note: ServerNote) -> None:
    """Remove the note, unless another server has left its own since."""
    if read_note(home) == note:
        home.server.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    if os.name != "posix" or pid <= 0:
        return pid > 0  # elsewhere only the server's own answer tells
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
