"""Questions → statements → answers. Questions over the same periods, filters and facts are counted by one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from servicemeter.analysis.intervals import kaplan_meier
from servicemeter.engines.engine import Engine, Read
from servicemeter.ground.clock import Period, epoch, moment
from servicemeter.metrics.plan import Plan, Source, plan
from servicemeter.metrics.quantiles import spread_of_ranks, spreads_of_numbers
from servicemeter.metrics.ranks import ranks_statement
from servicemeter.metrics.statements import counted_apart, numbers_statement, shape_of, survival_statement, tally_statement
from servicemeter.metrics.tiled import Tiled
from servicemeter.metrics.tiling import Piece, pieces_of
from servicemeter.model.answer import Answer, Row
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.model.question import Question
from servicemeter.store.build import Facts

__all__ = ["FactsFor", "by_other_dimensions", "in_order", "measure", "parts", "statements_of", "tile"]

Key = tuple[Any, ...]
Groups = dict[Key, dict[str, Any]]
FactsFor = Callable[[Plan], Facts]
_MOST_TOGETHER = 8
"""Distributions in one statement, all of whose numbers are in memory together."""


def measure(
    questions: Sequence[Question],
    settings: Mapping[str, str],
    sources: list[Source],
    facts_for: FactsFor,
    data_version: int,
    tiled: Tiled | None = None,
) -> list[Answer]:
    """Answer questions, in their order. `facts_for` gives the facts a plan is to be read from, `tiled` what is known by days."""
    plans = [plan(q, settings, sources) for q in questions]
    found: list[Groups] = [{} for _ in plans]
    families: dict[Key, list[tuple[list[int], Plan, Groups]]] = defaultdict(list)
    for run in _runs(plans):
        one = _joined([plans[i] for i in run])
        families[_family(one)].append((run, one, {}))
    for members in families.values():
        _ask(facts_for(members[0][1]), [(one, groups) for _, one, groups in members], tiled)
        for run, _, groups in members:
            for (period, *dimensions), fields in groups.items():
                whose, own = (run[period], 0) if len(run) > 1 else (run[0], period)
                found[whose][(own, *dimensions)] = fields
    answers = [_answer(one, groups, data_version) for one, groups in zip(plans, found, strict=True)]
    for one, answer in zip(plans, answers, strict=True):
        if one.is_measured and (one.metric.unit == "money" or any(name.endswith("_minor") for name in one.metric.beside)):
            _name_currency(answer, facts_for(one).base_currency)
    return answers


def parts(questions: Sequence[Question], settings: Mapping[str, str], sources: list[Source]) -> list[list[Question]]:
    """The questions in groups of which no two share a statement; those that need facts of their own are left out."""
    plans = [plan(q, settings, sources) for q in questions]
    kept = [i for i, one in enumerate(plans) if not one.building]
    found: list[tuple[set[Key], list[int]]] = []
    for run in _runs([plans[i] for i in kept]):
        one = _joined([plans[kept[i]] for i in run])
        counted = (counted_apart(tally, field) for tally in one.measure.tallies for field in tally.fields)
        shapes = {(_family(one), *_shape(one, tally)) for tally in counted}
        members = [kept[i] for i in run]
        for alike in [part for part in found if part[0] & shapes]:
            found.remove(alike)
            shapes, members = shapes | alike[0], alike[1] + members
        found.append((shapes, members))
    asked = {i for _, members in found for i in members}
    rest = [i for i in kept if i not in asked]
    return [[questions[i] for i in members] for members in (*(members for _, members in found), rest) if members]


def tile(
    questions: Sequence[Question], settings: Mapping[str, str], sources: list[Source], facts_for: FactsFor, tiled: Tiled
) -> list[Piece]:
    """What there is to do so that questions like these, over any days, are answered from what is `tiled`."""
    return list(pieces_of(tiled, [plan(q, settings, sources) for q in questions], facts_for))


def statements_of(question: Question, settings: Mapping[str, str], sources: list[Source], facts_for: FactsFor) -> list[str]:
    """The SQL behind an answer, statement by statement."""
    one = plan(question, settings, sources)
    facts = facts_for(one)
    statements = [sql for _, _, sql in _tally_statements(facts, [(one, {})])]
    return [*statements, *(sql for _, (sql, _) in _distributions(facts, [(one, {})]))]


def _runs(plans: Sequence[Plan]) -> list[list[int]]:
    """The numbers of the plans that have figures, each alone or with others that ask the same of the spans before and after.

    A span and the one before it are one question of two periods.
    """
    alike: dict[Key, list[int]] = defaultdict(list)
    for i, one in enumerate(plans):
        if any(_why_nothing(one, one.status(period)) is None for period in one.periods):
            is_span = one.question.grain is None and one.question.moment is None
            alike[(one.metric.name, one.params_hash, one.asked, None if is_span else i)].append(i)
    runs: list[list[int]] = []
    for same in alike.values():
        same.sort(key=lambda i: plans[i].periods[0].p0)
        runs.append(same[:1])
        for i in same[1:]:
            if plans[runs[-1][-1]].periods[0].p1 == plans[i].periods[0].p0:
                runs[-1].append(i)
            else:
                runs.append([i])
    return runs


def _joined(run: Sequence[Plan]) -> Plan:
    """Plans that differ in the period alone as one plan of several periods."""
    return replace(run[0], periods=tuple(p for one in run for p in one.periods), ends=tuple(e for one in run for e in one.ends))


def _family(one: Plan) -> Key:
    """What two plans must share to be counted by one statement."""
    return (one.periods, one.question.grain, one.asked)


def _ask(facts: Facts, members: Sequence[tuple[Plan, Groups]], tiled: Tiled | None) -> None:
    """Run what plans of one family need, side by side, and put what was found into the plans' groups.

    What is `tiled` needs no statement.
    """
    known = _Known(members[0][0], tiled)
    tallies = _tally_statements(facts, members, known)
    told = [(groups, known.spread(one)) for one, groups in members]
    untold = [member for member, (_, statistics) in zip(members, told, strict=True) if statistics is None]
    spreads = _distributions(facts, untold)
    found = facts.each([*((sql, _rows) for _, _, sql in tallies), *(reading for _, reading in spreads)])
    width = len(members[0][0].by)
    for (wanted, owners, _), rows in zip(tallies, found, strict=False):
        columns = [(_is_count(agg), *owner) for (_, _, agg), owner in zip(wanted, owners, strict=True)]
        _put_tallies(rows, width, columns)
    for one, groups in members:
        nothing = _nothing(one)
        for key, fields in groups.items():
            groups[key] = {**nothing, **fields}
    read = [
        (groups, statistics)
        for (owners, _), several in zip(spreads, found[len(tallies) :], strict=True)
        for groups, statistics in zip(owners, several, strict=True)
    ]
    nothing_of = {id(groups): _nothing(one) for one, groups in members}
    for groups, statistics in (*read, *told):
        for key, fields in (statistics or {}).items():
            groups.setdefault(key, dict(nothing_of[id(groups)])).update(fields)


class _Known:
    """What is known by days of the periods of a family."""

    def __init__(self, one: Plan, tiled: Tiled | None) -> None:
        points = tiled.points(one) if tiled else None
        self._tiled = tiled if points is not None else None
        self._points = [(i, point) for i, point in enumerate(points or ()) if point is not None]

    def put(self, one: Plan, groups: Groups, tally: Tally, field: str, agg: Agg) -> bool:
        """Put a field into the groups; whether it is known."""
        found = self._tiled.field(one, tally, agg) if self._tiled else None
        if found is None:
            return False
        source, name = found
        rows = [(i, *key, fields[name]) for i, point in self._points for key, fields in source.at(point).items()]
        _put_tallies(rows, len(one.by), [(_is_count(agg), groups, field)])
        return True

    def spread(self, one: Plan) -> dict[Key, dict[str, Any]] | None:
        """The statistics of a plan's distribution; None where they are not known."""
        of = one.measure.distribution
        source = self._tiled.spread(one, of) if self._tiled and of else None
        if source is None:
            return None
        return {(i, *key): dict(fields) for i, point in self._points for key, fields in source.at(point).items()}


