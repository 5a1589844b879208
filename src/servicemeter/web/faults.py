"""Errors as answers: JSON for the API, a page for people; always what is wrong and what to do next."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from servicemeter.ground.errors import (
    BadBook,
    BadQuestion,
    FactsInTheMaking,
    NotAllowed,
    NotSignedIn,
    ServicemeterError,
    Stopped,
    UnknownMetric,
)
from servicemeter.show.phrases import phrase, say
from servicemeter.web.address import Address
from servicemeter.web.paper import render, retold
from servicemeter.web.reception import reception_of
from servicemeter.web.visit import language_of

__all__ = ["answer_faults"]

_TITLES = {
    400: phrase("This question cannot be asked"),
    401: phrase("You are not signed in"),
    403: phrase("Your account does not show this"),
    404: phrase("There is nothing here"),
    405: phrase("Pages here are only read"),
    422: phrase("There is no answer to this"),
    503: phrase("The data cannot be opened now"),
}
_OTHERWISE = phrase("This did not work")
_IN_THE_MAKING = phrase("The figures are being worked out anew")
_AGAIN_S = "3"
_WORDS = {
    404: phrase("No page has this address. The scorecard leads to all of them."),
    405: phrase("This address only answers to GET; nothing was changed."),
}


def answer_faults(app: FastAPI) -> None:
    """Teach an application to answer its errors."""
    app.add_exception_handler(ServicemeterError, _ours)
    app.add_exception_handler(HTTPException, _http)


def _status(fault: ServicemeterError, path: str) -> int:
    if isinstance(fault, UnknownMetric) and path.startswith(("/metric/", "/api/metrics/")):
        return 404
    if isinstance(fault, NotSignedIn | NotAllowed):
        return 401 if isinstance(fault, NotSignedIn) else 403
    if isinstance(fault, BadQuestion):
        return 400
    return 503 if isinstance(fault, BadBook | Stopped) else 422


def _ours(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, ServicemeterError)
    if isinstance(fault, NotSignedIn) and _is_page(request) and reception_of(request).has_people:
        return RedirectResponse(f"/signin?{urlencode({'to': _here(request)})}", 303)
    if isinstance(fault, FactsInTheMaking) and _is_page(request):
        return _again_soon(request, str(fault))
    return _respond(request, _status(fault, request.url.path), str(fault), type(fault).__name__)


def _again_soon(request: Request, words: str) -> Response:
    """The page that waits for the figures, and asks again by itself; nobody need do anything."""
    response = _respond(request, 503, words, "", title=_IN_THE_MAKING)
    response.headers.update({"Refresh": _AGAIN_S, "Retry-After": _AGAIN_S})
    return response


def _is_page(request: Request) -> bool:
    return request.method in ("GET", "HEAD") and not request.url.path.startswith("/api/")


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    words = _WORDS.get(fault.status_code)
    language = language_of(request)
    text = say(language, words) if words else str(fault.detail)
    response = _respond(request, fault.status_code, text, "HTTPError", language if words else "en")
    response.headers.update(fault.headers or {})
    return response


def _respond(request: Request, status: int, words: str, kind: str, said_in: str = "en", title: str = "") -> Response:
    """The fault as JSON, in English, or as a page in the reader's language as far as its sentence is known."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": kind, "message": words}, status)
    language = language_of(request)
    title = say(language, title or _TITLES.get(status, _OTHERWISE))
    named = request.query_params.get("lang")
    address = Address(language=language if named == language else None)
    told = words if said_in == language else retold(language, words)
    return render("fault.html", language, address, status, title=title, words=told)
