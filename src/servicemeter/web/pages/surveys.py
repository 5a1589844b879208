"""What came of every survey: the funnel, the score with what it rests on, and what was held back; a page and an API resource."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.scorecard import Scorecard
from servicemeter.show.phrases import phrase
from servicemeter.web.address import FILTERS
from servicemeter.web.asked import day_from
from servicemeter.web.cards import rows_by_metric
from servicemeter.web.desklike import DeskLike
from servicemeter.web.lines import Line, line_of
from servicemeter.web.pages import Page
from servicemeter.web.plain import PlainJSON
from servicemeter.web.surveyed import result_view, results_dict
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router", "span_from"]

PAGE = Page(phrase("Surveys"), "/surveys", "customers", 10, may="see_data")
router = APIRouter()
METRICS = ("csat", "ces", "nps", "survey_response_rate")


@router.get("/api/surveys")
def surveys(request: Request) -> Response:
    """What came of every survey over the days of `from` and `to` (half-open), filtered by channel, team, brand or source."""
    since, until, where = span_from(request)
    desk: DeskLike = request.app.state.desk
    found = [(form, desk.surveys.results(form.name, since, until, where)) for form in desk.surveys.forms().values()]
    turned = [{"day": day, "reason": why, "count": n} for (day, why), n in sorted(desk.surveys.turned_away().items())]
    return PlainJSON({"surveys": [results_dict(form, results) for form, results in found if results], "turned_away": turned})


def span_from(request: Request) -> tuple[date, date, dict[str, str]]:
    """The span and the filters of an address of the API."""
    params = request.query_params
    known = ("from", "to", *FILTERS)
    for key in params:
        if key not in known:
            raise UnknownName("parameter of surveys", key, known)
    if "from" not in params or "to" not in params:
        raise BadQuestion("Give from and to, such as from=2026-11-01&to=2026-12-01.")
    return day_from(params["from"], "from"), day_from(params["to"], "to"), {k: params[k] for k in FILTERS if k in params}


@router.api_route("/surveys", methods=["GET", "HEAD"])
def surveys_page(request: Request) -> Response:
    """Every survey of the period and filters that the address names; those that asked nobody are listed at the end."""
    seen = visit(request)
    card = seen.desk.scorecard(**seen.address.scorecard_call(), metrics=METRICS)
    views = []
    for form in seen.desk.surveys.forms().values():
        results = seen.desk.surveys.results(form.name, card.since, card.until, seen.address.filters)
        if results:
            views.append(result_view(form, results, seen.language))
    return seen.page(
        "surveys.html",
        here="surveys",
        lines=_lines(seen, card),
        surveys=sorted((v for v in views if v.has_asked), key=lambda v: v.name),
        quiet=sorted((v for v in views if not v.has_asked), key=lambda v: v.name),
        turned=sum(seen.desk.surveys.turned_away().values()),
        **seen.over(card),
    )


def _lines(seen: Visit, card: Scorecard) -> list[Line]:
    """The scores of all answers in the book, whoever asked, and beside them how many answered."""
    rows = rows_by_metric(card)
    metrics = {metric.name: metric for metric in seen.desk.metrics() if metric.name in rows}
    return [
        line_of(metrics[name], rows[name], metrics[name].label(seen.language), seen.language,
                href=seen.address.to(f"/metric/{name}"))
        for name in METRICS if name in metrics
    ]  # fmt: skip
