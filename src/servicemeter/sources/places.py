"""What may be imported that is no file: the address of a database, or a dlt source. Each is the shelf of a warehouse."""

from __future__ import annotations

from pathlib import Path

from servicemeter.ground.errors import BadMapping
from servicemeter.sources import dlt_source, postgres
from servicemeter.sources.shelves import Shelf

__all__ = ["is_place", "shelf_at", "shown_place", "whole_place"]


def is_place(path: Path | str) -> bool:
    """Whether what is to be imported is a place of tables, and no path of files.

    >>> is_place("postgresql://localhost/desk"), is_place("dlt:shop.py:orders"), is_place("export/tickets.csv")
    (True, True, False)
    """
    return postgres.is_database(path) or dlt_source.is_dlt(path)


def shown_place(place: str) -> str:
    """A place as it may be shown and noted: without a password."""
    return postgres.without_password(place) if postgres.is_database(place) else place


def whole_place(path: str) -> str:
    """A path or place that means the same from wherever it is called: files by their whole path."""
    if postgres.is_database(path):
        return path
    return dlt_source.whole(path) if dlt_source.is_dlt(path) else str(Path(path).absolute())


def shelf_at(place: str, schema: str | None, user_folder: Path | None) -> Shelf:
    """The tables of a place."""
    if postgres.is_database(place):
        return postgres.Postgres(place, schema)
    if schema is not None:
        raise BadMapping("--schema names a schema of a database; a dlt source has none.")
    return dlt_source.DltSource(place, user_folder)
