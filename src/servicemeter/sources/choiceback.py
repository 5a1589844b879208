"""A mapping back into what it says of a file's columns, and the parts of it that such a form of columns cannot show.

What is found again is proven: written as a mapping once more it has to be the same, by value. So a form never shows less
than a mapping says without a word.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from servicemeter.sources.choices import SCORES, Choices, Words
from servicemeter.sources.choicetext import EDITIONS, supplied, write_mapping
from servicemeter.sources.conditions import All, AnyOf, Condition, Never, Test
from servicemeter.sources.glimpse import Glimpse
from servicemeter.sources.mapping import Block, Mapping
from servicemeter.sources.mappingfile import parse_mapping
from servicemeter.sources.options import NO_READING
from servicemeter.sources.values import Choice, ColumnOf, Constant, Template, Value

__all__ = ["Beyond", "choices_of", "says_the_same"]

_BY_CELL = {
    ("tickets", "ticket_id"): "ticket_id", ("tickets", "created_at"): "created_at", ("tickets", "channel"): "channel",
    ("tickets", "language"): "language", ("tickets", "brand"): "brand", ("tickets", "customer_id"): "customer_id",
    ("customers", "name"): "customer_name", ("customers", "segment"): "segment", ("customers", "country"): "country",
    ("customers", "birth_year"): "birth_year", ("customers", "first_seen_at"): "first_seen_at",
    ("customers", "language"): "language", ("customers", "customer_id"): "customer_id",
    ("customer_contracts", "customer_id"): "customer_id", ("customer_contracts", "started_on"): "started_on",
    ("customer_contracts", "ended_on"): "ended_on",
    ("customer_identities", "value"): "customer_email", ("texts", "text"): "subject",
    ("survey_invitations", "ticket_id"): "ticket_id", ("survey_invitations", "customer_id"): "customer_id",
    ("survey_answers", "value_text"): "comment", ("interactions", "ticket_id"): "ticket_id",
    ("interactions", "direction"): "direction",
    ("interactions", "interaction_id"): "call_id",
    ("interactions", "started_at"): "started_at", ("interactions", "answered_at"): "answered_at",
    ("interactions", "ended_at"): "ended_at", ("interactions", "talk_s"): "talk", ("interactions", "hold_s"): "hold",
    ("interactions", "acw_s"): "wrap_up", ("interactions", "outcome"): "outcome", ("interactions", "agent_id"): "agent",
    ("interactions", "queue"): "team", ("orders", "order_id"): "order_id", ("orders", "placed_at"): "placed_at",
    ("orders", "customer_id"): "customer_id", ("orders", "amount"): "amount", ("orders", "currency"): "currency",
}  # fmt: skip
_NAMED = {
    ("agents", "agent_id"): "agent_id", ("agents", "name"): "agent_name", ("teams", "team_id"): "team_id",
    ("teams", "name"): "team_name", ("teams", "tier"): "tier",
}  # fmt: skip
"""The same of files that name agents or teams and nothing else."""
_EVENTS = {"assignee_id": "agent", "team_id": "team", "priority": "priority", "reason": "reason", "status": "status"}
_KINDS = {kind: role for role, kind in SCORES.items()}


@dataclass(frozen=True)
class Beyond:
    """A part of a mapping that a form of columns cannot show: `kind` says which sort, `detail` where."""

    kind: str
    detail: str = ""


def choices_of(mapping: Mapping, seen: Glimpse) -> tuple[Choices | None, list[Beyond]]:
    """What a mapping says of a file's columns; None with the reasons when that is not all that it says."""
    choices = _found(mapping)
    if mapping.derived:
        return None, [Beyond("derived", name) for name in mapping.derived]
    missing = dict.fromkeys(name for name in choices.columns.values() if name not in seen.cells)
    if missing:
        return None, [Beyond("missing", name) for name in missing]
    beyond = _beyond_edition(mapping, choices, seen, EDITIONS[0])
    if beyond and not all(_beyond_edition(mapping, choices, seen, edition) for edition in EDITIONS[1:]):
        beyond = []  # what a form wrote before: shown by it, it is written anew
    if not beyond and len(set(choices.columns.values())) < len(choices.columns):
        beyond = [Beyond("twice")]
    return (None, beyond) if beyond else (choices, [])


