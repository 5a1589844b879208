"""The rule of an address: who may ask it. It stands beside the route, one line a route, and there is no second list.

    @router.api_route("/check", methods=["GET", "HEAD"])
    @may("see_data")
    def check_page(request: Request) -> Response: ...

A page in the navigation may say it once, in its `PAGE = Page(…, may="see_data")`: routes of its module without a line of their
own take that. A route without any rule is the owner's alone, and fails the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from starlette.routing import BaseRoute, Mount

from servicemeter.model.person import Right

__all__ = ["OWNERS", "Needed", "Rule", "Ruled", "give_rule", "may", "rule_of", "ruled_routes"]

Needed = Right | Literal["anyone", "signed_in", "owner"]
"""A right, or: everybody without signing in, everybody who is signed in, the owner alone."""

_RULE = "servicemeter_rule"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """What an address asks of people. `is_export` notes every answer in the log of exports; `asks` is of a POST that only asks.

    Every other POST that succeeds is noted in the audit log, by the page itself or by the entrance.
    """

    needs: Needed
    is_export: bool = False
    asks: bool = False


OWNERS = Rule("owner")
"""What an address without a rule is held to."""


def may(needs: Needed, *, is_export: bool = False, asks: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Give the function below its rule."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _RULE, Rule(needs, is_export, asks))
        return endpoint

    return mark


def rule_of(endpoint: object) -> Rule | None:
    """The rule of an endpoint, if it has one."""
    return getattr(endpoint, _RULE, None)


def give_rule(routes: Sequence[BaseRoute], needs: Needed) -> None:
    """Give those routes a rule that have none."""
    for route in routes:
        endpoint = getattr(route, "endpoint", None)
        if endpoint is not None and rule_of(endpoint) is None:
            setattr(endpoint, _RULE, Rule(needs))


@dataclass(frozen=True)
class Ruled:
    """A route as people know it: its address, its methods, its rule. Folders of files (`is_folder`) are open to everybody."""

    path: str
    methods: frozenset[str]
    rule: Rule | None
    is_folder: bool = False


def ruled_routes(routes: Sequence[BaseRoute]) -> Iterator[Ruled]:
    """Every route of an application, also those of routers within it."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from ruled_routes(inner.routes)
        elif isinstance(route, Mount):
            yield Ruled(route.path, frozenset(("GET", "HEAD")), None, is_folder=True)
        else:
            endpoint = getattr(route, "endpoint", None)
            yield Ruled(getattr(route, "path", ""), frozenset(getattr(route, "methods", None) or ()), rule_of(endpoint))
