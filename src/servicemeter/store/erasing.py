"""One customer in the book: every row that is theirs, in every version, to be handed out or erased.

Whose a row is and what erasing does to it is declared with the tables (`model/tables.py`). Erasing takes names, addresses and
words away and puts an alias in the place of the customer's keys, so that tickets, answers and orders are counted as before.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from servicemeter.engines.engine import BookEngine
from servicemeter.model.tables import NOBODYS, TABLES, Column, Table
from servicemeter.store.loads import note_load
from servicemeter.store.touched import EVERYTHING

__all__ = [
    "HANDLED",
    "Account",
    "accounts_called",
    "erase_rows",
    "forget_answers",
    "gather_rows",
    "names_of",
    "note_erasure",
    "owned_ids",
]

Account = tuple[str, str]
"""A source and the customer's key in it."""

HANDLED = {
    "loads": "names of files and sources",
    "kept_aside": "rows as they came: those that name the person are emptied",
    "touched": "keys of customers whose facts were to be built again: those of the person are dropped",
    "facts": "what the facts were built from",
    "deliveries": "ids of webhooks that were taken, as their senders made them",
    "cursors": "how far sources were read",
    "book": "the version of the book",
}
"""What stands in the tables of `meta`, and what erasing does to it."""

_SHORTEST_NAME = 4


@dataclass(frozen=True)
class _Place:
    """A canonical table's present rows, or its versions before."""

    table: Table
    schema: str

    def name(self, engine: BookEngine) -> str:
        """The relation."""
        q = engine.dialect.name_of(self.table.name)
        return f"{self.schema}.{q}" if self.schema else q


def accounts_called(engine: BookEngine, called: str, hashes: Sequence[str], source: str | None) -> list[Account]:
    """Every account whose key this is, or that one of these identity hashes recognises, in any version."""
    text = engine.dialect.text
    found: set[Account] = set()
    for place in _places():
        for column in place.table.columns:
            if column.refers == "customers" or (column.name == "customer_id" and column.privacy == "alias"):
                beside = f"coalesce({column.source_column}, source)" if column.refers else "source"
                sql = f"select distinct {beside}, {column.name} from {place.name(engine)} where {column.name} = {text(called)}"
                found |= {(str(s), str(c)) for s, c in engine.rows(sql)}
    for schema in ("", "past."):
        known = ", ".join(map(text, hashes))
        sql = f"select distinct source, customer_id from {schema}customer_identities where value_hash in ({known})"
        found |= {(str(s), str(c)) for s, c in engine.rows(sql)}
    return sorted(account for account in found if source is None or account[0] == source)


def names_of(engine: BookEngine, accounts: Sequence[Account]) -> tuple[list[str], list[str]]:
    """What names these accounts in any version: names, addresses and numbers as written; and the hashes that recognise them."""
    words: set[str] = set()
    hashes: set[str] = set()
    _keep_accounts(engine, dict.fromkeys(accounts, ""))
    same = "exists (select 1 from erased_accounts as e where e.source = c.source and e.customer_id = c.customer_id)"
    for schema in ("", "past."):
        words |= {str(n) for (n,) in engine.rows(f"select distinct name from {schema}customers as c where {same}") if n}
        for kind, digest, value in engine.rows(
            f"select kind, value_hash, value from {schema}customer_identities as c where {same}"
        ):
            hashes.add(f"{kind}:{digest}")
            words |= {str(value)} if value else set()
    engine.run("drop table erased_accounts")
    return sorted(words), sorted(hashes)


def owned_ids(engine: BookEngine, accounts: Sequence[Account]) -> dict[str, list[tuple[str, str]]]:
    """The tickets, interactions, orders and invitations of these accounts: table → (source, key)."""
    _keep_accounts(engine, dict.fromkeys(accounts, ""))
    found: dict[str, list[tuple[str, str]]] = {}
    for place in _places():
        table = place.table
        if table.name in ("tickets", "interactions", "orders", "survey_invitations"):
            sql = f"select distinct t.source, t.{table.key[0]} from {place.name(engine)} as t where {_belongs(engine, table)}"
            found.setdefault(table.name, []).extend((str(s), str(key)) for s, key in engine.rows(sql))
    engine.run("drop table erased_accounts")
    return {name: sorted(set(keys)) for name, keys in found.items()}


