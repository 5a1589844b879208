"""servicemeter: the measuring instrument for customer service."""

from __future__ import annotations

from pathlib import Path

from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import DEFAULT_HOME, Home

__all__ = ["Desk", "__version__", "open"]

__version__ = "0.1.0"


def open(home: str | Path = DEFAULT_HOME) -> Desk:
    """Open a data folder (made when it does not exist) and ask it questions.

    `BookHeld` when another process that is no server of ours holds it; `BadSettings` when the folder cannot be written.
    """
    return Desk(Home(Path(home)))
