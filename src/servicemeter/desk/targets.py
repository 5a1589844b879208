"""The organisation's targets, as the page lists and sets them, and the notes beside them. Which of them hold: `desk.goals`."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from servicemeter.desk.goals import goals_in, read_goals
from servicemeter.ground.errors import BadQuestion, BadSettings
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.target import Aims, Goal, KeptGoal, Note
from servicemeter.office.notes import keep_note, list_notes, put_note_back, remove_note
from servicemeter.office.targets import keep_target, list_targets, put_target_back, remove_target

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Kind", "drop", "list_aims", "note", "notes_of", "put_back", "set_target"]

_LONGEST_NOTE = 200
Kind = Literal["target", "note"]


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
        [wanted] = goals_in(metric, said)
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
