"""The widget's side of the server: whether to ask, that somebody was asked, and what they answered. All of it by POST."""

from __future__ import annotations

import random
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from servicemeter.surveys.answering import take_answer
from servicemeter.surveys.doors import make_stamp, read_stamp
from servicemeter.surveys.forms import Form, Question
from servicemeter.surveys.likeness import Submission, is_scanner
from servicemeter.surveys.pagewords import page_words
from servicemeter.surveys.replies import BadReply, Reply, read_reply
from servicemeter.surveys.visiting import admit, is_to_be_asked
from servicemeter.web.surveys.app import Counter
from servicemeter.web.surveys.visitors import visitor_of

__all__ = ["routes"]

_WORDS = ("send", "required", "of", "other_words", "close", "too_often")


def routes() -> list[Route]:
    """The script, and what it asks."""
    return [
        Route("/w.js", _script, methods=["GET"]),
        Route("/w/ask", _ask, methods=["POST"]),
        Route("/w/seen", _seen, methods=["POST"]),
        Route("/w/answer", _answer, methods=["POST"]),
    ]


async def _script(request: Request) -> Response:
    text = files("servicemeter.web").joinpath("static", "widget.js").read_text(encoding="utf-8")
    return Response(
        text,
        media_type="text/javascript",
        headers={"Cache-Control": "max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


async def _ask(request: Request) -> Response:
    return await _served(request, _decide)


async def _seen(request: Request) -> Response:
    return await _served(request, _note)


async def _answer(request: Request) -> Response:
    refused = await run_in_threadpool(request.app.state.counter.refusal, request)
    return _for_origin(request, refused) if refused else await _served(request, _take)


async def _served(request: Request, work: Any) -> Response:
    """What `work` makes of the request, readable by the sites that the form allows."""
    counter: Counter = request.app.state.counter
    try:
        said = orjson.loads(await request.body())
    except ValueError:
        said = None
    form = counter.forms.get(str(said.get("survey"))) if isinstance(said, dict) else None
    if form is None or form.asking.event != "visit" or not _is_allowed(form, request):
        return JSONResponse({"ask": False}, 404)
    return _for_origin(request, await run_in_threadpool(work, counter, request, form, said))


def _is_allowed(form: Form, request: Request) -> bool:
    return not form.asking.origins or request.headers.get("origin") in form.asking.origins


def _for_origin(request: Request, response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin", "*")
    response.headers["Vary"] = "Origin"
    return response


def _decide(counter: Counter, request: Request, form: Form, said: Mapping[str, Any]) -> Response:
    """Whether this visitor is asked, and what. Decided by who they are or where they come from, never by a die thrown here."""
    now = counter.clock()
    visitor = visitor_of(counter, request, form, said, "")
    is_asked_already = not visitor.identities and counter.has_visited(form.name, visitor.drawn_by)
    if is_scanner(dict(request.headers)) or is_asked_already or not is_to_be_asked(counter.office, form, visitor, now):
        return JSONResponse({"ask": False})
    words = form.wording(visitor.language)
    stamp = make_stamp(counter.key, now)
    return JSONResponse(
        {
            "ask": True,
            "after": form.asking.after_seconds,
            "stamp": stamp,
            "language": visitor.language,
            "title": words.title,
            "thanks": words.thanks,
            "words": {name: page_words(visitor.language)[name] for name in _WORDS},
            "questions": [_question(form, q, visitor.language, stamp) for q in form.questions],
        }
    )


def _note(counter: Counter, request: Request, form: Form, said: Mapping[str, Any]) -> Response:
    """Somebody saw the widget: they are asked from now on, and not again."""
    stamp = read_stamp(counter.key, str(said.get("stamp")), counter.clock())
    if stamp is None:
        return Response(status_code=409)
    counter.note_visit(form.name, counter.visit_key(request))
    found = admit(counter.office, form, visitor_of(counter, request, form, said, stamp.number), counter.clock())
    return Response(status_code=204 if found else 409)


def _take(counter: Counter, request: Request, form: Form, said: Mapping[str, Any]) -> Response:
    now = counter.clock()
    stamp = read_stamp(counter.key, str(said.get("stamp")), now)
    given = said.get("answer")
    if stamp is None or not isinstance(given, dict):
        return JSONResponse({"says": ""}, 409)
    visitor = visitor_of(counter, request, form, said, stamp.number)
    invitation = admit(counter.office, form, visitor, now)
    around = page_words(visitor.language)
    if invitation is None:
        return JSONResponse({"says": around["closed"]}, 409)
    try:
        reply = read_reply(form, {str(k): [str(x) for x in (v if isinstance(v, list) else [v])] for k, v in given.items()})
    except BadReply:
        return JSONResponse({"says": around["choose"]}, 422)
    whole = Reply(reply.content, said.get("whole") is True)
    look = Submission(now.timestamp() - stamp.opened_at, "", str(reply.content["score"]), has_signal=True)
    taken = take_answer(counter.office, form, invitation.invitation_id, whole, look, now)
    if taken.outcome in ("taken", "repeated"):
        return JSONResponse({})
    return JSONResponse({"says": around["too_fast" if taken.outcome == "held" else "closed"]}, 409)


def _question(form: Form, question: Question, language: str, seed: str) -> dict[str, Any]:
    words = form.wording(language)
    labels = words.labels[question.name]
    values = [str(v) for v in question.scale.values] if question.scale else list(question.options)
    if question.is_shuffled:
        random.Random(seed).shuffle(values)
        values.sort(key="other".__eq__)
    when = question.when
    return {
        "name": question.name,
        "type": question.type,
        "ask": words.asks[question.name],
        "values": [[value, labels.get(value, "")] for value in values],
        "most": question.scale.max_value if question.scale else None,
        "longest": question.longest,
        "when": {"low": when.low, "high": when.high, "options": list(when.options)} if when else None,
    }
