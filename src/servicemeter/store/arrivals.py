"""Rows that have arrived and are not yet in the book: staged, made canonical, checked against the declarations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.engines.engine import BookEngine
from servicemeter.ground.errors import UnknownName
from servicemeter.ground.libraries import when_used
from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import Batch, KeptAside, ParquetBatch
from servicemeter.model.tables import TABLES, Column, Table
from servicemeter.store.identities import hash_identities
from servicemeter.store.words import Mask, has_words, mask_rows

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["Arrivals"]


class Arrivals:
    """The rows of one delivery by table, each a relation that can be read several times."""

    def __init__(
        self, engine: BookEngine, source: str, recorded_at: datetime, identity_key: bytes, mask: Mask | None = None
    ) -> None:
        self.engine = engine
        self.source = source
        self.recorded_at = recorded_at
        self.staged_rows = 0
        self.tables: dict[str, str] = {}
        self._identity_key = identity_key
        self._mask = mask
        self._relations: dict[str, list[str]] = {}
        self._temporary: set[str] = set()

    def stage(self, item: Batch | ParquetBatch) -> None:
        """Add rows of one table; names every column that the table does not have."""
        if item.table not in TABLES:
            raise UnknownName("canonical table", item.table, TABLES)
        table = TABLES[item.table]
        relations = self._relations.setdefault(table.name, [])
        if isinstance(item, ParquetBatch):
            relation = self.engine.parquet(item.path)
            canonical = self._canonical(table, relation, self.engine.arrow(f"select * from {relation} limit 0").schema)
            if table.name != "customer_identities" and not (self._mask and has_words(table)):
                relations.append(canonical)
                return
            # A keyed hash and a mask are made here, not by the engine.
            item = Batch(table.name, self.engine.arrow(f"select * from {canonical}"))
        rows = hash_identities(item.rows, self._identity_key) if table.name == "customer_identities" else item.rows
        self._check_columns(table, rows.schema)
        if self._mask:
            rows = mask_rows(rows, table, self._mask)
        name = f"staged_{table.name}"
        if name not in self._temporary:
            columns = ", ".join(f"{self._q(c.name)} {self._type(c)}" for c in table.all_columns)
            self.engine.run(f"drop table if exists {name}; create temp table {name} ({columns})")
            self._temporary.add(name)
            relations.append(self._canonical(table, name, None))
        self.engine.stage(name, rows)
        self.staged_rows += rows.num_rows

    def clean(self, kept: list[KeptAside], label: str) -> Iterator[tuple[Table, str]]:
        """Give each table with a relation of its good rows; rows that break a rule are added to `kept`."""
        for name in TABLES:
            if name not in self._relations:
                continue
            table = TABLES[name]
            relation = "(" + " union all ".join(f"select * from {r}" for r in self._relations[name]) + ") as arrived"
            faults = list(self._faults(table))
            broken = " or ".join(f"coalesce({condition}, false)" for condition, _, _ in faults) or "false"
            found = int(self.engine.rows(f"select count(*) from {relation} where {broken}")[0][0])
            if found:
                kept.extend(self._explain(table, relation, faults, broken, label))
                relation = f"(select * from {relation} where not ({broken})) as good"
            self.tables[name] = relation
            yield table, relation

    def sources(self) -> list[str]:
        """All whose rows these are; call after `clean`."""
        found = {
            str(s) for relation in self.tables.values() for (s,) in self.engine.rows(f"select distinct source from {relation}")
        }
        return sorted(found | {self.source})

    def drop(self) -> None:
        """Forget the staged rows."""
        for name in self._temporary:
            self.engine.run(f"drop table if exists {name}")

    def _type(self, column: Column) -> str:
        return self.engine.dialect.types[column.kind]

    def _q(self, name: str) -> str:
        return self.engine.dialect.name_of(name)

    def _check_columns(self, table: Table, schema: pa.Schema) -> None:
        known = {c.name for c in table.all_columns}
        for name in schema.names:
            if name not in known:
                raise UnknownName(f"column of {table.name}", name, known)

    def _canonical(self, table: Table, relation: str, schema: pa.Schema | None) -> str:
        """A relation with all columns of the table: typed, defaults filled in, instants in whole seconds."""
        if schema is not None:
            self._check_columns(table, schema)
        columns = ", ".join(f"{self._cell(c, schema)} as {self._q(c.name)}" for c in table.all_columns)
        return f"(select {columns} from {relation}) as canonical"

    def _cell(self, column: Column, schema: pa.Schema | None) -> str:
        literal = self.engine.dialect.literal
        if column.name == "source":
            default: Any = self.source
        elif column.name == "recorded_at":
            default = self.recorded_at
        else:
            default = column.default
        if schema is not None and column.name not in schema.names:
            return f"cast({literal(default)} as {self._type(column)})"
        cell = self._q(column.name)
        if schema is not None:
            given = schema.field(column.name).type
            if pa.types.is_timestamp(given) and given.tz:
                cell = f"({cell} at time zone 'UTC')"
            cell = f"cast({cell} as {self._type(column)})"
        if column.kind == "ts" and column.name != "recorded_at":
            cell = f"date_trunc('second', {cell})"
        return cell if default is None else f"coalesce({cell}, {literal(default)})"

    def _faults(self, table: Table) -> Iterator[tuple[str, str, str]]:
        """The rules of a table as (condition that a broken row meets, column, reason)."""
        text = self.engine.dialect.text
        for column in table.columns:
            cell = self._q(column.name)
            if column.required:
                yield f"{cell} is null", column.name, phrase(f"{column.name} is missing")
            if column.words:
                words = ", ".join(text(w) for w in column.words)
                reason = phrase(f"{column.name} must be one of {', '.join(column.words)}")
                yield f"{cell} not in ({words})", column.name, reason
            if column.words_when:
                other, choices = column.words_when
                for value, allowed in choices.items():
                    words = ", ".join(text(w) for w in allowed)
                    yield (
                        f"{self._q(other)} = {text(value)} and ({cell} is null or {cell} not in ({words}))",
                        column.name,
                        phrase(f"{column.name} of {other} {value} must be one of {', '.join(allowed)}"),
                    )

    def _explain(
        self, table: Table, relation: str, faults: list[tuple[str, str, str]], broken: str, label: str
    ) -> Iterator[KeptAside]:
        """Say of each broken row which rule it breaks first."""
        which = " ".join(f"when {condition} then {i}" for i, (condition, _, _) in enumerate(faults))
        names = [c.name for c in table.all_columns]
        rows = self.engine.rows(f"""
            select number, case {which} end as fault, {", ".join(self._q(n) for n in names)}
            from (select *, row_number() over () as number from {relation}) as numbered where {broken}
        """)
        for number, fault, *cells in rows:
            row = dict(zip(names, cells, strict=True))
            _, column, reason = faults[fault]
            yield KeptAside(label, int(number), table.name, column, str(row[column] or ""), reason, row)
