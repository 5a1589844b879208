"""The survey forms: which there are, and a new one made from another."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import ServicemeterError
from servicemeter.show.surveywords import event_words, kind_words
from servicemeter.web.posted import MOST_BYTES, read_form
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()


@router.api_route("/forms", methods=["GET", "HEAD"])
@may("change_settings")
def forms_page(request: Request) -> Response:
    """Every form, ours and the organisation's own."""
    return _page(visit(request))


@router.post("/forms")
@may("change_settings")
async def make(request: Request) -> Response:
    """Make a form from another one, and go to its page."""
    fields = (await read_form(request, MOST_BYTES)).last()
    return await run_in_threadpool(_make, visit(request), fields.get("name", "").strip(), fields.get("like", ""))


def _make(seen: Visit, name: str, like: str) -> Response:
    try:
        seen.desk.surveys.make_form(name, like, datetime.now(UTC))
    except ServicemeterError as fault:
        return _page(seen, str(fault), name, like)
    return RedirectResponse(seen.address.to(f"/form/{name}"), 303)


def _page(seen: Visit, fault: str = "", name: str = "", like: str = "") -> Response:
    language = seen.language
    surveys = seen.desk.surveys
    rows = [
        {
            "name": form.name,
            "title": form.wording(language).title,
            "kind": kind_words(form.kind, language),
            "event": event_words(form.asking.event, language),
            "languages": ", ".join(form.wordings),
            "is_own": surveys.form_file(form.name).is_own,
        }
        for form in sorted(surveys.forms().values(), key=lambda form: form.name)
    ]
    return seen.page("forms.html", here="surveys", status=422 if fault else 200, forms=rows, fault=fault, name=name, like=like)
