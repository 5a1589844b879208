"""Agents or teams compared fairly: what luck explains, what the mix of cases explains, and what is left; one agent's own work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.analysis.fairness import (
    LEAST_N,
    Counted,
    dispersion,
    expected_share,
    limits,
    pooled,
    shrinkage,
    side,
)
from servicemeter.desk.privacy import Discretion, discretion_of
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.metrics.catalog import all_metrics, find_metric
from servicemeter.model.answer import Row
from servicemeter.model.comparison import Comparison, Group, Limits, OwnWork, Standing
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Question
from servicemeter.model.scorecard import Scorecard

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["COMPARED", "MIXES", "OWN", "compare", "own_work"]

COMPARED = (
    "csat", "first_contact_resolution_rate", "one_touch_resolution_rate", "reopen_rate", "sla_compliance_rate",
    "transfer_rate", "escalation_rate", "ticket_conversion_rate",
)  # fmt: skip
"""Shares that an agent or a team has something to do with, that are counted once a case, and that have a meaning by agent."""

MIXES: dict[str, tuple[str, ...]] = {
    "channel": ("channel",),
    "reason": ("reason",),
    "channel,reason": ("channel", "reason"),
    "none": (),
}
"""The kinds of cases in which groups are compared like with like."""

OWN = (
    "tickets_closed_per_agent", "first_response_time", "response_time", "resolution_time", "replies_per_resolution",
    "one_touch_resolution_rate", "first_contact_resolution_rate", "reopen_rate", "csat", "average_handle_time",
)  # fmt: skip
"""What an agent's own view shows: quantity never without quality."""

_KINDS = ("agent", "team")
_LINES = 48
_LEAST_LINE_N = 5
_SMALL_TEAMS = "(small teams)"
_NOBODY = "(unassigned)"
_NAMES = {
    "agent": "select agent_id, coalesce(name, agent_id), kind, deleted_at is not null from agents",
    "team": "select team_id, coalesce(name, team_id), 'human', false from teams",
}
_MEMBERS = """
    select m.team_id, count(distinct m.agent_id) from agent_teams as m
    join agents as a on a.agent_id = m.agent_id and coalesce(a.kind, 'human') = 'human'
    where (m.valid_from is null or m.valid_from < {at}) and (m.valid_to is null or m.valid_to > {at})
    group by m.team_id
"""


@dataclass(frozen=True)
class _Person:
    """Who or what stands behind an id."""

    name: str
    is_human: bool = True


def compare(desk: Desk, by: str, metric: str, *, mix: str = "channel", **span: Any) -> Comparison:
    """Compare agents or teams in a share; `span` is that of a scorecard. Individuals are left out in works-council mode.

    Nobody's cases (`(unassigned)`) and those of bots belong to no group and are not in the common share.
    """
    if by not in _KINDS:
        raise UnknownName("kind of group", by, _KINDS)
    if metric not in COMPARED:
        find_metric(metric)
        raise UnknownName("metric to compare groups by", metric, COMPARED)
    if mix not in MIXES:
        raise UnknownName("mix of cases", mix, MIXES)
    scorecard, discretion = desk.scorecard(**span, metrics=[metric]), discretion_of(desk.home)
    if by == "agent" and discretion.hides_individuals:
        return Comparison(by, metric, mix, scorecard, is_hidden=True)
    return _compared(desk, by, find_metric(metric), mix, scorecard, discretion)


def _compared(desk: Desk, by: str, metric: Metric, mix: str, scorecard: Scorecard, discretion: Discretion) -> Comparison:
    question = replace(_asked(scorecard, metric.name), by=(by,))
    people = _people(desk, by)
    asked = [question, replace(question, by=(by, *MIXES[mix]))]
    answers = desk.measure_all(asked if MIXES[mix] else asked[:1])
    small = _small_teams(desk, scorecard.as_of, discretion) if by == "team" and discretion.hides_individuals else set()
    whole = [row for row in answers[0].rows if by in row]  # what no source measures is one row of nobody
    if small & {str(row[by]) for row in whole}:
        whole = [*(r for r in whole if str(r[by]) not in small), *_together(desk, question, by, small)]
    rows = [row for row in whole if _is_counted(row) and people.get(str(row[by]), _Person("")).is_human and row[by] != _NOBODY]
    expected = _expected(answers[-1].rows, by, MIXES[mix], small, {str(row[by]) for row in rows}) if MIXES[mix] else {}
    groups, common, factor = _placed(rows, by, metric, people, expected)
    most = max((group.n for group in groups), default=0)
    return Comparison(
        by,
        metric.name,
        mix,
        scorecard,
        sorted(groups, key=lambda group: _by_name(group.name)),
        common,
        factor,
        _lines(common, most, factor) if common is not None else [],
        small_teams=len(small),
        answers=[] if small else answers,  # whose rows would tell of them one by one
    )


def _is_counted(row: Row) -> bool:
    """Whether there are cases and a share of them: answers on a scale that nobody knows have none."""
    return bool(row.get("n")) and row.get("numerator") is not None


def _asked(scorecard: Scorecard, metric: str) -> Question:
    """The question that the scorecard asked of the metric."""
    card = next(card for family in scorecard.families for card in family.cards if card.metric == metric)
    return card.question


