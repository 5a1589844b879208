"""Reading a mapping file: every key is checked, and a mistake is named with its file, its key and the nearest name."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from servicemeter.ground.errors import BadMapping
from servicemeter.ground.instants import zone_named
from servicemeter.ground.phrases import either, phrase
from servicemeter.model.tables import TABLES, Column, Table
from servicemeter.sources.conditions import COMPARISONS, All, AnyOf, Condition, Never, Test
from servicemeter.sources.dates import DATE_ORDERS
from servicemeter.sources.decimals import MARKS
from servicemeter.sources.mapping import Block, Group, Mapping, needed_columns
from servicemeter.sources.options import FileOptions, Reading
from servicemeter.sources.patterns import check_pattern
from servicemeter.sources.readers import CLOCK_UNITS, UNITS
from servicemeter.sources.table import text_of
from servicemeter.sources.values import Branch, Choice, ColumnOf, Constant, Split, Template, Value, parse_template

__all__ = ["ALLOWED", "CAPABILITIES", "KEYS", "Parser", "parse_mapping", "read_mapping", "read_toml"]

_READING = {f.name for f in dataclasses.fields(Reading)}
_EVERYWHERE = {"decimal", "date_order", "empty", "fold", "epoch"}
_FILE = {f.name for f in dataclasses.fields(FileOptions)}
_ORIGINS = ("column", "text", "value", "choose")
_CHANGES = {"values", "unknown", "otherwise", "split", "letters", "plus_seconds"}
_TOP = {
    *("name", "about", "time_zone", "capabilities", "recognise", "optional", "coverage"),
    *("format", "columns", "derive", "drop", "group", "rows"),
}
_TESTS = {"is", "is_not", "one_of", "none_of", "empty", "starts_with", "contains", *COMPARISONS}
CAPABILITIES = frozenset(
    {
        *("tickets", "status_history", "assignment_history", "messages", "auto_flag", "update_ids", "interactions"),
        *("handle_times", "agent_states", "work_sessions", "survey_invitations", "survey_answers"),
        *("intercept_surveys", "sentiment", "complaint_flag", "customer_identity", "orders", "costs", "calendars"),
        *("first_replies", "last_solves", "last_assignees"),  # of an export that shows each ticket as it is
    }
)
KEYS = frozenset({*_TOP, *_TESTS, *_ORIGINS, *_CHANGES, "table", "when", "loaded_from", "loaded_through", "by", "take"})
"""Every key of a mapping besides those of `FileOptions` and `Reading`."""
ALLOWED: dict[str, tuple[str, ...]] = {
    "date_order": DATE_ORDERS,
    "fold": ("first", "second"),
    "epoch": ("1900", "1904"),
    "decimal": MARKS,
    "unit": (*UNITS, *CLOCK_UNITS, "major", "minor"),
    "unknown": ("keep aside", "pass", "empty"),
    "letters": ("lower", "upper", "title"),
}


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises `BadMapping` naming the file and the key."""
    return Parser(str(path)).mapping(read_toml(path), path.stem)


