"""The organisation's targets: in the settings of a data folder, and set on the pages; and the notes beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from servicemeter.ground.currencies import minor_digits
from servicemeter.ground.errors import BadQuestion, BadSettings, UnknownMetric, UnknownName
from servicemeter.ground.phrases import phrase
from servicemeter.ground.settings import Home
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.metric import Metric
from servicemeter.model.target import Aims, Goal, KeptGoal, Note, Target
from servicemeter.office.notes import keep_note, list_notes, put_note_back, remove_note
from servicemeter.office.targets import keep_target, list_targets, put_target_back, remove_target

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Kind", "drop", "goals_of", "list_aims", "note", "notes_of", "put_back", "read_goals", "set_target", "units_of"]

_WRITTEN = re.compile(r"(at most|at least)\s+([+-]?\d+(?:\.\d+)?)\s*(\S.*)?")
_SECONDS: dict[str, float] = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_SCALES: dict[str, dict[str, float]] = {
    "seconds": _SECONDS,
    "fraction": {"%": 0.01},
    "ratio": {"%": 0.01, "per 100": 0.01},
    "money": {"": 100},
}
_ABOVE_ZERO = frozenset({"seconds", "count", "replies", "touches", "money"})
_KEYS = ("goal", "channel", "month")
_LONGEST_NOTE = 200
Kind = Literal["target", "note"]


def read_goals(home: Home) -> list[Goal]:
    """The targets under `[targets]` in servicemeter.toml; `BadSettings` names the one that cannot be used.

    A metric has one target or a list of them: `csat = "at least 85 %"`, or
    `backlog = ["at most 150", { goal = "at most 40", channel = "chat", month = "2026-12" }]`.
    """
    where = f" in {home.settings}"
    return [goal for name, said in home.section("targets").items() for goal in _Entry(where, name).goals(said)]


def goals_of(desk: Desk) -> list[Goal]:
    """Every target, those set on the page last: of equally particular ones the last holds, so the page goes before the file."""
    if desk.home is None:
        return []
    own = list(list_targets(desk.office).values()) if desk.home.has_office() else []
    return [_in_minor_units(goal, desk) for goal in (*read_goals(desk.home), *own)]


def _in_minor_units(goal: Goal, desk: Desk) -> Goal:
    """A target of money, which is kept in hundredths, in the minor units of the base currency, as its figure is."""
    if find_metric(goal.metric).unit != "money":
        return goal
    factor = 10.0 ** (minor_digits(desk.base_currency or "") - 2)
    return replace(goal, target=replace(goal.target, value=goal.target.value * factor))


def list_aims(desk: Desk) -> Aims:
    """What was set where, and the notes. A file that cannot be read is told, not raised: the page's own can still be changed."""
    home = desk.home
    if home is None:
        return Aims([], [])
    own = list_targets(desk.office) if home.has_office() else {}
    try:
        written, fault = read_goals(home), ""
    except BadSettings as error:
        written, fault = [], str(error)
    taken = {_place(goal) for goal in own.values()}
    last = {_place(goal): i for i, goal in enumerate(written)}
    kept = [KeptGoal(g, "file", None, _place(g) in taken or last[_place(g)] != i) for i, g in enumerate(written)]
    return Aims([*kept, *(KeptGoal(g, "page", number) for number, g in own.items())], notes_of(desk), fault)


def _place(goal: Goal) -> tuple[str, str | None, date | None]:
    """What a target is for; two for the same cannot both hold."""
    return goal.metric, goal.channel, goal.month


def set_target(
    desk: Desk, metric: str, goal: str, *, channel: str | None = None, month: str | None = None, now: datetime
) -> tuple[KeptGoal, int | None]:
    """Set a target as the file would write it (`at most 4 h`); returns it, and the number of the one it took the place of.

    `BadQuestion` says what is wrong with it.
    """
    said = {"goal": goal, **({"channel": channel} if channel else {}), **({"month": month} if month else {})}
    try:
        wanted = next(_Entry("", metric).goals(said))
    except BadSettings as fault:
        raise BadQuestion(str(fault)) from fault
    number, before = keep_target(desk.office, wanted, now)
    return KeptGoal(wanted, "page", number), before[-1] if before else None


