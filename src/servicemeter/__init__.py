"""servicemeter: the measuring instrument for customer service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.ground.settings import DEFAULT_HOME, Home

if TYPE_CHECKING:
    from servicemeter.desk.anydesk import AnyDesk
    from servicemeter.desk.desk import Desk

__all__ = ["Desk", "__version__", "open"]

__version__ = "0.1.0"


def open(home: str | Path = DEFAULT_HOME, *, engine: str | None = None) -> AnyDesk:
    """Open a data folder (made when it does not exist) and ask it questions.

    With a server running on the same folder the questions go through it. With the address of an `engine`, such as
    `postgresql://me@localhost/figures`, they are answered there; an address in place of the folder means the default one.
    `BookHeld` when another process holds the book; `BadSettings` when the folder cannot be written or the engine does not answer.
    """
    from servicemeter.desk.opening import open_desk
    from servicemeter.engines.opening import is_address

    if engine is None and isinstance(home, str) and is_address(home):
        home, engine = DEFAULT_HOME, home
    return open_desk(Home(Path(home)), engine)


def __getattr__(name: str) -> Any:
    """`Desk`, fetched when it is first asked for: commands that need no database start without one."""
    if name == "Desk":
        from servicemeter.desk.desk import Desk

        return Desk
    raise AttributeError(f"module 'servicemeter' has no attribute {name!r}")
