"""The columns of a file as a form: what each means, how its dates and numbers are read, what its words become; and back.

Bounded, whatever the file: at most `MOST_COLUMNS` columns are shown, and of a column the values that `WORDS_SHOWN` says.
What is not shown stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from servicemeter.ground.errors import UnknownName
from servicemeter.ground.instants import zone_named
from servicemeter.model.scales import USUAL_SCALES
from servicemeter.sources.choices import (
    AS_IT_IS,
    GROUPS,
    KEPT_ASIDE,
    SCALES,
    SCORES,
    TRANSLATED,
    Choices,
    Words,
    family_of,
    kind_of,
)
from servicemeter.sources.choicetext import write_mapping
from servicemeter.sources.dates import DATE_ORDERS
from servicemeter.sources.decimals import MARKS, numbers
from servicemeter.sources.glimpse import Glimpse
from servicemeter.sources.mapping import mentioned_columns
from servicemeter.sources.mappingfile import parse_mapping
from servicemeter.sources.proposal import WORDS_SHOWN, guess_first_leg, guess_readings, guess_scale, guess_through, guess_words
from servicemeter.sources.table import Cell, text_of

__all__ = [
    *("MOST_COLUMNS", "ColumnFault", "ColumnFilled", "ColumnForm", "ColumnShown", "Filled"),
    *("fill_form", "open_orders", "show_form"),
]

MOST_COLUMNS = 200
_EXAMPLES = 3
_LETTERS = 60
_LONGEST_WORD = 200
_MOST_WORDS = 2 * WORDS_SHOWN
_SPECIAL = "="
"""Before a choice for every other value that is no word of ours: `=pass`."""
_MONEY = ("major", "minor")
_SPANS = ("seconds", "minutes", "hours", "days", "h:m", "m:s")
_OTHERS = {
    "status": (KEPT_ASIDE,),
    "outcome": (KEPT_ASIDE,),
    "direction": (KEPT_ASIDE,),
    **dict.fromkeys(SCORES, (KEPT_ASIDE, "empty")),
}
_USUAL_OTHERS = (AS_IT_IS, "empty", KEPT_ASIDE)


@dataclass(frozen=True)
class ColumnFault:
    """What is wrong with a column: `kind` says which sort, `examples` are values, `text` says it where pages have no words."""

    kind: str
    examples: str = ""
    text: str = ""


@dataclass(frozen=True)
class ColumnShown:
    """A column in the form. `place` is where it stands in the file; empty lists are questions that need not be asked of it.

    `words` are its values with the word that each becomes ("" = as every other), `others` what every other value becomes.
    `off_scale` of its numbers in the first rows are no points of the scale: they will not count.
    """

    place: int
    name: str
    examples: list[str]
    different: int
    role: str = ""
    orders: tuple[str, ...] = ()
    order: str = ""
    marks: tuple[str, ...] = ()
    mark: str = ""
    scales: tuple[str, ...] = ()
    scale: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    words: list[tuple[str, str]] = field(default_factory=list)
    offered: tuple[str, ...] = ()
    more_words: int = 0
    others: str = ""
    other_choices: tuple[str, ...] = ()
    fault: ColumnFault | None = None
    is_unused: bool = False
    repeated: int = 0
    off_scale: int = 0


@dataclass(frozen=True)
class ColumnForm:
    """The form: what a row is (`kind`; "" where nothing says so), the columns, and what stays as it is without being shown.

    `through` is the last day of which the file probably has everything, where it tells of more than that.
    """

    name: str
    time_zone: str
    kind: str
    columns: list[ColumnShown]
    left_out: int
    row_count: int
    keeps_capabilities: bool = False
    fault: ColumnFault | None = None
    through: str = ""

    @property
    def is_faulty(self) -> bool:
        """Whether something has to be put right first."""
        return self.fault is not None or any(column.fault for column in self.columns)


@dataclass(frozen=True)
class ColumnFilled:
    """What was filled in for a column; None = it was not asked. `words` were those of the meaning `words_of`."""

    means: str = ""
    order: str | None = None
    mark: str | None = None
    scale: str = ""
    unit: str = ""
    words_of: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    others: str = ""


@dataclass(frozen=True)
class Filled:
    """What was filled in, by the place of the column in the file."""

    name: str
    time_zone: str
    columns: Mapping[int, ColumnFilled]


def show_form(seen: Glimpse, choices: Choices, faults: Mapping[str, ColumnFault] | None = None) -> ColumnForm:
    """The form of a file's columns, filled with choices."""
    faults = faults or {}
    roles = {column: role for role, column in choices.columns.items()}
    names = list(seen.cells)
    chosen = [name for name in names if name in roles or name in faults]
    shown = {*chosen, *[name for name in names if name not in chosen][: max(MOST_COLUMNS - len(chosen), 0)]}
    text = write_mapping(replace(choices, time_zone=None), seen)  # that zone may be none
    used = mentioned_columns(parse_mapping(text, "mapping")) if kind_of(choices) else set(names)
    columns = [
        _shown(seen, choices, place, name, roles.get(name, ""), faults.get(name), is_used=name in used)
        for place, name in enumerate(names)
        if name in shown
    ]
    return ColumnForm(
        name=choices.name,
        time_zone=choices.time_zone or "",
        kind=kind_of(choices) or "",
        columns=columns,
        left_out=len(names) - len(columns),
        row_count=seen.row_count,
        keeps_capabilities=choices.capabilities is not None,
        fault=faults.get(""),
        through=str(guess_through(seen, choices) or "") if kind_of(choices) == "ticket" else "",
    )


