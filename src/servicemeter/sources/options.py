"""The options of reading: how a file is cut into cells, and how the cells of one column are read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from servicemeter.ground.errors import BadMapping, UnknownName

__all__ = ["AS_FOUND", "NO_READING", "FileOptions", "Options", "Reading", "parse_options"]


@dataclass(frozen=True)
class FileOptions:
    """How a file is cut into cells; None = found out. `header` names the columns of a file without a header row."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    skip_rows: int = 0
    header: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Reading:
    """How the cells of one column are read; None = decided from the whole column, or by the mapping as a whole.

    `format` is a pattern for instants (`%d/%m/%Y %H:%M`), `date_order` one of day-first, month-first, year-first,
    `epoch` 1900 or 1904 for Excel serials, `decimal` `.` or `,`, `unit` what a number counts, `next_day_after` the
    column whose instant this clock time follows.
    """

    format: str | None = None
    date_order: str | None = None
    time_zone: str | None = None
    fold: str | None = None
    epoch: str | None = None
    decimal: str | None = None
    unit: str | None = None
    decimals: int | None = None
    true: tuple[str, ...] | None = None
    false: tuple[str, ...] | None = None
    empty: tuple[str, ...] | None = None
    next_day_after: str | None = None

    def over(self, under: Reading) -> Reading:
        """This reading, completed where it says nothing by another one."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return Reading(**{name: getattr(under, name) if value is None else value for name, value in own.items()})


NO_READING = Reading()
AS_FOUND = FileOptions()
_LISTS = {"true", "false", "empty", "header"}
_NUMBERS = {"decimals", "skip_rows"}
_FILE = {f.name for f in dataclasses.fields(FileOptions)}
_READING = {f.name for f in dataclasses.fields(Reading)}


@dataclass(frozen=True)
class Options:
    """What was given with the call: for the file, for all its columns, for single columns, and until when it is complete."""

    file: dict[str, Any] = field(default_factory=dict)
    all_columns: Reading = NO_READING
    columns: dict[str, Reading] = field(default_factory=dict)
    through: str | None = None


def parse_options(given: Mapping[str, str]) -> Options:
    """Sort options such as `delimiter=;`, `tz=Europe/Amsterdam` and `created.date_order=day-first`.

    A name without a dot is about the file or all its columns; with one, the part before the last dot is the column.
    Raises `UnknownName` for anything else.
    """
    file: dict[str, Any] = {}
    everywhere: dict[str, Any] = {}
    columns: dict[str, dict[str, Any]] = {}
    for key, text in given.items():
        column, _, name = key.rpartition(".")
        name = "time_zone" if name == "tz" else name
        if column and name in _READING:
            columns.setdefault(column, {})[name] = _typed(name, text)
        elif not column and name in _FILE:
            file[name] = _typed(name, text)
        elif not column and name in _READING:
            everywhere[name] = _typed(name, text)
        elif key != "through":
            raise UnknownName("import option", key, sorted(_FILE | _READING | {"through", "tz"}))
    readings = {name: Reading(**reading) for name, reading in columns.items()}
    return Options(file, Reading(**everywhere), readings, given.get("through"))


def _typed(name: str, text: str) -> Any:
    if name in _LISTS:
        return tuple(text.split(","))
    if name not in _NUMBERS:
        return text
    if not text.isdecimal():
        raise BadMapping(f"--option {name}={text}: this is a whole number.")
    return int(text)
