"""The rows behind an answer, from the same measure and the same FROM and WHERE as the answer itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from servicemeter.ground.clock import moment
from servicemeter.ground.phrases import phrase
from servicemeter.metrics.contributions import Counted, Part, parts_of
from servicemeter.metrics.leftouts import left_out
from servicemeter.metrics.measure import by_other_dimensions, in_order
from servicemeter.metrics.plan import Plan, Source, plan
from servicemeter.metrics.rowids import anchor_of, ids_of
from servicemeter.metrics.statements import Statement, statement_of
from servicemeter.model.answer import Answer, Row
from servicemeter.model.explanation import Explanation
from servicemeter.model.question import Question
from servicemeter.store.build import Facts

__all__ = ["counted_rows", "explain"]

Key = tuple[Any, ...]

_NOT_COUNTED = ("no_data", "not_started", "not_measured", "invalid_dimension")


def explain(
    question: Question,
    answer: Answer,
    settings: Mapping[str, str],
    sources: list[Source],
    facts_for: Callable[[Plan], Facts],
    limit: int,
) -> Explanation:
    """Show the rows that `answer` counted (at most `limit`), their sums, and what was left out and why."""
    one = _with_figures(plan(question, settings, sources))
    if not one.periods or not one.is_measured or one.invalid_dimension:
        return Explanation(answer, [], 0, [], [], [], (phrase("Nothing was counted: see null_reason."),))
    facts = facts_for(one)
    rows: list[tuple[Key, Row]] = []
    totals: dict[Key, Row] = {}
    statements = []
    for part in parts_of(one.measure):
        counting = _Counting(one, facts, part)
        if counting.base is None:
            continue
        statements.append(counting.rows_sql)
        rows += counting.first_rows(limit)
        counting.add_totals(totals)
    rows.sort(key=lambda pair: pair[0])
    sums = _sums(one, answer, totals)
    missed, notes = left_out(one, facts, parts_of(one.measure))
    return Explanation(
        answer, [row for _, row in rows[:limit]], sum(t["rows"] for t in sums), sums, missed, statements,
        (*notes, *_disagreements(answer, sums)),
    )  # fmt: skip


def _with_figures(one: Plan) -> Plan:
    """The plan for those of its periods that have a figure; what stays as it is (a backlog) has rows in all others too."""
    kept = [k for k, period in enumerate(one.periods) if one.status(period) not in _NOT_COUNTED]
    return replace(one, periods=tuple(one.periods[k] for k in kept), ends=tuple(one.ends[k] for k in kept))


def counted_rows(one: Plan, facts: Facts, parts: Sequence[Part], limit: int) -> list[Row]:
    """The rows that a plan counts (at most `limit` a part), in order of period, dimensions and time."""
    countings = (_Counting(one, facts, part) for part in parts)
    found = [pair for counting in countings if counting.base is not None for pair in counting.first_rows(limit)]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


class _Counting:
    """One part of a measure on the way to its rows: columns of a row are period, dimensions, ids, instant, number."""

    def __init__(self, one: Plan, facts: Facts, part: Part) -> None:
        self.one, self.facts, self.part = one, facts, part
        self.ids = ids_of(facts, part.tally.over)
        self.base = self.statement_of()
        self.columns = self._columns(self.base) if self.base else {}
        self.rows_sql = facts.render(self._rows_of(self.base)) if self.base else ""

    def first_rows(self, limit: int) -> list[tuple[Key, Row]]:
        """The first counted rows in order of period, dimensions, time and all else they say, each with what it is sorted by."""
        order = ", ".join(dict.fromkeys([*self._groups(), "happened_s", *self.columns]))
        sql = f"select * from ({self.rows_sql}) as counted where {self._is_counted} order by {order} limit {int(limit)}"
        return [self._row(found) for found in self.facts.records(sql)]

    def add_totals(self, totals: dict[Key, Row]) -> None:
        """Add up all counted rows by period and dimensions."""
        groups = self._groups()
        n = " + ".join(self._total(k, c) for k, c in enumerate(self.part.counted) if c.in_n) or "0"
        sql = f"""
            select {", ".join(groups)}, count(*), {n}, sum(numerator)
            from ({self.rows_sql}) as counted where {self._is_counted} group by {", ".join(groups)}
        """
        for found in self.facts.rows(sql):
            total = totals.setdefault(tuple(found[: len(groups)]), {"rows": 0, "n": 0, "numerator": 0})
            for name, value in zip(("rows", "n", "numerator"), found[len(groups) :], strict=True):
                total[name] += _plain(value or 0)

    def statement_of(self) -> Statement | None:
        part = self.part
        snippets = [expression for _, expression in self.ids]
        snippets += [sql for c in part.counted for sql in (c.agg.sql, c.agg.where, c.unit)]
        snippets += part.tally.shows.values()
        snippets += [part.tally.per, *part.tally.told_of_units.values()]
        return statement_of(self.one, self.facts, part.tally, part.tally.where, [*snippets, part.number])

    @property
    def _is_counted(self) -> str:
        return "(n <> 0 or numerator <> 0)"

    def _groups(self) -> list[str]:
        return ["idx", *(f"d{k}" for k in range(len(self.one.by)))]

    def _rows_of(self, base: Statement) -> str:
        """The answer's own statement, grouped down to single rows."""
        part, at, number = self.part, anchor_of(self.part.tally), self.part.number or "cast(null as bigint)"
        units = [c.unit for c in part.counted if c.unit]
        added = [expression for _, expression in self.ids]
        kept = f"({number}) >= 0" if part.number else "true"
        if units:
            added += units
            measured = [f"min({at}) as happened_s", f"{part.fold}({number}) filter (where {kept}) as number"]
        else:
            added += [at, number, *part.tally.shows.values()]
            measured = []
        fields = [self._field(k, c) for k, c in enumerate(part.counted)]
        if part.tally.per:
            sql = self._units_of(base, at, fields)
        else:
            sql = replace(base, columns=(*base.columns, *added)).select([*measured, *fields])
        names = [f"{column} as {name}" for name, column in self.columns.items()]
        return f"select {', '.join(names)} from ({sql}) as rows_counted"

    def _columns(self, base: Statement) -> dict[str, str]:
        """What a row says, by name: its group, ids, units, instant and number, what it shows, and what it counts for."""
        part, after = self.part, len(base.columns)
        columns = {name: name for name in self._groups()}
        columns |= {f"i{k}": f"d{after + k}" for k in range(len(self.ids))}
        after += len(self.ids)
        units = [c.unit for c in part.counted if c.unit]
        if part.tally.per:
            columns |= {"happened_s": "happened_s", "number": "cast(null as bigint)"}
        elif units:
            columns |= {f"u{k}": f"d{after + k}" for k in range(len(units))}
            columns |= {"happened_s": "happened_s", "number": "number"}
        else:
            columns |= {"happened_s": f"d{after}", "number": f"d{after + 1}"}
            columns |= {f"s{k}": f"d{after + 2 + k}" for k in range(len(part.tally.shows))}
        columns |= {f"c{k}": f"c{k}" for k in range(len(part.counted))}
        return columns | {"n": _weighed(part.counted, "in_n"), "numerator": _weighed(part.counted, "in_numerator")}

    def _units_of(self, base: Statement, at: str, fields: Sequence[str]) -> str:
        """One row a unit, named by the first ids of its rows."""
        tally, first = self.part.tally, len(base.columns)
        told = {**tally.told_of_units, "first_at": f"min({at})"}
        told |= {f"id{k}": f"min({expression})" for k, (_, expression) in enumerate(self.ids)}
        inner = replace(base, columns=(*base.columns, tally.per)).select([f"{sql} as {name}" for name, sql in told.items()])
        groups = ", ".join(f"u.{name}" for name in ["idx", *(f"d{k}" for k in range(first))])
        ids = [f"min(u.id{k}) as d{first + k}" for k in range(len(self.ids))]
        chosen = ", ".join([groups, *ids, "min(u.first_at) as happened_s", *fields])
        return f"select {chosen} from ({inner}) as u group by {groups}, u.d{first}"

    def _field(self, k: int, counted: Counted) -> str:
        only = f" filter (where {counted.agg.where})" if counted.agg.where else ""
        return f"{counted.agg.sql}{only} as c{k}"

    def _total(self, k: int, counted: Counted) -> str:
        if not counted.unit:
            return f"{counted.in_n:g} * coalesce(sum(c{k}), 0)"
        place = [c.field for c in self.part.counted if c.unit].index(counted.field)
        return f"{counted.in_n:g} * count(distinct case when c{k} > 0 then u{place} end)"

    def _row(self, found: Mapping[str, Any]) -> tuple[Key, Row]:
        one, part = self.one, self.part
        dimensions = [found[f"d{k}"] for k in range(len(one.by))]
        row: Row = {**_period_of(one, found["idx"]), **dict(zip(one.by, dimensions, strict=True)), "fact": part.tally.over}
        row |= {name: found[f"i{k}"] for k, (name, _) in enumerate(self.ids)}
        row["happened_at"] = None if found["happened_s"] is None else moment(int(found["happened_s"])).isoformat()
        row["n"] = _plain(found["n"])
        if part.number:
            row["value"] = _plain(found["number"])
        for k, name in enumerate(part.tally.shows):
            if f"s{k}" in found:  # rows that were joined into units have no columns of their own
                row[name] = _shown(name, found[f"s{k}"])
        units = [found[f"u{k}"] for k, _ in enumerate(c for c in part.counted if c.unit)]
        named = [unit for unit in units if isinstance(unit, str) and chr(31) not in unit and unit not in row.values()]
        if named:
            row["unit"] = named[0]
            if any("agent_id" in c.unit for c in part.counted):
                row["unit_of"] = "agent"
        if _has_numerator(one):
            row["numerator"] = _plain(found["numerator"])
            if one.metric.unit == "fraction":
                row["in_numerator"] = row["numerator"] > 0
        counts_as = [c.field for k, c in enumerate(part.counted) if found[f"c{k}"] and c.field not in ("n", "hits")]
        if counts_as:
            row["counts_as"] = counts_as
        ids = [str(found[f"i{k}"]) for k in range(len(self.ids))]
        return ((found["idx"], in_order(dimensions), found["happened_s"] or 0, ids), row)