def read_toml(path: Path) -> dict[str, Any]:
    """What a mapping's file says, unchecked; raises `BadMapping` when it cannot be read or is no TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadMapping(f"{path}: the mapping cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise BadMapping(f"{path}: a mapping is UTF-8 text; this is not ({error.reason}).") from error
    return _parsed(text, str(path))


def parse_mapping(text: str, path: str, *, default_name: str = "mapping") -> Mapping:
    """Make a mapping of its TOML text; `path` is what messages call it."""
    return Parser(path).mapping(_parsed(text, path), default_name)


def _parsed(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"{path}: this is not TOML: {error}.") from error


@dataclass(frozen=True)
class Parser:
    """Checks what a mapping says; knows the file it reads, for its messages."""

    path: str

    def fail(self, where: str, what: str) -> NoReturn:
        raise BadMapping(f"{self.path}, {where}: {phrase(what)}")

    def mapping(self, found: dict[str, Any], default_name: str) -> Mapping:
        self.known(found, _TOP, "the file")
        rows = self.tables(found.get("rows"), "[[rows]]")
        if not rows:
            self.fail("[[rows]]", phrase('the mapping makes no rows; write a block such as [[rows]] with table = "tickets"'))
        coverage = self.table(found.get("coverage", {}), "[coverage]", {"loaded_from", "loaded_through"})
        layout = self.table(found.get("format", {}), "[format]", _FILE | _EVERYWHERE)
        zone = self.zone(found.get("time_zone"), "time_zone")
        return Mapping(
            path=self.path,
            name=self.text(found.get("name", default_name), "name"),
            about=self.text(found.get("about", ""), "about"),
            time_zone=zone,
            capabilities=self.capabilities(found.get("capabilities")),
            loaded_from=self.instant(coverage.get("loaded_from"), "[coverage] loaded_from", zone),
            loaded_through=self.instant(coverage.get("loaded_through"), "[coverage] loaded_through", zone),
            recognise=self.texts(found.get("recognise", []), "recognise"),
            optional=self.texts(found.get("optional", []), "optional"),
            file=self.file_options(layout),
            everywhere=self.reading({k: v for k, v in layout.items() if k in _EVERYWHERE}, "[format]"),
            readings={
                name: self.reading(self.table(given, f"[columns.{name}]", _READING), f"[columns.{name}]")
                for name, given in self.table(found.get("columns", {}), "[columns]").items()
            },
            derived={
                name: self.value(given, f"[derive.{name}]")
                for name, given in self.table(found.get("derive", {}), "[derive]").items()
            },
            drop=self.drop(found, "drop"),
            group=self.group(found.get("group")),
            blocks=tuple(self.block(given, place) for place, given in enumerate(rows, start=1)),
        )

    def block(self, given: dict[str, Any], place: int) -> Block:
        name = given.get("table")
        where = f"[[rows]] {place} ({name})"
        if name is None:
            self.fail(f"[[rows]] {place}", phrase('say which table the rows are of: table = "tickets"'))
        self.known(given, {"table", "when", "drop", "columns"}, where)
        if name not in TABLES or name == "sources":
            self.unknown(where, "canonical table", str(name), set(TABLES) - {"sources"})
        table = TABLES[name]
        columns = self.table(given.get("columns", {}), f"{where}, columns")
        made = tuple(
            (self.target(table, column, where), self.value(value, f"{where}, {column}"))
            for column, value in columns.items()
            if self.target(table, column, where)
        )
        missing = sorted(needed_columns(table) - set(columns))
        if missing:
            self.fail(where, phrase(f"the column {missing[0]} has to be mapped; every row of {name} needs it"))
        when = self.condition(given["when"], f"{where}, when") if "when" in given else None
        return Block(table, when, made, where, self.drop(given, f"{where}, drop"))

    def drop(self, given: dict[str, Any], where: str) -> tuple[Condition, ...]:
        """What is left out on purpose: of the file, or of the rows of one table."""
        conditions = self.tables(given.get("drop", []), where)
        return tuple(self.condition(one, f"{where} {place}") for place, one in enumerate(conditions, start=1))

    def target(self, table: Table, name: str, where: str) -> Column:
        known = {column.name for column in table.all_columns} - {"recorded_at", "source"}
        if name not in known:
            self.unknown(where, f"column of {table.name}", name, known)
        return table.column(name)

    def value(self, given: Any, where: str) -> Value:
        """A value: a plain text names a column, or is a text with {columns} in it; a table says more."""
        if isinstance(given, str):
            return Value(self.template(given, where) if "{" in given else ColumnOf(given), where)
        if not isinstance(given, dict):
            self.fail(where, phrase(f"write the name of a column, or {{ value = {given!r} }} for a fixed value"))
        self.known(given, {*_ORIGINS, *_READING, *_CHANGES}, where)
        origins = [key for key in _ORIGINS if key in given]
        if len(origins) != 1:
            names = ", ".join(_ORIGINS)
            one = phrase(f"give exactly one of {names}, not {origins}" if origins else f"give exactly one of {names}")
            self.fail(where, one)
        return Value(
            self.origin(given, origins[0], where),
            where,
            reading=self.reading({k: v for k, v in given.items() if k in _READING}, where),
            split=self.split(given.get("split"), where),
            letters=self.allowed("letters", given.get("letters"), where),
            values=self.translations(given.get("values"), where),
            unknown=self.allowed("unknown", given.get("unknown", "keep aside"), where) or "keep aside",
            otherwise=None if "otherwise" not in given else text_of(given["otherwise"]),
            plus_seconds=self.plus(given.get("plus_seconds", []), where),
        )

    def origin(self, given: dict[str, Any], kind: str, where: str) -> ColumnOf | Template | Constant | Choice:
        found = given[kind]
        if kind == "column":
            return ColumnOf(self.text(found, f"{where}, column"))
        if kind == "text":
            return self.template(self.text(found, f"{where}, text"), where)
        if kind == "value":
            if not isinstance(found, (str, int, float, bool, datetime, date, time)):
                self.fail(where, phrase("value is a text, a number, true or false, or a date"))
            return Constant(found)
        return Choice(tuple(self.branch(part, where) for part in self.tables(found, f"{where}, choose")))

    def branch(self, given: dict[str, Any], where: str) -> Branch:
        when = self.condition(given["when"], f"{where}, when") if "when" in given else None
        return Branch(when, self.value({k: v for k, v in given.items() if k != "when"}, where))

    def template(self, text: str, where: str) -> Template:
        try:
            return parse_template(text)
        except ValueError as error:
            self.fail(where, phrase(f"{text!r}: {phrase(str(error))}"))

    def condition(self, given: Any, where: str) -> Condition:
        """A condition, or a list of them that all have to hold."""
        if isinstance(given, list):
            return All(tuple(self.condition(part, where) for part in given))
        table = self.table(given, where, {"column", "all", "any", "not", *_TESTS})
        if "column" not in table:
            return self.combination(table, where)
        column = self.text(table["column"], where)
        tests = [self.test(column, key, operand, where) for key, operand in table.items() if key != "column"]
        if not tests:
            self.fail(where, phrase(f"say what is asked of {column!r}: {', '.join(sorted(_TESTS))}"))
        return tests[0] if len(tests) == 1 else All(tuple(tests))

    def combination(self, table: dict[str, Any], where: str) -> Condition:
        if len(table) != 1 or not {"all", "any", "not"} & set(table):
            self.fail(where, phrase('a condition names a column ({ column = "…", is = "…" }) or is one of all, any, not'))
        (kind, parts), *_ = table.items()
        if kind == "not":
            return Never(self.condition(parts, where))
        made = tuple(self.condition(part, where) for part in self.tables(parts, f"{where}, {kind}"))
        return All(made) if kind == "all" else AnyOf(made)

    def test(self, column: str, operation: str, operand: Any, where: str) -> Condition:
        if operation in COMPARISONS:
            if isinstance(operand, bool) or not isinstance(operand, (int, float)):
                self.fail(where, phrase(f"{operation} compares with a number, not {operand!r}"))
            return Test(column, operation, Decimal(str(operand)))
        if operation == "empty":
            if not isinstance(operand, bool):
                self.fail(where, phrase("empty is true or false"))
            return Test(column, operation, operand)
        wanted = tuple(text_of(one) for one in operand) if isinstance(operand, list) else (text_of(operand),)
        if operation in {"is_not", "none_of"}:
            return Never(Test(column, "is", wanted))
        return Test(column, "is" if operation == "one_of" else operation, wanted)

    def reading(self, given: dict[str, Any], where: str) -> Reading:
        made: dict[str, Any] = {}
        for name, value in given.items():
            if name in {"true", "false", "empty"}:
                made[name] = self.texts(value, f"{where}, {name}")
            elif name == "decimals":
                made[name] = self.count(value, f"{where}, {name}")
            elif name == "time_zone":
                made[name] = self.zone(value, f"{where}, {name}")
            elif name == "format":
                made[name] = self.pattern(value, f"{where}, {name}")
            else:
                made[name] = self.allowed(name, text_of(value), where)
        return Reading(**made)

    def file_options(self, given: dict[str, Any]) -> FileOptions:
        made: dict[str, Any] = {}
        for name in _FILE & set(given):
            where = f"[format] {name}"
            if name == "header":
                made[name] = self.texts(given[name], where)
            else:
                made[name] = self.count(given[name], where) if name == "skip_rows" else self.text(given[name], where)
        return FileOptions(**made)

    def group(self, given: Any) -> Group | None:
        if given is None:
            return None
        table = self.table(given, "[group]", {"by", "at"})
        if set(table) != {"by", "at"}:
            self.fail("[group]", phrase("say by which column the cases are known (by) and when each step happened (at)"))
        return Group(self.text(table["by"], "[group] by"), self.text(table["at"], "[group] at"))

    def split(self, given: Any, where: str) -> Split | None:
        if given is None:
            return None
        table = self.table(given, f"{where}, split", {"by", "take"})
        by, take = table.get("by"), table.get("take", 1)
        if not isinstance(by, str) or not by or not isinstance(take, int) or take == 0:
            self.fail(where, phrase('write split = { by = " - ", take = 1 } (take = -1 is the last part)'))
        return Split(by, take)

    def translations(self, given: Any, where: str) -> tuple[tuple[str, str], ...] | None:
        if given is None:
            return None
        table = self.table(given, f"{where}, values")
        return tuple((key, text_of(value)) for key, value in table.items())

    def plus(self, given: Any, where: str) -> tuple[str | int, ...]:
        parts = given if isinstance(given, list) else [given]
        if any(isinstance(part, bool) or not isinstance(part, (str, int)) for part in parts):
            self.fail(where, phrase("plus_seconds is a column of seconds, a whole number, or a list of them"))
        return tuple(parts)

    def capabilities(self, given: Any) -> tuple[str, ...] | None:
        if given is None:
            return None
        for name in (found := self.texts(given, "capabilities")):
            if name not in CAPABILITIES:
                self.unknown("capabilities", phrase("capability"), name, CAPABILITIES)
        return found

    def instant(self, given: Any, where: str, zone: str | None) -> datetime | None:
        """An aware instant; a date or local time is one of the mapping's time zone."""
        if given is None:
            return None
        if not isinstance(given, date):
            self.fail(where, phrase("write a date (1999-01-01) or an instant (1999-01-01T00:00:00+02:00), without quotes"))
        found = given if isinstance(given, datetime) else datetime(given.year, given.month, given.day)  # noqa: DTZ001
        if found.tzinfo is None and zone is None:
            self.fail(where, phrase("a date without offset needs time_zone at the top of the mapping"))
        return found if found.tzinfo is not None or zone is None else found.replace(tzinfo=ZoneInfo(zone))

    def zone(self, given: Any, where: str) -> str | None:
        if given is not None and (not isinstance(given, str) or zone_named(given) is None):
            self.fail(where, phrase(f"{given!r} is no time zone; write an IANA name such as Europe/Amsterdam"))
        return given

    def pattern(self, given: Any, where: str) -> str:
        text = self.text(given, where)
        try:
            check_pattern(text)
        except ValueError as error:
            self.fail(where, phrase(f"{text!r}: {phrase(str(error))}"))
        return text

    def allowed(self, name: str, given: Any, where: str) -> str | None:
        if given is None:
            return None
        text, allowed = self.text(given, f"{where}, {name}"), ALLOWED.get(name)
        if allowed and text not in allowed:
            self.unknown(where, name, text, allowed)
        return text

    def text(self, given: Any, where: str) -> str:
        if not isinstance(given, str):
            self.fail(where, phrase(f"this is a text: write it in quotes, not {given!r}"))
        return given

    def texts(self, given: Any, where: str) -> tuple[str, ...]:
        if not isinstance(given, list):
            self.fail(where, phrase(f'this is a list of texts: ["…", "…"], not {given!r}'))
        return tuple(text_of(one) for one in given)

    def count(self, given: Any, where: str) -> int:
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            self.fail(where, phrase(f"this is a whole number, not {given!r}"))
        return given

    def table(self, given: Any, where: str, known: Iterable[str] | None = None) -> dict[str, Any]:
        if not isinstance(given, dict):
            self.fail(where, phrase(f"this is a table of keys, not {given!r}"))
        if known is not None:
            self.known(given, known, where)
        return given

    def tables(self, given: Any, where: str) -> list[dict[str, Any]]:
        if given is None:
            return []
        if not isinstance(given, list) or not all(isinstance(one, (dict, list)) for one in given):
            self.fail(where, phrase("this is a list of tables"))
        return given

    def known(self, given: dict[str, Any], known: Iterable[str], where: str) -> None:
        for key in given:
            if key not in set(known):
                self.unknown(where, phrase("key"), key, known)

    def unknown(self, where: str, kind: str, name: str, known: Iterable[str]) -> NoReturn:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
        hint = phrase(f"Did you mean {either(near)}?" if near else f"Known: {', '.join(names)}.")
        self.fail(where, phrase(f"there is no {phrase(kind)} called {name!r}. {phrase(hint)}"))
