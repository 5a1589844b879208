"""The pages, one a file; a new file here is a new page.

A page has a `router` with its addresses and, if it stands in the navigation, a `PAGE` with its section. Its template has its
name, its styles may stand in `static/<name>.css`. What it says is translated in `show/locale/<language>/<name>.po`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from servicemeter.show.phrases import phrase
from servicemeter.web.desklike import DeskLike
from servicemeter.web.rules import Needed

__all__ = ["SECTIONS", "Page"]

SECTIONS = {
    "figures": phrase("Figures"),
    "work": phrase("Work"),
    "customers": phrase("Customers"),
    "data": phrase("Data"),
    "house": phrase("Settings"),
}
"""The sections of the navigation by name, in order; a section leads to the first of its pages that one may open."""


@dataclass(frozen=True)
class Page:
    """A place in the navigation: its title in English (marked with `phrase`), its address, its section, and its place there.

    `badge` counts what waits there for somebody (None: not known yet); it is asked for every page shown and must be quick.
    `may` is the rule of the module's routes that have none of their own (`web/rules.py`), and who is shown the entry.
    """

    title: str
    path: str
    section: str
    place: int
    badge: Callable[[DeskLike], int | None] | None = None
    may: Needed | None = None
