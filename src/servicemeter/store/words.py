"""Customers' words on their way into the book: the one place where what identifies people can be masked before it is stored.

Which columns hold words is declared with the tables (`privacy = "words"`). Whoever makes the mask decides what it takes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from servicemeter.engines.engine import BookEngine
from servicemeter.ground.libraries import when_used
from servicemeter.model.rows import KeptAside
from servicemeter.model.tables import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["Mask", "has_words", "mask_kept", "mask_rows", "mask_stored"]

Mask = Callable[[str], str]
_ONLY_A_MARK = re.compile(r"\s*\[\w+\]\s*")
_KEPT_ASIDE = ("value", "reason", "row")


def has_words(table: Table) -> bool:
    """Whether a table has a column for what customers wrote."""
    return bool(_word_columns(table))


def mask_rows(rows: pa.Table, table: Table, mask: Mask) -> pa.Table:
    """The rows with the mask passed over every cell of words."""
    for name in _word_columns(table):
        if name in rows.column_names:
            cells = [None if cell is None else mask(cell) for cell in rows.column(name).to_pylist()]
            rows = rows.set_column(rows.column_names.index(name), name, pa.array(cells, pa.string()))
    return rows


def mask_kept(kept: KeptAside, mask: Mask) -> KeptAside:
    """A row kept aside with the mask passed over its cells.

    A cell that is nothing but one identifier, such as a column of e-mail addresses, is a key and no words: it stays, so that
    the row can be mended and imported again.
    """
    row = {name: _cell(name, cell, mask) for name, cell in kept.row.items()}
    return replace(kept, value=_cell(kept.column, kept.value, mask), reason=mask(kept.reason), row=row)


def mask_stored(engine: BookEngine, mask: Mask) -> dict[str, int]:
    """Pass the mask over the words of every version that is stored; call inside a transaction. Cells changed, by table."""
    changed: dict[str, int] = {}
    for name, column in _stored_words():
        changed[name] = changed.get(name, 0) + _mask_column(engine, name, engine.dialect.name_of(column), mask)
    return {name: count for name, count in changed.items() if count}


def _word_columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.privacy == "words")


def _cell(name: str, cell: Any, mask: Mask) -> Any:
    if not isinstance(cell, str):
        return cell
    masked = mask(cell)
    is_words = any(name in _word_columns(table) for table in TABLES.values())
    return cell if _ONLY_A_MARK.fullmatch(masked) and not is_words else masked


def _stored_words() -> Iterator[tuple[str, str]]:
    for table in TABLES.values():
        for column in _word_columns(table):
            yield table.name, column
            yield f"past.{table.name}", column
    for column in _KEPT_ASIDE:
        yield "meta.kept_aside", column


def _mask_column(engine: BookEngine, table: str, column: str, mask: Mask) -> int:
    """Replace each text that the mask changes, wherever it stands in the column."""
    engine.run("drop table if exists masked_words; create temp table masked_words (was varchar, becomes varchar)")
    for batch in engine.batches(f"select distinct {column} as was from {table} where {column} is not null"):
        pairs = [(was, becomes) for was in batch.column("was").to_pylist() if (becomes := mask(was)) != was]
        if pairs:
            engine.stage("masked_words", pa.table({"was": [w for w, _ in pairs], "becomes": [b for _, b in pairs]}))
    [(count,)] = engine.rows(f"select count(*) from {table} where {column} in (select was from masked_words)")
    engine.run(f"update {table} set {column} = m.becomes from masked_words as m where {column} = m.was; drop table masked_words")
    return int(count)
