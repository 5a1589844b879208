"""The API described: as OpenAPI for programs, as a page for people. Both are made from the routes themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute

from servicemeter import __version__
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may, rule_of
from servicemeter.web.visit import visit

__all__ = ["describe", "router"]

router = APIRouter()
_PREFIX = "/api/"
_OWN = "/api/openapi.json"
_ERROR = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
}
_FAULTS = {
    "400": "A question that cannot be asked; the message says what would be right.",
    "401": "Not signed in.",
    "403": "The account, or the key, does not show this.",
    "404": "There is nothing of that name.",
    "422": "There is no answer to this.",
}
_ABOUT = (
    "The same questions and answers as on every page. While nobody has an account, programs on this machine need no key. "
    "With accounts, send a key (made under My account) as `Authorization: Bearer …`: it sees what its person sees, and may "
    "what it was made for."
)


@dataclass(frozen=True)
class _Operation:
    """One address and method as the page shows it."""

    method: str
    path: str
    about: str
    needs: str
    takes: list[tuple[str, str]]


@router.get("/api/openapi.json")
@may("signed_in")
def openapi_file(request: Request) -> Response:
    """This description."""
    return PlainJSON(_described(request))


@router.api_route("/api", methods=["GET", "HEAD"], include_in_schema=False)
@may("signed_in")
def api_page(request: Request) -> Response:
    """The same for people."""
    needs = {(method, route.path): _needs(route) for route in _of_the_api(request.app.routes) for method in route.methods or ()}
    operations = [
        _Operation(method.upper(), path, said.get("description", ""), needs.get((method.upper(), path), ""), _takes(said))
        for path, item in _described(request)["paths"].items()
        for method, said in item.items()
    ]
    return visit(request).page("api.html", here="api", operations=operations, about=_ABOUT)


def _described(request: Request) -> dict[str, Any]:
    """The document, made once."""
    state = request.app.state
    if not hasattr(state, "described"):
        state.described = describe(request.app.routes)
    found: dict[str, Any] = state.described
    return found


def describe(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of every route under /api/."""
    found = get_openapi(title="servicemeter", version=__version__, description=_ABOUT, routes=list(_of_the_api(routes)))
    parts = found.setdefault("components", {})
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    parts.setdefault("schemas", {})["Fault"] = _ERROR
    found["security"] = [{"key": []}, {}]
    told = {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}
    for item in found["paths"].values():
        for said in item.values():
            said["responses"] |= {status: {"description": text, "content": told} for status, text in _FAULTS.items()}
    return found


def _of_the_api(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _of_the_api(inner.routes)
        elif isinstance(route, APIRoute) and route.path.startswith(_PREFIX):
            yield route


def _needs(route: APIRoute) -> str:
    rule = rule_of(route.endpoint)
    return rule.needs if rule else "owner"


def _takes(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(parameter["name"], parameter.get("description", "")) for parameter in said.get("parameters", ())]