def _beyond_edition(mapping: Mapping, choices: Choices, seen: Glimpse, edition: int) -> list[Beyond]:
    """Where a mapping says something else than choices do, written as in that edition."""
    return list(_beyond(mapping, parse_mapping(write_mapping(choices, seen, edition=edition), mapping.path)))


def says_the_same(one: str, other: str) -> bool:
    """Whether two texts are one mapping, whatever their remarks and layout."""
    first, second = parse_mapping(one, "m"), parse_mapping(other, "m")
    return not [*_beyond(first, second), *_beyond(second, first)]


def _found(mapping: Mapping) -> Choices:
    columns: dict[str, str] = {}
    words: dict[str, Words] = {}
    scales: dict[str, str] = {}
    unit = "major"
    first_leg = _legs(mapping.blocks, columns)
    for role, value in _roles(mapping.blocks):
        if isinstance(value.origin, ColumnOf):
            columns.setdefault(role, value.origin.name)
            if value.values is not None:
                words[role] = Words(dict(value.values), value.unknown, value.otherwise)
            unit = value.reading.unit or unit if role == "amount" else unit
    for block in mapping.blocks:
        kind = _KINDS.get(_constant(block, "kind"))
        if block.table.name == "survey_invitations" and kind is not None:
            scales[kind] = _constant(block, "scale")
    for role in set(SCORES) & set(columns):
        scales.setdefault(role, "")
    _add_rated_at(mapping.blocks, columns)
    found = Choices(
        name=mapping.name,
        columns=columns,
        time_zone=mapping.time_zone,
        readings=_readings(mapping),
        words=words,
        scales=scales,
        unit=unit,
        recognise=mapping.recognise,
        file={f.name: v for f in dataclasses.fields(mapping.file) if (v := getattr(mapping.file, f.name)) != f.default},
        first_leg=first_leg,
    )
    told = mapping.capabilities
    return found if told == (supplied(found) or None) else dataclasses.replace(found, capabilities=told or ())


def _readings(mapping: Mapping) -> dict[str, dict[str, str]]:
    """How columns are read, as far as it is the order of a date, its clock, the decimal mark or a unit."""
    said = {
        name: {
            key: value for key in ("date_order", "decimal", "time_zone", "unit") if (value := getattr(reading, key)) is not None
        }
        for name, reading in mapping.readings.items()
    }
    return {name: reading for name, reading in said.items() if reading}


def _legs(blocks: Iterable[Block], columns: dict[str, str]) -> str | None:
    """What the first leg of a call is called; a leg's column and its call's are noted."""
    for block in blocks:
        by_name = {column.name: value.origin for column, value in block.columns}
        leg, root = by_name.get("interaction_id"), by_name.get("root_interaction_id")
        if isinstance(leg, ColumnOf) and isinstance(root, ColumnOf):
            columns.update(call_id=root.name, leg=leg.name)
        elif isinstance(leg, Template) and isinstance(root, Template) and (len(leg.parts), len(root.parts)) == (5, 3):
            columns.update(call_id=leg.parts[1], leg=leg.parts[3])
            return root.parts[2].removeprefix("-")
    return None


def _roles(blocks: Sequence[Block]) -> Iterator[tuple[str, Value]]:
    """Which meaning each cell of the rows speaks for."""
    by_cell = _BY_CELL | (_NAMED if {block.table.name for block in blocks} <= {"agents", "teams"} else {})
    for block in blocks:
        by_name = {column.name: value for column, value in block.columns}
        for name, value in by_name.items():
            role = by_cell.get((block.table.name, name))
            if role is not None:
                yield role, value
        if block.table.name == "interactions" and "answered_at" in by_name:
            yield from _wait_of(by_name["answered_at"])
        if block.table.name == "messages" and _constant(block, "author_type") == "agent":
            yield _at_or_after("first_reply", by_name["occurred_at"])
        if block.table.name == "ticket_events":
            yield from _of_event(_constant(block, "field"), by_name)
        if block.table.name == "survey_answers" and "value_num" in by_name:
            yield _score_of(blocks, by_name["invitation_id"]), by_name["value_num"]


