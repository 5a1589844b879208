"""What is set, in the book and in servicemeter.toml; and changing what may safely be changed from a page."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from servicemeter.desk.afterwards import AFTERWARDS
from servicemeter.ground.errors import BadQuestion, BadSettings, UnknownName
from servicemeter.ground.rewriting import with_value
from servicemeter.ground.settings import Home, write_privately
from servicemeter.model.hours import CLOSED, WITHDRAWN

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = [
    "CHANGEABLE",
    "Changeable",
    "PlannedChange",
    "SettingsShown",
    "Value",
    "change_settings",
    "plan_change",
    "settings_shown",
]

Kind = Literal["truth", "number", "text", "choices"]
Value = bool | int | str | list[str] | None


@dataclass(frozen=True)
class Changeable:
    """A value of servicemeter.toml that a page may change. `needs_restart`: it holds from the next start of the server on."""

    section: str
    key: str
    kind: Kind
    default: Value
    choices: tuple[str, ...] = ()
    least: int = 0
    needs_restart: bool = False

    @property
    def name(self) -> str:
        """How a form calls it."""
        return f"{self.section}.{self.key}"


_TABLES = ("business_calendars", "calendar_weekly_hours", "calendar_exceptions", "sla_policies", "teams")

CHANGEABLE = (
    Changeable("privacy", "hide_individuals", "truth", False),
    Changeable("privacy", "smallest_team", "number", 5, least=2),
    Changeable("privacy", "redact", "truth", False, needs_restart=True),
    Changeable("text", "after_import", "choices", [], AFTERWARDS),
    Changeable("surveys", "organisation", "text", ""),
    Changeable("surveys", "address", "text", ""),
    Changeable("surveys", "privacy_address", "text", ""),
)
"""What may be changed here: nothing that opens a door (mail servers, passwords, keys), nothing that a number depends on."""


@dataclass(frozen=True)
class SettingsShown:
    """What is set. `zone` to `teams` come from the book, as rows; `values` are those of the file, by name; `fault` says why it
    cannot be read; `digest` marks the file as it is now."""

    zone: str
    currency: str
    calendars: list[dict[str, Any]] = field(default_factory=list)
    policies: list[dict[str, Any]] = field(default_factory=list)
    teams: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    path: str = ""
    fault: str = ""
    digest: str = ""


@dataclass(frozen=True)
class PlannedChange:
    """What would change in the file: lines taken out and put in, and the mark of the file that it was made from."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    digest: str = ""
    needs_restart: bool = False
    is_written: bool = False


def settings_shown(desk: Desk) -> SettingsShown:
    """Everything at once."""
    with desk.on_book() as book:
        said = book.settings()
        rows = {name: book.configured(name) for name in _TABLES}
    home, values, fault = desk.home, {}, ""
    try:
        values = {one.name: _value(home, one) for one in CHANGEABLE} if home else {}
    except BadSettings as error:
        fault = str(error)
    return SettingsShown(
        said.get("report_tz", "UTC"),
        said.get("base_currency", ""),
        [_with_hours(one, rows) for one in rows["business_calendars"]],
        rows["sla_policies"],
        rows["teams"],
        values,
        home.settings.name if home else "",
        fault,
        _digest(_text(home)) if home else "",
    )


def _with_hours(calendar: dict[str, Any], rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """A calendar with its week (`hours`: weekday, open, close; of the rows that hold last) and the days that differ."""
    own = {
        name: [row for row in rows[name] if row["calendar_id"] == calendar["calendar_id"] and row["close"] != WITHDRAWN]
        for name in ("calendar_weekly_hours", "calendar_exceptions")
    }
    last = max((str(row["valid_from"] or "") for row in own["calendar_weekly_hours"]), default="")
    held = [r for r in own["calendar_weekly_hours"] if str(r["valid_from"] or "") == last and r["close"] != CLOSED]
    hours = [(int(row["iso_weekday"]), str(row["open"]), str(row["close"])) for row in held]
    days = {row["local_date"] for row in own["calendar_exceptions"]}
    return {**calendar, "hours": hours, "exceptions": len(days)}


def _value(home: Home, one: Changeable) -> Value:
    value: Value = home.section(one.section).get(one.key, one.default)
    return value


def plan_change(desk: Desk, wanted: Mapping[str, str]) -> PlannedChange:
    """The file with these values in place of what it says; a value that is the default and was not written stays unwritten.

    Raises `BadQuestion` for a value that cannot be, `BadSettings` where the file cannot be changed safely.
    """
    home = _home(desk)
    text = _text(home)
    fresh, restart = _with(home, text, wanted)
    shown = list(difflib.unified_diff(text.splitlines(), fresh.splitlines(), lineterm="", n=1))[2:]
    lines = [(line[:1], line[1:]) for line in shown if not line.startswith("@@")]
    return PlannedChange(lines, _digest(text), restart)


def change_settings(desk: Desk, wanted: Mapping[str, str], *, seen: str) -> PlannedChange:
    """Write it, with the file before kept as `servicemeter.toml.before`; `BadSettings` when it is no longer the one `seen`."""
    home, plan = _home(desk), plan_change(desk, wanted)
    if plan.digest != seen:
        raise BadSettings("The settings file was changed since you looked. Nothing was written; look at the change again.")
    text = _text(home)
    if plan.lines:
        write_privately(home.settings.with_name(home.settings.name + ".before"), text)
        write_privately(home.settings, _with(home, text, wanted)[0])
    return PlannedChange(plan.lines, plan.digest, plan.needs_restart, is_written=True)


def _with(home: Home, text: str, wanted: Mapping[str, str]) -> tuple[str, bool]:
    """The text with what is wanted, and whether something of it holds only from the next start on."""
    known = {one.name: one for one in CHANGEABLE}
    restart = False
    for name, said in wanted.items():
        if name not in known:
            raise UnknownName("setting that can be changed here", name, known)
        one = known[name]
        value, now = _parsed(one, said), _value(home, one)
        if value != now:
            text = with_value(text, one.section, one.key, None if value == one.default and one.kind == "text" else value)
            restart = restart or one.needs_restart
    return text, restart


def _parsed(one: Changeable, said: str) -> Value:
    """A form's text as the value that it stands for."""
    if one.kind == "truth":
        if said not in ("true", "false"):
            raise BadQuestion(f"{one.name} is true or false, not {said!r}.")
        return said == "true"
    if one.kind == "number":
        if not said.isascii() or not said.isdigit() or not one.least <= int(said) <= 1000:
            raise BadQuestion(f"{one.name} is a whole number from {one.least} to 1000, not {said!r}.")
        return int(said)
    if one.kind == "choices":
        chosen = [word for word in said.split(",") if word]
        if not set(chosen) <= set(one.choices):
            raise BadQuestion(f"{one.name} knows {', '.join(one.choices)}; not {said!r}.")
        return chosen
    if len(said) > 300 or not said.isprintable():
        raise BadQuestion(f"{one.name} is a line of at most 300 letters.")
    if one.key == "address" or one.key.endswith("_address"):
        _check_address(one, said)
    return said


def _check_address(one: Changeable, said: str) -> None:
    if said and not said.startswith(("https://", "http://")):
        raise BadQuestion(f"{one.name} begins with https://, such as https://survey.example.com.")


def _home(desk: Desk) -> Home:
    if desk.home is None:
        raise BadSettings("A desk in memory has no settings file. Open one on a data folder: servicemeter.open(DIR).")
    return desk.home


def _text(home: Home) -> str:
    try:
        return home.settings.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{home.settings.name} cannot be read: {error}. Mend it by hand; nothing was changed.") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