def _shown(
    seen: Glimpse, choices: Choices, place: int, name: str, role: str, fault: ColumnFault | None, *, is_used: bool
) -> ColumnShown:
    texts, reading = seen.texts[name], choices.readings.get(name, {})
    asks_order = family_of(role) == "date" or seen.are_dates(name)
    asks_mark = family_of(role) == "number" and role not in choices.words
    shown = ColumnShown(
        place=place,
        name=name,
        examples=[_short(text) for text in texts[:_EXAMPLES]],
        different=len(texts),
        role=role,
        orders=_offered(seen.contenders(name, "date") if asks_order else (), reading.get("date_order", ""), DATE_ORDERS),
        order=reading.get("date_order", ""),
        marks=_offered(seen.contenders(name, "number") if asks_mark else (), reading.get("decimal", ""), MARKS),
        mark=reading.get("decimal", ""),
        unit=choices.unit if role == "amount" else reading.get("unit", ""),
        units=_MONEY if role == "amount" else _SPANS if family_of(role) == "seconds" else (),
        fault=fault,
        is_unused=bool(role) and not is_used,
        repeated=len(seen.cells[name]) - len(texts) if role == "ticket_id" and kind_of(choices) == "ticket" else 0,
    )
    if role in SCORES:
        scale = choices.scales.get(role, "")
        scales = tuple(dict.fromkeys((*SCALES[role], *([scale] if scale else []))))
        shown = replace(shown, scale=scale, scales=scales, off_scale=_off_scale(seen, choices, role, name))
    words = _words_asked(seen, choices, role, name)
    return shown if words is None else _with_words(shown, role, words, texts)


def _offered(contenders: tuple[str, ...], chosen: str, all_of_them: tuple[str, ...]) -> tuple[str, ...]:
    """What to choose between: what fits; where something was chosen that alone does, everything there is."""
    return contenders if not chosen or chosen in contenders else all_of_them


def _off_scale(seen: Glimpse, choices: Choices, role: str, name: str) -> int:
    """How many of a score's numbers are no points of its scale, as half points are none; 0 where the scale is one's own.

    Of a column whose decimal mark is open, a number is a point if it is one in any reading.
    """
    scale = choices.scales.get(role, "")
    if scale not in USUAL_SCALES:
        return 0
    points, words = frozenset(USUAL_SCALES[scale].values), choices.words.get(role)
    mark = choices.readings.get(name, {}).get("decimal")
    count = 0
    for cell, times in Counter(seen.cells[name]).items():
        said = [value for style, value in numbers(_translated(cell, words)).items() if mark in (None, style)]
        count += times if said and points.isdisjoint(said) else 0
    return count


