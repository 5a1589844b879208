"""Where the cells of a canonical column come from: a column, a text made of columns, a constant, or a choice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from servicemeter.ground.phrases import phrase
from servicemeter.sources.conditions import All, AnyOf, Condition, Test, columns_of, compares, passes
from servicemeter.sources.options import NO_READING, Reading
from servicemeter.sources.table import Cell, RawBatch, text_of

__all__ = ["Branch", "Choice", "ColumnOf", "Constant", "Frame", "Split", "Template", "Value", "parse_template"]


@dataclass(frozen=True)
class ColumnOf:
    """The cells of one column, raw or derived."""

    name: str


@dataclass(frozen=True)
class Template:
    """A text with columns in it; empty as soon as one of them is. Every second part is the name of a column."""

    parts: tuple[str, ...]


@dataclass(frozen=True)
class Constant:
    """The same cell in every row."""

    cell: Cell


@dataclass(frozen=True)
class Branch:
    """One way of a choice and when it is taken; None = otherwise."""

    when: Condition | None
    value: Value


@dataclass(frozen=True)
class Choice:
    """The first branch whose condition holds; empty when none does."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Split:
    """One part of a text cut at a mark: `take` counts from 1, from the right when negative; empty beyond the end."""

    by: str
    take: int


@dataclass(frozen=True)
class Value:
    """An origin and what is done to its cells, in this order: empty, split, letters, values; then reading, plus.

    `where` names the place in the mapping. `unknown` says what becomes of a text that `values` does not list: it is
    kept aside, passed on, made empty, or replaced by `otherwise`.
    """

    origin: ColumnOf | Template | Constant | Choice
    where: str
    reading: Reading = NO_READING
    split: Split | None = None
    letters: str | None = None
    values: tuple[tuple[str, str], ...] | None = None
    unknown: str = "keep aside"
    otherwise: str | None = None
    plus_seconds: tuple[str | int, ...] = ()

    def columns(self) -> Iterator[str]:
        """The columns this value looks at directly."""
        if isinstance(self.origin, ColumnOf):
            yield self.origin.name
        elif isinstance(self.origin, Template):
            yield from self.origin.parts[1::2]
        elif isinstance(self.origin, Choice):
            for branch in self.origin.branches:
                yield from (name for name, _ in columns_of(branch.when)) if branch.when else ()
                yield from branch.value.columns()
        yield from (part for part in self.plus_seconds if isinstance(part, str))
        if self.reading.next_day_after is not None:
            yield self.reading.next_day_after


_UNTRANSLATED = phrase("the mapping has no translation for this; write one in values = {…}")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


def parse_template(text: str) -> Template:
    """Cut `"{a}-{b}"` into its parts. Doubled braces stand for themselves.

    >>> parse_template("{vru+line}-{call_id}").parts
    ('', 'vru+line', '-', 'call_id', '')
    """
    parts, start = [""], 0
    for found in _PLACE.finditer(text):
        parts[-1] += text[start : found.start()]
        start = found.end()
        if found[1] is None:
            parts[-1] += found[0][0]
        else:
            parts += [found[1], ""]
    parts[-1] += text[start:]
    if re.search(r"[{}]", _PLACE.sub("", text)):
        raise ValueError("a brace is not closed; write {column}, or {{ for a brace")
    return Template(tuple(parts))


