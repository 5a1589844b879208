"""Opening a home to ask it something: nothing is made, and an empty book is said to be empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.opening import open_desk
from servicemeter.ground.errors import EmptyBook
from servicemeter.ground.settings import Home

__all__ = ["reading"]


@contextmanager
def reading(home: Home, *, or_kept_aside: bool = False) -> Iterator[AnyDesk]:
    """The desk of a home that holds data, or (`or_kept_aside`) rows of which none could be taken; `EmptyBook` otherwise."""
    if not home.book.exists():
        raise _empty(home)
    with open_desk(home) as desk:
        has_data = desk.data_version > 0 and desk.covered() is not None
        if not has_data and not (or_kept_aside and desk.kept_aside()):
            raise _empty(home)
        yield desk


def _empty(home: Home) -> EmptyBook:
    return EmptyBook(
        f"Nothing has been imported into {home.folder} yet. Begin with: servicemeter import PATH, or look around with: "
        "servicemeter demo"
    )