def _translated(cell: Cell, words: Words | None) -> Cell:
    """A score's cell as it is read; None where it is kept aside or made empty."""
    if words is None:
        return cell
    by_fold = {text.casefold(): word for text, word in words.by_text.items()}
    return by_fold.get(text_of(cell).strip().casefold(), cell if words.unknown == AS_IT_IS else words.otherwise)


def _words_asked(seen: Glimpse, choices: Choices, role: str, name: str) -> Words | None:
    """The translation that a column's form shows; None where its meaning has none, or numbers need none."""
    if role not in TRANSLATED:
        return None
    held = choices.words.get(role)
    if held is not None or role not in SCORES:
        return held or Words({}, AS_IT_IS)
    return guess_words(seen, role, name)


def _with_words(shown: ColumnShown, role: str, words: Words, texts: list[str]) -> ColumnShown:
    by_fold = {text.casefold(): word for text, word in words.by_text.items()}
    found = [text for text in texts[:WORDS_SHOWN] if len(text) <= _LONGEST_WORD]
    here = {text.casefold() for text in texts}
    own = [text for text in words.by_text if text.casefold() not in here and len(text) <= _LONGEST_WORD]
    listed = [*found, *own][:_MOST_WORDS]
    others = words.otherwise if words.otherwise is not None else _SPECIAL + words.unknown
    usual = [_SPECIAL + one for one in _OTHERS.get(role, _USUAL_OTHERS)]
    offered = words.offered(role, shown.scale)
    return replace(
        shown,
        words=[(text, words.by_text.get(text, by_fold.get(text.casefold(), ""))) for text in listed],
        offered=offered,
        more_words=len(texts) - len(found),
        others=others,
        other_choices=tuple(dict.fromkeys((*usual, *([others] if others.startswith(_SPECIAL) else []), *offered))),
    )


def fill_form(seen: Glimpse, base: Choices, filled: Filled) -> tuple[Choices, dict[str, ColumnFault]]:
    """What was filled in, on top of what the form was filled with; and what is wrong, by column. `UnknownName` for what no
    form of ours sends."""
    names = list(seen.cells)
    sent = {names[place]: column for place, column in filled.columns.items() if 0 <= place < len(names)}
    means = {name: sent[name].means if name in sent else role for role, name in _unsent(base, sent)}
    columns: dict[str, str] = {}
    faults: dict[str, ColumnFault] = {}
    known = {role for roles in GROUPS.values() for role in roles}
    for name, role in means.items():
        if role and role not in known:
            raise UnknownName("meaning of a column", role, known)
        if role in columns:
            faults |= {columns[role]: ColumnFault("twice", name), name: ColumnFault("twice", columns[role])}
        elif role:
            columns[role] = name
    choices = replace(
        base,
        name=filled.name or base.name,
        time_zone=filled.time_zone or None,
        columns=columns,
        readings=_readings(base, columns, sent),
        words={role: words for role, name in columns.items() if (words := _words(seen, base, role, name, sent)) is not None},
        scales={role: _scale(seen, base, role, name, sent) for role, name in columns.items() if role in SCORES},
        unit=_unit(base, columns, sent),
        first_leg=base.first_leg if base.columns.get("leg") == columns.get("leg") else guess_first_leg(seen, columns),
    )
    return choices, {**_wrong(seen, choices), **faults}


def _unsent(base: Choices, sent: Mapping[str, ColumnFilled]) -> Iterator[tuple[str, str]]:
    """Every column that was sent, and those with a meaning that were not."""
    yield from (("", name) for name in sent)
    yield from ((role, name) for role, name in base.columns.items() if name not in sent)


