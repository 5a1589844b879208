"""The pages, found by name: every module in `pages` has a `router`, and a `PAGE` if it stands in the navigation."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter

from servicemeter.show.phrases import say
from servicemeter.web import pages
from servicemeter.web.address import Address
from servicemeter.web.asker import asker
from servicemeter.web.desklike import DeskLike
from servicemeter.web.entrance import is_allowed
from servicemeter.web.rules import OWNERS, give_rule

__all__ = ["Entry", "entries", "navigable", "routers"]


@dataclass(frozen=True)
class Entry:
    """One link of the navigation, as the layout shows it; `badge` is a number of things that wait there (0: none)."""

    name: str
    title: str
    path: str
    href: str
    badge: int
    is_here: bool


@cache
def _modules() -> dict[str, object]:
    """The modules of the pages by name."""
    names = sorted(m.name for m in pkgutil.iter_modules(pages.__path__))
    return {name: importlib.import_module(f"{pages.__name__}.{name}") for name in names}


def routers() -> Iterator[APIRouter]:
    """The routes of all pages, each with its rule or its page's."""
    for module in _modules().values():
        router: APIRouter = getattr(module, "router")  # noqa: B009 - modules found by name have no declared type
        page = getattr(module, "PAGE", None)
        if page is not None and page.may is not None:
            give_rule(router.routes, page.may)
        yield router


def _placed() -> list[tuple[str, pages.Page]]:
    """The pages that stand in the navigation, in order."""
    found = [(name, page) for name, module in _modules().items() if (page := getattr(module, "PAGE", None))]
    return sorted(found, key=lambda pair: pair[1].place)


def navigable() -> list[str]:
    """The addresses of these pages."""
    return [page.path for _, page in _placed()]


def entries(desk: DeskLike, address: Address, language: str, here: str) -> list[Entry]:
    """The navigation: the pages that have a place in it and that whoever asks may open, in that order."""
    shown = []
    for name, page in _placed():
        if not is_allowed(asker(), page.may or OWNERS.needs):
            continue
        badge = page.badge(desk) if page.badge else 0
        shown.append(Entry(name, say(language, page.title), page.path, address.to(page.path), badge, name == here))
    return shown
