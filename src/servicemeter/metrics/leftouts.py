"""What an answer left out, and why: the measure's own conditions, taken one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from servicemeter.ground.clock import moment
from servicemeter.ground.phrases import phrase
from servicemeter.metrics.conditions import ALTERNATIVE, Reason, conjuncts, reason_named, reason_of, reason_of_field
from servicemeter.metrics.contributions import Counted, Part
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.rowids import anchor_of, ids_of
from servicemeter.metrics.statements import _all_filters, _periods, statement_of
from servicemeter.model.answer import Row
from servicemeter.model.explanation import LeftOut
from servicemeter.model.metric import Tally
from servicemeter.store.build import Facts
from servicemeter.store.quoting import quoted
from servicemeter.store.sqlfiles import sql_files

__all__ = ["left_out"]

_EXAMPLES = 3
_OF_ROWS = ("source", "brand", "channel", "language")


@dataclass(frozen=True)
class _Rule:
    """Rows that meet `condition` are left out for `reason`."""

    condition: str
    reason: Reason


def left_out(one: Plan, facts: Facts, parts: Sequence[Part]) -> tuple[list[LeftOut], list[str]]:
    """What was not counted in the periods of the plan, by reason, the commonest first; and remarks."""
    found: list[LeftOut] = []
    notes: list[str] = []
    looked_at = set()
    for part in parts:
        if not any(c.in_n for c in part.counted):
            continue
        found += _of_fact(one, facts, part.tally, _rules(part))
        found += _not_yet(one, facts, part.tally)
        if part.tally.over not in looked_at and one.ticket_no is None:
            found += _never_became(one, facts, part.tally, notes)
        looked_at.add(part.tally.over)
    return sorted(found, key=lambda part: (-part.count, part.fact, part.reason)), list(dict.fromkeys(notes))


def _rules(part: Part) -> list[_Rule]:
    """What leaves a row of the fact out, in the order of the measure's own conditions."""
    rules = [_Rule(f"not coalesce({c}, false)", reason_of(c)) for c in conjuncts(part.tally.where)]
    in_n = [c for c in part.counted if c.in_n]
    if len(in_n) != 1 or part.tally.per:
        return rules
    names = {c.field for c in in_n}
    for field, agg in part.tally.fields.items():
        if field.startswith("n_") and agg.sql == "count(*)" and agg.where and field not in names:
            counted = in_n[0].agg.where or "true"
            rules.append(_Rule(f"coalesce(({agg.where}) and not coalesce({counted}, false), false)", reason_of_field(field)))
    return rules + [rule for condition in _own_conditions(in_n[0]) for rule in _rules_of_condition(condition)]


def _own_conditions(counted: Counted) -> list[str]:
    own = conjuncts(counted.agg.where) if counted.agg.where else []
    if counted.unit:
        return [*own, f"{counted.unit} is not null"]
    inner = counted.agg.sql.removeprefix("count(").removesuffix(")") if counted.agg.sql.startswith("count(") else "*"
    return own if inner == "*" else [*own, f"{inner} is not null"]


def _rules_of_condition(condition: str) -> list[_Rule]:
    if condition.endswith(" >= 0"):
        number = condition.removesuffix(" >= 0")
        return [_Rule(f"({number}) is null", reason_named("unknown")), _Rule(f"({number}) < 0", reason_named("invalid"))]
    return [_Rule(f"not coalesce({condition}, false)", reason_of(condition))]


def _of_fact(one: Plan, facts: Facts, tally: Tally, rules: Sequence[_Rule]) -> list[LeftOut]:
    """Rows of the fact that lie in the periods and meet the question's filters, but not the measure's conditions."""
    said = [rule.condition for rule in rules]
    readings = [f"not ({rule.condition})" for rule in rules if rule.reason == ALTERNATIVE]
    rules = [rule for rule in rules if rule.reason != ALTERNATIVE]
    ids = ids_of(facts, tally.over)
    where = " and ".join(readings) or "true"
    parts = statement_of(one, facts, tally, where, [*said, *(expression for _, expression in ids)])
    if parts is None or not rules:
        return []
    which = " ".join(f"when {rule.condition} then {k}" for k, rule in enumerate(rules))
    columns = [f"case {which} end as rule", f"{anchor_of(tally)} as happened_s"]
    columns += [f"{expression} as i{k}" for k, (_, expression) in enumerate(ids)]
    sql = facts.render(parts.base(columns))
    names = [name for name, _ in ids]
    return _by_reason(one, facts, tally.over, sql, names, lambda rule: rules[int(rule)].reason)


