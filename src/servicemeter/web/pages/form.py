"""One survey form: its questions, words, languages and rules, changed on a page and kept as its file; and as customers see it.

Pressing *Show it* or a preview stores nothing. What is saved is checked exactly as a file written by hand.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from servicemeter.desk.surveydesk import FormFile
from servicemeter.ground.errors import BadForm, UnknownName
from servicemeter.model.scales import USUAL_SCALES
from servicemeter.show.surveywords import event_words, kind_words
from servicemeter.surveys.forms import Form
from servicemeter.surveys.replies import BadReply, read_reply, shown_questions
from servicemeter.web.formfields import RULES, WORDS, question_fields, read_tables, rule_value
from servicemeter.web.posted import MOST_BYTES, read_form
from servicemeter.web.rules import may
from servicemeter.web.surveys.page import Sheet, survey_page
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()
_TYPES = ("rating", "choice", "choices", "text")
_STYLES = ("numbers", "stars", "faces")


@router.api_route("/form/{name}", methods=["GET", "HEAD"])
@may("change_settings")
def form_page(request: Request, name: str) -> Response:
    """The form as it is kept."""
    seen = visit(request, own=("saved",))
    kept = seen.desk.surveys.form_file(name)
    return _page(seen, kept, kept.tables, kept.mark, is_saved=seen.address.own.get("saved") == "1")


@router.post("/form/{name}")
@may("change_settings")
async def change(request: Request, name: str) -> Response:
    """Keep the form as the fields say it, or only show what they make (`do=show`)."""
    fields = (await read_form(request, MOST_BYTES)).last()
    return await run_in_threadpool(_change, visit(request), name, fields)


@router.post("/form/{name}/draft/{tag}")
@may("change_settings", asks=True)
async def draft(request: Request, name: str, tag: str) -> Response:
    """What the fields make, as a customer would see it in a language; nothing is kept."""
    fields = (await read_form(request, MOST_BYTES)).last()
    return await run_in_threadpool(_draft, visit(request), name, tag, fields)


@router.api_route("/form/{name}/preview", methods=["GET", "HEAD"])
@may("change_settings")
def preview(request: Request, name: str) -> Response:
    """The form as customers first see it, in the language `l`."""
    seen = visit(request, own=("l",))
    form = seen.desk.surveys.form(name)
    return _sheet(seen, form, _tag(form, seen.address.own.get("l")))


@router.post("/form/{name}/preview")
@may("change_settings", asks=True)
async def answered_preview(request: Request, name: str) -> Response:
    """What follows on an answer; it is kept nowhere."""
    fields = (await read_form(request, MOST_BYTES)).last()
    seen = visit(request, own=("l",))
    return await run_in_threadpool(_answered, seen, name, fields)


def _change(seen: Visit, name: str, fields: Mapping[str, str]) -> Response:
    kept = seen.desk.surveys.form_file(name)
    mark = fields.get("mark", "")
    tables = kept.tables
    try:
        tables = read_tables({**kept.tables, "languages": _tags(kept, fields)}, fields)
        seen.desk.surveys.draft(tables)
        if fields.get("do") == "show" or fields.get("new_language"):  # whose words are still to be written
            return _page(seen, kept, tables, mark)
        seen.desk.surveys.save_form(tables, mark, datetime.now(UTC))
    except BadForm as fault:
        return _page(seen, kept, tables, mark, fault=str(fault))
    return RedirectResponse(seen.address.to(f"/form/{name}", saved=1), 303)


def _draft(seen: Visit, name: str, tag: str, fields: Mapping[str, str]) -> Response:
    kept = seen.desk.surveys.form_file(name)
    tables = kept.tables
    try:
        tables = read_tables({**kept.tables, "languages": _tags(kept, fields)}, fields)
        form = seen.desk.surveys.draft(tables)
    except BadForm as fault:
        return _page(seen, kept, tables, fields.get("mark", ""), fault=str(fault))
    return survey_page(
        Sheet(
            form,
            _tag(form, tag),
            "#",
            "",
            {},
            list(form.questions),
            has_script=False,
            seed=secrets.token_hex(4),
            keeping=seen.desk.surveys.notice(),
        )
    )


def _tags(kept: FormFile, fields: Mapping[str, str]) -> list[str]:
    """The languages that the page showed, also those that are not kept yet."""
    return [tag for tag in fields.get("languages", ",".join(kept.tables["languages"])).split(",") if tag]


def _tag(form: Form, wanted: str | None) -> str:
    if wanted is not None and wanted not in form.wordings:
        raise UnknownName("language of this form", wanted, form.wordings)
    return wanted or form.default_language


def _answered(seen: Visit, name: str, fields: Mapping[str, str]) -> Response:
    form = seen.desk.surveys.form(name)
    tag = _tag(form, seen.address.own.get("l"))
    try:
        reply = read_reply(form, {key: [value] for key, value in fields.items()})
    except BadReply:
        return _sheet(seen, form, tag)
    return _sheet(seen, form, tag, dict(reply.content), is_done=reply.is_complete)


def _sheet(seen: Visit, form: Form, tag: str, content: dict[str, Any] | None = None, *, is_done: bool = False) -> Response:
    said = content or {}
    questions = shown_questions(form, said.get("score"))
    first = [q for q in form.questions if q.when is None] if form.is_anonymous else [form.score]
    return survey_page(
        Sheet(
            form,
            tag,
            seen.address.to(f"/form/{form.name}/preview", l=tag),
            "",
            said,
            questions if said else first,
            is_done=is_done,
            is_saved=bool(said),
            has_script=False,
            keeping=seen.desk.surveys.notice(),
        )
    )


def _page(
    seen: Visit, kept: FormFile, tables: Mapping[str, Any], mark: str, *, fault: str = "", is_saved: bool = False
) -> Response:
    language = seen.language
    return seen.page(
        "form.html",
        here="surveys",
        status=422 if fault else 200,
        name=kept.tables["name"],
        tables=tables,
        mark=mark,
        is_own=kept.is_own,
        version=kept.version,
        kind=kind_words(str(tables["kind"]), language),
        rules=[(rule, rule_value(tables, rule)) for rule in RULES],
        event_names={event: event_words(event, language) for event in RULES[0].words},
        questions=question_fields(tables),
        words=WORDS,
        types=_TYPES,
        styles=_STYLES,
        scales=[*USUAL_SCALES, *tables.get("scale", {})],
        fault=fault,
        is_saved=is_saved,
    )
