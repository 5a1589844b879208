"""Finding tickets: by any mix of what they are, who has them, what was promised and when, as they stood at a moment.

Conditions are semi-joins with the facts, so that a list over millions of tickets reads narrow columns; only the rows of the
page that is shown are then told in full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import AGES, SLA_STATES, SORTS, STATUSES, WAITS, TicketWish
from servicemeter.store.build import LONG_AGO, Facts
from servicemeter.store.elapsed import elapsed_at, hours_at
from servicemeter.store.quoting import quoted
from servicemeter.store.sqlfiles import plain_rows, sql_files

__all__ = [
    "AT_RISK_FROM",
    "DIMENSIONS",
    "MOST_ROWS",
    "Span",
    "count_tickets",
    "find_numbers",
    "list_tickets",
    "looks_ahead",
    "may_see",
    "set_aside",
    "tell_tickets",
]

DIMENSIONS = (
    "source", "channel", "brand", "language", "reason", "customer_segment", "agent", "team", "priority", "status", "sla", "waits",
    "age", "customer",
)  # fmt: skip
"""What a list can be narrowed by."""

MOST_ROWS = 5000
"""The longest page."""

AT_RISK_FROM = 0.75
"""The part of a target from which a promise is at risk (METRICS.md 1.10)."""

_KEYS = 1_000_000_000
_OF_TICKET = ("source", "channel", "brand", "language", "reason")
_HELD = {
    "agent": ("assignee_spans", "agent_id"),
    "team": ("team_spans", "team_id"),
    "priority": ("priority_spans", "priority"),
}
_NOBODY = ("(unknown)", "(unassigned)")


@dataclass(frozen=True)
class Span:
    """From when to when (epoch seconds, half-open; None is open) something must have happened."""

    since: int | None = None
    until: int | None = None

    def on(self, instant: str) -> list[str]:
        """The comparisons of an instant with it."""
        bounds = [(">=", self.since), ("<", self.until)]
        return [f"{instant} {sign} {bound}" for sign, bound in bounds if bound is not None]


def count_tickets(facts: Facts, at: int, scope: Scope, wish: TicketWish | None = None, *spans: Span) -> int:
    """How many tickets there are at a moment for somebody of this scope, of those wished for."""
    where = _scoped(facts, at, scope) + (_wished(facts, at, wish, *spans) if wish else [])
    sql = f"select count(*) from {facts.schema}.tickets as t where {' and '.join(where) or 'true'}"
    return int(facts.rows(facts.render(sql))[0][0])


def list_tickets(facts: Facts, at: int, scope: Scope, wish: TicketWish, *spans: Span, words: bool) -> list[dict[str, Any]]:
    """The rows of the page that is wished for, in its order; `spans` are those of creation and of the last solve."""
    return tell_tickets(facts, at, find_numbers(facts, at, scope, wish, *spans), words=words, ahead=looks_ahead(wish))


def tell_tickets(facts: Facts, at: int, numbers: Sequence[int], *, words: bool, ahead: bool = False) -> list[dict[str, Any]]:
    """The tickets of these numbers as they stand at a moment, in the order given.

    Of several promises the most pressing is told; with `ahead` one whose target is not passed yet goes before.
    """
    if not numbers:
        return []
    file = sql_files("listing")["page"]
    sql = file.text.replace("$numbers", ", ".join(map(str, numbers))).replace("$elapsed", elapsed_at("f", "$e"))
    sql = (
        sql.replace("$passed", "1" if ahead else "0")
        .replace("$hours", hours_at("f", "$e"))
        .replace("$at_key", str(at * _KEYS))
        .replace("$e", str(at))
    )
    rows = {row.pop("ticket_no"): row for row in plain_rows(facts, facts.render(sql))}
    for row in rows.values():
        if not words:
            row.pop("subject", None)
    return [rows[number] for number in numbers]


def may_see(facts: Facts, at: int, scope: Scope, number: int) -> bool:
    """Whether a ticket is within a scope at a moment."""
    where = " and ".join([f"t.ticket_no = {number}", *_scoped(facts, at, scope)])
    return bool(facts.rows(facts.render(f"select 1 from {facts.schema}.tickets as t where {where}")))


def set_aside(facts: Facts, scope: Scope, name: str) -> list[dict[str, Any]]:
    """The tickets of exactly this id that are in no figure, with the flags that were last set on them."""
    only = [f"t.ticket_id = {quoted(name)}", *_among("t.source", scope.sources), *_among("t.brand", scope.brands)]
    if scope.teams or scope.agents:
        return []  # whose they are is not worked out for what does not count
    members = f"{facts.schema}.members"
    sql = f"""
        select t.source, t.ticket_id, string_agg(distinct e.field, ',' order by e.field) as flags
        from tickets as t
        left join (
            select coalesce(ticket_source, source) as source, ticket_id, field,
                   {facts.engine.dialect.last_by("value", ["occurred_at", "coalesce(seq, 0)", "event_id"])} as value
            from ticket_events where ticket_id = {quoted(name)} and field in ('is_spam', 'is_test', 'is_deleted')
            group by coalesce(ticket_source, source), ticket_id, field
        ) as e on e.source = t.source and e.ticket_id = t.ticket_id and e.value = 'true'
        where {" and ".join(only)}
          and not exists (select 1 from {members} as m where m.source = t.source and m.ticket_id = t.ticket_id)
        group by t.source, t.ticket_id order by t.source
    """
    return plain_rows(facts, facts.render(sql))


def find_numbers(facts: Facts, at: int, scope: Scope, wish: TicketWish, *spans: Span) -> list[int]:
    """The numbers of the tickets of the page, in order."""
    if wish.sort not in SORTS:
        raise UnknownName("order of tickets", wish.sort, SORTS)
    if wish.page < 1 or not 1 <= wish.size <= MOST_ROWS:
        raise BadQuestion(f"page={wish.page} with size={wish.size}: pages count from 1, a page has 1 to {MOST_ROWS:,} tickets.")
    name = wish.sort.removeprefix("-")
    key, join = _order(facts, at, looks_ahead(wish))[name]
    way = "desc" if wish.sort.startswith("-") else "asc"
    where = " and ".join(_scoped(facts, at, scope) + _wished(facts, at, wish, *spans)) or "true"
    sql = f"""
        select t.ticket_no from {facts.schema}.tickets as t {join} where {where}
        order by {key} {way} nulls last, t.ticket_no {way} limit {wish.size} offset {(wish.page - 1) * wish.size}
    """
    return [int(number) for (number,) in facts.rows(facts.render(sql))]


def looks_ahead(wish: TicketWish) -> bool:
    """Whether promises are looked for that can still be kept."""
    return any(one.dimension == "sla" and not one.negated and set(one.values) <= {"at_risk", "running"} for one in wish.where)


def _order(facts: Facts, at: int, ahead: bool) -> dict[str, tuple[str, str]]:
    """By the name of an order: what rows are sorted by, and the join that it needs."""
    of = facts.schema
    due = f"case when passed_at < {at} then null else due_at end" if ahead else "coalesce(passed_at, due_at)"

    def joined(sql: str) -> str:
        return f"left join ({sql} group by ticket_no) as o on o.ticket_no = t.ticket_no"

    return {
        "created": ("t.created_at", ""),
        "id": ("t.ticket_id", ""),
        "solved": ("o.at", joined(f"select ticket_no, max(solved_at) as at from {of}.solves where {_last_solve(at)}")),
        "wait": ("o.at", joined(f"select ticket_no, min(started_at) as at from {of}.turns where {_unanswered(at)}")),
        "due": ("o.at", joined(f"select ticket_no, min({due}) as at from {of}.sla_spans as f where {_now(at)}")),
    }


def _last_solve(at: int) -> str:
    return f"coalesce(solved_at, {LONG_AGO}) < {at} and (reopened_at is null or reopened_at >= {at})"


def _unanswered(at: int) -> str:
    """The condition of a customer's turn that waits at a moment."""
    ends = " and ".join(f"({name} is null or {name} >= {at})" for name in ("answered_at", "closed_at"))
    return f"responder <> 'any' and started_at < {at} and {ends}"