def gather_rows(engine: BookEngine, accounts: Sequence[Account], words: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of these accounts by table, all versions, each with `version`: `holds`, or `past`; and rows kept aside."""
    _keep_accounts(engine, dict.fromkeys(accounts, ""))
    found: dict[str, list[dict[str, Any]]] = {}
    for place in _places():
        names = [c.name for c in place.table.all_columns]
        chosen = ", ".join(f"t.{engine.dialect.name_of(name)}" for name in names)
        order = ", ".join(f"t.{engine.dialect.name_of(name)}" for name in ("source", *place.table.key, "recorded_at"))
        sql = f"select {chosen} from {place.name(engine)} as t where {_belongs(engine, place.table)} order by {order}"
        for row in engine.rows(sql):
            said = {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}
            found.setdefault(place.table.name, []).append({"version": "past" if place.schema else "holds", **said})
    keys = {customer_id for _, customer_id in accounts} | set(_owned_keys(engine))
    kept = [{"row": raw, "value": value} for raw, value in _kept_aside(engine, keys, words)]
    engine.run("drop table erased_accounts")
    if kept:
        found["meta.kept_aside"] = kept
    return found


def erase_rows(engine: BookEngine, aliases: Mapping[Account, str], words: Sequence[str]) -> dict[str, int]:
    """Erase these accounts; call inside a transaction. Returns how many rows were theirs, by table (`past` versions too).

    `words` are what names the person: rows kept aside that hold them are emptied.
    """
    _keep_accounts(engine, aliases)
    _keep_hashes(engine)
    counts: dict[str, int] = {}
    own = {account[1] for account in aliases}
    kept = _empty_kept_aside(engine, own | set(_owned_keys(engine)), words)
    for place in _places():
        name = place.name(engine)
        belongs = _belongs(engine, place.table)
        [(count,)] = engine.rows(f"select count(*) from {name} as t where {belongs}")
        counts[f"{place.schema}.{place.table.name}".strip(".")] = int(count)
        for column in place.table.columns:
            if count and column.privacy in ("identity", "words"):
                cell = engine.dialect.name_of(column.name)
                engine.run(f"update {name} as t set {cell} = null where {belongs}{_but_counted(engine, column)}")
    for place in _places():  # only now: whose a row is was read from the keys
        for column in place.table.columns:
            if column.privacy == "alias":
                engine.run(_put_alias(engine, place.name(engine), column))
    for source, customer_id in aliases:
        text = engine.dialect.text
        engine.run(f"delete from meta.touched where kind = 'customer' and source = {text(source)} and id = {text(customer_id)}")
    engine.run("drop table erased_accounts; drop table erased_hashes")
    return {name: count for name, count in {**counts, "meta.kept_aside": kept}.items() if count}


def forget_answers(engine: BookEngine, source: str, before: datetime) -> int:
    """Take the words out of a source's survey answers from before an instant, in all versions; how many rows had some."""
    column = TABLES["survey_answers"].column("value_text")
    at = engine.dialect.literal(before.astimezone(UTC).replace(tzinfo=None))
    old = f"t.source = {engine.dialect.text(source)} and t.answered_at < {at} and t.value_text is not null"
    count = 0
    for name in ("survey_answers", "past.survey_answers"):
        which = f"{old}{_but_counted(engine, column)}"
        count += int(engine.rows(f"select count(*) from {name} as t where {which}")[0][0])
        engine.run(f"update {name} as t set value_text = null where {which}")
    return count


def note_erasure(engine: BookEngine, version: int, now: datetime) -> None:
    """Move the data version on: all facts are built again, and no answer from before is given any more."""
    note_load(engine, version, "", now.astimezone(UTC).replace(tzinfo=None), "a customer was erased", kind="erased")
    engine.run(f"insert into meta.touched values ({version}, '{EVERYTHING}', '', '')")


def _places() -> Iterator[_Place]:
    for table in TABLES.values():
        if table.name not in NOBODYS:
            yield from (_Place(table, schema) for schema in ("", "past"))


def _keep_accounts(engine: BookEngine, aliases: Mapping[Account, str]) -> None:
    rows = [(source, customer_id, alias) for (source, customer_id), alias in aliases.items()]
    engine.run("drop table if exists erased_accounts")
    if not rows:
        engine.run("create temp table erased_accounts (source varchar, customer_id varchar, alias varchar)")
        return
    values = engine.dialect.values(rows, ["source", "customer_id", "alias"])
    engine.run(f"create temp table erased_accounts as select * from {values} as given")


def _keep_hashes(engine: BookEngine) -> None:
    """An alias for each hash that recognises the accounts: what was joined by it stays joined."""
    sql = " union ".join(
        f"select value_hash from {schema}customer_identities as c join erased_accounts as e "
        "on e.source = c.source and e.customer_id = c.customer_id"
        for schema in ("", "past.")
    )
    found = [(str(digest), f"erased-{secrets.token_hex(16)}") for (digest,) in engine.rows(sql)]
    engine.run("drop table if exists erased_hashes; create temp table erased_hashes (value_hash varchar, alias varchar)")
    if found:
        engine.run(f"insert into erased_hashes select * from {engine.dialect.values(found, ['value_hash', 'alias'])} as given")


def _belongs(engine: BookEngine, table: Table) -> str:
    """The condition that a row `t` of the table is of one of the accounts, by any version of what it hangs on."""
    paths = (table.customer or "").split(" or ")
    return "(" + " or ".join(_path(engine, table, path.split("."), "t") for path in paths) + ")"


def _path(engine: BookEngine, table: Table, steps: Sequence[str], row: str) -> str:
    step, rest = steps[0], steps[1:]
    if table.name == "texts":
        of, key = TABLES["tickets" if step == "ticket" else "messages"], f"{row}.id"
        beside = f"{row}.source"
        more = f"{row}.{engine.dialect.name_of('of')} = '{step}' and "
    else:
        column = table.column(step)
        beside = f"coalesce({row}.{column.source_column}, {row}.source)" if column.refers else f"{row}.source"
        key, more = f"{row}.{step}", ""
        if not rest:
            return (f"exists (select 1 from erased_accounts as e_{row} where e_{row}.source = {beside} "
                    f"and e_{row}.customer_id = {key})")  # fmt: skip
        of = TABLES[str(column.refers)]
    inner = f"{row}{len(rest)}"
    onward = _path(engine, of, rest, inner)
    found = " or ".join(
        f"exists (select 1 from {place.name(engine)} as {inner} where {inner}.source = {beside} "
        f"and {inner}.{of.key[0]} = {key} and {onward})"
        for place in (_Place(of, ""), _Place(of, "past"))
    )
    return f"({more}({found}))"


def _but_counted(engine: BookEngine, column: Column) -> str:
    if column.counted_when is None:
        return ""
    of, values, number = column.counted_when
    words = ", ".join(engine.dialect.text(value) for value in values)
    cell = engine.dialect.name_of(of)
    return f" and not (coalesce(t.{cell}, {engine.dialect.text(values[0])}) in ({words}) and t.{number} is null)"


def _put_alias(engine: BookEngine, name: str, column: Column) -> str:
    if column.name == "value_hash":
        return f"update {name} set value_hash = h.alias from erased_hashes as h where {name}.value_hash = h.value_hash"
    cell = engine.dialect.name_of(column.name)
    beside = f"coalesce({name}.{column.source_column}, {name}.source)" if column.refers else f"{name}.source"
    only = f" and {name}.{column.alias_when[0]} = {engine.dialect.text(column.alias_when[1])}" if column.alias_when else ""
    return (f"update {name} set {cell} = e.alias from erased_accounts as e "
            f"where e.source = {beside} and e.customer_id = {name}.{cell}{only}")  # fmt: skip


def _owned_keys(engine: BookEngine) -> Iterator[str]:
    """The keys of what is theirs: a row kept aside that has one of them in a cell is of the person too."""
    for place in _places():
        if place.table.name in ("tickets", "messages", "interactions", "orders", "survey_invitations"):
            key = place.table.key[0]
            found = engine.rows(f"select distinct t.{key} from {place.name(engine)} as t where {_belongs(engine, place.table)}")
            yield from (str(value) for (value,) in found)


def _kept_aside(engine: BookEngine, keys: set[str], words: Sequence[str]) -> list[tuple[str, str | None]]:
    """The rows kept aside that name the person, with the cell that was wrong."""
    named = [word.casefold() for word in words if len(word) >= _SHORTEST_NAME]
    rows = engine.rows("select distinct row, value from meta.kept_aside where row is not null order by row, value")
    return [(raw, value) for raw, value in rows if _names(raw, keys, named)]


def _empty_kept_aside(engine: BookEngine, keys: set[str], words: Sequence[str]) -> int:
    """Empty the rows kept aside that name the person; that there was a row, where and when, stays."""
    count = 0
    for raw, value in _kept_aside(engine, keys, words):
        text = engine.dialect.text
        same = f"row = {text(raw)} and value is not distinct from {engine.dialect.literal(value)}"
        [(found,)] = engine.rows(f"select count(*) from meta.kept_aside where {same}")
        engine.run(f"update meta.kept_aside set row = '{{}}', value = '', reason = 'erased' where {same}")
        count += int(found)
    return count


def _names(raw: str, keys: set[str], named: Sequence[str]) -> bool:
    try:
        row = json.loads(raw)
    except ValueError:
        return any(word in raw.casefold() for word in named)
    cells = [str(cell) for cell in row.values()] if isinstance(row, dict) else [str(row)]
    return bool(keys & set(cells)) or any(word in cell.casefold() for cell in cells for word in named)
