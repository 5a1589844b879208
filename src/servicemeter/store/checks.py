"""Looking for what is wrong with the rows: one file in `findings/` is one kind of fault.

A file is a SELECT of the faulty rows with a head: `title`, `severity` (`wrong`: figures are wrong; `missing`: rows are
missing from figures; `note`: worth knowing), `touches` (columns of facts, or dimensions, that suffer), `total` (the
relation whose rows could have the fault) and `remedy`. A column `part` makes a finding of its own for each of its values;
`parts` lists them where they are words of ours, and commas then part what each of them touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from servicemeter.ground.clock import offsets
from servicemeter.model.tables import TABLES
from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import SqlFile, plain_rows, sql_files

__all__ = ["EXAMPLES", "Fault", "find_faults", "local_day_sql", "rows_at_fault"]

EXAMPLES = 5


@dataclass(frozen=True)
class Fault:
    """One fault that was found: how often, among how many (None = not said), and the first rows that have it.

    `title` may hold `{part}`, which stands for `part`.
    """

    name: str
    title: str
    part: str
    severity: str
    touches: tuple[str, ...]
    remedy: str
    count: int
    total: int | None
    examples: list[dict[str, object]]


def find_faults(facts: Facts, tz: str) -> Iterator[Callable[[], list[Fault]]]:
    """What looks for the faults that rows can have, one for each file; it gives none when all is well. `tz` cuts local days."""
    return (lambda file=file: list(_faults_of(file, facts, tz)) for file in sql_files("findings").values())  # type: ignore[misc]


def rows_at_fault(name: str, facts: Facts, tz: str) -> list[dict[str, object]]:
    """Every row that has one fault, and not only the first examples."""
    return plain_rows(facts, _rendered(sql_files("findings")[name], facts, tz))


def local_day_sql(facts: Facts, tz: str) -> str:
    """SQL for the local day, as days since 1970, of the instant `s`."""
    return facts.engine.dialect.whole(f"s + {_offset_of_s(facts, tz)}", "86400")


def _faults_of(file: SqlFile, facts: Facts, tz: str) -> Iterator[Fault]:
    sql = _rendered(file, facts, tz)
    if not facts.rows(f"select 1 from ({sql}) as faults limit 1"):  # most of them, and to count and to order takes longer
        return
    rows = plain_rows(facts, _statement(sql, facts))
    total = _total(file, facts)
    for part in dict.fromkeys(str(row.get("part", "")) for row in rows):
        examples = [row for row in rows if str(row.get("part", "")) == part]
        count = int(str(examples[0]["found_count"]))
        for row in examples:
            del row["found_count"]
            row.pop("part", None)
        yield Fault(
            file.name,
            file.head["title"],
            part,
            file.head["severity"],
            _touched(file, part),
            file.head["remedy"],
            count,
            total,
            examples,
        )


def _touched(file: SqlFile, part: str) -> tuple[str, ...]:
    """What a fault touches: one of several parts, what is its own."""
    parts, touches = (file.head.get(name, "").split(",") for name in ("parts", "touches"))
    named = [one.strip() for one in parts]
    own = touches[named.index(part)] if len(touches) == len(named) > 1 else " ".join(touches)
    return tuple(own.split())


def _statement(sql: str, facts: Facts) -> str:
    """The statement that gives the first examples of each part, with the number of all of them beside."""
    names = facts.columns(f"({sql}) as faults")
    quoted = [facts.engine.dialect.name_of(name) for name in names]
    order = ", ".join(quoted)
    part = "partition by part" if "part" in names else ""
    return f"""
        select {", ".join(quoted)}, found_count from (
            select faults.*, count(*) over ({part}) as found_count, row_number() over ({part} order by {order}) as place
            from ({sql}) as faults
        ) as found where place <= {EXAMPLES} order by {order}
    """


def _rendered(file: SqlFile, facts: Facts, tz: str) -> str:
    sql = facts.render(file.text, dated=_dated())
    return sql.replace("$offset_of_s", _offset_of_s(facts, tz)) if "$offset_of_s" in sql else sql


def _total(file: SqlFile, facts: Facts) -> int | None:
    relation = file.head.get("total")
    return int(facts.rows(facts.render(f"select count(*) from {relation}"))[0][0]) if relation else None


def _dated() -> list[tuple[str, str, str]]:
    """The tables whose rows happen at an instant, for templates that look at all of them."""
    return [(t.name, t.key[0], t.moment) for t in TABLES.values() if t.moment and t.name != "customers"]


def _offset_of_s(facts: Facts, tz: str) -> str:
    """The zone's offset at the instant `s`, written out over the days that the book covers."""
    [(first, last)] = facts.rows(f"select min(day_start), max(day_start) from {facts.schema}.cal_days")
    changes = offsets(tz, int(first or 0), int(last or 0))
    text = str(changes[0][1])
    for since, offset in changes[1:]:
        text = f"case when s >= {since} then {offset} else {text} end"
    return text