def _shown(name: str, value: Any) -> Any:
    """A column that the rows show besides: an instant when its name says so."""
    return moment(int(value)).isoformat() if name.endswith("_at") and value is not None else _plain(value)


def _has_numerator(one: Plan) -> bool:
    return any(c.in_numerator for part in parts_of(one.measure) for c in part.counted)


def _weighed(counted: Sequence[Counted], weight: str) -> str:
    said = [f"{getattr(c, weight):g} * coalesce(c{k}, 0)" for k, c in enumerate(counted) if getattr(c, weight)]
    return " + ".join(said) or "0"


def _plain(value: Any) -> Any:
    """A number as JSON has it: whole ones without a fraction."""
    if value is None or isinstance(value, str):
        return value
    return int(value) if value == int(value) else float(value)


def _period_of(one: Plan, idx: int) -> Row:
    if one.question.moment is not None:
        return {"at": one.question.moment.isoformat()}
    return {"period_start": one.periods[idx].start.isoformat()}


def _sums(one: Plan, answer: Answer, totals: Mapping[Key, Row]) -> list[Row]:
    """For every row of the answer that has a value, what its rows add up to."""
    by_key = {(*_period_of(one, key[0]).values(), *key[1:]): total for key, total in totals.items()}
    sums = []
    for row in answer.rows:
        if row["null_reason"] in _NOT_COUNTED:
            continue
        name = "at" if one.question.moment is not None else "period_start"
        labels = {name: row[name], **{d: row[d] for d in one.by}}
        total = by_key.get(tuple(labels.values()), {"rows": 0, "n": 0, "numerator": 0})
        if one.measure.n_of_whole:
            total = {**total, "n": sum(t["n"] for key, t in by_key.items() if _is_beside(one, key, tuple(labels.values())))}
        sums.append({**labels, **total, **({} if _has_numerator(one) else {"numerator": None})})
    return _of_the_whole(one, sums)


def _of_the_whole(one: Plan, sums: list[Row]) -> list[Row]:
    """Where the answer's rows are parts of one whole, the sums are completed across them by the measure itself."""
    if not one.measure.across:
        return sums
    rows = [{**row, "value": None} for row in sums]
    for part in by_other_dimensions(one, rows):
        one.measure.across(part)
    return [{name: row[name] for name in given} for given, row in zip(sums, rows, strict=True)]


def _is_beside(one: Plan, key: Key, other: Key) -> bool:
    """Whether two groups are of one period and differ in implied dimensions only."""
    places = [0, *(k for k, name in enumerate(one.by, 1) if name not in one.measure.implied)]
    return all(key[place] == other[place] for place in places)


def _disagreements(answer: Answer, sums: Sequence[Row]) -> list[str]:
    """What must never be: rows that do not add up to the answer."""
    given = [row for row in answer.rows if row["null_reason"] not in _NOT_COUNTED]
    return [
        phrase(
            f"The rows add up to n = {total['n']}, the answer says {row['n']}: this is a fault of the program, please report it."
        )
        for row, total in zip(given, sums, strict=True)
        if (row["n"] or 0) != total["n"]
    ]
