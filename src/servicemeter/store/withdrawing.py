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
from servicemeter.model.tables import TABLES, Table
from servicemeter.model.withdrawal import LoadTaken, Withdrawal
from servicemeter.store.loads import covered_before, list_loads, note_load
from servicemeter.store.touched import EVERYTHING
from servicemeter.store.versions import take_out

__all__ = ["UNCOUNTED", "plan_removal", "plan_undo", "withdraw"]

UNCOUNTED = frozenset({"sources", "settings"})
"""Tables in which a load writes more than it was given: what a source covers, and the zone of an empty book."""

_OF_SOURCES = ("meta.kept_aside", "meta.cursors", "meta.deliveries")
_UNDONE = ("import", "judged")


def plan_undo(engine: Engine, source: str | None, load: int | None, never: Collection[str] = ()) -> Withdrawal:
    """What taking back a load and the later ones of its source would do; without `load` the last import, of the source or of
    any but those that `never` names.

    Raises `UnknownName` for a source or load there is not, `BadQuestion` for one that cannot be taken back.
    """
    held = [one for one in list_loads(engine) if one["undone_in"] is None and one["source"] and one["kind"] != "withdrawn"]
    first = _meant([one for one in held if one["source"] not in never], source, load)
    source = str(first["source"])
    going = [one for one in held if one["source"] == source and one["data_version"] >= first["data_version"]]
    for one in going:
        _refuse(engine, source, one, held)
    recorded = [one["recorded_at"] for one in going]
    found = Withdrawal(source, is_whole=False, loads=_told(going), mark=_mark(source, going))
    is_going = _recorded(engine, recorded)
    for table in _counted():
        own, past = _places(engine, table)
        count = _count(engine, own, is_going) + _count(engine, past, is_going)
        if not count:
            continue
        found.rows[table.name] = count
        found.sources.extend(_sources(engine, table, is_going))
        key = ", ".join(engine.dialect.name_of(name) for name in ("source", *table.key))
        kept = f"select {key} from {past} as t where not ({is_going}) intersect select {key} from {own} as t where {is_going}"
        if restored := int(engine.rows(f"select count(*) from ({kept}) as kept")[0][0]):
            found.restored[table.name] = restored
    others = sorted(set(found.sources) - {source})
    _refuse_others(source, going[-1] if going else first, others, held)
    brought = sum(int(one["row_count"] or 0) for one in going)
    if brought != sum(found.rows.values()):
        load_name, instead, there = _name(first), _instead(source), sum(found.rows.values())
        raise BadQuestion(
            f"The rows of {phrase(load_name)} cannot be told from others: it brought {brought}, and {there} were recorded at its "
            f"time. {phrase(instead)}"
        )
    found.sources[:] = sorted({source, *found.sources})
    return found


def plan_removal(engine: Engine, source: str) -> Withdrawal:
    """What removing a source altogether would do. Raises `UnknownName` for one that has nothing here."""
    loads = list_loads(engine)
    going = [one for one in loads if one["source"] == source and one["undone_in"] is None and one["kind"] != "withdrawn"]
    found = Withdrawal(source, is_whole=True, loads=_told(going), sources=[source], mark=_mark(source, going))
    is_going = f"t.source = {engine.dialect.text(source)}"
    for table in TABLES.values():
        own, past = _places(engine, table)
        if count := _count(engine, own, is_going) + _count(engine, past, is_going):
            found.rows[table.name] = count
        if hanging := _hanging(engine, table, source):
            found.hanging[table.name] = hanging
    if not found.rows and not going:
        raise UnknownName("source", source, sorted({str(one["source"]) for one in loads if one["source"]}))
    return found


def withdraw(engine: BookEngine, plan: Withdrawal, version: int, recorded: datetime) -> None:
    """Do what was planned, as the load `version`; call inside a transaction. All facts are to be built again."""
    text = engine.dialect.text
    label = f"removed: {plan.source}" if plan.is_whole else f"taken back: {_names(plan.loads)}"
    note_load(engine, version, plan.source, recorded, label, kind="withdrawn")
    numbers = ", ".join(str(one.data_version) for one in plan.loads) or "null"
    if plan.is_whole:
        places = [place for table in TABLES.values() for place in _places(engine, table)]
        for place in (*places, *_OF_SOURCES):
            engine.run(f"delete from {place} where source = {text(plan.source)}")
    else:
        for name in plan.rows:
            take_out(engine, TABLES[name], [one.recorded_at for one in plan.loads])
        for name in UNCOUNTED:
            take_out(engine, TABLES[name], [one.recorded_at for one in plan.loads], of=plan.sources)
        _cover_again(engine, plan)
        engine.run(f"delete from meta.kept_aside where data_version in ({numbers})")
    engine.run(f"update meta.loads set undone_in = {version} where data_version in ({numbers})")
    engine.run(f"insert into meta.touched values ({version}, '{EVERYTHING}', '', '')")
    if not engine.rows("select 1 from sources limit 1"):  # nothing is left: the next import chooses the zone again
        engine.run("delete from settings where name = 'report_tz'")


