"""The terminal: one verb a file. A module of this folder is a verb, found by its name; `terminal/` is what they share."""

from __future__ import annotations

from servicemeter.cli.terminal.verbs import Verbs

__all__ = ["main", "servicemeter"]

servicemeter = Verbs("servicemeter", __name__)


def main() -> None:
    """The `servicemeter` command; ends the process with its exit status."""
    servicemeter()