def _now(at: int, alias: str = "f") -> str:
    """The condition of a span that holds at a moment."""
    return f"{alias}.from_at < {at} and ({alias}.to_at is null or {alias}.to_at >= {at})"


def _scoped(facts: Facts, at: int, scope: Scope) -> list[str]:
    """What somebody may see: what was there, of their sources and brands, and held by their teams and agents at the moment."""
    found = [f"coalesce(t.created_at, t.first_contact_at, {LONG_AGO}) < {at}"]
    found += [*_among("t.source", scope.sources), *_among("t.brand", scope.brands)]
    for dimension, values in (("team", scope.teams), ("agent", scope.agents)):
        if values:
            found.append(_holder(facts, at, dimension, values))
    return found


def _among(column: str, values: Sequence[str]) -> list[str]:
    return [f"{column} in ({_texts(values)})"] if values else []


def _texts(values: Sequence[str]) -> str:
    return ", ".join(quoted(value) for value in values)


def _wished(facts: Facts, at: int, wish: TicketWish, created: Span | None = None, solved: Span | None = None) -> list[str]:
    """The conditions of a wish over `tickets as t`."""
    found = [_condition(facts, at, one) for one in wish.where]
    found += created.on("t.created_at") if created else []
    bounds = solved.on("solved_at") if solved else []
    if bounds:
        found.append(_in(f"select ticket_no from {facts.schema}.solves where {' and '.join([_last_solve(at), *bounds])}"))
    if wish.name:
        found.append(_named(facts, wish.name))
    if wish.words.strip():
        found.append(_saying(facts, wish.words))
    return found


