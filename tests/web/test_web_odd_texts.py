"""Whatever stands in an address, a form or a question: it is data, and an answer is given or refused; nothing breaks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.web.app import create_app
from servicemeter.web.navigation import _modules
from servicemeter.web.rules import ruled_routes

CAME_TO = "62615533"
TEXT = "{{ 7919 * 7907 }}{% raw %}{0.__class__}%s'\"\\<script>zz()</script>a\0b\x01\x1b[31m\r\nX-Odd: 1\u202e../../etc/passwd"
LONG = "9" * 10_000
FAR = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31")
PLAIN = "zzqq"
SAMPLES = ("name", "part", "form", "person_id")
OWN_PAGE = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def app(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The pages over an almost empty book; they read what they are asked before they look into it."""
    home = Path(shutil.copytree(blank_home, tmp_path_factory.mktemp("odd") / "home"))
    with Desk(Home(home), on_demand=True) as desk:
        desk.load(tickets=[{"ticket_id": PLAIN, "created_at": "2026-03-02T09:00:00+00:00", "channel": "email"}])
        yield create_app(desk)


def _taken_well(app: FastAPI, path: str, method: str = "GET", **more: Any) -> int:
    response = ask(app, path, method, **more)
    assert response.status_code < 500, (path[:200], response.text[:500])
    assert CAME_TO not in response.text and "x-odd" not in response.headers, path[:200]
    assert "<script>zz" not in response.text or "html" not in response.headers["content-type"], path[:200]
    return response.status_code


def _own_keys() -> Iterator[tuple[str, str]]:
    """Every key that an address knows beside those that all share, with a path that reads it."""
    modules: list[Any] = list(_modules().values())
    for module in modules:
        names = [name for name in vars(module) if name in ("_KEYS", "_API_KEYS", "_ASKED")]
        paths = [route.path for route in ruled_routes(module.router.routes) if "GET" in route.methods and "{" not in route.path]
        yield from ((path, key) for name in names for key in getattr(module, name) for path in paths[:2])


@pytest.mark.parametrize("odd", [TEXT, LONG], ids=["text", "long"])
def test_an_address_with_it_is_answered_or_refused(app: FastAPI, odd: str) -> None:
    for path, key in sorted(set(_own_keys())):
        _taken_well(app, f"{path}?{urlencode({key: odd})}")
    for route in ruled_routes(app.routes):
        if "{" in route.path and "GET" in route.methods:
            _taken_well(app, route.path.format(**dict.fromkeys(SAMPLES, quote(odd, safe=""))))


@pytest.mark.parametrize("far", FAR)
def test_a_moment_that_no_arithmetic_goes_on_from_is_refused(app: FastAPI, far: str) -> None:
    days = {"first": "2026-03-01", "last": "2026-03-31"}
    for path, given in (
        ("/tickets", {"as_of": far}), ("/tickets", {"created_to": far}), ("/teams", {**days, "first": far}),
        ("/teams", {**days, "last": far}), ("/api/measure", {"metric": "csat", "known_at": far}),
    ):  # fmt: skip
        assert _taken_well(app, f"{path}?{urlencode(given)}") == 400


def test_it_is_answered_as_any_other_value_that_nothing_has(app: FastAPI) -> None:
    for path, keys in (("/api/tickets", ("id", "words")), ("/metric/tickets_created/trend.png", ("channel",))):
        for key in keys:
            plain, odd = (_taken_well(app, f"{path}?{urlencode({key: value})}") for value in (PLAIN, TEXT))
            assert odd == plain == 200


@pytest.mark.parametrize("body", [TEXT, LONG, *FAR, "\ud800", None, 1, [], {}, 1e308], ids=range(12))
def test_a_question_with_it_is_answered_or_refused(app: FastAPI, body: Any) -> None:
    usual = {"metric": "first_response_time", "from": "2026-03-01", "to": "2026-04-01"}
    for key in ("metric", "from", "to", "at", "grain", "by", "where", "as_of", "known_at", "params", "scope"):
        _taken_well(app, "/api/measure", "POST", content=json.dumps({**usual, key: body}))
    asked = {**usual, "where": [{"dimension": "channel", "values": [body]}], "params": {"min_n": body}}
    _taken_well(app, "/api/measure", "POST", content=json.dumps(asked))
    _taken_well(app, "/api/assist", "POST", content=json.dumps({"text": "a", "language": body}))


def test_a_depth_that_nobody_means_is_refused(app: FastAPI) -> None:
    for path in ("/api/measure", "/api/assist"):
        assert _taken_well(app, path, "POST", content=b"[" * 100_000) == 400


FORMS = {
    "/settings/promises/preview": {"part": "one", "metric": "first_response", "within": "4", "unit": "h", "since": ""},
    "/settings/hours/preview": {"part": "week", "name": "hours", "tz": "UTC", "d1.1.open": "09:00", "d1.1.close": "17:00"},
    "/targets": {"metric": "first_response_time", "at": "p90", "figure": "4", "unit": "h", "channel": "", "month": ""},
    "/targets/notes": {"day": "2026-03-02", "text": "a", "about": ""},
    "/views": {"name": "a", "address": "/tickets"},
    "/people": {"email": "a@example.com", "role": "viewer", "teams": "", "brands": ""},
    "/signin": {"email": "a@example.com", "password": "b", "to": "/"},
    "/form/csat": {"mark": "", "sender": "", "text.en.title": "a", "questions.0.name": "score"},
}  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_a_form_with_it_is_taken_or_refused(app: FastAPI, path: str) -> None:
    for name in FORMS[path]:
        for odd in (TEXT, LONG, *FAR[2:]):
            _taken_well(app, path, "POST", content=urlencode({**FORMS[path], name: odd}), headers=OWN_PAGE)
