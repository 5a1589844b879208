"""The API's description: true to the routes, and no question that it allows breaks the server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings

from app_client import ask
from fake_desk import FakeDesk
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.web import asked
from servicemeter.web.app import create_app
from servicemeter.web.rules import ruled_routes

DOCUMENT: dict[str, Any] = json.loads(ask(create_app(FakeDesk()), "/api/openapi.json").text)
OPERATIONS = [(path, method) for path, item in DOCUMENT["paths"].items() for method in item]


@pytest.fixture(scope="module")
def app(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    home = Path(shutil.copytree(shop, tmp_path_factory.mktemp("openapi") / "home"))
    with Desk(Home(home)) as desk:
        yield create_app(desk)


def test_every_route_of_the_api_is_described() -> None:
    routes = {(route.path, method.lower()) for route in ruled_routes(create_app(FakeDesk()).routes) for method in route.methods
              if route.path.startswith("/api/")}  # fmt: skip
    assert set(OPERATIONS) == routes
    assert [where for where in OPERATIONS if not DOCUMENT["paths"][where[0]][where[1]].get("description")] == []


@pytest.mark.parametrize(("path", "keys"), [
    ("/api/measure", asked._QUERY_KEYS), ("/api/scorecard", ("period", "from", "to", "where", "as_of")),
    ("/api/assist", ("ticket", "source")),
])  # fmt: skip
def test_the_parameters_described_are_those_that_are_read(path: str, keys: tuple[str, ...]) -> None:
    assert sorted(parameter["name"] for parameter in DOCUMENT["paths"][path]["get"]["parameters"]) == sorted(keys)
    body = DOCUMENT["paths"]["/api/measure"]["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"][0]
    assert sorted(body["properties"]) == sorted(asked._JSON_KEYS)


def test_the_page_shows_every_operation() -> None:
    page = ask(create_app(FakeDesk()), "/api").text
    shown = re.findall(r"<h2><code>(\w+) ([^<]+)</code></h2>", page)
    assert {(path, method.lower()) for method, path in shown} == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_that_is_described_breaks_the_server(app: FastAPI, path: str, method: str) -> None:
    """Made-up requests, right and wrong ones: whatever the answer is, it is no fault of the server."""
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method.upper()]

    @settings(max_examples=4, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy())
    def try_one(case: Any) -> None:
        given_ = case.as_transport_kwargs(base_url="http://127.0.0.1:8321")
        response = ask(
            app, given_["url"], given_["method"], **{k: given_[k] for k in ("params", "headers", "json", "data") if k in given_}
        )
        assert response.status_code < 500, (given_, response.text)

    try_one()