def _in(numbers: str, negated: bool = False) -> str:
    return f"t.ticket_no {'not in' if negated else 'in'} ({numbers})"


def _condition(facts: Facts, at: int, one: Filter) -> str:
    if one.dimension not in DIMENSIONS:
        raise UnknownName("field of a ticket", one.dimension, DIMENSIONS)
    if one.dimension in _OF_TICKET:
        condition = f"coalesce(t.{one.dimension}, '(unknown)') in ({_texts(one.values)})"
    elif one.dimension == "customer_segment":
        condition = _of_segment(one.values)
    elif one.dimension == "customer":
        condition = " or ".join(_of_customer(value) for value in one.values)
    elif one.dimension in _HELD:
        condition = _holder(facts, at, one.dimension, one.values)
    else:
        make = {"status": _in_state, "sla": _promised, "waits": _waiting, "age": _aged}[one.dimension]
        condition = " or ".join(make(facts, at, value) for value in one.values)
    return f"not coalesce(({condition}), false)" if one.negated else f"({condition})"


def _of_segment(values: Sequence[str]) -> str:
    """By the segment of the ticket's customer; a customer nobody knows, or without one, is in no segment."""
    named = [value for value in values if value not in _NOBODY]
    same = "c.source = t.customer_source and c.customer_id = t.customer_id"
    parts = [f"exists (select 1 from customers as c where {same} and c.segment in ({_texts(named)}))"] if named else []
    if len(named) < len(values):
        parts.append(f"not exists (select 1 from customers as c where {same} and c.segment is not null)")
    return " or ".join(parts)


def _of_customer(value: str) -> str:
    """A customer written `source:id`, or by the id alone."""
    source, mark, customer = value.partition(":")
    whole = f"t.customer_id = {quoted(value)}"
    return f"({whole} or t.customer_source = {quoted(source)} and t.customer_id = {quoted(customer)})" if mark else whole


def _holder(facts: Facts, at: int, dimension: str, values: Sequence[str]) -> str:
    """By who held a ticket at the moment (agent, team), or its priority then."""
    name, column = _HELD[dimension]
    held = f"select ticket_no from {facts.schema}.{name} where from_key < {at * _KEYS} and to_key >= {at * _KEYS}"
    named = [value for value in values if value not in _NOBODY]
    parts = [_in(f"{held} and {column} in ({_texts(named)})")] if named else []
    if len(named) < len(values):
        parts.append(_in(f"{held} and {column} is not null", negated=True))
    return f"({' or '.join(parts)})"