def _rows(engine: Engine, sql: str) -> list[Key]:
    return engine.rows(sql)


def _put_tallies(rows: Sequence[Key], width: int, columns: Sequence[tuple[bool, Groups, str]]) -> None:
    """Add up numbers; `columns` say of each whether it counts, and whose field it is."""
    for row in rows:
        key = tuple(row[: width + 1])
        for (is_count, groups, field), value in zip(columns, row[width + 1 :], strict=True):
            if value is not None and (value != 0 or not is_count):
                fields = groups.setdefault(key, {})
                number = int(value) if is_count else value
                fields[field] = number + fields[field] if field in fields else number


def _tally_statements(
    facts: Facts, members: Sequence[tuple[Plan, Groups]], known: _Known | None = None
) -> list[tuple[list[tuple[str, str, Agg]], list[tuple[Groups, str]], str]]:
    """(columns, whose field each column is, statement) for every shape of tally among the members.

    What is `known` is put into the groups and needs none.
    """
    shapes: dict[Key, list[tuple[Plan, Tally, tuple[Groups, str]]]] = defaultdict(list)
    for one, groups in members:
        for tally in one.measure.tallies:
            for field, agg in tally.fields.items():
                if known is None or not known.put(one, groups, tally, field, agg):
                    part = counted_apart(tally, field)
                    shapes[_shape(one, part)].append((one, part, (groups, field)))
    statements = []
    for same in shapes.values():
        wanted = [(f"c{k}", part.where, part.fields[field]) for k, (_, part, (_, field)) in enumerate(same)]
        sql = tally_statement(same[0][0], facts, [part for _, part, _ in same], wanted)
        if sql is not None:
            statements.append((wanted, [owner for _, _, owner in same], sql))
    return statements


