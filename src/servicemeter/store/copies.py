"""The book's rows on another engine, so that the facts can be built and asked there."""

from __future__ import annotations

from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.model.tables import TABLES, Kind

__all__ = ["copy_book"]


def copy_book(book: BookEngine, engine: Engine) -> None:
    """Make every canonical table, and the versions before, on `engine` as they stand in the book now."""
    past = engine.dialect.schema("past")
    engine.make_schema(past)
    for table in TABLES.values():
        columns = {column.name: column.kind for column in table.all_columns}
        name = book.dialect.name_of(table.name)
        _copy(book, name, engine, engine.dialect.name_of(table.name), columns)
        _copy(book, f"{book.dialect.schema('past')}.{name}", engine, f"{past}.{engine.dialect.name_of(table.name)}", columns)


def _copy(book: BookEngine, name: str, engine: Engine, own_name: str, columns: dict[str, Kind]) -> None:
    engine.make_table(own_name, columns)
    chosen = ", ".join(book.dialect.name_of(column) for column in columns)
    for rows in book.batches(f"select {chosen} from {name}"):
        engine.stage(own_name, rows)
