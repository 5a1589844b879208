"""The parts of a metric's page, one a file and found by name: each is a picture, a table and a file to take along.

A part is built once from the desk's answers; page, picture and file are dresses of it, so they cannot differ. A module has
`PLACE` (where it stands), `TITLE` (until its finding is known), `IS_LATE` (whether the page shows itself first and fetches it
after) and `build(subject) -> Panel | None`; one whose file holds more than the page shows has `build_file` too, and one with
single rows in it says who may see it (`MAY = "see_rows"`). Its template is `panels/<name>.html`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, cast

from servicemeter.model.answer import Answer, Row
from servicemeter.web.subject import Subject

__all__ = ["SIZES", "Drawing", "Panel", "PanelModule", "panel_modules"]

Drawing = Callable[[tuple[int, int]], str]
"""Draws a picture of a size in its own units, with classes only."""

SIZES = {"wide": (1120, 280), "middle": (720, 260), "narrow": (340, 220)}
"""The sizes in which a picture is drawn for a page; the style sheet shows one."""


@dataclass(frozen=True)
class Panel:
    """One part: its finding as a title, exact figures (`rows`) with the answers they come from, and what the template needs."""

    name: str
    title: str
    subtitle: str
    rows: list[Row]
    answers: list[Answer] = field(default_factory=list)
    draw: Drawing | None = None
    values: dict[str, Any] = field(default_factory=dict)


class PanelModule(Protocol):
    """What a module of this package has."""

    PLACE: int
    TITLE: str
    IS_LATE: bool

    def build(self, subject: Subject) -> Panel | None: ...


@cache
def panel_modules() -> dict[str, PanelModule]:
    """All parts by name, in the order in which they stand."""
    names = (m.name for m in pkgutil.iter_modules(__path__))
    found = {name: cast(PanelModule, importlib.import_module(f"{__name__}.{name}")) for name in names}
    return dict(sorted(found.items(), key=lambda pair: pair[1].PLACE))
