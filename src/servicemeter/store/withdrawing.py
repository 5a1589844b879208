"""Taking rows back: those of a source since a load, or a source altogether. Looked at first, then done.

A load's rows are known by when they were recorded. Taken out, the version before holds again, so that the source stands as it
stood before the load. Loads of one source go in order, the latest first: a later one compared its rows with those of the earlier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.ground.phrases import phrase
from servicemeter.model.hours import OURS
from servicemeter.model.tables import TABLES, Table
from servicemeter.model.withdrawal import LoadTaken, Withdrawal
from servicemeter.store.loads import brought_too, covered_before, list_loads, note_load
from servicemeter.store.touched import EVERYTHING
from servicemeter.store.versions import take_out

__all__ = ["UNCOUNTED", "UNDOABLE", "plan_removal", "plan_undo", "withdraw"]

UNCOUNTED = frozenset({"sources", "settings"})
"""Tables in which a load writes more than it was given: what a source covers, and the zone of an empty book."""
UNDOABLE = ("import", "judged")
"""The kinds of loads that can be taken back by themselves."""

_SETTLED = f"source = '{OURS}' and name = 'report_tz' and source_seq is null"
"""The zone that an empty book took from its first import: it stays as long as anything does."""
_OF_SOURCES = ("meta.kept_aside", "meta.cursors", "meta.deliveries")


def plan_undo(engine: Engine, source: str | None, load: int | None, never: Collection[str] = ()) -> Withdrawal:
    """What taking back a load and the later ones of its source would do; without `load` the last import.

    Without `source` that is the last import of any but those that `never` names. Raises `UnknownName` for a source or load
    there is not, `BadQuestion` for one that cannot be taken back.
    """
    held = _standing(engine)
    first = _meant(engine, held, source, load, never)
    source = str(first["source"])
    going = [one for one in held if one["source"] == source and one["data_version"] >= first["data_version"]]
    for one in going:
        _refuse(source, one, held)
    sources = sorted({name for one in going for name in brought_too(one)})
    _refuse_others(source, going, sources, held)
    moments = [one["recorded_at"] for one in going]
    is_going = _recorded(engine, moments)
    rows, restored = {}, {}
    for table in TABLES.values():
        if table.name == "sources":  # what they cover is no row of anybody's
            continue
        own, past = _places(engine, table)
        condition = f"{is_going} and {_of(engine, sources)} and not ({_SETTLED})" if table.name == "settings" else is_going
        if count := _count(engine, own, condition) + _count(engine, past, condition):
            rows[table.name] = count
            key = ", ".join(engine.dialect.name_of(name) for name in ("source", *table.key))
            kept = f"select {key} from {past} as t where not ({is_going})"
            again = f"{kept} intersect select {key} from {own} as t where {condition}"
            if found := int(engine.rows(f"select count(*) from ({again}) as again")[0][0]):
                restored[table.name] = found
    brought = sum(int(one["row_count"] or 0) for one in going)
    there = sum(count for name, count in rows.items() if name not in UNCOUNTED)
    if brought != there:
        load_name, instead = _name(first), _instead(source)
        raise BadQuestion(
            f"The rows of {phrase(load_name)} cannot be told from others: it brought {brought}, and {there} were recorded at its "
            f"time. {phrase(instead)}"
        )
    mark = _mark(source, going, rows)
    return Withdrawal(source, False, _told(going), rows, restored, sources=sources, mark=mark)


def plan_removal(engine: Engine, source: str) -> Withdrawal:
    """What removing a source altogether would do. Raises `UnknownName` for one that has nothing here."""
    held = _standing(engine)
    going = [one for one in held if one["source"] == source]
    is_going = f"t.source = {engine.dialect.text(source)}"
    rows, hanging = {}, {}
    for table in TABLES.values():
        own, past = _places(engine, table)
        if count := _count(engine, own, is_going) + _count(engine, past, is_going):
            rows[table.name] = count
        if found := _hanging(engine, table, source):
            hanging[table.name] = found
    if not rows and not going:
        raise UnknownName("source", source, sorted({str(one["source"]) for one in list_loads(engine) if one["source"]}))
    return Withdrawal(source, True, _told(going), rows, {}, hanging, [source], _mark(source, going, rows))


def withdraw(engine: BookEngine, plan: Withdrawal, version: int, recorded: datetime) -> None:
    """Do what was planned, as the load `version`; call inside a transaction. All facts are to be built again."""
    label = f"removed: {plan.source}" if plan.is_whole else f"taken back: {_names(plan.loads)}"
    note_load(engine, version, plan.source, recorded, label, kind="withdrawn")
    if plan.is_whole:
        _remove(engine, plan)
    else:
        _undo(engine, plan)
    numbers = ", ".join(str(one.data_version) for one in plan.loads) or "null"
    engine.run(f"update meta.loads set undone_in = {version} where data_version in ({numbers})")
    engine.run(f"insert into meta.touched values ({version}, '{EVERYTHING}', '', '')")
    if not _standing(engine):  # nothing is left: the next import chooses the zone again
        engine.run(f"delete from settings where {_SETTLED}")


def _remove(engine: BookEngine, plan: Withdrawal) -> None:
    text = engine.dialect.text
    for one in _standing(engine):
        if one["source"] != plan.source and plan.source in brought_too(one):
            _leave(engine, one, plan.source)
    places = [place for table in TABLES.values() for place in _places(engine, table)]
    for place in (*places, *_OF_SOURCES):
        engine.run(f"delete from {place} where source = {text(plan.source)}")


def _leave(engine: BookEngine, load: dict[str, Any], source: str) -> None:
    """Let a load of another name forget the rows it brought of a source: it has fewer, and its file may be taken again."""
    is_its = f"{_recorded(engine, [load['recorded_at']])} and t.source = {engine.dialect.text(source)}"
    count = sum(_count(engine, place, is_its) for table in _counted() for place in _places(engine, table))
    engine.run(f"update meta.loads set row_count = row_count - {count}, digest = '' where data_version = {load['data_version']}")


def _undo(engine: BookEngine, plan: Withdrawal) -> None:
    moments = [one.recorded_at for one in plan.loads]
    for name in plan.rows:
        if name not in UNCOUNTED:
            take_out(engine, TABLES[name], moments)
    take_out(engine, TABLES["settings"], moments, of=plan.sources, but=_SETTLED)
    others = [name for name in plan.sources if name != plan.source]
    if others:
        take_out(engine, TABLES["sources"], moments, of=others)
    _cover_again(engine, plan)
    numbers = ", ".join(str(one.data_version) for one in plan.loads)
    engine.run(f"delete from meta.kept_aside where data_version in ({numbers})")
    engine.run(f"update meta.kept_aside set replaced_in = null where replaced_in in ({numbers})")


def _standing(engine: Engine) -> list[dict[str, Any]]:
    """The loads whose rows are in the book."""
    return [one for one in list_loads(engine) if one["undone_in"] is None and one["source"] and one["kind"] != "withdrawn"]


def _meant(
    engine: Engine, held: Sequence[dict[str, Any]], source: str | None, load: int | None, never: Collection[str]
) -> dict[str, Any]:
    if source is not None and source not in {one["source"] for one in held}:
        raise UnknownName("source", source, sorted({str(one["source"]) for one in held}))
    own = [one for one in held if source is None or one["source"] == source]
    if load is not None:
        if of_number := [one for one in own if one["data_version"] == load]:
            return of_number[0]
        _tell_gone(engine, load)
        raise UnknownName("load", str(load), [str(one["data_version"]) for one in own])
    if source is None:
        own = [one for one in own if one["kind"] in (None, "import") and one["source"] not in never]
    if loads := [one for one in own if one["kind"] != "judged"]:
        return loads[-1]
    raise BadQuestion("There is nothing to take back: no import stands in the book. See servicemeter loads.")


def _tell_gone(engine: Engine, load: int) -> None:
    for one in list_loads(engine):
        if one["data_version"] == load and one["undone_in"] is not None:
            version = one["undone_in"]
            raise BadQuestion(f"Load {load} was taken back already, in data version {version}. Nothing was changed.")


def _refuse(source: str, one: dict[str, Any], held: Sequence[dict[str, Any]]) -> None:
    """Refuse a load that cannot be taken back by itself, with what can be done instead."""
    load_name, instead = _name(one), _instead(source)
    if one["kind"] is None:
        raise BadQuestion(
            f"{phrase(load_name)} was taken by an earlier servicemeter, which did not note what it changed. {phrase(instead)}"
        )
    if one["kind"] == "pulled":
        raise BadQuestion(f"{phrase(load_name)} came by a sync: {source} would send the same again. {phrase(instead)}")
    if one["kind"] not in UNDOABLE:
        raise BadQuestion(f"{phrase(load_name)} came by webhooks: {source} would send the same again. {phrase(instead)}")
    earlier = [other for other in held if other["data_version"] < one["data_version"]]
    if any(other["source"] == source and other["recorded_at"] > one["recorded_at"] for other in earlier):
        raise BadQuestion(f"{phrase(load_name)} was recorded before an earlier one: a clock went back. {phrase(instead)}")


def _refuse_others(
    source: str, going: Sequence[dict[str, Any]], sources: Collection[str], held: Sequence[dict[str, Any]]
) -> None:
    """What a load outside those that go brought of the same sources later may repeat their rows, and so goes first."""
    numbers = {one["data_version"] for one in going}
    first = min(numbers)
    for one in reversed(held):
        if one["data_version"] > first and one["data_version"] not in numbers and set(brought_too(one)) & set(sources):
            other, load_name = one["source"], _name(one)
            raise BadQuestion(
                f"{phrase(load_name)} came later and may hold the same rows. Nothing was changed. Take that back first: "
                f"servicemeter undo {other}"
            )


def _cover_again(engine: Engine, plan: Withdrawal) -> None:
    """Let the source cover what it covered before the first of the loads."""
    covered = covered_before(engine, plan.loads[-1].data_version)
    is_its = f"source = {engine.dialect.text(plan.source)}"
    engine.run(f"delete from sources where {is_its}")
    engine.run(f"delete from past.sources as t where {is_its} and {_recorded(engine, [o.recorded_at for o in plan.loads])}")
    if covered is None:
        return
    kinds = {c.name: c.kind for c in TABLES["sources"].all_columns}
    cells = {n: datetime.fromisoformat(v) if v and kinds[n] == "ts" else v for n, v in covered.items()}
    names = ", ".join(engine.dialect.name_of(name) for name in cells)
    engine.run(f"insert into sources ({names}) values ({', '.join(map(engine.dialect.literal, cells.values()))})")
    engine.run(f"delete from past.sources as t where {is_its} and {_recorded(engine, [cells['recorded_at']])}")


def _hanging(engine: Engine, table: Table, source: str) -> int:
    """How many rows of other sources point to rows of this one, by columns that name the source."""
    text, q = engine.dialect.text, engine.dialect.name_of
    said = [f"t.{q(c.source_column)} = {text(source)}" for c in table.columns if c.source_column]
    if not said:
        return 0
    return _count(engine, q(table.name), f"t.source <> {text(source)} and ({' or '.join(said)})")


def _counted() -> Iterator[Table]:
    return (table for table in TABLES.values() if table.name not in UNCOUNTED)


def _places(engine: Engine, table: Table) -> tuple[str, str]:
    name = engine.dialect.name_of(table.name)
    return name, f"past.{name}"


def _count(engine: Engine, place: str, condition: str) -> int:
    return int(engine.rows(f"select count(*) from {place} as t where {condition}")[0][0])


def _recorded(engine: Engine, moments: Sequence[datetime]) -> str:
    return f"t.recorded_at in ({', '.join(map(engine.dialect.literal, moments))})"


def _of(engine: Engine, sources: Sequence[str]) -> str:
    return f"t.source in ({', '.join(map(engine.dialect.text, sources))})"


def _told(going: Sequence[dict[str, Any]]) -> list[LoadTaken]:
    return [LoadTaken(int(one["data_version"]), one["recorded_at"], str(one["label"] or "")) for one in reversed(going)]


def _name(one: dict[str, Any]) -> str:
    load, label = one["data_version"], one["label"] or one["source"]
    return phrase(f"load {load} ({label})")


def _instead(source: str) -> str:
    return phrase(f"Nothing was changed. The whole source can be removed: servicemeter remove {source}")


def _names(loads: Sequence[LoadTaken]) -> str:
    return ", ".join(f"load {one.data_version}" for one in loads)


def _mark(source: str, going: Sequence[dict[str, Any]], rows: dict[str, int]) -> str:
    said = repr((source, [one["data_version"] for one in going], sorted(rows.items())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