def _not_yet(one: Plan, facts: Facts, tally: Tally) -> list[LeftOut]:
    """Tickets created in the period to which what is measured had not happened by its end."""
    if tally.over != "tickets" or tally.at in (None, "f.created_at"):
        return []
    missing = f"({tally.at} is null or {tally.at} >= p.e)"
    created = replace(tally, at="f.created_at", dimensions={})
    conditions = [c for c in conjuncts(tally.where) if reason_of(c) != ALTERNATIVE]
    ids = ids_of(facts, tally.over)
    where = " and ".join([missing, *conditions])
    parts = statement_of(one, facts, created, where, [expression for _, expression in ids])
    if parts is None:
        return []
    columns = ["0 as rule", "f.created_at as happened_s", *(f"{expression} as i{k}" for k, (_, expression) in enumerate(ids))]
    sql = facts.render(parts.base(columns))
    return _by_reason(one, facts, tally.over, sql, [name for name, _ in ids], lambda _: reason_named("not_yet"))


def _never_became(one: Plan, facts: Facts, tally: Tally, notes: list[str]) -> list[LeftOut]:
    """Rows of the sources that never became rows of this fact: spam, merged tickets, notes, …"""
    files = sql_files("absent")
    if tally.over not in files or files[tally.over].head.get("at", tally.at) != tally.at:
        return []
    filters = _all_filters(one, tally)
    if any(f.dimension not in _OF_ROWS for f in filters):
        others = ", ".join(f.dimension for f in filters if f.dimension not in _OF_ROWS)
        notes.append(
            phrase(f"Rows that are in no figure (spam, tests, merged, notes) are not listed: they have no {others} to filter by.")
        )
        return []
    conditions = [
        f"coalesce(a.{f.dimension}, '(unknown)') {'not in' if f.negated else 'in'} ({', '.join(quoted(v) for v in f.values)})"
        for f in filters
    ]
    within = "a.happened_s < p.e" if tally.at is None else "a.happened_s >= p.p0 and a.happened_s < p.e"
    where = " and ".join(conditions) or "true"
    sql = facts.render(f"""
        with invalid_tickets as ({files["invalid_tickets"].text})
        select p.idx, a.reason as rule, a.happened_s, a.source as i0, a.id as i1, a.ticket_id as i2
        from ({files[tally.over].text}) as a
        join {_periods(one, facts, ("p0", "e"))} as p on {within} or (a.happened_s is null and p.idx = 0)
        where {where}
    """)
    name = files[tally.over].head["id"]
    names = ["source", name] if name == "ticket_id" else ["source", name, "ticket_id"]
    return _by_reason(one, facts, tally.over, sql, names, lambda key: reason_named(str(key)))


def _by_reason(one: Plan, facts: Facts, fact: str, sql: str, names: Sequence[str], reason: Any) -> list[LeftOut]:
    """Count rows by rule, with the first few of each."""
    ids = ", ".join(f"i{k}" for k in range(len(names)))
    found = facts.rows(f"""
        select rule, found_count, idx, happened_s, {ids} from (
            select *, count(*) over (partition by rule) as found_count,
                   row_number() over (partition by rule order by idx, happened_s, {ids}) as place
            from ({sql}) as judged where rule is not null
        ) as ranked where place <= {_EXAMPLES} order by rule, place
    """)
    parts: dict[str, LeftOut] = {}
    for rule, count, idx, happened_s, *values in found:
        why = reason(rule)
        key = f"{rule}"
        row: Row = {} if one.question.moment is not None else {"period_start": one.periods[idx].start.isoformat()}
        row |= {name: value for name, value in zip(names, values, strict=True) if value is not None}
        row["happened_at"] = None if happened_s is None else moment(int(happened_s)).isoformat()
        parts.setdefault(key, LeftOut(why.key, why.title, fact, int(count), [])).examples.append(row)
    return list(parts.values())
