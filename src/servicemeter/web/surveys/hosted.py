"""The hosted pages, alone or in a frame: looking at one stores nothing, whoever looks; pressing its button does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from servicemeter.ground.errors import BadLink
from servicemeter.office.answers import Version
from servicemeter.office.invitations import note_seen
from servicemeter.surveys.answering import Taken, object_to, take_answer
from servicemeter.surveys.doors import Door, come_by_link, come_by_token, make_stamp, read_stamp
from servicemeter.surveys.forms import Form, pick_language
from servicemeter.surveys.likeness import Submission, is_scanner
from servicemeter.surveys.pagewords import page_words
from servicemeter.surveys.replies import BadReply, Reply, read_reply, shown_questions
from servicemeter.web.surveys.app import Counter
from servicemeter.web.surveys.frames import come_by_frame, nothing_page
from servicemeter.web.surveys.page import Sheet, message_page, survey_page

__all__ = ["read_fields", "routes", "submission"]

Fields = Mapping[str, list[str]]
_PREFILL = 20
_CARRIED = ("t", "p", "c")  # a ticket, the page that frames this one, the customer as the shop signed them


def routes() -> list[Route]:
    """The pages: by a mail's link (`/a`), by a signed link (`/r`), in the frame of a website (`/f`), and objecting (`/o`)."""
    return [
        Route("/{kind:str}/{text:str}", _page, methods=["GET", "POST"]),
        Route("/{kind:str}/{text:str}/seen", _seen, methods=["POST"]),
        Route("/health", _health, methods=["GET"]),
    ]


async def read_fields(request: Request) -> Fields:
    """The fields of a form that was posted; nothing else is read."""
    try:
        return parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return {}


def submission(counter: Counter, fields: Fields, now: datetime, reply: Reply) -> Submission:
    """What an answer looked like."""
    stamp = read_stamp(counter.key, _one(fields, "stamp"), now)
    return Submission(
        seconds_on_page=now.timestamp() - stamp.opened_at if stamp else None,
        hidden_field=_one(fields, "website"),
        score=str(reply.content.get("score")),
        has_signal=_one(fields, "signal") == "1",
    )


async def _health(request: Request) -> Response:
    return PlainTextResponse("ok")


async def _page(request: Request) -> Response:
    counter: Counter = request.app.state.counter
    fields = await read_fields(request) if request.method == "POST" else {}
    if request.method == "POST":
        refused = await run_in_threadpool(counter.refusal, request, request.url.path)
        if refused:
            return refused
    door = await run_in_threadpool(_door, counter, request, fields)
    if door is None and request.path_params["kind"] == "f":
        return nothing_page(counter.forms.get(request.path_params["text"]))
    if door is None:
        return message_page("en", page_words(_browser_language(request))["unknown"], 404)
    if request.path_params["kind"] == "o":
        return await run_in_threadpool(_object, counter, request, door)
    work = _take if request.method == "POST" else _look
    return await run_in_threadpool(work, counter, request, door, fields)


async def _seen(request: Request) -> Response:
    """A hand moved on the page: somebody is there."""
    counter: Counter = request.app.state.counter
    fields = await read_fields(request)
    refused = await run_in_threadpool(counter.refusal, request)
    door = await run_in_threadpool(_door, counter, request, fields)
    now = counter.clock()
    if refused or door is None or read_stamp(counter.key, _one(fields, "stamp"), now) is None:
        return refused or PlainTextResponse("", 404)
    at = now.replace(hour=0, minute=0, second=0, microsecond=0) if door.form.is_anonymous else now
    invitation = await run_in_threadpool(door.enter, counter.office, now)
    if invitation is None:
        return Response(status_code=409)
    await run_in_threadpool(note_seen, counter.office, invitation.invitation_id, at)
    return Response(status_code=204)


def _door(counter: Counter, request: Request, fields: Fields) -> Door | None:
    kind, text = request.path_params["kind"], request.path_params["text"]
    now = counter.clock()
    if kind in ("a", "o"):
        return come_by_token(counter.office, counter.forms, text)
    stamp = read_stamp(counter.key, _one(fields, "stamp"), now)
    if kind == "f":
        return come_by_frame(counter, request, text, stamp)
    if kind != "r":
        return None
    try:
        return come_by_link(counter.office, counter.forms, counter.key, text, request.query_params.get("t", ""), stamp, now)
    except BadLink:
        return None


def _look(counter: Counter, request: Request, door: Door, fields: Fields) -> Response:
    """The page as it stands, with the score of the link chosen; a machine's view has no script."""
    now, language = counter.clock(), _language(request, door, fields)
    if door.versions:
        return _standing(counter, request, door, language, door.versions[-1], now)
    is_spent = door.form.is_anonymous and door.invitation.rated_at is not None
    if is_spent or (door.invitation.expires_at is not None and now >= door.invitation.expires_at):
        return message_page(language, page_words(language)["expired"], 410)
    chosen = _prefilled(door.form, request.query_params.get("s", ""))
    sheet = replace(
        _sheet(counter, request, door, language, now, fields), content={"score": chosen} if chosen is not None else {}
    )
    return survey_page(replace(sheet, questions=_first_questions(door.form)))


