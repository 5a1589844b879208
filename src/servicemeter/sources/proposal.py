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
    COUNTS,
    DIRECTIONS,
    OUTCOMES,
    PRIORITIES,
    RATINGS,
    STATUSES,
    file_says,
    highest_said,
    plain,
    roles_of,
    unit_said,
    word_for,
    zone_said,
)

__all__ = [
    *("WORDS_SHOWN", "guess", "guess_first_leg", "guess_readings", "guess_scale", "guess_through", "guess_words"),
    "propose",
]

WORDS_SHOWN = 25
"""How many of a column's values are translated one by one."""
_LONGEST_WORD = 200
_AFTERWARDS = ("first_reply_at", "solved_at", "rated_at")
"""What happens to a ticket after it was created."""
_NOTHING = frozenset({"-", "--", "\u2013", "\u2014", "n/a", "#n/a", "null", "n.v.t.", "k. a.", "k.a."})
"""What is written into cells in which there is nothing."""
_LONGEST_NUMBER = 2
_UNRATED = frozenset({"offered", "unoffered", "not offered", "unrated", "not rated", "no rating"})
"""What stands in a column of ratings where nobody rated."""
_NUMBER = re.compile(r"\d+(\.\d+)?")


def propose(path: Path | str, *, now: datetime, options: Mapping[str, str] | None = None) -> str:
    """Write the text of a mapping for a file that none fits; reads its first rows. Raises `BadFile`.

    It says what was guessed and from what, lists the columns it has no use for, and leaves open what nobody can guess.
    """
    seen = _without_marks(glimpse(path, now=now, options=options))
    return write_mapping(guess(seen), seen)


def _without_marks(seen: Glimpse) -> Glimpse:
    """The same without cells such as `-` and `n/a`, which say that there is nothing; the mapping then names them as empty.

    So it does with `Unoffered` in a column of ratings, where no other column says that.
    """
    marks = list(dict.fromkeys(text for texts in seen.texts.values() for text in texts if text.casefold() in _NOTHING))
    rated = [name for name in seen.cells if any(role == "rating" for role, _ in roles_of(name))]
    others = {text for name, texts in seen.texts.items() if name not in rated for text in texts}
    marks += [text for name in rated for text in seen.texts[name] if text.casefold() in _UNRATED and text not in others]
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
        readings=guess_readings(columns),
        first_leg=guess_first_leg(seen, columns),
    )


