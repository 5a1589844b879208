"""Targets and notes: what the organisation set itself, and what was changed on which day; set, taken away and put back here."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.goals import units_of
from servicemeter.desk.methods.aims import aims
from servicemeter.desk.methods.drop import drop
from servicemeter.desk.methods.note import note
from servicemeter.desk.methods.put_back import put_back
from servicemeter.desk.methods.set_target import set_target
from servicemeter.desk.targets import Kind
from servicemeter.ground.errors import BadQuestion, ServicemeterError, UnknownName
from servicemeter.model.metric import Metric
from servicemeter.model.target import KeptGoal, Target
from servicemeter.show.changes import aim_words
from servicemeter.show.dates import day, period_label
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.durations import duration_parts, unit_word
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import FAMILIES, family_title
from servicemeter.web.asked import day_from
from servicemeter.web.pages import Page
from servicemeter.web.posted import moved_to, number_from, posted, present
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Targets"), "/targets", "figures", 20, may="set_targets")
router = APIRouter()
_KEYS = ("metric", "set", "gone", "number")
_KINDS: dict[str, Kind] = {"target": "target", "note": "note"}
_SIGNS = {"at most": phrase("at most"), "at least": phrase("at least")}
_ORIGINS = {"file": phrase("in the settings file"), "page": phrase("set here")}
_DEFAULT = "first_response_time"


@dataclass(frozen=True)
class _GoalLine:
    """One target as a line: which figure, what, where and when it holds, where it was set."""

    metric: str
    label: str
    words: str
    channel: str
    month: str
    origin: str
    number: int | None
    is_overruled: bool


@router.api_route("/targets", methods=["GET", "HEAD"])
def targets_page(request: Request) -> Response:
    """Everything that is set, and the forms to set more."""
    return _page(visit(request, _KEYS))


@router.post("/targets")
async def take_target(request: Request) -> Response:
    """Set a target; the page then says so and offers to undo it."""
    seen = visit(request, _KEYS)
    given = await posted(request, ("metric", "at", "figure", "unit", "channel", "month"))
    goal = " ".join(given[name] for name in ("at", "figure", "unit") if name in given).replace(",", ".")
    return await run_in_threadpool(_set, seen, given, goal)


def _set(seen: Visit, given: dict[str, str], goal: str) -> Response:
    metric = given.get("metric", "")
    try:
        kept, before = set_target(seen.desk, metric, goal, channel=given.get("channel"), month=given.get("month"), now=present())
    except ServicemeterError as fault:
        return _page(seen, str(fault), {**given, "form": "target"}, 400)
    return moved_to(seen.address.to("/targets", metric=metric, set=before or kept.target_id, number=kept.target_id))


@router.post("/targets/notes")
async def keep_note(request: Request) -> Response:
    """Keep a note about a day."""
    seen = visit(request, _KEYS)
    given = await posted(request, ("day", "text", "about"))
    return await run_in_threadpool(_note, seen, given)


def _note(seen: Visit, given: dict[str, str]) -> Response:
    about = given.get("about")
    try:
        on = day_from(given.get("day", ""), "day")
        note(seen.desk, on, given.get("text", ""), metric=about, now=present())
    except ServicemeterError as fault:
        return _page(seen, str(fault), {**given, "form": "note"}, 400)
    return moved_to(seen.address.to("/targets", metric=about) + "#notes")


@router.post("/targets/drop")
async def take_away(request: Request) -> Response:
    """Take a target or a note away; the page then offers to put it back."""
    seen = visit(request, _KEYS)
    given = await posted(request, ("kind", "number"))
    kind, number = _kind(given), number_from(given, "number")
    await run_in_threadpool(lambda: drop(seen.desk, kind, number, now=present()))
    return moved_to(seen.address.to("/targets", gone=kind, number=number))


@router.post("/targets/put-back")
async def take_back(request: Request) -> Response:
    """Put back what was taken away."""
    seen = visit(request, _KEYS)
    given = await posted(request, ("kind", "number"))
    kind, number = _kind(given), number_from(given, "number")
    await run_in_threadpool(lambda: put_back(seen.desk, kind, number, now=present()))
    return moved_to(seen.address.to("/targets") + ("#notes" if kind == "note" else ""))


def _kind(given: dict[str, str]) -> Kind:
    kind = given.get("kind", "")
    if kind not in _KINDS:
        raise UnknownName("kind", kind, _KINDS)
    return _KINDS[kind]


def _page(seen: Visit, fault: str = "", given: dict[str, str] | None = None, status: int = 200) -> Response:
    language = seen.language
    metrics = {metric.name: metric for metric in seen.desk.metrics()}
    chosen = (
        (given or {}).get("metric")
        or seen.address.own.get("metric")
        or (_DEFAULT if _DEFAULT in metrics else next(iter(metrics)))
    )
    if chosen not in metrics:
        raise BadQuestion(f"There is no metric called {chosen!r}. The definitions list them all.")
    held = aims(seen.desk)
    lines = [_line(kept, metrics[kept.goal.metric], language) for kept in held.goals if kept.goal.metric in metrics]
    return seen.page(
        "targets.html",
        here="targets",
        status=status,
        fault=fault,
        given=given or {},
        goals=sorted(lines, key=lambda line: (line.label, line.channel, line.month, line.origin)),
        file_fault=held.fault,
        notes=[(n.note_id, day(n.happened_on, language=language), n.text, n.metric) for n in reversed(held.notes)],
        labels={name: metric.label(language) for name, metric in metrics.items()},
        families=_families(metrics, language),
        chosen=chosen,
        units={unit: unit_word(unit, language) for unit in units_of(metrics[chosen])},
        unit=_unit(metrics[chosen]),
        signs={sign: say(language, text) for sign, text in _SIGNS.items()},
        sign="at most" if metrics[chosen].better == "lower" else "at least",
        start="" if any(line.metric == chosen for line in lines) else _start(metrics[chosen], language),
        channels={value: dimension_value("channel", value, language) for value in seen.desk.dimension_values("channel")},
        just_set=seen.address.own.get("set"),
        number=seen.address.own.get("number"),
        gone=seen.address.own.get("gone"),
    )


def _unit(metric: Metric) -> str:
    """The unit in which a target is likely to be said: that of the starting one, and hours where there is none."""
    if metric.unit != "seconds":
        return units_of(metric)[0]
    return duration_parts(metric.target.value)[0][1] if metric.target else "h"


def _families(metrics: dict[str, Metric], language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The figures that can have a target, by family."""
    held: dict[str, list[tuple[str, str]]] = {name: [] for name in FAMILIES}
    for name, metric in metrics.items():
        held.setdefault(metric.family, []).append((name, metric.label(language)))
    return [(family_title(family, language), pairs) for family, pairs in held.items() if pairs]


def _line(kept: KeptGoal, metric: Metric, language: str) -> _GoalLine:
    goal = kept.goal
    return _GoalLine(
        metric.name,
        metric.label(language),
        _goal_words(metric, goal.target, language),
        dimension_value("channel", goal.channel, language) if goal.channel else "",
        period_label(goal.month, "month", language=language) if goal.month else "",
        say(language, _ORIGINS[kept.origin]),
        kept.target_id,
        kept.is_overruled,
    )


def _goal_words(metric: Metric, target: Target, language: str) -> str:
    value = aim_words(metric, target, language)
    return say(language, "at most {value}", value=value) if target.at == "<=" else say(language, "at least {value}", value=value)


def _start(metric: Metric, language: str) -> str:
    """What holds where nothing is set."""
    return _goal_words(metric, metric.target, language) if metric.target else ""