def note(desk: Desk, happened_on: date, text: str, *, metric: str | None = None, now: datetime) -> Note:
    """Note what was changed on a day, at most 200 letters; about one metric, or about all."""
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST_NOTE:
        raise BadQuestion(f"A note has 1 to {_LONGEST_NOTE} letters; this has {len(words)}.")
    if metric is not None:
        find_metric(metric)
    return keep_note(desk.office, happened_on, words, metric, now)


def notes_of(desk: Desk, metric: str | None = None) -> list[Note]:
    """The notes, the earliest first; of a metric those about it and those about all."""
    if desk.home is None or not desk.home.has_office():
        return []
    return [one for one in list_notes(desk.office) if metric is None or one.metric in (None, metric)]


def drop(desk: Desk, kind: Kind, number: int, *, now: datetime) -> None:
    """Take a target of the page or a note away; `put_back` undoes it."""
    if kind == "target":
        remove_target(desk.office, number, now)
    else:
        remove_note(desk.office, number, now)


def put_back(desk: Desk, kind: Kind, number: int, *, now: datetime) -> None:
    """Put back what was taken away."""
    if kind == "target":
        put_target_back(desk.office, number, now)
    else:
        put_note_back(desk.office, number)


def units_of(metric: Metric) -> list[str]:
    """The units in which a target of a metric may be written; an empty one is none."""
    return list(_SCALES.get(metric.unit, {"": 1}))


class _Entry:
    """What is said of one metric, and how to complain about it; `where` says in what."""

    def __init__(self, where: str, name: str) -> None:
        self.where, self.name = where, name
        try:
            self.metric: Metric = find_metric(name)
        except UnknownMetric as fault:
            raise self._bad(str(fault)) from fault

    def _bad(self, why: str) -> BadSettings:
        return BadSettings(f"The target of {self.name}{self.where} cannot be used: {phrase(why)}")

    def goals(self, said: object) -> Iterator[Goal]:
        """The targets of the metric, in the order they are written."""
        for one in said if isinstance(said, list) else [said]:
            parts = {"goal": one} if isinstance(one, str) else one
            if not isinstance(parts, dict) or not isinstance(parts.get("goal"), str):
                raise self._bad(phrase('write it as "at most 4 h", or as { goal = "at most 4 h", channel = "chat" }.'))
            yield self._goal(parts)

    def _goal(self, parts: dict[str, Any]) -> Goal:
        for key in parts:
            if key not in _KEYS:
                raise self._bad(str(UnknownName("part of a target", key, _KEYS)))
        channel = parts.get("channel")
        if channel is not None and not isinstance(channel, str):
            raise self._bad(phrase(f"channel = {channel!r} is no name of a channel."))
        return Goal(self.name, self._target(parts["goal"]), channel, self._month(parts.get("month")))

    def _target(self, text: str) -> Target:
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise self._bad(phrase(f'{text!r} is no target. Write "at most" or "at least", a number, and its unit.'))
        at: Literal["<=", ">="] = "<=" if found[1] == "at most" else ">="
        value = self._scaled(float(found[2]), found[3] or "")
        self._check(value)
        return Target(at, value)

    def _check(self, value: float) -> None:
        """Refuse what the figure can never be, and 0 where nobody could aim at it. Scores may be anything: NPS goes below 0."""
        if self.metric.unit in _ABOVE_ZERO and value <= 0:
            raise self._bad(phrase("it must be greater than 0."))
        if self.metric.unit == "fraction" and not 0 <= value <= 1:
            raise self._bad(phrase("a share is from 0 to 100 %."))
        if self.metric.unit == "ratio" and value < 0:
            raise self._bad(phrase("it must not be below 0."))

    def _scaled(self, figure: float, unit: str) -> float:
        """The figure in the metric's own unit: seconds, shares of 1, hundredths of money."""
        scales = _SCALES.get(self.metric.unit, {"": 1})
        if unit not in scales:
            known = " or ".join(repr(u) if u else "no unit" for u in scales)
            raise self._bad(phrase(f"{unit!r} is no unit of it; give {known}." if unit else f"its number needs a unit: {known}."))
        return round(figure * scales[unit], 9)

    def _month(self, said: object) -> date | None:
        if said is None:
            return None
        try:
            return date.fromisoformat(f"{said}-01")
        except ValueError:
            raise self._bad(phrase(f"month = {said!r} is no month. Write it as 2026-11.")) from None
