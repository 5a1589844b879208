"""The second pass over a file: raw rows become canonical rows, or are kept aside with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import Batch, KeptAside, arrow_type
from servicemeter.model.tables import Column
from servicemeter.sources.conditions import spoken
from servicemeter.sources.deciding import AT, Plan
from servicemeter.sources.eventlog import Step, batches_of, in_order
from servicemeter.sources.madeids import MadeIds
from servicemeter.sources.mapping import Block, Group
from servicemeter.sources.readers import Reader, Unreadable
from servicemeter.sources.rules import event_fault, wanted_columns
from servicemeter.sources.table import Cell, RawBatch, RawTable, text_of
from servicemeter.sources.values import Choice, ColumnOf, Frame, Value
from servicemeter.sources.vocabulary import begins_with_total, is_only_total

__all__ = ["TOTALS", "Shaper"]

TOTALS = phrase("lines of totals")
"""What rows are called that sum up others: they could not be taken anyway, or have a word for a total as their id and no date."""

_HALF_DAY = timedelta(hours=12)
_REPEATING = frozenset({"customers", "customer_identities", "agents", "teams"})


class Shaper:
    """Shapes one file under a mapping. A raw row of which one canonical row cannot be taken is kept aside whole."""

    def __init__(self, table: RawTable, plan: Plan) -> None:
        self._table, self._plan, self._mapping = table, plan, plan.mapping
        self._ids = MadeIds()
        self.dropped: Counter[str] = Counter()
        self.retried: set[str] = set()

    def rows(self, report: Callable[[int], None] | None = None) -> Iterator[Batch | KeptAside]:
        """Give typed batches and kept-aside rows, in the order of the file (an event log: of its cases)."""
        raw = self._undropped(self._table.batches(report))
        if self._mapping.group is None:
            for batch, rows, aside in raw:
                yield from aside
                yield from self._shaped(batch, rows)
            return
        asides: list[KeptAside] = []
        steps = self._steps(raw, self._mapping.group, asides)
        for batch in batches_of(in_order(steps), self._table.names):
            yield from _drained(asides)
            yield from self._shaped(batch, range(len(batch.numbers)))
        yield from _drained(asides)

    def _undropped(self, batches: Iterable[RawBatch]) -> Iterator[tuple[RawBatch, list[int], list[KeptAside]]]:
        """Each batch with the rows that stay and those that could not be read."""
        for batch in batches:
            self.retried |= batch.marks
            ragged = [each for each in batch.ragged if not self._is_total(each.row)]
            aside = [self._aside(each.number, "", "", "", each.reason, each.row) for each in ragged]
            frame = self._plan.frame(batch)
            rows = list(range(len(batch.numbers)))
            for condition in self._mapping.drop:
                gone = set(frame.holding(condition, rows))
                self.dropped[spoken(condition)] += len(gone)
                rows = [row for row in rows if row not in gone]
            aside += self._faulty(frame)
            yield batch, [row for row in rows if row not in frame.faults], aside

    def _steps(
        self, raw: Iterable[tuple[RawBatch, list[int], list[KeptAside]]], group: Group, asides: list[KeptAside]
    ) -> Iterator[Step]:
        by, at = Value(ColumnOf(group.by), "[group] by"), Value(ColumnOf(group.at), "[group] at")
        for batch, rows, aside in raw:
            asides.extend(aside)
            frame = self._plan.frame(batch)
            cases, instants = frame.cells(by, rows), self._read(frame, at, Column(group.at, "ts"), rows, "")
            for row, case, instant in zip(rows, cases, instants, strict=True):
                if case is None or instant is None:
                    name = group.by if case is None else group.at
                    frame.fault(row, "", name, None, phrase("the cell is empty; every step needs its case and instant"), name)
                else:
                    cells = tuple(batch.columns[name][row] for name in self._table.names)
                    yield Step(text_of(case).strip(), instant, batch.numbers[row], cells)
            asides.extend(self._faulty(frame))

    def _shaped(self, batch: RawBatch, rows: Sequence[int]) -> Iterator[Batch | KeptAside]:
        frame = self._plan.frame(batch)
        left: list[tuple[int, str]] = []
        made = [self._block(frame, block, rows, left) for block in self._mapping.blocks]
        totals = self._totals(frame, made)
        self.dropped.update(TOTALS for _ in totals)
        for block, (active, columns) in zip(self._mapping.blocks, made, strict=True):
            places = [place for place, row in enumerate(active) if row not in frame.faults and row not in totals]
            if places:
                yield self._batch(block, {name: [cells[p] for p in places] for name, cells in columns.items()})
        self.dropped.update(label for row, label in left if row not in frame.faults and row not in totals)
        yield from self._faulty(frame)

    def _totals(self, frame: Frame, made: Sequence[tuple[list[int], dict[str, list[Any]]]]) -> set[int]:
        """The rows that could be taken, but whose number says that they sum up others, and of which no instant is known."""
        blocks = list(zip(self._mapping.blocks, made, strict=True))
        named: set[int] = set()
        for block, (active, columns) in blocks:
            if block.table.moment in columns and block.table.key[0] in columns:
                cells = zip(active, columns[block.table.moment], columns[block.table.key[0]], strict=True)
                named.update(row for row, at, key in cells if at is None and is_only_total(key or "") and row not in frame.faults)
        for block, (active, columns) in blocks if named else ():
            for instants in (columns[column.name] for column, _ in block.columns if column.kind == "ts"):
                named.difference_update(row for row, at in zip(active, instants, strict=True) if at is not None)
        return named

    def _block(
        self, frame: Frame, block: Block, rows: Sequence[int], left: list[tuple[int, str]]
    ) -> tuple[list[int], dict[str, list[Any]]]:
        """The rows of the file of which a block makes rows, and the columns of these; `left` gets those it leaves out."""
        active = frame.holding(block.when, rows)
        table = block.table
        for condition in block.drop:
            gone = set(frame.holding(condition, active))
            left += [(row, f"{table.name}: {spoken(condition)}") for row in active if row in gone]
            active = [row for row in active if row not in gone]
        columns = {c.name: self._read(frame, v, c, active, table.name) for c, v in block.columns}
        named = {c.name: frame.named(v.origin) for c, v in block.columns}
        for name in wanted_columns(table, set(columns)) & set(columns):
            for row, value in zip(active, columns[name], strict=True):
                if value is None:
                    reason = phrase(f"the cell is empty; every row of {table.name} needs it")
                    frame.fault(row, table.name, name, None, reason, named[name])
        if table.name == "ticket_events":
            self._check_events(frame, active, columns, named.get("value", ""))
        return active, columns

    def _check_events(self, frame: Frame, active: list[int], columns: dict[str, list[Any]], named: str) -> None:
        values = columns.get("value", [None] * len(active))
        for row, field, value in zip(active, columns["field"], values, strict=True):
            reason = event_fault(field, value)
            if reason is not None:
                frame.fault(row, "ticket_events", "value", value, reason, named)

    def _read(self, frame: Frame, value: Value, column: Column, rows: Sequence[int], table: str) -> list[Any]:
        """The values of a canonical column in some rows; None where the row has a fault."""
        if isinstance(value.origin, Choice):
            made: dict[int, Any] = {}
            for branch, chosen in frame.branches(value.origin, rows):
                made.update(zip(chosen, self._read(frame, branch.value, column, chosen, table), strict=True))
            return [made.get(row) for row in rows]
        reader, cells = self._plan.reader(value, column, table), frame.cells(value, rows)
        if column.kind == "ts" and (self._plan.plus_of(value) or reader.reading.next_day_after):
            return self._moved(frame, value, reader, cells, rows, table)
        read: list[Any] = []
        for row, cell in zip(rows, cells, strict=True):
            try:
                read.append(reader.read(cell))
            except Unreadable as error:
                read.append(None)
                frame.fault(row, table, column.name, cell, str(error), frame.named(value.origin))
        return read

    def _moved(self, frame: Frame, value: Value, reader: Reader, cells: list[Cell], rows: Sequence[int], table: str) -> list[Any]:
        """Instants that follow another clock time past midnight, or to which seconds are added."""
        anchors = self._anchors(frame, reader.reading.next_day_after, rows)
        spans = [self._spans(frame, part, rows, table) for part in self._plan.plus_of(value)]
        read: list[Any] = []
        for place, (row, cell) in enumerate(zip(rows, cells, strict=True)):
            parts = [span[place] for span in spans]
            try:
                local = reader.local(cell)
                instant = None if local is None else reader.settle(_following(local, anchors[place]))
            except Unreadable as error:
                instant = None
                frame.fault(row, table, reader.column.name, cell, str(error), frame.named(value.origin))
            is_known = instant is not None and None not in parts
            read.append(instant + timedelta(seconds=sum(parts)) if is_known and instant else None)
        return read

    def _anchors(self, frame: Frame, name: str | None, rows: Sequence[int]) -> list[datetime | None]:
        if name is None:
            return [None] * len(rows)
        value = Value(ColumnOf(name), name)
        reader = self._plan.reader(value, AT)
        return [_local_or_none(reader, cell) for cell in frame.cells(value, rows)]

    def _spans(self, frame: Frame, part: str | int, rows: Sequence[int], table: str) -> list[Any]:
        if isinstance(part, int):
            return [part] * len(rows)
        return self._read(frame, Value(ColumnOf(part), part), Column(part, "s"), rows, table)

    def _batch(self, block: Block, columns: dict[str, list[Any]]) -> Batch:
        table = block.table
        if table.made_key is not None:
            columns = self._with_ids(table.name, table.made_key, columns)
        made = pa.table({name: pa.array(cells, arrow_type(table.column(name))) for name, cells in columns.items()})
        return Batch(table.name, _once(made) if table.name in _REPEATING else made)

    def _with_ids(self, table: str, key: str, columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
        given = columns.get(key, [None] * len(next(iter(columns.values()))))
        others = [name for name in columns if name != key]
        without = [place for place, found in enumerate(given) if found is None]
        made = self._ids.make(table, others, [[columns[name][place] for name in others] for place in without])
        ids = dict(zip(without, made, strict=True))
        return {**columns, key: [ids.get(place, found) for place, found in enumerate(given)]}

    def _faulty(self, frame: Frame) -> list[KeptAside]:
        batch = frame.batch
        return [
            self._aside(batch.numbers[row], table, column, text_of(cell), reason, whole, named)
            for row, (table, column, cell, reason, named) in sorted(frame.faults.items())
            if not self._is_total(whole := self._whole_row(batch, row))
        ]

    def _is_total(self, row: dict[str, Any]) -> bool:
        """Whether a row that cannot be taken is a line of totals, which nobody has to mend; it is counted as left out."""
        is_total = begins_with_total(next((text for cell in row.values() if (text := text_of(cell).strip())), ""))
        if is_total:
            self.dropped[TOTALS] += 1
        return is_total

    def _whole_row(self, batch: RawBatch, row: int) -> dict[str, Any]:
        return {name: text_of(batch.columns[name][row]) for name in self._table.names}

    def _aside(
        self, number: int, table: str, column: str, value: str, reason: str, row: dict[str, Any], file_column: str = ""
    ) -> KeptAside:
        return KeptAside(str(self._table.path), number, table, column, value, reason, row, file_column)


def _following(local: datetime, anchor: datetime | None) -> datetime:
    """The instant, a day later when it would otherwise lie more than half a day before the one it follows."""
    if anchor is None or (local.tzinfo is None) != (anchor.tzinfo is None):
        return local
    return local + timedelta(days=1) if anchor - local > _HALF_DAY else local


def _local_or_none(reader: Reader, cell: Cell) -> datetime | None:
    try:
        return reader.local(cell)
    except Unreadable:
        return None


def _drained(asides: list[KeptAside]) -> Iterator[KeptAside]:
    given = list(asides)
    asides.clear()
    return iter(given)


def _once(table: Any) -> Any:
    """The table with every row once; dimensions repeat in every row of a wide file."""
    return table.group_by(table.column_names, use_threads=False).aggregate([]).select(table.column_names)