def _in_state(facts: Facts, at: int, state: str) -> str:
    if state not in STATUSES:
        raise UnknownName("status", state, STATUSES)
    if state == "solved":
        return _in(f"select ticket_no from {facts.schema}.solves where {_last_solve(at)}")
    only = "" if state == "unresolved" else f" and status = {quoted(state)}"
    return _in(f"select ticket_no from {facts.schema}.open_spans as f where {_now(at)}{only}")


def _waiting(facts: Facts, at: int, wait: str) -> str:
    if wait not in WAITS:
        raise UnknownName("wait", wait, WAITS)
    if wait == "answer":
        return _in(f"select ticket_no from {facts.schema}.turns where {_unanswered(at)}")
    unanswered = f"t.first_contact_at < {at} and (t.first_response_at is null or t.first_response_at >= {at})"
    return f"({unanswered} and {_in_state(facts, at, 'unresolved')})"


def _aged(facts: Facts, at: int, bucket: str) -> str:
    """Unresolved tickets by the time since their creation."""
    if bucket not in AGES:
        raise UnknownName("age", bucket, AGES)
    low, high = AGES[bucket]
    seconds = f"{at} - t.created_at"
    above = f"{seconds} >= {low * 86400}"
    within = above if high is None else f"{above} and {seconds} < {high * 86400}"
    return f"({within} and {_in_state(facts, at, 'unresolved')})"


def _promised(facts: Facts, at: int, state: str) -> str:
    """By the promises on tickets that customers began."""
    if state not in SLA_STATES:
        raise UnknownName("state of a promise", state, SLA_STATES)
    spans, instances = f"{facts.schema}.sla_spans as f", f"{facts.schema}.sla_instances as f"
    passed, kept = f"f.passed_at < {at}", f"(f.passed_at is null or f.passed_at >= {at})"
    lasting = f"f.is_inbound and {_now(at)}"
    simple = {
        "overdue": f"{lasting} and f.state_no in (0, 1) and {passed}",
        "running": f"{lasting} and f.state_no = 0 and {kept}",
        "paused": f"{lasting} and f.state_no = 1 and {kept}",
        "at_risk": f"{lasting} and f.state_no = 0 and {kept} and {elapsed_at('f', str(at))} >= {AT_RISK_FROM} * f.target_seconds",
    }
    if state in simple:
        join = hours_at("f", str(at)) if state == "at_risk" else ""
        return _in(f"select f.ticket_no from {spans} {join} where {simple[state]}")
    broken = f"select f.ticket_no from {instances} where f.is_inbound and {passed}"
    if state == "breached":
        return _in(broken)
    met = f"select f.ticket_no from {instances} where f.is_inbound and f.ended_as = 'met' and f.outcome_at < {at}"
    return f"({_in(met)} and {_in(broken, negated=True)})"


def _named(facts: Facts, name: str) -> str:
    """By the beginning of an id, also of a ticket that was merged into this one; capitals are as good as small letters."""
    start = quoted(name.strip().lower())
    beginning = f"substr(lower(ticket_id), 1, {len(name.strip())}) = {start}"
    return _in(f"select ticket_no from {facts.schema}.members where {beginning}")


def _saying(facts: Facts, words: str) -> str:
    """By words that stand together in one text: the subject, or a message; accents and capitals do not matter."""
    plain: Callable[[str], str] = lambda sql: f"strip_accents(lower({sql}))"  # noqa: E731 - names one expression
    tests = " and ".join(f"contains({plain('x.text')}, {plain(quoted(word))})" for word in words.split())
    members = f"{facts.schema}.members"
    return _in(f"""
        select m.ticket_no from texts as x join {members} as m on m.source = x.source and m.ticket_id = x.id
        where x.of = 'ticket' and {tests}
        union
        select m.ticket_no from texts as x
        join messages as g on g.source = x.source and g.message_id = x.id
        join {members} as m on m.source = coalesce(g.ticket_source, g.source) and m.ticket_id = g.ticket_id
        where x.of = 'message' and {tests}
    """)
