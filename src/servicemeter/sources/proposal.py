"""A mapping to start from, guessed from the names and contents of a file's columns, for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from servicemeter.model.scales import USUAL_SCALES
from servicemeter.sources.choices import AS_IT_IS, KEPT_ASIDE, SCORES, Choices, Words, family_of
from servicemeter.sources.choicetext import write_mapping
from servicemeter.sources.dates import readings
from servicemeter.sources.datewords import MONTH
from servicemeter.sources.glimpse import Glimpse, glimpse
from servicemeter.sources.table import text_of
from servicemeter.sources.vocabulary import (
    CHANNELS,
    OUTCOMES,
    PRIORITIES,
    RATINGS,
    STATUSES,
    highest_said,
    plain,
    role_of,
    word_for,
)

__all__ = ["WORDS_SHOWN", "guess", "guess_scale", "guess_through", "guess_words", "propose"]

WORDS_SHOWN = 25
"""How many of a column's values are translated one by one."""
_LONGEST_WORD = 200
_AFTERWARDS = ("first_reply_at", "solved_at", "rated_at")
"""What happens to a ticket after it was created."""
_NOTHING = frozenset({"-", "--", "\u2013", "\u2014", "n/a", "#n/a", "null", "n.v.t.", "k. a.", "k.a."})
"""What is written into cells in which there is nothing."""
_NUMBER = re.compile(r"\d+(\.\d+)?")


def propose(path: Path | str, *, now: datetime, options: Mapping[str, str] | None = None) -> str:
    """Write the text of a mapping for a file that none fits; reads its first rows. Raises `BadFile`.

    It says what was guessed and from what, lists the columns it has no use for, and leaves open what nobody can guess.
    """
    seen = _without_marks(glimpse(path, now=now, options=options))
    return write_mapping(guess(seen), seen)


def _without_marks(seen: Glimpse) -> Glimpse:
    """The same without cells such as `-` and `n/a`, which say that there is nothing; the mapping then names them as empty."""
    marks = list(dict.fromkeys(text for texts in seen.texts.values() for text in texts if text.casefold() in _NOTHING))
    if not marks:
        return seen
    cells = {name: [cell for cell in found if text_of(cell).strip() not in marks] for name, found in seen.cells.items()}
    return replace(seen, cells=cells, file={**seen.file, "empty": marks})


def guess(seen: Glimpse) -> Choices:
    """What the columns of a file probably mean."""
    columns = _roles(seen)
    scales = {role: guess_scale(seen, role, columns[role]) for role in SCORES if role in columns}
    words = {role: guess_words(seen, role, column) for role, column in columns.items()}
    return Choices(
        name=_source_name(seen.file_name),
        columns=columns,
        time_zone=seen.zone,
        words={role: found for role, found in words.items() if found is not None},
        scales=scales,
        recognise=tuple(seen.cells),
        file=seen.file,
    )


def _source_name(file_name: str) -> str:
    """The name of a file without the month it is of, because the next month's rows belong to the same source."""
    words = plain(file_name.split(".")[0]).split()
    return "_".join(word for word in words if word not in MONTH and not word.isdigit()) or "_".join(words) or "import"


def guess_through(seen: Glimpse, choices: Choices) -> date | None:
    """The last day of which a file of tickets probably has everything: where something is told of a month in which none was
    created, it is an export of the tickets created before, and that is the last day of the month of the newest.

    None where nothing says so, or not all rows were seen, or dates could be read in more than one way.
    """
    told = [_newest(seen, choices, role) for role in ("created_at", *_AFTERWARDS) if role in choices.columns]
    days = [day for day in told if day is not None]
    if not seen.is_whole or "created_at" not in choices.columns or len(days) < len(told) or not days:
        return None
    created, last = days[0], max(days)
    following = (created.replace(day=1) + timedelta(days=31)).replace(day=1)
    return following - timedelta(days=1) if last >= following else None


def _newest(seen: Glimpse, choices: Choices, role: str) -> date | None:
    """The newest day of a column of dates that can be read in one way only."""
    column = choices.columns[role]
    order = choices.readings.get(column, {}).get("date_order")
    days = set()
    for cell in seen.cells.get(column, ()):
        said = readings(cell, seen.now)
        one = said.get(order) if order in said else next(iter(said.values())) if len(said) == 1 else None
        if one is None and said and len({at.date() for at in said.values()}) > 1:
            return None
        days |= {one.date()} if one else set()
    return max(days, default=None)


def _roles(seen: Glimpse) -> dict[str, str]:
    """The column of each role: the one with the surest name whose contents do not speak against it.

    Without any id by name, the first column whose values are all different is taken for the ticket's.
    """
    best: dict[str, tuple[int, str]] = {}
    for name in seen.cells:
        found = role_of(name)
        if found is None or (family_of(found[0]) == "date" and not (seen.are_dates(name) or seen.are_dates_as_numbers(name))):
            continue
        role, rank = found
        if role not in best or rank < best[role][0]:
            best[role] = (rank, name)
    columns = {role: name for role, (_, name) in best.items()}
    if not {"ticket_id", "call_id", "order_id"} & set(columns):
        unique = (name for name in seen.cells if name not in columns.values() and seen.are_ids(name))
        columns |= dict(zip(["ticket_id"], unique, strict=False))
    if "call_id" in columns and "ticket_id" not in columns and "outcome" not in columns and "status" in columns:
        columns["outcome"] = columns.pop("status")  # the state of a call is how it ended
    return columns


def guess_words(seen: Glimpse, role: str, column: str) -> Words | None:
    """A translation of every value seen, as far as it can be guessed; None for what is taken as it is."""
    if role in SCORES:
        is_asked = seen.cells[column] and not seen.are_numbers(column)
        return Words(_five_words(seen, column) if role == "rating" else {}, KEPT_ASIDE) if is_asked else None
    known = {"status": STATUSES, "channel": CHANNELS, "priority": PRIORITIES, "outcome": OUTCOMES}.get(role)
    if known is None:
        return None
    texts = [text for text in seen.texts[column][:WORDS_SHOWN] if len(text) <= _LONGEST_WORD]
    found = {text: word for text in texts if (word := word_for(text, known)) is not None}
    return Words(found, AS_IT_IS if role in ("channel", "priority") else KEPT_ASIDE)


def _five_words(seen: Glimpse, column: str) -> dict[str, str]:
    """The points of a score in words, where every word is known and one of them is an end of five."""
    found = {text: word_for(text, RATINGS) for text in seen.texts[column][:WORDS_SHOWN]}
    known = {text: word for text, word in found.items() if word is not None}
    return known if len(known) == len(seen.texts[column]) and {"1", "5"} & set(known.values()) else {}


def guess_scale(seen: Glimpse, role: str, column: str) -> str:
    """The usual scale that the name of a score's column says, or that 19 of 20 values fit: one slip makes no other scale.

    Of a rating in words, the one with as many numbers as there are words.
    """
    if role == "recommends":
        return "nps_0_10"
    numbers = sorted(float(text) for cell in seen.cells[column] if _NUMBER.fullmatch(text := text_of(cell).strip()))
    highest = highest_said(column) or (
        numbers[(len(numbers) - 1) * 19 // 20] if len(numbers) >= 20 else max(numbers, default=0.0)
    )
    if role == "effort":
        return "ces2_7" if highest <= 7 else "ces_0_10"
    worded = f"csat_{len(seen.texts[column])}"
    if not numbers and _five_words(seen, column):
        return "csat_5"
    if not numbers and worded in USUAL_SCALES:
        return worded
    return "csat_5" if highest <= 5 else "csat_7" if highest <= 7 else "csat_10"