def guess_readings(columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """How columns are read, as far as their names say it: the clock of instants, the unit of spans."""
    said = {
        column: {"time_zone": zone_said(column)} if family_of(role) == "date" else {"unit": unit_said(column)}
        for role, column in columns.items()
        if family_of(role) in ("date", "seconds")
    }
    readings = {column: {key: value for key, value in reading.items() if value} for column, reading in said.items()}
    return {column: reading for column, reading in readings.items() if reading}


def guess_first_leg(seen: Glimpse, columns: Mapping[str, str]) -> str | None:
    """What the first leg of a call is called, where legs are numbered in each call; None where each has an id of its own."""
    texts = seen.texts.get(columns.get("leg", ""), [])
    is_numbered = all(text.isdigit() and len(text) <= _LONGEST_NUMBER for text in texts)
    if not texts or not (is_numbered or not seen.are_ids(columns["leg"])):
        return None
    return min(texts, key=lambda text: (len(text), text))


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

    Without any id by name, the first column whose values are all different is taken for it.
    """
    columns = _by_name(seen)
    kind = _kind(seen, columns)
    told = {role: column for role, column in _meant(kind, columns).items() if role not in _BELONGING or kind in _BELONGING[role]}
    if kind == "call" and "direction" not in told:
        told |= _direction(seen, told)
    key = _KEYS[kind]
    if key not in told:
        taken = set(told.values())
        taken |= {name for name in seen.cells if plain(name) in COUNTS}
        unique = (name for name in seen.cells if name not in taken and seen.are_ids(name))
        told |= dict(zip([key], unique, strict=False))
    return told


_KEYS = {
    "ticket": "ticket_id", "call": "call_id", "order": "order_id", "customer": "customer_id", "contract": "customer_id",
    "agent": "agent_id", "team": "team_id",
}  # fmt: skip
_BELONGING = {
    **dict.fromkeys(("started_on", "ended_on"), ("contract",)),
    **dict.fromkeys(("agent_id", "agent_name"), ("agent",)),
    **dict.fromkeys(("team_id", "team_name", "tier"), ("team",)),
    **dict.fromkeys(("leg", "direction"), ("call",)),
}
"""The roles that only some files have a use for."""
_SURE = ("subject", "solved_at", "first_reply_at", "priority", "first_reply_after", "solved_after", *SCORES)
_LIKELY = ("status", "reason", "channel", "agent", "team")
"""What speaks for tickets, surely or somewhat."""
_OF_CALLS = ("leg", "wait", "answered_at", "talk", "hold", "wrap_up", "outcome")
"""What only calls have."""
_WHOSE = ("segment", "birth_year", "first_seen_at", "country")
"""What speaks for customers."""
_GENERAL = frozenset({"number", "nummer", "numar", "numer", "numero", "nr", "id", "key"})
"""Names of an id that do not say of what."""


def _direction(seen: Glimpse, told: dict[str, str]) -> dict[str, str]:
    """The column that tells calls made from those received, whatever it is called: who was not reached did not give up."""
    free = [name for name in seen.cells if name not in told.values() or name == told.get("reason")]
    says = (name for name in free if seen.texts[name] and all(word_for(text, DIRECTIONS) for text in seen.texts[name]))
    found = next(says, None)
    if found is not None and found == told.get("reason"):
        del told["reason"]
    return {} if found is None else {"direction": found}


def _by_name(seen: Glimpse) -> dict[str, str]:
    """The column of each role, as its name says and its contents allow."""
    best: dict[str, tuple[int, str]] = {}
    for name in seen.cells:
        for role, rank in roles_of(name):
            if not _may_be(seen, role, name):
                continue
            if role not in best or rank < best[role][0]:
                best[role] = (rank, name)
            break
    columns = {role: name for role, (_, name) in best.items()}
    for instant, span in (("first_reply_at", "first_reply_after"), ("solved_at", "solved_after")):
        if span in columns and (instant in columns or not {"created_at", "started_at"} & set(columns)):
            del columns[span]
    return columns


def _may_be(seen: Glimpse, role: str, name: str) -> bool:
    """Whether the contents of a column do not speak against a role."""
    if family_of(role) == "date":
        return seen.are_dates(name) or seen.are_dates_as_numbers(name)
    if role in ("first_reply_after", "solved_after"):
        return seen.are_spans(name, unit_said(name))
    if role == "direction":
        return any(word_for(text, DIRECTIONS) for text in seen.texts[name])
    return True


def _kind(seen: Glimpse, columns: Mapping[str, str]) -> str:
    """What a row of the file is, by what its columns are called, and where these leave it open, by the file's own name."""
    named = file_says(seen.file_name)
    names_ticket = "ticket_id" in columns and plain(columns["ticket_id"]) not in _GENERAL
    sure, likely = names_ticket or any(role in columns for role in _SURE), sum(role in columns for role in _LIKELY)
    if {"call_id", "leg"} & set(columns) and (not names_ticket or any(role in columns for role in _OF_CALLS)):
        return "call"
    if "order_id" in columns and not names_ticket and not sure:
        return "order"
    if sure:
        return "ticket"
    if ("amount" in columns or "placed_at" in columns or named == "order") and likely < 2:
        return "order"
    if "started_on" in columns and ("customer_id" in columns or named == "contract"):
        return "contract"
    is_dated = "created_at" in columns
    whose = sum(role in columns for role in _WHOSE)
    if named == "agent" or ("agent_id" in columns and not is_dated and "status" not in columns and not whose):
        return "agent"
    is_only_them = not is_dated or {"customer_name", "customer_email"} <= set(columns)
    is_somebody = any(role in columns for role in ("customer_id", "customer_email", "customer_name"))
    if is_somebody and (named == "customer" or whose > likely or (not likely and named is None and is_only_them)):
        return "customer"
    if named == "team" or ({"team_id", "tier"} & set(columns) and not is_dated and "agent" not in columns):
        return "team"
    return "ticket"


def _meant(kind: str, columns: Mapping[str, str]) -> dict[str, str]:
    """The roles that general names have in a file of this kind: `id` is a customer's in a list of customers."""
    found = dict(columns)
    general = found.pop("ticket_id", None) if kind != "ticket" and plain(columns.get("ticket_id", "")) in _GENERAL else None
    if general is not None and kind != "contract":
        found.setdefault(_KEYS[kind], general)
    if kind == "ticket" and "created_at" not in found and "started_at" in found:
        found["created_at"] = found.pop("started_at")
    elif kind == "call":
        found.setdefault("call_id", found.get("leg", ""))
        if "outcome" not in found and "status" in found and "ticket_id" not in found:
            found["outcome"] = found.pop("status")  # the state of a call is how it ended
    elif kind == "customer" and "created_at" in found:
        found.setdefault("first_seen_at", found.pop("created_at"))
    elif kind in ("agent", "team"):
        return _of_office(kind, found)
    if "agent" not in found and "agent_id" in found:
        found["agent"] = found["agent_id"]
    if "team" not in found and "team_id" in found:
        found["team"] = found["team_id"]
    return found


def _of_office(kind: str, found: Mapping[str, str]) -> dict[str, str]:
    """The roles of a file of agents or of teams: nothing but who they are."""
    own, name = f"{kind}_id", f"{kind}_name"
    called = found.get(name) or found.get(kind) or found.get("customer_name")
    return {role: column for role, column in ((own, found.get(own)), (name, called), ("tier", found.get("tier"))) if column}


_KNOWN = {"status": STATUSES, "channel": CHANNELS, "priority": PRIORITIES, "outcome": OUTCOMES, "direction": DIRECTIONS}


def guess_words(seen: Glimpse, role: str, column: str) -> Words | None:
    """A translation of every value seen, as far as it can be guessed; None for what is taken as it is."""
    if role in SCORES:
        is_asked = seen.cells[column] and not seen.are_numbers(column)
        return Words(_points(seen, column)[0] if role == "rating" else {}, KEPT_ASIDE) if is_asked else None
    known = _KNOWN.get(role)
    if known is None:
        return None
    texts = [text for text in seen.texts[column][:WORDS_SHOWN] if len(text) <= _LONGEST_WORD]
    found = {text: word for text in texts if (word := word_for(text, known)) is not None}
    return Words(found, AS_IT_IS if role in ("channel", "priority") else KEPT_ASIDE)


def _points(seen: Glimpse, column: str) -> tuple[dict[str, str], str]:
    """The points of a score in words, and their scale, where every word is known.

    One of them being an end of five, they are five. Otherwise a good and a bad one are two, and with one between them three.
    """
    found = {text: word_for(text, RATINGS) for text in seen.texts[column][:WORDS_SHOWN]}
    known = {text: word for text, word in found.items() if word is not None}
    if not known or len(known) < len(seen.texts[column]):
        return {}, ""
    if {"1", "5"} & set(known.values()):
        return known, "csat_5"
    ranks = sorted(set(known.values()))
    if (ranks[0], ranks[-1]) != ("2", "4"):
        return {}, ""
    return {text: str(ranks.index(word) + 1) for text, word in known.items()}, f"csat_{len(ranks)}"


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
    worded = _points(seen, column)[1] or f"csat_{len(seen.texts[column])}"
    if not numbers and worded in USUAL_SCALES:
        return worded
    return "csat_5" if highest <= 5 else "csat_7" if highest <= 7 else "csat_10"
