"""Why visitors come, whether they manage, by time and segment, and which contacts a self-service page could save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.analysis.fairness import LEAST_N
from servicemeter.desk.surveying import Saving
from servicemeter.ground.clock import period_end, period_start
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Question
from servicemeter.show.dates import period_label
from servicemeter.show.dimensions import dimension_name, dimension_value
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import interval_words, value_words
from servicemeter.surveys.forms import Form
from servicemeter.web.address import FILTERS
from servicemeter.web.asked import day_from
from servicemeter.web.desklike import DeskLike
from servicemeter.web.pages import Page
from servicemeter.web.plain import PlainJSON
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Visitor intents"), "/intents", "customers", 20, may="see_data")
router = APIRouter()
_SHARE, _MANAGED = "visitor_intent_share", "intent_fulfilled_rate"
_GRAINS = {"day": phrase("day"), "week": phrase("week"), "month": phrase("month")}
_SEGMENTS = ("hour_of_day", "weekday", "page", "location", "language", "brand", "customer_segment", "source")


@dataclass(frozen=True)
class IntentLine:
    """An intent within a part of the visits (empty: all of them): its share of the visitors, and how many of them managed."""

    part: str
    intent: str
    visitors: str
    share: str
    share_interval: str
    managed: str
    managed_interval: str
    asked: str
    is_low: bool


@router.get("/api/intents")
def intents(request: Request) -> Response:
    """Intents over the days of `from` and `to` with what a page could save; `by` (a segment or grain) adds the parts."""
    params = request.query_params
    known = ("from", "to", "by", *FILTERS)
    for key in params:
        if key not in known:
            raise UnknownName("parameter of intents", key, known)
    if "from" not in params or "to" not in params:
        raise BadQuestion("Give from and to, such as from=2026-11-01&to=2026-12-01.")
    since, until = day_from(params["from"], "from"), day_from(params["to"], "to")
    where = [Filter(name, (params[name],)) for name in FILTERS if name in params]
    desk: DeskLike = request.app.state.desk
    answer = desk.surveys.intents(since, until, where).to_dict()
    if "by" in params:
        shares, managed = _parts(desk, _by(params["by"]), since, until, where)
        answer["parts"] = {_SHARE: shares, _MANAGED: managed}
    return PlainJSON(answer)


@router.api_route("/intents", methods=["GET", "HEAD"])
def intents_page(request: Request) -> Response:
    """The intents of the period and filters that the address names, and by the segment or grain of `by`."""
    seen = visit(request, own=("by",))
    by = _by(seen.address.own.get("by", "hour_of_day"))
    card = seen.desk.scorecard(**seen.address.scorecard_call(), metrics=("survey_response_rate", _MANAGED))
    where = seen.address.where
    found = seen.desk.surveys.intents(card.since, card.until, where)
    whole = _parts(seen.desk, "", card.since, card.until, where)
    parts = _parts(seen.desk, by, card.since, card.until, where)
    labels = _labels(seen.desk.surveys.forms(), seen.language)
    return seen.page(
        "intents.html",
        here="intents",
        lines=_lines(seen, "", *whole, labels),
        parts=_lines(seen, by, *parts, labels),
        by=by,
        by_name=_name(by, seen.language),
        choices={name: _name(name, seen.language) for name in (*_GRAINS, *_SEGMENTS)},
        savings=[_saving(saving, labels, seen.language) for saving in found.savings],
        **seen.over(card),
    )


def _by(name: str) -> str:
    if name not in (*_GRAINS, *_SEGMENTS):
        raise UnknownName("way to split intents", name, (*_GRAINS, *_SEGMENTS))
    return name


def _name(by: str, language: str) -> str:
    return say(language, _GRAINS[by]) if by in _GRAINS else dimension_name(by, language)


def _parts(desk: DeskLike, by: str, since: date, until: date, where: list[Filter]) -> tuple[list[Row], list[Row]]:
    """Shares and fulfilment by intent, and by a segment or grain where one is named; a grain takes whole periods."""
    if by in _GRAINS:
        since, until = period_start(since, by), period_end(period_start(until - timedelta(days=1), by), by)
    split = {"grain": by} if by in _GRAINS else {}
    dimensions = ("intent", by) if by and by not in _GRAINS else ("intent",)
    span: dict[str, Any] = {"since": since, "until": until, "where": tuple(where), "by": dimensions, **split}
    shares, managed = (desk.measure(Question(metric, **span)).rows for metric in (_SHARE, _MANAGED))
    return [row for row in shares if row.get("numerator")], managed


def _labels(forms: Mapping[str, Form], language: str) -> dict[str, str]:
    """What the forms call their intents."""
    return {
        intent: words
        for form in forms.values() if form.kind == "intent"
        for intent, words in form.wording(language).labels["score"].items()
    }  # fmt: skip


def _lines(seen: Visit, by: str, shares: list[Row], managed: list[Row], labels: Mapping[str, str]) -> list[IntentLine]:
    """The rows in words, part by part, the most frequent intent of each first."""
    key = "period_start" if by in _GRAINS else by
    metrics = {name: seen.desk.metric(name) for name in (_SHARE, _MANAGED)}
    beside = {(row.get(key), row.get("intent")): row for row in managed}
    ordered = sorted(shares, key=lambda row: (_place(row.get(key)), -(row.get("numerator") or 0), str(row.get("intent"))))
    return [_line(seen, by, key, row, beside.get((row.get(key), row.get("intent")), {}), metrics, labels) for row in ordered]


def _line(
    seen: Visit, by: str, key: str, row: Row, beside: Row, metrics: Mapping[str, Metric], labels: Mapping[str, str]
) -> IntentLine:
    language, intent = seen.language, str(row.get("intent"))
    told = beside if beside.get("n") else None
    return IntentLine(
        _part(by, row.get(key), language),
        labels.get(intent, dimension_value("intent", intent, language)),
        say(language, "{part} of {n}", part=number(row["numerator"], language=language), n=number(row["n"], language=language)),
        value_words(metrics[_SHARE], row, language),
        interval_words(metrics[_SHARE], row, language),
        value_words(metrics[_MANAGED], told, language) if told else "–",
        interval_words(metrics[_MANAGED], told, language) if told else "",
        number(told["n"], language=language) if told else "0",
        bool(row.get("low_sample")),
    )


def _part(by: str, value: Any, language: str) -> str:
    if not by:
        return ""
    if by in _GRAINS:
        return period_label(date.fromisoformat(str(value)[:10]), by, language=language)
    return f"{value}:00" if by == "hour_of_day" else dimension_value(by, value, language)


def _place(value: Any) -> tuple[int, str]:
    text = str(value)
    return (int(text), "") if text.isdigit() else (10**9, text)


def _saving(saving: Saving, labels: Mapping[str, str], language: str) -> dict[str, Any]:
    """One line of what a page could save; of few visitors nobody can tell."""
    return {
        "intent": labels.get(saving.intent, saving.intent),
        "visitors": number(saving.visitor_count, language=language),
        "is_low": saving.visitor_count < LEAST_N,
        "unfulfilled": "–" if saving.unfulfilled_share is None else percent(saving.unfulfilled_share, 0, language=language),
        "contacts": number(saving.contact_count, language=language),
        "handle": "–" if saving.handle_seconds is None else duration(saving.handle_seconds, language=language),
        "saved": "–" if saving.saved_seconds is None else duration(saving.saved_seconds, language=language),
    }