def _people(desk: Desk, by: str) -> dict[str, _Person]:
    rows: list[tuple[Any, ...]] = desk.on_rows(lambda engine: engine.rows(_NAMES[by]))
    return {str(key): _Person(f"{name} (deleted)" if gone else str(name), kind != "bot") for key, name, kind, gone in rows}


def _small_teams(desk: Desk, as_of: datetime, discretion: Discretion) -> set[str]:
    """Teams with fewer people than may be shown alone, and those of which nobody knows who is in them."""
    at = f"timestamp '{as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"
    counted: list[tuple[Any, ...]] = desk.on_rows(lambda engine: engine.rows(_MEMBERS.format(at=at)))
    large = {str(team) for team, members in counted if members >= discretion.smallest_team}
    return set(_people(desk, "team")) - large


def _together(desk: Desk, question: Question, by: str, keys: set[str]) -> list[Row]:
    """Several groups as one, measured anew."""
    where = (*question.where, Filter(by, tuple(sorted(keys))))
    return [{**row, by: _SMALL_TEAMS} for row in desk.measure_all([replace(question, by=(), where=where)])[0].rows]


def _expected(rows: Sequence[Row], by: str, kinds: tuple[str, ...], small: set[str], chosen: set[str]) -> dict[str, float | None]:
    """The share each group would have with its own mix of cases, were it as good as everybody in each kind."""
    cases: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    everybody: dict[str, list[Counted]] = defaultdict(list)
    for row in rows:
        if by not in row:
            continue
        key = _SMALL_TEAMS if str(row[by]) in small else str(row[by])
        if key in chosen and _is_counted(row):
            kind = " · ".join(str(row[dimension]) for dimension in kinds)
            cases[key][kind] += row["n"]
            everybody[kind].append(Counted(row["numerator"], row["n"]))
    shares = {kind: pooled(counted) for kind, counted in everybody.items()}
    return {key: expected_share(held, shares) for key, held in cases.items()}


def _placed(
    rows: Sequence[Row], by: str, metric: Metric, people: Mapping[str, _Person], expected: Mapping[str, float | None]
) -> tuple[list[Group], float | None, float]:
    """The groups with where they stand, the common share, and the over-dispersion."""
    counted = {str(row[by]): Counted(row["numerator"], row["n"]) for row in rows}
    common = pooled(list(counted.values()))
    if common is None:
        return [], None, 1.0
    known = {key: value if (value := expected.get(key)) is not None else common for key in counted}
    factor = dispersion(list(counted.values()), [known[key] for key in counted])
    drawn = shrinkage(list(counted.values()))
    groups = []
    for row in rows:
        key = str(row[by])
        own = counted[key]
        adjusted = min(max(common + own.share - known[key], 0.0), 1.0)
        weight = drawn.towards(own.n) if drawn else None
        estimate = None if weight is None else weight * common + (1 - weight) * adjusted
        standing, is_far = _standing(adjusted, limits(common, own.n, factor), own.n, metric)
        name = people[key].name if key in people else key
        has_mix = expected.get(key) is not None
        groups.append(Group(key, name, row, known[key] if has_mix else None, adjusted, estimate, standing, is_far))
    return groups, common, factor


def _standing(share: float, at: Limits, n: int, metric: Metric) -> tuple[Standing, bool]:
    if n < LEAST_N:
        return "few", False
    found = side(share, at)
    if not found:
        return "within", False
    if metric.better == "neither":
        return "apart", abs(found) == 2
    return ("better" if (found > 0) == (metric.better == "higher") else "worse"), abs(found) == 2


def _lines(common: float, most: int, factor: float) -> list[Limits]:
    """The limits at as many numbers of cases as a picture needs, denser where they bend."""
    last = max(most, LEAST_N)
    at = {round(_LEAST_LINE_N * (last / _LEAST_LINE_N) ** (i / (_LINES - 1))) for i in range(_LINES)}
    return [limits(common, n, factor) for n in sorted(at)]


def _by_name(name: str) -> tuple[Any, ...]:
    """`Agent 2` before `Agent 10`; what stands in brackets last."""
    head, _, tail = name.rpartition(" ")
    return (
        (name.startswith("("), head.casefold(), int(tail), "")
        if tail.isdigit()
        else (name.startswith("("), name.casefold(), 0, tail)
    )


def own_work(desk: Desk, agent: str, **span: Any) -> OwnWork:
    """What one agent did over the span of a scorecard, beside everybody together; nothing in works-council mode."""
    people = _people(desk, "agent")
    if agent not in people and not discretion_of(desk.home).hides_individuals:
        raise BadQuestion(f"There is no agent {agent!r}. The page of agents has them all.")
    names = [name for name in OWN if name in all_metrics()]
    everybody = desk.scorecard(**span, metrics=names)
    if discretion_of(desk.home).hides_individuals:
        nothing = replace(everybody, families=[])
        return OwnWork("", "", nothing, nothing, is_hidden=True)
    own = desk.scorecard(**{**span, "where": (*span.get("where", ()), Filter("agent", (agent,)))}, metrics=names)
    return OwnWork(agent, people[agent].name, own, everybody)