def _readings(base: Choices, columns: Mapping[str, str], sent: Mapping[str, ColumnFilled]) -> dict[str, dict[str, str]]:
    """How columns are read; of one that has got its meaning just now, as its name says."""
    new = {role: name for role, name in columns.items() if base.columns.get(role) != name}
    readings = {name: dict(reading) for name, reading in {**guess_readings(new), **base.readings}.items()}
    for role, name in columns.items():
        unit = sent[name].unit if name in sent and family_of(role) == "seconds" else ""
        if unit and unit not in _SPANS:
            raise UnknownName("unit of a span of time", unit, _SPANS)
        if unit and unit != readings.get(name, {}).get("unit", "seconds"):
            readings[name] = {**readings.get(name, {}), "unit": unit}
    for name, column in sent.items():
        for key, value, allowed in (("date_order", column.order, DATE_ORDERS), ("decimal", column.mark, MARKS)):
            if value and value not in allowed:
                raise UnknownName(key, value, allowed)
            if value is not None:
                readings[name] = {k: v for k, v in {**readings.get(name, {}), key: value}.items() if v}
    return {name: reading for name, reading in readings.items() if reading}


def _words(seen: Glimpse, base: Choices, role: str, name: str, sent: Mapping[str, ColumnFilled]) -> Words | None:
    """The translation as it was filled in; guessed for a meaning that is new to its column."""
    if role not in TRANSLATED:
        return None
    column = sent.get(name, ColumnFilled())
    is_same = base.columns.get(role) == name
    if column.words_of != role:
        return base.words.get(role) if is_same else guess_words(seen, role, name)
    before = base.words[role].by_text if is_same and role in base.words else {}
    by_text = {text: word for text, word in {**before, **column.words}.items() if word}
    if column.others.startswith(_SPECIAL):
        unknown = column.others.removeprefix(_SPECIAL)
        if unknown not in _USUAL_OTHERS:
            raise UnknownName("choice for every other value", unknown, _USUAL_OTHERS)
        words = Words(by_text, unknown)
    else:
        words = Words(by_text, KEPT_ASIDE, column.others or None)
    return None if words.change_nothing else words


def _scale(seen: Glimpse, base: Choices, role: str, name: str, sent: Mapping[str, ColumnFilled]) -> str:
    given, is_same = sent.get(name, ColumnFilled()).scale, base.columns.get(role) == name
    if given in SCALES[role] or (given and given == base.scales.get(role)):
        return given
    return base.scales[role] if is_same and role in base.scales else guess_scale(seen, role, name)


def _unit(base: Choices, columns: Mapping[str, str], sent: Mapping[str, ColumnFilled]) -> str:
    given = sent.get(columns.get("amount", ""), ColumnFilled()).unit
    return given if given in ("major", "minor") else base.unit


def _wrong(seen: Glimpse, choices: Choices) -> dict[str, ColumnFault]:
    """What the first rows already show to be wrong."""
    faults: dict[str, ColumnFault] = {}
    for role, name in choices.columns.items():
        family = family_of(role)
        if family == "date" and not seen.has_any(name, "date"):
            faults[name] = ColumnFault("date", _examples(seen, name))
        elif family == "number" and role not in choices.words and not seen.has_any(name, "number"):
            faults[name] = ColumnFault("number", _examples(seen, name))
    if choices.time_zone and zone_named(choices.time_zone) is None:
        faults[""] = ColumnFault("zone_name", choices.time_zone)
    elif kind_of(choices) is None:
        faults[""] = ColumnFault("no_id")
    return faults


def open_orders(seen: Glimpse, choices: Choices) -> dict[str, ColumnFault]:
    """The columns of dates whose order nobody chose and whose first values leave it open."""
    return {
        name: ColumnFault("order", _examples(seen, name))
        for role, name in choices.columns.items()
        if family_of(role) == "date" and "date_order" not in choices.readings.get(name, {}) and seen.contenders(name, "date")
    }


def _examples(seen: Glimpse, name: str) -> str:
    return ", ".join(_short(text) for text in seen.texts[name][:_EXAMPLES])


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