def _meant(held: Sequence[dict[str, Any]], source: str | None, load: int | None) -> dict[str, Any]:
    if source is not None and source not in {one["source"] for one in held}:
        raise UnknownName("source", source, sorted({str(one["source"]) for one in held}))
    own = [one for one in held if source is None or one["source"] == source]
    if load is not None:
        if of_number := [one for one in own if one["data_version"] == load]:
            return of_number[0]
        raise UnknownName("load", str(load), [str(one["data_version"]) for one in own])
    if loads := [one for one in own if one["kind"] != "judged"]:
        return loads[-1]
    raise BadQuestion("There is nothing to take back: no import stands in the book. See servicemeter loads.")


def _refuse(engine: Engine, source: str, one: dict[str, Any], held: Sequence[dict[str, Any]]) -> None:
    """Refuse a load that cannot be taken back by itself, with what can be done instead."""
    load_name, instead = _name(one), _instead(source)
    if one["kind"] is None:
        raise BadQuestion(
            f"{phrase(load_name)} was taken by an earlier servicemeter, which did not note what it changed. {phrase(instead)}"
        )
    if one["kind"] == "pulled":
        raise BadQuestion(f"{phrase(load_name)} came by a sync: {source} would send the same again. {phrase(instead)}")
    if one["kind"] not in _UNDONE:
        raise BadQuestion(f"{phrase(load_name)} came by webhooks: {source} would send the same again. {phrase(instead)}")
    if sum(other["recorded_at"] == one["recorded_at"] for other in held) > 1:
        raise BadQuestion(
            f"{phrase(load_name)} was recorded at the same moment as another load, so its rows cannot be told. {phrase(instead)}"
        )


def _refuse_others(source: str, last: dict[str, Any], others: Sequence[str], held: Sequence[dict[str, Any]]) -> None:
    """A load that brought rows of other sources too goes only as long as nothing of those came after it."""
    for one in held:
        if one["source"] in others and one["data_version"] > last["data_version"]:
            other, load_name = one["source"], _name(one)
            raise BadQuestion(
                f"The load brought rows of {other} too, and {phrase(load_name)} came after it. Nothing was changed. "
                f"Take that back first: servicemeter undo {other}"
            )


def _cover_again(engine: Engine, plan: Withdrawal) -> None:
    """Let the source cover what it covered before the first of the loads."""
    covered = covered_before(engine, plan.loads[-1].data_version)
    engine.run(f"delete from sources where source = {engine.dialect.text(plan.source)}")
    if covered is not None:
        kinds = {c.name: c.kind for c in TABLES["sources"].all_columns}
        cells = {n: datetime.fromisoformat(v) if v and kinds[n] == "ts" else v for n, v in covered.items()}
        names = ", ".join(engine.dialect.name_of(name) for name in cells)
        engine.run(f"insert into sources ({names}) values ({', '.join(map(engine.dialect.literal, cells.values()))})")


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


def _sources(engine: Engine, table: Table, condition: str) -> list[str]:
    both = " union ".join(f"select source from {place} as t where {condition}" for place in _places(engine, table))
    return [str(source) for (source,) in engine.rows(both)]


def _recorded(engine: Engine, moments: Sequence[datetime]) -> str:
    return f"t.recorded_at in ({', '.join(map(engine.dialect.literal, moments))})"


def _told(going: Sequence[dict[str, Any]]) -> list[LoadTaken]:
    return [LoadTaken(int(one["data_version"]), one["recorded_at"], str(one["label"] or "")) for one in reversed(going)]


def _name(one: dict[str, Any]) -> str:
    load, label = one["data_version"], one["label"] or one["source"]
    return phrase(f"load {load} ({label})")


def _instead(source: str) -> str:
    return phrase(f"Nothing was changed. The whole source can be removed: servicemeter remove {source}")


def _names(loads: Sequence[LoadTaken]) -> str:
    return ", ".join(f"load {one.data_version}" for one in loads)


def _mark(source: str, going: Sequence[dict[str, Any]]) -> str:
    said = repr((source, [one["data_version"] for one in going]))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
