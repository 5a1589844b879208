"""Putting staged rows into a canonical table: repeats dropped, changed rows kept as versions.

The table holds the version that holds now; the versions before it stand in `past.<table>`. Keys are checked by an
anti-join on what is loaded, so that size needs no index in memory. The order of versions is that of METRICS.md 1.2:
(`source_updated_at`, `source_seq`, `recorded_at`), and equal ones are told apart by their content, so that the order of
delivery changes nothing. A version that says the same as the one before it is a repeat and is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.model.tables import Table

__all__ = ["Merged", "known_versions", "merge_staged", "take_out"]

_WAS = "case was when 'holds' then 0 when 'past' then 1 else 2 end"
_ORDER = "source_updated_at nulls first, source_seq nulls first, recorded_at, content"
_BACKWARD = "source_updated_at desc nulls last, source_seq desc nulls last, recorded_at desc, content desc"


@dataclass(frozen=True)
class Merged:
    """How many staged rows were new, changed a row, came late (older than what holds) or only repeated.

    `disputed` counts the keys of which one delivery had several versions and did not say which is newer.
    """

    taken: int = 0
    corrected: int = 0
    older: int = 0
    repeated: int = 0
    disputed: int = 0

    @property
    def brought(self) -> int:
        """How many versions came into the table or its past."""
        return self.taken + self.corrected + self.older

    @property
    def changed(self) -> bool:
        """Whether the table or its past changed."""
        return self.brought > 0


def merge_staged(engine: BookEngine, table: Table, staged: str, *, is_empty: bool) -> Merged:
    """Merge the relation `staged` (all columns of `table`, already clean) into the table.

    `is_empty` says that the table holds no row of these sources, so that nothing needs comparing. Runs inside the
    caller's transaction.
    """
    q = engine.dialect.name_of
    names = [q(c.name) for c in table.all_columns]
    key = _key(table, q)
    given = _count(engine, staged)
    if not given:
        return Merged()
    has_repeats = engine.repeats(f"select {engine.dialect.row_hash(key)} as h from {staged}")
    if not has_repeats and (is_empty or not _holds_any(engine, table, staged)):
        engine.run(f"insert into {q(table.name)} ({', '.join(names)}) select {', '.join(names)} from {staged}")
        return Merged(taken=given)
    return _merge_versions(engine, table, staged, given, is_empty=is_empty)


def _holds_any(engine: BookEngine, table: Table, staged: str) -> bool:
    """Whether the table has a row of any of the keys that were delivered."""
    q = engine.dialect.name_of
    key = _key(table, q)
    same = _same(table, q, "held", "given")
    given = f"(select {', '.join(key)} from {staged}) as given"
    return bool(engine.rows(f"select 1 from {q(table.name)} as held join {given} on {same} limit 1"))


def _merge_versions(engine: BookEngine, table: Table, staged: str, given: int, *, is_empty: bool) -> Merged:
    """The general case: rank all versions of every key that has several, and write what changed; the other rows are new."""
    q = engine.dialect.name_of
    names = [q(c.name) for c in table.all_columns]
    key = _key(table, q)
    content = [n for n in names if n != q("recorded_at")]
    columns, keys = ", ".join(names), ", ".join(key)
    own, past = q(table.name), f"past.{q(table.name)}"
    same = _same(table, q, "held", "shared")
    is_shared = f"exists (select 1 from shared_keys as shared where {same})"
    _note_shared(engine, table, staged, is_empty=is_empty)
    plain = f"from (select * from {staged}) as held where not {is_shared}"
    fresh = _count(engine, f"(select 1 {plain}) as fresh")
    if fresh:
        engine.run(f"insert into {own} ({columns}) select {columns} {plain}")
    held = f"select {columns}, {{}} as was from {{}} as held where {is_shared}"
    engine.run(f"""
        create temp table ranked_versions as
        with known as (
            {held.format("'holds'", own)} union all {held.format("'past'", past)}
            union all {held.format("'given'", f"(select * from {staged})")}
        ),
        once as (
            select *, row_number() over (partition by {", ".join(names)} order by {_WAS}) as copy,
                   {engine.dialect.digest(content)} as content
            from known
        ),
        in_order as (
            select *, lag(content) over (partition by {keys} order by {_ORDER}) as content_before from once where copy = 1
        )
        select *, row_number() over (partition by {keys} order by {_BACKWARD}) as place
        from in_order where content_before is distinct from content
    """)
    merged = replace(_tell(engine, given - fresh), disputed=_disputed(engine, keys))
    engine.run(f"delete from {own} as held where {is_shared}")
    engine.run(f"delete from {past} as held where {is_shared}")
    engine.run(f"insert into {own} ({columns}) select {columns} from ranked_versions where place = 1")
    engine.run(f"insert into {past} ({columns}) select {columns} from ranked_versions where place > 1")
    engine.run("drop table shared_keys; drop table ranked_versions")
    return replace(merged, taken=merged.taken + fresh)


def _note_shared(engine: BookEngine, table: Table, staged: str, *, is_empty: bool) -> None:
    """Write down the keys that have more than one version: delivered twice, or in the table already."""
    key = _key(table, engine.dialect.name_of)
    keys = ", ".join(key)
    same = _same(table, engine.dialect.name_of, "held", "given")
    repeated = f"select {keys} from {staged} group by {keys} having count(*) > 1"
    held = f"select {', '.join(f'given.{k}' for k in key)} from (select {keys} from {staged}) as given " + (
        f"where exists (select 1 from {engine.dialect.name_of(table.name)} as held where {same})"
    )
    engine.run("drop table if exists shared_keys; drop table if exists ranked_versions")
    engine.run(f"create temp table shared_keys as {repeated}" + ("" if is_empty else f" union {held}"))


def _tell(engine: Engine, given: int) -> Merged:
    """Count what the ranking did with the `given` rows."""
    [(new_places, new_past, held_moved)] = engine.rows("""
        select count(*) filter (where was = 'given' and place = 1),
               count(*) filter (where was = 'given' and place > 1),
               count(*) filter (where was = 'holds' and place > 1)
        from ranked_versions
    """)
    return Merged(taken=new_places - held_moved, corrected=held_moved, older=new_past, repeated=given - new_places - new_past)


def _disputed(engine: Engine, keys: str) -> int:
    """Of how many keys several of the delivered versions bear no mark that puts one after the other."""
    equal = f"{keys}, source_updated_at, source_seq"
    several = f"select {keys} from ranked_versions where was = 'given' group by {equal} having count(*) > 1"
    return _count(engine, f"(select distinct {keys} from ({several}) as several) as disputed")


def take_out(
    engine: BookEngine, table: Table, recorded: Sequence[datetime], *, of: Collection[str] | None = None, but: str = "false"
) -> None:
    """Delete the versions recorded at these moments (naive UTC), `of` some sources or of all,
    `but` those that meet a condition; the one before each holds again.

    Runs inside the caller's transaction.
    """
    q = engine.dialect.name_of
    own, past = q(table.name), f"past.{q(table.name)}"
    columns, keys = ", ".join(q(c.name) for c in table.all_columns), ", ".join(_key(table, q))
    content = engine.dialect.digest([q(c.name) for c in table.all_columns if c.name != "recorded_at"])
    is_going = f"held.recorded_at in ({', '.join(map(engine.dialect.literal, recorded))})"
    if of is not None:
        is_going += f" and held.source in ({', '.join(map(engine.dialect.text, of))})"
    is_going += f" and not coalesce({but}, false)"
    same = _same(table, q, "held", "going")
    is_left = f"exists (select 1 from going_keys as going where {same})"
    engine.run(f"""
        create temp table going_keys as select distinct {keys} from {own} as held where {is_going};
        delete from {own} as held where {is_going};
        delete from {past} as held where {is_going};
        create temp table left_versions as
        select *, row_number() over (partition by {keys} order by {_BACKWARD}) as place
        from (select {columns}, {content} as content from {past} as held where {is_left}) as held;
        delete from {past} as held where {is_left};
        insert into {own} ({columns}) select {columns} from left_versions where place = 1;
        insert into {past} ({columns}) select {columns} from left_versions where place > 1;
        drop table going_keys; drop table left_versions
    """)


def _key(table: Table, q: Callable[[str], str]) -> list[str]:
    return [q(name) for name in ("source", *table.key)]


def _same(table: Table, q: Callable[[str], str], one: str, other: str) -> str:
    """Whether two relations' rows are of one key.

    A key that no row is without is compared plainly: then the engine leaves out what lies beyond the keys that it looks for.
    """
    needed = {column.name for column in table.all_columns if column.required}
    signs = {name: "=" if name in needed else "is not distinct from" for name in ("source", *table.key)}
    return " and ".join(f"{one}.{q(name)} {sign} {other}.{q(name)}" for name, sign in signs.items())


def _count(engine: Engine, relation: str) -> int:
    return int(engine.rows(f"select count(*) from {relation}")[0][0])


def known_versions(engine: Engine, table: Table, known_at: datetime) -> str:
    """A relation of the versions that held at `known_at` (naive UTC): rows recorded later do not exist."""
    q = engine.dialect.name_of
    names = ", ".join(q(c.name) for c in table.all_columns)
    keys = ", ".join(_key(table, q))
    limit = engine.dialect.literal(known_at)
    past = f"{engine.dialect.schema('past')}.{q(table.name)}"
    return f"""(
        select {names} from (
            select {names}, row_number() over (
                       partition by {keys}
                       order by source_updated_at desc nulls last, source_seq desc nulls last, recorded_at desc
                   ) as place
            from (select {names} from {q(table.name)} union all select {names} from {past}) as versions
            where recorded_at <= {limit}
        ) as ranked where place = 1
    )"""
