"""The HTTP API: the same questions and the same answers as everywhere; reading only."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from servicemeter import __version__
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.answer import Answer
from servicemeter.model.condition import condition
from servicemeter.model.metric import Metric
from servicemeter.model.question import Question
from servicemeter.show.tables import csv_text
from servicemeter.web.asked import (
    PERIODS,
    day_from,
    instant_from,
    question_from_json,
    questions_from_query,
)
from servicemeter.web.asker import note_export
from servicemeter.web.desklike import DeskLike
from servicemeter.web.documented import MEASURE, MEASURE_POSTED, SCORECARD
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may

__all__ = ["metric_dict", "read_json", "router"]

router = APIRouter()
_MOST_BYTES = 1_000_000


def _desk(request: Request) -> DeskLike:
    desk: DeskLike = request.app.state.desk
    return desk


@router.get("/health")
@may("anyone")
def health() -> Response:
    """Whether the server answers, and its version; says nothing about the data."""
    return JSONResponse({"status": "ok", "version": __version__})


@router.get("/api/measure", openapi_extra=MEASURE)
@may("see_figures")
def measure(request: Request) -> Response:
    """One question from the address; several metrics give a list. `format=csv` gives the rows as a file."""
    desk, params = _desk(request), request.query_params
    form = params.get("format", "json")
    if form not in ("json", "csv"):
        raise UnknownName("format", form, ("json", "csv"))
    questions = questions_from_query(params.multi_items(), {m.name: m for m in desk.metrics()})
    answers = [desk.measure(question) for question in questions]
    if form == "csv":
        note_export()
        return _csv(answers)
    return PlainJSON(answers[0].to_dict() if len(answers) == 1 else [a.to_dict() for a in answers])


def _csv(answers: list[Answer]) -> Response:
    if len(answers) != 1:
        raise BadQuestion("A CSV file holds one metric. Ask for one, or take format=json.")
    name = f"{answers[0].metric}.csv"
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\N{BYTE ORDER MARK}" + csv_text(answers[0]), media_type="text/csv; charset=utf-8", headers=head)


@router.post("/api/measure", openapi_extra=MEASURE_POSTED)
@may("see_figures", asks=True)
async def measure_posted(request: Request) -> Response:
    """One question, or a list of them, as JSON; asks only, and changes nothing."""
    questions, is_list = _questions(await read_json(request))
    answers = [await run_in_threadpool(_desk(request).measure, question) for question in questions]
    return PlainJSON([a.to_dict() for a in answers] if is_list else answers[0].to_dict())


async def read_json(request: Request) -> object:
    """What was sent, at most 1 MB of JSON; `BadQuestion` for anything else."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise BadQuestion("A question longer than 1 MB is not read. Ask fewer at a time.")
    try:
        return orjson.loads(raw)  # refuses what no text can hold, and a depth that nobody means
    except ValueError as fault:
        raise BadQuestion(f"The question is not JSON: {fault}.") from None


def _questions(body: object) -> tuple[list[Question], bool]:
    if isinstance(body, list):
        if not body:
            raise BadQuestion("The list of questions is empty.")
        return [question_from_json(one) for one in body], True
    return [question_from_json(body)], False


@router.get("/api/scorecard", openapi_extra=SCORECARD)
@may("see_figures")
def scorecard(request: Request) -> Response:
    """The scorecard of `period`, or of `from` and `to` (half-open), under the conditions of `where`."""
    params = request.query_params
    known = ("period", "from", "to", "where", "as_of")
    for key in params:
        if key not in known:
            raise UnknownName("parameter of a scorecard", key, known)
    period, has_span = params.get("period"), "from" in params or "to" in params
    if has_span and (period or "from" not in params or "to" not in params):
        raise BadQuestion("Give a period, or both from and to; not more, not less.")
    if period is not None and (period not in PERIODS or period == "custom"):
        raise UnknownName("period", period, [p for p in PERIODS if p != "custom"])
    answer = _desk(request).scorecard(
        since=day_from(params["from"], "from") if has_span else None,
        until=day_from(params["to"], "to") if has_span else None,
        period=None if has_span else period or "this_month",
        where=[condition(text) for text in params.getlist("where")],
        as_of=instant_from(params["as_of"], "as_of") if "as_of" in params else None,
    )
    return PlainJSON(answer.to_dict())


@router.get("/api/metrics")
@may("signed_in")
def metrics(request: Request) -> Response:
    """The catalogue: every definition."""
    return PlainJSON([metric_dict(metric) for metric in _desk(request).metrics()])


@router.get("/api/metrics/{name}")
@may("signed_in")
def metric(request: Request, name: str) -> Response:
    """One definition."""
    return PlainJSON(metric_dict(_desk(request).metric(name)))


def metric_dict(metric: Metric) -> dict[str, Any]:
    """A definition as JSON-ready values."""
    target = metric.target
    return {
        "metric": metric.name,
        "family": metric.family,
        "names": {language: list(names) for language, names in metric.names.items()},
        "asks": dict(metric.asks),
        "formula": metric.formula,
        "counted": metric.counted,
        "leaves_out": metric.leaves_out,
        "unit": metric.unit,
        "better": metric.better,
        "headline": metric.headline,
        "at_moment": metric.at_moment,
        "target": {"at": target.at, "value": target.value, "source": target.source} if target else None,
        "parameters": [
            {"name": p.name, "default": p.default, "options": list(p.options), "about": p.about} for p in metric.parameters
        ],
        "dimensions": list(metric.dimensions),
        "invalid": list(metric.invalid),
        "needs": list(metric.needs),
        "beside": list(metric.beside),
        "peers": metric.peers,
    }
