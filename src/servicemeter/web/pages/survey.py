"""One survey in full: funnel, score, who answered, why others were not asked, and the answers that wait for a person's eye."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import BadQuestion
from servicemeter.office.answers import Held
from servicemeter.show.dates import moment
from servicemeter.show.surveywords import doubt_words
from servicemeter.surveys.forms import Form
from servicemeter.web.desklike import DeskLike
from servicemeter.web.pages.surveys import span_from
from servicemeter.web.plain import PlainJSON
from servicemeter.web.posted import MOST_BYTES, read_form
from servicemeter.web.rules import may
from servicemeter.web.surveyed import result_view, results_dict
from servicemeter.web.visit import visit

__all__ = ["router"]

router = APIRouter()


@router.get("/api/surveys/{name}")
@may("see_data")
def survey(request: Request, name: str) -> Response:
    """What came of one survey, with the answers that were held back."""
    desk: DeskLike = request.app.state.desk
    form = desk.surveys.form(name)
    results = desk.surveys.results(name, *span_from(request))
    if results is None:
        raise BadQuestion("This desk has no data folder, so it asks nobody.")
    held = [{"held_id": h.held_id, "reason": h.reason, "held_at": h.held_at, "answer": h.content["content"]}
            for h in desk.surveys.held(name)]  # fmt: skip
    return PlainJSON(results_dict(form, results) | {"held": held})


@router.api_route("/survey/{name}", methods=["GET", "HEAD"])
@may("see_data")
def survey_page(request: Request, name: str) -> Response:
    """One survey over the period and filters that the address names."""
    seen = visit(request)
    form = seen.desk.surveys.form(name)
    card = seen.desk.scorecard(**seen.address.scorecard_call(), metrics=("survey_response_rate",))
    results = seen.desk.surveys.results(name, card.since, card.until, seen.address.filters)
    return seen.page(
        "survey.html",
        here="surveys",
        name=name,
        survey=result_view(form, results, seen.language) if results else None,
        held=[_held_view(form, h, card.report_tz, seen.language) for h in seen.desk.surveys.held(name)],
        tags=list(form.wordings),
        **seen.over(card),
    )


@router.post("/survey/{name}/held")
@may("load_data")
async def release(request: Request, name: str) -> Response:
    """Take an answer that was held back after all, and go back to the survey."""
    fields = (await read_form(request, MOST_BYTES)).last()
    seen = visit(request)
    taken = await run_in_threadpool(seen.desk.surveys.release, fields.get("held_id", ""))
    if taken is None or taken.outcome not in ("taken", "repeated"):
        raise BadQuestion("This answer can no longer be taken: it was taken before, or came after the survey was closed.")
    return RedirectResponse(seen.address.to(f"/survey/{name}"), 303)


def _held_view(form: Form, held: Held, tz: str, language: str) -> dict[str, Any]:
    return {
        "held_id": held.held_id,
        "at": moment(held.held_at, tz, language=language, with_year=True),
        "why": doubt_words(held.reason, language),
        "said": _said(form, held.content["content"], language),
    }


def _said(form: Form, content: Mapping[str, Any], language: str) -> str:
    """An answer in words: the score with its label, and what else was said."""
    labels = form.wording(language).labels
    parts = []
    for question, value in content.items():
        values = value if isinstance(value, list) else [value]
        parts.append(", ".join(labels.get(question, {}).get(str(v)) or str(v) for v in values))
    return " · ".join(parts)