class Frame:
    """One batch of raw rows being shaped: its cells, raw and derived, and the first fault of each row."""

    def __init__(
        self,
        batch: RawBatch,
        derived: dict[str, Value],
        number: Callable[[str, Cell], Decimal],
        empty: dict[str, frozenset[str]],
    ) -> None:
        self.batch, self._derived, self._number, self._empty = batch, derived, number, empty
        self._kept: dict[str, list[Cell]] = {}
        self.faults: dict[int, tuple[str, str, Cell, str, str]] = {}

    def fault(self, row: int, where: str, column: str, cell: Cell, reason: str, file_column: str = "") -> None:
        """Note why a row cannot be taken; the first fault of a row stays. `file_column` is what the file calls the column."""
        self.faults.setdefault(row, (where, column, cell, reason, file_column))

    def named(self, origin: ColumnOf | Template | Constant | Choice) -> str:
        """What the file itself calls the columns that cells come from; empty where they come from none."""
        if isinstance(origin, ColumnOf) and origin.name not in self._derived:
            return origin.name
        if isinstance(origin, ColumnOf):
            return self.named(self._derived[origin.name].origin)
        if isinstance(origin, Template):
            return ", ".join(dict.fromkeys(self.named(ColumnOf(name)) for name in origin.parts[1::2]))
        if isinstance(origin, Choice):
            return ", ".join(dict.fromkeys(filter(None, (self.named(branch.value.origin) for branch in origin.branches))))
        return ""

    def column(self, name: str, rows: Sequence[int]) -> list[Cell]:
        """The cells of a raw or derived column in some rows."""
        cells = self._whole(name)
        if cells is None:
            return self.cells(self._derived[name], rows)
        return [cells[row] for row in rows]

    def _whole(self, name: str) -> list[Cell] | None:
        """All cells of a column, kept for the next time; None for a derived column that may refuse a row."""
        if name not in self._kept:
            derived = self._derived.get(name)
            if derived is None:
                empty = self._empty[name]
                self._kept[name] = [_meant(cell, empty) for cell in self.batch.columns[name]]
            elif isinstance(derived.origin, Template) and derived.values is None:
                self._kept[name] = self.cells(derived, range(len(self.batch.numbers)))
        return self._kept.get(name)

    def holding(self, condition: Condition | None, rows: Sequence[int]) -> list[int]:
        """Those of some rows of which a condition is true; a row it cannot be asked of gets a fault."""
        if condition is None:
            return list(rows)
        if isinstance(condition, Test):
            return self._passing(condition, rows)
        if isinstance(condition, All):
            for part in condition.parts:
                rows = self.holding(part, rows)
            return list(rows)
        parts = condition.parts if isinstance(condition, AnyOf) else (condition.part,)
        chosen = {row for part in parts for row in self.holding(part, rows)}
        return [row for row in rows if (row in chosen) == isinstance(condition, AnyOf)]

    def cells(self, value: Value, rows: Sequence[int]) -> list[Cell]:
        """The cells of a value in some rows, before they are read as a kind."""
        found = self._origin(value, rows)
        if value.reading.empty:
            found = [None if text_of(cell).strip() in value.reading.empty else cell for cell in found]
        if value.split is not None:
            found = [_part(cell, value.split) for cell in found]
        if value.letters is not None:
            found = [getattr(text_of(cell), value.letters)() if cell is not None else None for cell in found]
        return found if value.values is None else self._translated(value, found, rows)

    def _origin(self, value: Value, rows: Sequence[int]) -> list[Cell]:
        origin = value.origin
        if isinstance(origin, ColumnOf):
            return self.column(origin.name, rows)
        if isinstance(origin, Constant):
            return [origin.cell] * len(rows)
        if isinstance(origin, Choice):
            return self._chosen(origin, rows)
        columns = [self.column(name, rows) for name in origin.parts[1::2]]
        filled = zip(*columns, strict=True) if columns else iter([()] * len(rows))
        return [_filled(origin.parts, cells) for cells in filled]

    def _chosen(self, choice: Choice, rows: Sequence[int]) -> list[Cell]:
        made: dict[int, Cell] = {}
        for branch, chosen in self.branches(choice, rows):
            made.update(zip(chosen, self.cells(branch.value, chosen), strict=True))
        return [made.get(row) for row in rows]

    def branches(self, choice: Choice, rows: Sequence[int]) -> Iterator[tuple[Branch, list[int]]]:
        """Share some rows out among the branches of a choice."""
        left = list(rows)
        for branch in choice.branches:
            chosen = self.holding(branch.when, left)
            taken = set(chosen)
            left = [row for row in left if row not in taken]
            yield branch, chosen

    def _passing(self, test: Test, rows: Sequence[int]) -> list[int]:
        cells = self.column(test.column, rows)
        numbers = self._numbers(test.column, cells, rows) if compares(test) else [None] * len(rows)
        texts = (text_of(cell).strip() for cell in cells)
        return [r for r, text, number in zip(rows, texts, numbers, strict=True) if passes(test, text, number)]

    def _numbers(self, name: str, cells: list[Cell], rows: Sequence[int]) -> list[Decimal | None]:
        made: list[Decimal | None] = []
        for cell, row in zip(cells, rows, strict=True):
            try:
                made.append(None if text_of(cell).strip() == "" else self._number(name, cell))
            except ValueError as error:
                made.append(None)
                self.fault(row, "", name, cell, str(error), self.named(ColumnOf(name)))
        return made

    def _translated(self, value: Value, cells: list[Cell], rows: Sequence[int]) -> list[Cell]:
        exact = dict(value.values or ())
        folded = {text.casefold(): wanted for text, wanted in exact.items()}
        made: list[Cell] = []
        for cell, row in zip(cells, rows, strict=True):
            text = text_of(cell).strip()
            known = exact.get(text, folded.get(text.casefold()))
            made.append(known if known is not None or not text else self._unlisted(value, cell, row))
        return made

    def _unlisted(self, value: Value, cell: Cell, row: int) -> Cell:
        if value.otherwise is not None:
            return value.otherwise
        if value.unknown == "keep aside":
            known = ", ".join(text for text, _ in value.values or ())
            source = value.origin.name if isinstance(value.origin, ColumnOf) else ""
            reason = phrase(f"the mapping has no translation for this (it has {known})") if known else _UNTRANSLATED
            self.fault(row, value.where, source, cell, reason, self.named(value.origin))
        return cell if value.unknown == "pass" else None


def _meant(cell: Cell, empty: frozenset[str]) -> Cell:
    return None if isinstance(cell, str) and cell.strip() in empty else cell


def _filled(parts: tuple[str, ...], cells: tuple[Cell, ...]) -> str | None:
    made = [parts[0]]
    for cell, fixed in zip(cells, parts[2::2], strict=True):
        text = (cell if isinstance(cell, str) else text_of(cell)).strip()
        if not text:
            return None
        made += (text, fixed)
    return "".join(made)


def _part(cell: Cell, split: Split) -> str | None:
    parts = text_of(cell).split(split.by)
    place = split.take - 1 if split.take > 0 else split.take
    return parts[place].strip() if -len(parts) <= place < len(parts) else None
