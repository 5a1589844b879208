"""The pages, found by name: every module in `pages` has a `router`, and a `PAGE` if it stands in the navigation."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter

from servicemeter.show.phrases import say
from servicemeter.web import pages
from servicemeter.web.address import Address
from servicemeter.web.asker import asker
from servicemeter.web.desklike import DeskLike
from servicemeter.web.entrance import is_allowed
from servicemeter.web.pages import SECTIONS
from servicemeter.web.rules import OWNERS, give_rule

__all__ = ["Entry", "Navigation", "navigable", "navigation", "routers"]


@dataclass(frozen=True)
class Entry:
    """One link of the navigation, as the layout shows it; `badge` is how many things wait there (None: not known yet)."""

    title: str
    path: str
    href: str
    badge: int | None
    is_here: bool


@dataclass(frozen=True)
class Navigation:
    """The two rows of the navigation: the sections, and the pages of the section one is in."""

    sections: Sequence[Entry] = ()
    pages: Sequence[Entry] = ()
    title: str = ""


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


def navigation(desk: DeskLike, address: Address, language: str, here: str) -> Navigation:
    """The sections with their pages that whoever asks may open; `here` is the page one is on, or one that leads to it."""
    sections, within = [], Navigation()
    for section, title in SECTIONS.items():
        placed = [(name, page) for name, page in _placed() if page.section == section]
        shown = [
            Entry(
                say(language, page.title), page.path, address.to(page.path), page.badge(desk) if page.badge else 0, name == here
            )
            for name, page in placed
            if is_allowed(asker(), page.may or OWNERS.needs)
        ]
        if not shown:
            continue
        is_here = any(entry.is_here for entry in shown)
        badges = [entry.badge for entry in shown]
        waiting = None if None in badges else sum(filter(None, badges))
        sections.append(Entry(say(language, title), shown[0].path, shown[0].href, waiting, is_here))
        if is_here:
            within = Navigation(pages=shown, title=say(language, title))
    return Navigation(sections, within.pages, within.title)
