"""How a column is to be read, decided from all its values at once; never cell by cell, and never by a guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any, Literal

from servicemeter.ground.errors import AmbiguousColumn
from servicemeter.ground.phrases import phrase
from servicemeter.sources.dates import DATE_ORDERS, SPOKEN_STYLES, readings
from servicemeter.sources.decimals import MARKS, numbers
from servicemeter.sources.options import Reading
from servicemeter.sources.readers import CLOCK_UNITS, clock_seconds
from servicemeter.sources.table import Cell, text_of

__all__ = ["Family", "Subject", "Tally"]

Family = Literal["date", "number", "seconds"]
_SHOWN = 3


@dataclass(frozen=True)
class Subject:
    """What is decided: a column (or the text made for a canonical column) and whether it holds dates or numbers."""

    label: str
    is_column: bool
    family: Family

    def advice(self, option: str, value: str) -> str:
        """Where to write the option that decides."""
        if not self.is_column:
            return phrase(f'write {option} = "{value}" beside it in the mapping')
        key = f"[columns.{self.label}]" if self.label.replace("_", "").isalnum() else f'[columns."{self.label}"]'
        return phrase(f'write {option} = "{value}" under {key} of the mapping, or give --option "{self.label}.{option}={value}"')


@dataclass
class Tally:
    """What the values of one subject could be, counted in one pass: bounded memory, whatever the file's size.

    `needs_zone` says that they are wanted as instants. A canonical file writes a decimal point where both would fit.
    """

    subject: Subject
    reading: Reading
    now: datetime
    total: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    naive: Counter[str] = field(default_factory=Counter)
    dates_only: bool = True
    needs_zone: bool = False
    is_canonical: bool = False
    readable: Counter[str] = field(default_factory=Counter)
    differing: set[tuple[str, str]] = field(default_factory=set)
    samples: dict[str, list[str]] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)

    def add(self, cells: Iterable[Cell]) -> None:
        """Count the values of some rows."""
        empty = self.reading.empty or ()
        for cell, count in Counter(c for c in cells if c is not None).items():
            text = text_of(cell).strip()
            if text and text not in empty:
                self.total += count
                self._count(cell, count)

    def _count(self, cell: Cell, count: int) -> None:
        found = self._possible(cell)
        family = _family(found)
        self.readable[family] += count
        for style, value in found.items():
            self.counts[style] += count
            if isinstance(value, datetime):
                self.naive[style] += count if value.tzinfo is None else 0
                self.dates_only = self.dates_only and value.hour == value.minute == 0 and ":" not in text_of(cell)
        samples = self.samples.setdefault(family, [])
        if not samples or (len(found) > 1 and len(samples) < _SHOWN and len(set(found.values())) > 1):
            samples.append(text_of(cell).strip())
        if len(found) == 1 and not self.only.keys() >= found.keys():
            self.only[next(iter(found))] = text_of(cell).strip()
        for one, other in combinations(sorted(found), 2) if len(found) > 1 else ():
            if found[one] != found[other]:
                self.differing.add((one, other))

    def _possible(self, cell: Cell) -> dict[str, Any]:
        if self.subject.family == "date":
            made = readings(cell, self.now, epoch=self.reading.epoch or "1900")
            order = self.reading.date_order
            return {s: v for s, v in made.items() if order is None or s == order or s not in DATE_ORDERS}
        unit = self.reading.unit or "seconds"
        if self.subject.family == "seconds":
            seconds = clock_seconds(cell, unit)
            if seconds is None and (guess := clock_seconds(cell, CLOCK_UNITS[0])) is not None:
                return {"h:m": guess, "m:s": clock_seconds(cell, CLOCK_UNITS[1])}
            if seconds is not None:
                return dict.fromkeys(MARKS, seconds)
        return numbers(cell)

    def decide(self, file: str) -> str:
        """The style of the column; raises `AmbiguousColumn` when more than one fits, or none."""
        if self.total == 0:
            return "iso" if self.subject.family == "date" else "."
        if not self.counts:
            lacks = "date" if self.subject.family == "date" else "number"
            raise AmbiguousColumn(self._hopeless(file), self.subject.label, lacks, self._examples(""))
        family = max((f for f in self.readable if f), key=lambda f: self.readable[f])
        if family == "clock":
            raise AmbiguousColumn(
                f"{file}, {phrase(self._where)} has times such as {self._examples(family)}: hours and minutes, or minutes and "
                f"seconds? For minutes and seconds {phrase(self.subject.advice('unit', 'm:s'))}; the other is h:m.",
                self.subject.label,
                "clock",
            )
        styles = _STYLES_OF.get(family, (family,))
        full = [style for style in styles if self.counts[style] == self.readable[family]]
        if len(full) == 1 or (full and not self._differ(full)):
            return full[0]
        if self.is_canonical and "." in full:
            return "."
        fitting = full or [s for s in styles if self.counts[s]]
        raise AmbiguousColumn(self._unclear(file, family, fitting), self.subject.label, family, self._examples(family))

    def contenders(self) -> tuple[str, ...]:
        """The orders of a date, or the decimal marks, between which somebody has to decide; none where one alone fits."""
        family = max((f for f in self.readable if f), key=lambda f: self.readable[f], default="")
        styles = _STYLES_OF.get(family, ())
        full = [style for style in styles if self.counts[style] == self.readable[family]]
        if len(full) == 1 or (full and not self._differ(full)):
            return ()
        return tuple(full or (style for style in styles if self.counts[style]))

    @property
    def _where(self) -> str:
        return phrase(f"column {self.subject.label!r}") if self.subject.is_column else self.subject.label

    def _differ(self, styles: list[str]) -> bool:
        return any(pair in self.differing for pair in combinations(sorted(styles), 2))

    def _examples(self, family: str) -> str:
        return ", ".join(self.samples.get(family, [])[:_SHOWN])

    def _hopeless(self, file: str) -> str:
        if self.subject.family == "date":
            advice = self.subject.advice("format", "%d/%m/%Y %H:%M")
            return phrase(
                f"{file}, {phrase(self._where)} cannot be read as dates ({self._examples('')}). "
                f"If it holds dates, {phrase(advice)}."
            )
        return phrase(
            f"{file}, {phrase(self._where)} cannot be read as numbers ({self._examples('')}). "
            "Map another column, or leave it out."
        )

    def _unclear(self, file: str, family: str, styles: list[str]) -> str:
        option = "date_order" if family == "order" else "decimal"
        named = [_SPOKEN.get(style, style) for style in styles]
        both = all(self.counts[style] == self.readable[family] for style in styles)
        examples = self._examples(family) if both else ", ".join(self.only[s] for s in styles if s in self.only)
        others = ", ".join(styles[1:])
        advice = self.subject.advice(option, styles[0])
        decide = phrase(f"{examples}). Decide: {phrase(advice)} (or {others}).")
        return phrase(
            f"{file}, {phrase(self._where)} can be read {phrase(_any_of(named))} (for example {phrase(decide)}"
            if both
            else f"{file}, {phrase(self._where)} has values that fit only {phrase(_each_of(named))} (for example {phrase(decide)}"
        )


def _any_of(named: list[str]) -> str:
    first, *rest = named
    return phrase(f"{phrase(first)} or {phrase(_any_of(rest))}") if rest else first


def _each_of(named: list[str]) -> str:
    first, *rest = named
    return phrase(f"{phrase(first)} and others only {phrase(_each_of(rest))}") if rest else first


_STYLES_OF: dict[str, tuple[str, ...]] = {"order": DATE_ORDERS, "mark": MARKS}
_SPOKEN = {
    **SPOKEN_STYLES,
    ".": phrase("with a decimal point"),
    ",": phrase("with a decimal comma"),
}


def _family(found: dict[str, Any]) -> str:
    """Which styles stand against each other: the orders of day and month, the decimal marks, or one alone."""
    if not found:
        return ""
    first = next(iter(found))
    if first in DATE_ORDERS:
        return "order"
    if first in MARKS:
        return "mark"
    return "clock" if first in CLOCK_UNITS else first