def _at_or_after(what: str, at: Value) -> tuple[str, Value]:
    """An instant as a column of its own, or as the span that is added to another."""
    return (f"{what}_after", Value(ColumnOf(str(at.plus_seconds[0])), "")) if at.plus_seconds else (f"{what}_at", at)


def _wait_of(answered: Value) -> Iterator[tuple[str, Value]]:
    """The wait that is added to the beginning of a call."""
    if isinstance(answered.origin, Choice) and (added := answered.origin.branches[0].value.plus_seconds):
        yield "wait", Value(ColumnOf(str(added[0])), "")


def _of_event(field: str, by_name: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    if field == "status" and "occurred_at" in by_name:
        yield _at_or_after("solved", by_name["occurred_at"])
    elif field in _EVENTS and "value" in by_name:
        yield _EVENTS[field], by_name["value"]


def _score_of(blocks: Iterable[Block], invitation: Value) -> str:
    """Which score an answer is: that of the kind of its invitation."""
    for block in blocks:
        if block.table.name == "survey_invitations":
            key = next((value for column, value in block.columns if column.name == "invitation_id"), None)
            if key is not None and key.origin == invitation.origin:
                return _KINDS.get(_constant(block, "kind"), "rating")
    return "rating"


def _add_rated_at(blocks: Iterable[Block], columns: dict[str, str]) -> None:
    """The column that says when an answer was given, where no other meaning stands in for it."""
    for block in blocks:
        if block.table.name == "survey_answers":
            at = next((value.origin for column, value in block.columns if column.name == "answered_at"), None)
            stand_in = columns.get("solved_at", columns.get("created_at"))
            if isinstance(at, ColumnOf) and at.name != stand_in:
                columns.setdefault("rated_at", at.name)


def _constant(block: Block, name: str) -> str:
    value = next((value for column, value in block.columns if column.name == name), None)
    return str(value.origin.cell) if value is not None and isinstance(value.origin, Constant) else ""


def _beyond(mapping: Mapping, again: Mapping) -> Iterator[Beyond]:
    """Where a mapping says something else than the choices found in it."""
    if mapping.group is not None:
        yield Beyond("log")
    yield from (Beyond("drop") for _ in mapping.drop[:1])
    if (mapping.loaded_from, mapping.loaded_through) != (None, None):
        yield Beyond("coverage")
    yield from (Beyond("reading", name) for name, reading in mapping.readings.items() if reading != again.readings.get(name))
    if mapping.everywhere != NO_READING:
        yield Beyond("reading", "[format]")
    own, written = [_plain(block) for block in mapping.blocks], [_plain(block) for block in again.blocks]
    places = [place for place, block in enumerate(own) if block not in written]
    counted = [f"{place + 1}. {mapping.blocks[place].table.name}" for place in places]
    yield from (Beyond("block", label) for label in counted)
    if not counted and own != written:
        yield Beyond("order")
    others = ("about", "optional", "file", "time_zone", "recognise", "capabilities", "name")
    yield from (Beyond("key", name) for name in others if getattr(mapping, name) != getattr(again, name))


def _plain(block: Block) -> object:
    """A block by value, wherever it stands."""
    columns = {column.name: dataclasses.replace(_plain_value(value), where="") for column, value in block.columns}
    return block.table.name, _plain_condition(block.when), tuple(map(_plain_condition, block.drop)), columns


def _plain_value(value: Value) -> Value:
    """A value whose translation lets every text stand is the column itself."""
    if value.values == () and value.unknown == "pass" and value.otherwise is None:
        return dataclasses.replace(value, values=None, unknown="keep aside")
    if value.values is not None and value.otherwise is not None:
        return dataclasses.replace(value, unknown="keep aside")
    return value


def _plain_condition(condition: Condition | None) -> Condition | None:
    if isinstance(condition, (Test, Never, AnyOf)) or condition is None:
        return condition
    return condition.parts[0] if isinstance(condition, All) and len(condition.parts) == 1 else condition
