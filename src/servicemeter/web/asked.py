"""What an address asks of the API: dates, instants, conditions, whole questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_args

from servicemeter.ground.clock import within_reach
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.condition import condition
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Grain, Question, Scope
from servicemeter.show.phrases import phrase

__all__ = [
    "PERIODS",
    "as_default",
    "day_from",
    "instant_from",
    "question_from_json",
    "questions_from_query",
]

PERIODS = {
    "this_week": phrase("This week"),
    "last_week": phrase("Last week"),
    "this_month": phrase("This month"),
    "last_month": phrase("Last month"),
    "this_quarter": phrase("This quarter"),
    "last_quarter": phrase("Last quarter"),
    "this_year": phrase("This year"),
    "last_year": phrase("Last year"),
    "last_30_days": phrase("Last 30 days"),
    "last_90_days": phrase("Last 90 days"),
    "custom": phrase("Own dates"),
}
_GRAINS = get_args(Grain)
_QUERY_KEYS = ("metric", "from", "to", "at", "grain", "by", "where", "as_of", "known_at", "set", "format")
_JSON_KEYS = ("metric", "from", "to", "at", "grain", "by", "where", "as_of", "known_at", "params", "scope")


def day_from(text: object, key: str) -> date:
    """A date written `2026-11-21`."""
    try:
        on = date.fromisoformat(str(text))
    except ValueError:
        raise BadQuestion(f"{key}={text!r} is not a date. Write it as 2026-11-21.") from None
    return within_reach(on)


def instant_from(text: object, key: str) -> datetime:
    """An instant with an offset, `2026-11-21T17:40:00+01:00`; a plus that an address turned into a space is mended."""
    try:
        at = datetime.fromisoformat(str(text).replace(" ", "+") if "T" in str(text) else str(text))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadQuestion(f"{key}={text!r} is not an instant with an offset. Write it as 2026-11-21T17:40:00+01:00.")
    return within_reach(at)


def questions_from_query(pairs: Iterable[tuple[str, str]], metrics: Mapping[str, Metric]) -> list[Question]:
    """The questions of `/api/measure?metric=…`: one for every metric named, all over the same span and filters."""
    said: dict[str, list[str]] = {}
    for key, text in pairs:
        if key not in _QUERY_KEYS:
            raise UnknownName("parameter of a question", key, _QUERY_KEYS)
        said.setdefault(key, []).append(text)
    names = _words(said.get("metric", ()))
    if not names:
        raise BadQuestion("Which metric? Add metric=first_response_time; /api/metrics lists them all.")
    shared: dict[str, Any] = {key: said[key][-1] for key in ("from", "to", "at", "grain", "as_of", "known_at") if key in said}
    shared["by"] = _words(said.get("by", ()))
    where = tuple(condition(text) for text in said.get("where", ()))
    options = [_option(text) for text in said.get("set", ())]
    return [_question({**shared, "metric": n, "params": _typed(options, metrics.get(n))}, where) for n in names]


def _words(values: Sequence[str]) -> list[str]:
    return [word for value in values for word in value.split(",") if word]


def _option(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not name or not mark:
        raise BadQuestion(f"set={text!r} is not an option. Write clock=business.")
    return name, value


def _typed(options: list[tuple[str, str]], metric: Metric | None) -> dict[str, Any]:
    """Options as the metric's own types: an address carries only text."""
    defaults = {p.name: p.default for p in metric.parameters} if metric else {}
    return {name: as_default(value, defaults.get(name)) for name, value in options}


def as_default(text: str, default: object) -> object:
    """A text of an address as the type that an option has by default."""
    if isinstance(default, bool) or text in ("true", "false"):
        if text not in ("true", "false"):
            raise BadQuestion(f"{text!r} is neither true nor false.")
        return text == "true"
    if isinstance(default, str):
        return text
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def question_from_json(body: object) -> Question:
    """A question with the keys of the case format: `metric`, `from`, `to`, `at`, `grain`, `by`, `where`, `params`, …"""
    if not isinstance(body, dict):
        raise BadQuestion('A question is an object such as {"metric": "first_response_time", "from": "2026-11-01", …}.')
    for key in body:
        if key not in _JSON_KEYS:
            raise UnknownName("key of a question", str(key), _JSON_KEYS)
    if not isinstance(body.get("metric"), str):
        raise BadQuestion('Which metric? Add "metric": "first_response_time"; /api/metrics lists them all.')
    where = body.get("where", [])
    if not isinstance(where, list):
        raise BadQuestion('"where" is a list of {"dimension": "channel", "values": ["email"]}.')
    return _question(body, tuple(_json_filter(held) for held in where))


def _json_filter(held: object) -> Filter:
    if isinstance(held, str):
        return condition(held)
    if isinstance(held, dict) and isinstance(held.get("dimension"), str) and _is_words(held.get("values")):
        return Filter(held["dimension"], tuple(held["values"]), bool(held.get("not", False)))
    raise BadQuestion(f'{held!r} is not a condition. Write {{"dimension": "channel", "values": ["email"]}}.')


def _is_words(values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(v, str) for v in values)


def _question(given: Mapping[str, Any], where: tuple[Filter, ...]) -> Question:
    grain, by, params = given.get("grain"), given.get("by", []), given.get("params", {})
    if grain is not None and grain not in _GRAINS:
        raise UnknownName("grain", str(grain), _GRAINS)
    if not isinstance(by, list) or not all(isinstance(d, str) for d in by):
        raise BadQuestion('"by" is a list of dimensions, such as ["channel"].')
    if not isinstance(params, dict):
        raise BadQuestion('"params" is an object, such as {"clock": "business"}.')
    return Question(
        metric=given["metric"],
        since=day_from(given["from"], "from") if "from" in given else None,
        until=day_from(given["to"], "to") if "to" in given else None,
        moment=instant_from(given["at"], "at") if "at" in given else None,
        grain=grain,
        by=tuple(by),
        where=where,
        as_of=instant_from(given["as_of"], "as_of") if "as_of" in given else None,
        known_at=instant_from(given["known_at"], "known_at") if "known_at" in given else None,
        params=params,
        scope=_scope(given.get("scope", {})),
    )


def _scope(given: object) -> Scope:
    if not isinstance(given, dict) or set(given) - {"sources", "brands", "teams", "agents"}:
        raise BadQuestion('"scope" is an object with lists: "sources", "brands", "teams", "agents".')
    for value in given.values():
        if not _is_words(value):
            raise BadQuestion('"scope" holds lists of names, such as {"teams": ["returns"]}.')
    lists: dict[str, Any] = {key: tuple(value) for key, value in given.items()}
    return Scope(**lists)