def _take(counter: Counter, request: Request, door: Door, fields: Fields) -> Response:
    now, language = counter.clock(), _language(request, door, fields)
    sheet = _sheet(counter, request, door, language, now, fields)
    around = page_words(language)
    try:
        reply = read_reply(door.form, fields)
    except BadReply as error:
        questions = _first_questions(door.form)
        return survey_page(replace(sheet, questions=questions, notice=around[_wrong(error)], is_fault=True), 422)
    invitation = door.enter(counter.office, now)
    if invitation is None:
        return message_page(language, around["closed"], 409)
    taken = take_answer(counter.office, door.form, invitation.invitation_id, reply, submission(counter, fields, now, reply), now)
    if taken.outcome in ("closed", "expired"):
        return message_page(language, around[taken.outcome], 410)
    if taken.outcome == "held":
        questions = shown_questions(door.form, reply.content.get("score"))
        held = replace(sheet, content=reply.content, questions=questions, notice=around["too_fast"], is_fault=True)
        return survey_page(held, 202)
    return _after(sheet, door, taken, reply)


def _after(sheet: Sheet, door: Door, taken: Taken, reply: Reply) -> Response:
    """What the page says once an answer is kept: the follow-ups, or thanks."""
    assert taken.version is not None
    since = door.versions[0].answered_at if door.versions else taken.version.answered_at
    if door.form.is_anonymous:
        return survey_page(replace(sheet, content=reply.content, questions=[], is_done=True, is_saved=True))
    questions = shown_questions(door.form, reply.content.get("score"))
    saved = _saved(door.form, sheet.language, reply.content, since)
    return survey_page(
        replace(sheet, content=reply.content, questions=questions, notice=saved, is_done=reply.is_complete, is_saved=True)
    )


def _standing(counter: Counter, request: Request, door: Door, language: str, last: Version, now: datetime) -> Response:
    """The page of somebody who answered: to be changed, or closed."""
    since = door.versions[0].answered_at
    if now >= since + timedelta(days=door.form.edit_days):
        return message_page(language, page_words(language)["closed"], 410)
    chosen = _prefilled(door.form, request.query_params.get("s", ""))
    content = last.content if chosen is None else last.content | {"score": chosen}
    notice = _saved(door.form, language, last.content, since)
    sheet = replace(_sheet(counter, request, door, language, now, {}), content=content, notice=notice, is_saved=True)
    return survey_page(replace(sheet, questions=shown_questions(door.form, content.get("score"))))


def _object(counter: Counter, request: Request, door: Door) -> Response:
    language = _language(request, door, {})
    around = page_words(language)
    if request.method != "POST":
        return message_page(language, around["object_ask"], 200, action=request.url.path, button=around["object"])
    object_to(counter.office, door.invitation.invitation_id, counter.clock())
    return message_page(language, around["objected"], 200)


def _sheet(counter: Counter, request: Request, door: Door, language: str, now: datetime, fields: Fields) -> Sheet:
    kind, text = request.path_params["kind"], request.path_params["text"]
    stamp = read_stamp(counter.key, _one(fields, "stamp"), now)
    carried = {name: request.query_params[name] for name in _CARRIED if name in request.query_params}
    return Sheet(
        form=door.form,
        language=language,
        action=f"/{kind}/{text}" + (f"?{urlencode(carried)}" if carried else ""),
        stamp=make_stamp(counter.key, now, stamp.number if stamp else None),
        content={},
        questions=[],
        objection=f"/o/{text}" if kind == "a" else "",
        has_script=not is_scanner(dict(request.headers)) and not door.form.is_anonymous,
        seed=door.invitation.invitation_id,
        frame_origins=door.form.asking.origins,
        keeping=counter.keeping,
    )


def _first_questions(form: Form) -> list[Any]:
    """The score question alone; everything unconditional where there is no second time."""
    return [q for q in form.questions if q.when is None] if form.is_anonymous else [form.score]


def _saved(form: Form, language: str, content: Mapping[str, Any], since: datetime) -> str:
    around, score = page_words(language), content.get("score")
    value = form.wording(language).labels["score"].get(str(score), str(score))
    if form.score.scale:
        value = around["of"].format(value=score, most=form.score.scale.max_value)
    return around["saved"].format(value=value, until=(since + timedelta(days=form.edit_days)).date().isoformat())


def _language(request: Request, door: Door, fields: Fields) -> str:
    """The one that was switched to, the invitation's, the browser's, the form's."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    wanted = [request.query_params.get("l") or _one(fields, "language"), door.invitation.language, *accepted]
    return pick_language(wanted, door.form.wordings) or door.form.default_language


def _browser_language(request: Request) -> str:
    return request.headers.get("accept-language", "en").partition(",")[0]


def _prefilled(form: Form, text: str) -> int | str | None:
    """The score that a link carries, where it is one."""
    try:
        value = read_reply(form, {"score": [text[:_PREFILL]]}).content["score"]
    except BadReply:
        return None
    return value if isinstance(value, int | str) else None


def _wrong(error: BadReply) -> str:
    return "required" if error.wrong == "required" else "choose"


def _one(fields: Fields, name: str) -> str:
    return fields.get(name, [""])[0]