def _shape(one: Plan, tally: Tally) -> Key:
    """What tallies of one family must share to be counted by one statement."""
    return (shape_of(tally), one.sources_of(tally), tally.where if tally.per else "")


def _is_count(agg: Agg) -> bool:
    return agg.sql.startswith("count(")


def _distributions(facts: Facts, members: Sequence[tuple[Plan, Groups]]) -> list[tuple[list[Groups], tuple[str, Read]]]:
    """(whose the distributions are, their statement, how the statistics of the groups of each are read from it).

    On an engine that hands over numbers themselves, those of one shape come together. A metric without a distribution is left
    out, and so is one whose fact lacks a dimension that was asked.
    """
    together: dict[Key, list[tuple[Plan, Groups, Distribution]]] = defaultdict(list)
    for i, (one, groups) in enumerate(members):
        if of := one.measure.distribution:
            is_alone = of.censored or of.per or not facts.engine.is_near
            together[(i,) if is_alone else _shape(one, of.of)].append((one, groups, of))
    readings = []
    for same in together.values():
        for some in (same[i : i + _MOST_TOGETHER] for i in range(0, len(same), _MOST_TOGETHER)):
            if reading := _reading(facts, some[0][0], [of for _, _, of in some]):
                readings.append(([groups for _, groups, _ in some], reading))
    return readings


def _reading(facts: Facts, one: Plan, several: Sequence[Distribution]) -> tuple[str, Read] | None:
    """The statement of distributions of one shape, and how the statistics of their groups are read from it."""
    of, width, count = several[0], len(one.by) + 1, len(several)
    read: Read
    if of.censored:
        sql, read = survival_statement(one, facts, of), lambda engine, sql: [_survival(engine.rows(sql), width)]
    elif facts.engine.is_near:
        sql, read = numbers_statement(one, facts, *several), lambda engine, sql: spreads_of_numbers(engine.arrow(sql), count)
    else:
        sql, read = ranks_statement(one, facts, of), lambda engine, sql: [spread_of_ranks(engine.rows(sql), width)]
    return (sql, read) if sql else None


def _nothing(one: Plan) -> dict[str, Any]:
    """The fields of a group in which the tallies found nothing."""
    return {name: 0 if _is_count(agg) else None for tally in one.measure.tallies for name, agg in tally.fields.items()}


def _survival(rows: Sequence[Key], width: int) -> dict[Key, dict[str, Any]]:
    """Kaplan-Meier over each cohort: cases still running are censored."""
    cases: dict[Key, list[tuple[Any, int, int]]] = defaultdict(list)
    for row in rows:
        cases[tuple(row[:width])].append((row[width], row[width + 1], row[width + 2]))
    statistics = {}
    for key, steps in cases.items():
        known = [step for step in steps if step[0] is not None and step[0] >= 0]
        seconds, events, censored = ([step[i] for step in known] for i in range(3))
        curve = kaplan_meier(seconds, events, censored)
        statistics[key] = {
            "n": sum(events) + sum(censored),
            "n_events": sum(events),
            "n_censored": sum(censored),
            "n_invalid": sum(ended + running for at, ended, running in steps if at is not None and at < 0),
            "n_excluded": sum(ended + running for at, ended, running in steps if at is None),
            "median": curve.quantile(0.5) if curve else None,
            "p90": curve.quantile(0.9) if curve else None,
        }
    return statistics


