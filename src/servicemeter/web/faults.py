"""Errors as answers: JSON for the API, a page for people; always what is wrong and what to do next."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from servicemeter.ground.errors import BadBook, BadQuestion, ServicemeterError, UnknownMetric
from servicemeter.web.paper import render

__all__ = ["answer_faults"]

_TITLES = {
    400: "This question cannot be asked",
    404: "There is nothing here",
    405: "Pages here are only read",
    422: "There is no answer to this",
    503: "The data cannot be opened now",
}
_WORDS = {
    404: "No page has this address. The scorecard leads to all of them.",
    405: "This address only answers to GET; nothing was changed.",
}


def answer_faults(app: FastAPI) -> None:
    """Teach an application to answer its errors."""
    app.add_exception_handler(ServicemeterError, _ours)
    app.add_exception_handler(HTTPException, _http)


def _status(fault: ServicemeterError, path: str) -> int:
    if isinstance(fault, UnknownMetric) and path.startswith(("/metric/", "/api/metrics/")):
        return 404
    if isinstance(fault, BadQuestion):
        return 400
    return 503 if isinstance(fault, BadBook) else 422


def _ours(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, ServicemeterError)
    return _respond(request, _status(fault, request.url.path), str(fault), type(fault).__name__)


def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    words = _WORDS.get(fault.status_code, str(fault.detail))
    response = _respond(request, fault.status_code, words, "HTTPError")
    response.headers.update(fault.headers or {})
    return response


def _respond(request: Request, status: int, words: str, kind: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": kind, "message": words}, status)
    return render("fault.html", status, title=_TITLES.get(status, "This did not work"), words=words)
