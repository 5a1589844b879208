"""The first pass over a file: every column that has to be read as a date or a number is decided from all its values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from servicemeter.ground.errors import AmbiguousColumn, BadMapping
from servicemeter.ground.instants import zone_named
from servicemeter.ground.phrases import phrase
from servicemeter.model.tables import CONFIGURATION, Column
from servicemeter.sources.conditions import Condition, columns_of
from servicemeter.sources.dates import SPOKEN_STYLES
from servicemeter.sources.decimals import numbers
from servicemeter.sources.decisions import Family, Subject, Tally
from servicemeter.sources.mapping import Mapping
from servicemeter.sources.options import NO_READING, Options, Reading
from servicemeter.sources.readers import Memory, Reader, Unreadable
from servicemeter.sources.table import Cell, RawBatch
from servicemeter.sources.values import Choice, ColumnOf, Constant, Frame, Value

__all__ = ["AT", "Plan", "is_unbounded"]

AT = Column("instant", "ts")
_NUMBER, _SECONDS = Column("number", "num"), Column("seconds", "s")
_FAMILIES: dict[str, Family] = {
    "ts": "date", "date": "date", "num": "number", "int": "number", "minor": "number", "s": "seconds",
}  # fmt: skip


def is_unbounded(table: str, column: Column) -> bool:
    """Whether an instant may lie in the future: until when something is valid, and configuration."""
    return table in CONFIGURATION or column.name in {"valid_from", "valid_to"}


class Plan:
    """How every cell of one file is read under one mapping: after `decide`, `reader` answers for any value of it."""

    def __init__(self, mapping: Mapping, options: Options, now: datetime, file: str) -> None:
        self.mapping, self._options, self._now, self._file = mapping, options, now, file
        self._tallies: dict[tuple[Subject, Reading], Tally] = {}
        self._styles: dict[tuple[Subject, Reading], str] = {}
        self._readers: dict[tuple[str, str, Reading, str], Reader] = {}
        self._memories: dict[tuple[Subject, Reading, bool], Memory] = {}
        self._numeric: dict[str, Reader] = {}
        self._sites = list(self._all_sites())
        for value, column, table in self._sites:
            self._expect(value, column, table)

    @property
    def has_to_decide(self) -> bool:
        """Whether the file has to be read once before its rows can be."""
        return bool(self._tallies)

    def decide(self, batches: Iterable[RawBatch]) -> list[str]:
        """Read the whole file once and decide; raises `AmbiguousColumn`. Returns what was decided, in words."""
        by_value = [(v, self._key(v, c)) for v, c, _ in self._sites]
        watched = list({key: v for v, key in by_value if key in self._tallies}.items())
        plain = [c for c in self.mapping.drop if not any(numeric for _, numeric in columns_of(c))]
        for batch in batches:
            frame = self.frame(self._as_steps(batch), self._loose_number)
            gone = {row for condition in plain for row in frame.holding(condition, range(len(batch.numbers)))}
            rows = [row for row in range(len(batch.numbers)) if row not in gone]
            for key, value in watched:
                self._tallies[key].add(frame.cells(value, rows))
        return [remark for key, tally in self._tallies.items() for remark in self._settle(key, tally)]

    def frame(self, batch: RawBatch, number: Callable[[str, Cell], Decimal] | None = None) -> Frame:
        """A batch with its derived columns, ready to be asked."""
        return Frame(batch, self.mapping.derived, number or self._number, self.empties(batch.columns))

    def _as_steps(self, batch: RawBatch) -> RawBatch:
        """The batch with the columns an event log will have: the steps before hold the same values."""
        if self.mapping.group is None:
            return batch
        number: list[Cell] = [1] * len(batch.numbers)
        places = dict.fromkeys(("group.first", "group.last", "group.number"), number)
        before = {f"previous.{name}": cells for name, cells in batch.columns.items()}
        return RawBatch(batch.numbers, {**batch.columns, **before, **places})

    def empties(self, names: Iterable[str]) -> dict[str, frozenset[str]]:
        """The texts that mean nothing, by column."""
        return {name: frozenset(("", *(self._column_reading(name).empty or ()))) for name in names}

    def reader(self, value: Value, column: Column, table: str = "") -> Reader:
        """What reads the cells of a value as those of a canonical column."""
        reading = self.reading_of(value)
        subject, _ = self._key(value, column)
        key = (subject.label, column.kind + column.name, reading, table)
        if key not in self._readers:
            is_date = column.kind in {"ts", "date"}
            given = (reading.date_order or "iso") if is_date else (reading.decimal or ".")
            style = self._styles.get((subject, reading), given)
            zone = zone_named(reading.time_zone) if reading.time_zone else None
            free = is_unbounded(table, column)
            memory = self._memories.setdefault((subject, reading, free), Memory())
            self._readers[key] = Reader(column, style, reading, zone, self._now, unbounded=free, memory=memory)
        return self._readers[key]

    def reading_of(self, value: Value) -> Reading:
        """How a value is read: as the call says for its column, as said beside it, as its column, as everything."""
        name = value.origin.name if isinstance(value.origin, ColumnOf) else None
        reading = value.reading
        if name is not None:
            given = self._options.columns.get(name, NO_READING)
            reading = given.over(reading).over(self.mapping.readings.get(name, NO_READING))
            if name in self.mapping.derived:
                reading = reading.over(self.reading_of(self.mapping.derived[name]))
        return reading.over(self._general())

    def plus_of(self, value: Value) -> tuple[str | int, ...]:
        """The seconds added to a value, those of its derived column included."""
        name = value.origin.name if isinstance(value.origin, ColumnOf) else ""
        under = self.mapping.derived.get(name)
        return value.plus_seconds + (self.plus_of(under) if under else ())

    def _general(self) -> Reading:
        zone = Reading(time_zone=self.mapping.time_zone)
        return self._options.all_columns.over(self.mapping.everywhere).over(zone)

    def _column_reading(self, name: str) -> Reading:
        given, own = self._options.columns.get(name, NO_READING), self.mapping.readings.get(name, NO_READING)
        return given.over(own).over(self._general())

    def _key(self, value: Value, column: Column) -> tuple[Subject, Reading]:
        family = _FAMILIES.get(column.kind, "number")
        if isinstance(value.origin, ColumnOf):
            return Subject(value.origin.name, True, family), self.reading_of(value)
        return Subject(value.where, False, family), self.reading_of(value)

    def _expect(self, value: Value, column: Column, table: str) -> None:
        reading = self.reading_of(value)
        if column.kind not in _FAMILIES or isinstance(value.origin, Constant):
            return
        if column.kind == "minor" and reading.unit not in {"major", "minor"} and not self.mapping.is_canonical:
            raise BadMapping(
                f"{self.mapping.path}, {value.where}: say whether these are whole units of money or cents: "
                'unit = "major" (29.95 euro) or unit = "minor" (2995 cents)'
            )
        if column.kind == "ts" and reading.format and "%z" not in reading.format and not reading.time_zone:
            raise AmbiguousColumn(self._zone_needed(value.where), lacks="zone")
        decided = reading.format if _FAMILIES[column.kind] == "date" else reading.decimal
        if decided is None:
            key, is_canonical = self._key(value, column), self.mapping.is_canonical
            tally = self._tallies.setdefault(key, Tally(key[0], reading, self._now, is_canonical=is_canonical))
            tally.needs_zone = tally.needs_zone or column.kind == "ts"

    def _settle(self, key: tuple[Subject, Reading], tally: Tally) -> list[str]:
        style = self._styles[key] = tally.decide(self._file)
        subject, reading = key
        if subject.family != "date" or tally.total == 0:
            return []
        if tally.needs_zone and tally.naive[style] and not reading.time_zone:
            raise AmbiguousColumn(self._zone_needed(subject.label), subject.label, "zone")
        spoken = SPOKEN_STYLES[style]
        remarks = [phrase(f"{subject.label}: dates read as {phrase(spoken)}.")] if style not in {"iso", "typed"} else []
        if tally.needs_zone and tally.dates_only:
            remarks.append(phrase(f"{subject.label} has dates without times; midnight was taken."))
        return remarks

    def _zone_needed(self, where: str) -> str:
        return phrase(
            f"{self._file}, {where}: the times have no time zone. Say which clock they were read from: "
            '--tz Europe/Amsterdam, or time_zone = "Europe/Amsterdam" in the mapping.'
        )

    def _number(self, name: str, cell: Cell) -> Decimal:
        if name not in self._numeric:
            self._numeric[name] = self.reader(Value(ColumnOf(name), name), _NUMBER)
        return self._numeric[name].number(cell)

    def _loose_number(self, name: str, cell: Cell) -> Decimal:
        found = numbers(cell)
        if not found:
            raise Unreadable(phrase("this is no number"))
        return found.get(self._column_reading(name).decimal or ".") or next(iter(found.values()))

    def _all_sites(self) -> Iterator[tuple[Value, Column, str]]:
        """Every value that is read as something, with what it is read as."""
        mapping = self.mapping
        if mapping.group is not None:
            yield from self._sites_of(Value(ColumnOf(mapping.group.at), "[group] at"), AT, "")
        for condition in mapping.drop:
            yield from _number_sites(condition)
        for value in mapping.derived.values():
            yield from _choice_sites(value)
        for block in mapping.blocks:
            if block.when is not None:
                yield from _number_sites(block.when)
            for condition in block.drop:
                yield from _number_sites(condition)
            for column, value in block.columns:
                yield from self._sites_of(value, column, block.table.name)

    def _sites_of(self, value: Value, column: Column, table: str) -> Iterator[tuple[Value, Column, str]]:
        yield from _choice_sites(value)
        if isinstance(value.origin, Choice):
            for branch in value.origin.branches:
                yield from self._sites_of(branch.value, column, table)
            return
        yield value, column, table
        for part in self.plus_of(value):
            if isinstance(part, str):
                yield Value(ColumnOf(part), part), _SECONDS, ""
        anchor = self.reading_of(value).next_day_after
        if anchor is not None and column.kind in {"ts", "date"}:
            yield from self._sites_of(Value(ColumnOf(anchor), anchor), AT, "")


def _number_sites(condition: Condition) -> Iterator[tuple[Value, Column, str]]:
    yield from ((Value(ColumnOf(name), name), _NUMBER, "") for name, numeric in columns_of(condition) if numeric)


def _choice_sites(value: Value) -> Iterator[tuple[Value, Column, str]]:
    if isinstance(value.origin, Choice):
        for branch in value.origin.branches:
            if branch.when is not None:
                yield from _number_sites(branch.when)
            yield from _choice_sites(branch.value)
