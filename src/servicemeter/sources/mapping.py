"""A mapping: how any table becomes canonical rows. The file format is told in docs/mappings.md."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from servicemeter.ground.errors import BadMapping
from servicemeter.ground.phrases import either, phrase
from servicemeter.model.tables import Column, Table
from servicemeter.sources.conditions import Condition, columns_of
from servicemeter.sources.options import AS_FOUND, NO_READING, FileOptions, Reading
from servicemeter.sources.rules import wanted_columns
from servicemeter.sources.values import Choice, ColumnOf, Value

__all__ = ["Block", "Group", "Mapping", "check_columns", "group_columns", "identity", "mentioned_columns", "needed_columns"]


@dataclass(frozen=True)
class Block:
    """The rows of one canonical table that a raw row makes: when, and each column's value; `drop` leaves out some, counted."""

    table: Table
    when: Condition | None
    columns: tuple[tuple[Column, Value], ...]
    where: str
    drop: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Group:
    """An event log: its rows are put in order within each case, by instant, then as they stand in the file."""

    by: str
    at: str


@dataclass(frozen=True)
class Mapping:
    """A mapping as read from its file; `derived` are columns made from columns, `readings` how columns are read."""

    path: str
    name: str
    blocks: tuple[Block, ...]
    about: str = ""
    time_zone: str | None = None
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = None
    recognise: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    file: FileOptions = AS_FOUND
    everywhere: Reading = NO_READING
    readings: dict[str, Reading] = field(default_factory=dict)
    derived: dict[str, Value] = field(default_factory=dict)
    drop: tuple[Condition, ...] = ()
    group: Group | None = None
    is_canonical: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables it fills."""
        return tuple(dict.fromkeys(block.table.name for block in self.blocks))


def identity(path: str, table: Table, names: Iterable[str], source: str, time_zone: str | None = None) -> Mapping:
    """The mapping of a file that has a table's own columns: every column is itself."""
    columns = tuple((table.column(name), Value(ColumnOf(name), f"{table.name}.{name}")) for name in names)
    block = Block(table, None, columns, table.name)
    return Mapping(path, source, (block,), time_zone=time_zone, is_canonical=True)


def group_columns(names: Iterable[str]) -> set[str]:
    """The columns that an event log has besides its own: its place in the case, and the step before."""
    return {"group.first", "group.last", "group.number"} | {f"previous.{name}" for name in names}


def needed_columns(table: Table) -> set[str]:
    """The columns a mapping has to fill for a table; made ids and what the store adds are not among them."""
    return wanted_columns(table, set())


def check_columns(mapping: Mapping, names: Iterable[str], file: str) -> None:
    """Check that every column a mapping names is in a file; raises `BadMapping` with the nearest names."""
    own = list(names)
    known = set(own) | set(mapping.derived)
    if mapping.group is not None:
        known |= group_columns(own)
    for where, name in _mentions(mapping):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
            hint = phrase(f"Did you mean {either(near)}? ") if near else ""
            raise BadMapping(
                f"{mapping.path}, {where}: there is no column {name!r} in {file}. {phrase(hint)}"
                f"Columns of the file: {', '.join(own)}. A fixed text is written {{ value = {name!r} }}."
            )
    _check_circles(mapping)
    clash = sorted(set(own) & set(mapping.derived))
    if clash:
        raise BadMapping(f"{mapping.path}, [derive.{clash[0]}]: {file} has a column of that name; choose another.")


def mentioned_columns(mapping: Mapping) -> set[str]:
    """Every column that a mapping names, except those that it makes itself."""
    return {name for _, name in _mentions(mapping)} - set(mapping.derived)


def _check_circles(mapping: Mapping) -> None:
    """Check that no derived column is made of itself."""
    for name in mapping.derived:
        seen, reached = set[str](), {name}
        while reached:
            seen |= reached
            reached = {c for n in reached if n in mapping.derived for c in mapping.derived[n].columns()} - seen
            if any(name in mapping.derived[n].columns() for n in seen if n in mapping.derived):
                raise BadMapping(f"{mapping.path}, [derive.{name}]: the column is made of itself.")


def _mentions(mapping: Mapping) -> Iterator[tuple[str, str]]:
    for place, condition in enumerate(mapping.drop, start=1):
        yield from ((f"drop {place}", name) for name, _ in columns_of(condition))
    if mapping.group is not None:
        yield from (("[group]", name) for name in (mapping.group.by, mapping.group.at))
    for name, reading in mapping.readings.items():
        yield f"[columns.{name}]", name
        if reading.next_day_after:
            yield f"[columns.{name}]", reading.next_day_after
    for value in mapping.derived.values():
        yield from _value_mentions(value)
    for block in mapping.blocks:
        if block.when is not None:
            yield from ((f"{block.where}, when", name) for name, _ in columns_of(block.when))
        for condition in block.drop:
            yield from ((f"{block.where}, drop", name) for name, _ in columns_of(condition))
        for _, value in block.columns:
            yield from _value_mentions(value)


def _value_mentions(value: Value) -> Iterator[tuple[str, str]]:
    yield from ((value.where, name) for name in value.columns())
    if isinstance(value.origin, Choice):
        for branch in value.origin.branches:
            yield from _value_mentions(branch.value)