def _answer(one: Plan, groups: Groups, data_version: int) -> Answer:
    rows: list[Row] = []
    keys: dict[int, list[Key]] = defaultdict(list)
    for key in groups:
        keys[key[0]].append(key)
    for i, period in enumerate(one.periods):
        rows += _rows_of_period(one, period, sorted(keys[i], key=in_order) if one.by else [(i,)], groups)
    return Answer(
        one.metric.name,
        one.metric.unit,
        one.question,
        rows,
        data_version,
        moment(one.as_of, one.tz),
        one.tz,
        one.params_hash,
        one.lagging(),
        one.missing,
        one.notes,
    )


def _name_currency(answer: Answer, currency: str | None) -> None:
    """Say what the amounts of an answer are in."""
    for row in answer.rows:
        row["currency"] = currency


def _rows_of_period(one: Plan, period: Period, keys: Sequence[Key], groups: Groups) -> list[Row]:
    """The rows of one period: one, or one a group."""
    status = one.status(period)
    reason = _why_nothing(one, status)
    if reason:
        lacks = {"lacks": one.lacks} if reason == "not_measured" and one.lacks else {}
        return [_row(one, period, status, (), None, reason) | lacks]
    rows = [_row(one, period, status, key[1:], groups.get(key) or _nothing(one), None) for key in keys]
    if one.measure.across:
        for part in by_other_dimensions(one, rows):
            one.measure.across(part)
    is_short = _history_is_short(one, period)
    for row in rows:
        row |= {} if is_short is None else {"history_is_short": is_short}
        row["low_sample"] = one.metric.unit != "count" and (row["n"] or 0) < float(one.params["min_n"])
    return rows


def _history_is_short(one: Plan, period: Period) -> bool | None:
    """Whether the data of a source begin inside the time that the measure looks back over; None where it does not look back."""
    looks_back = [tally for tally in one.measure.tallies if tally.holding.window_s]
    if not looks_back:
        return None
    return any(
        source.loaded_from is not None
        and epoch(source.loaded_from)
        > (period.p0 if tally.holding.starts else min(period.p1, one.as_of)) - tally.holding.window_s
        for tally in looks_back
        for source in one.sources_of(tally)
    )


def in_order(key: Sequence[Any]) -> list[tuple[bool, Any]]:
    """Numbers (hours, weekdays) by size, words by the alphabet."""
    return [(isinstance(part, str), part) for part in key]


def _why_nothing(one: Plan, status: str) -> str | None:
    if one.invalid_dimension:
        return "invalid_dimension"
    if not one.is_measured:
        return "not_measured" if one.missing else "no_data"
    return status if status in ("not_started", "no_data") else None


def by_other_dimensions(one: Plan, rows: list[Row]) -> list[list[Row]]:
    """Rows that share the period and all dimensions but the implied ones: parts of one whole."""
    others = ["period_start" if one.question.moment is None else "at", *(d for d in one.by if d not in one.measure.implied)]
    parts: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        parts[tuple(row[d] for d in others)].append(row)
    return list(parts.values())


def _row(one: Plan, period: Period, status: str, dimensions: Key, fields: dict[str, Any] | None, reason: str | None) -> Row:
    """One row of an answer, with all the fields every row has."""
    row: Row = {"period_start": period.start.isoformat()} if one.question.moment is None else {"at": _at(one)}
    row |= dict(zip(one.by, dimensions, strict=False))
    row |= {"value": None, "n": None, "numerator": None, "ci_low": None, "ci_high": None, "ci_method": None}
    row |= {"n_immature": 0, "n_censored": 0, "n_excluded": 0, "n_invalid": 0, "low_sample": False, "partial": False}
    row |= {"period_status": status, "null_reason": reason}
    if fields is None:
        return row
    # A companion may be called as a dimension is (`scale`); the row is of the value it was grouped by.
    row |= one.measure.finish(fields) | dict(zip(one.by, dimensions, strict=False))
    if row["value"] is None and row["null_reason"] is None:
        row["null_reason"] = "immature" if row["n_immature"] else "empty"
    return row


def _at(one: Plan) -> str:
    assert one.question.moment is not None
    return one.question.moment.isoformat()
