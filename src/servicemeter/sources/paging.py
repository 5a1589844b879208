"""Walking lists that come in pages: by the source's cursor, by a link, by offsets and by numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from servicemeter.ground.errors import SourceGarbled
from servicemeter.sources.client import Answer, Client

__all__ = ["Next", "by_cursor", "by_link", "by_number", "by_offset", "by_url", "items_of", "onward", "pages", "settled"]

Next = tuple[str | None, dict[str, Any]] | None
"""The URL (None: the same path) and the parameters of the next page; None after the last."""
_MOST_PAGES = 100_000
_MOST_WALKS = 5


def pages(
    client: Client,
    path: str,
    params: Mapping[str, Any] | None = None,
    *,
    step: Callable[[Answer, Mapping[str, Any]], Next],
    rate: str = "",
) -> Iterator[Answer]:
    """Every page of a list. `step` tells the next one from an answer and the parameters that it was asked with.

    Raises `SourceGarbled` when the pages go in a circle.
    """
    url, asked = path, dict(params or {})
    seen = set()
    for _ in range(_MOST_PAGES):
        place = (url, tuple(sorted((k, str(v)) for k, v in asked.items())))
        if place in seen:
            raise SourceGarbled(f"{client.address} gave a next page of {path} that was read already; its pages go in a circle.")
        seen.add(place)
        answer = client.get(url, asked, rate=rate)
        yield answer
        after = step(answer, asked)
        if after is None:
            return
        url, asked = after[0] or url, after[1]
    raise SourceGarbled(f"{client.address} has more than {_MOST_PAGES} pages at {path}.")


def items_of(answer: Answer, name: str) -> list[dict[str, Any]]:
    """The list of an answer (name "": the answer is the list); `SourceGarbled` when it has none of this name."""
    found = answer.body.get(name) if isinstance(answer.body, dict) else answer.body if name == "" else None
    if not isinstance(found, list):
        raise SourceGarbled(f"The answer of {answer.url.split('?')[0]} has no list {name!r}; is it this kind of source?")
    return found


def by_cursor(at: str, parameter: str, more: str | None = None) -> Callable[[Answer, Mapping[str, Any]], Next]:
    """The next cursor stands in the body at a dotted path and is given back as a parameter; `more` says whether there is one."""

    def step(answer: Answer, asked: Mapping[str, Any]) -> Next:
        cursor = _at(answer.body, at)
        if not cursor or (more is not None and not _at(answer.body, more)):
            return None
        return None, {**asked, parameter: cursor}

    return step


def by_url(at: str) -> Callable[[Answer, Mapping[str, Any]], Next]:
    """The whole URL of the next page stands in the body at a dotted path."""

    def step(answer: Answer, asked: Mapping[str, Any]) -> Next:
        url = _at(answer.body, at)
        return (str(url), {}) if url else None

    return step


def by_link(answer: Answer, asked: Mapping[str, Any]) -> Next:
    """The next page stands in the `Link` header."""
    for part in answer.headers.get("link", "").split(","):
        found = re.match(r'\s*<([^>]+)>(?=.*;\s*rel="?next"?)', part)
        if found:
            return found[1], {}
    return None


def by_offset(name: str, offset: str, limit: int, *, overlap: int = 0) -> Callable[[Answer, Mapping[str, Any]], Next]:
    """Offsets over the list `name`, each page beginning `overlap` items before the end of the one before it.

    A list that changes while it is read moves under its offsets; what is read twice is one row in the book.
    """

    def step(answer: Answer, asked: Mapping[str, Any]) -> Next:
        if len(items_of(answer, name)) < limit:
            return None
        return None, {**asked, offset: int(asked.get(offset, 0)) + limit - overlap}

    return step


def by_number(name: str, parameter: str, *, first: int = 1, size: int = 1) -> Callable[[Answer, Mapping[str, Any]], Next]:
    """Numbered pages of the list `name`, up to the first with fewer than `size` items (an empty one, if that is not known)."""

    def step(answer: Answer, asked: Mapping[str, Any]) -> Next:
        if len(items_of(answer, name)) < size:
            return None
        return None, {**asked, parameter: int(asked.get(parameter, first)) + 1}

    return step


def settled(
    walk: Callable[[], Iterable[list[dict[str, Any]]]], key: Callable[[dict[str, Any]], Any]
) -> Iterator[list[dict[str, Any]]]:
    """Walk a list that moves under its pages until a walk brings nothing unseen; what is new is given, page by page.

    For lists without cursors: an item removed from a page that was read pulls another one over its edge, unread. `key`
    tells versions of an item apart, such as (id, updated_at).
    """
    seen: set[Any] = set()
    for _ in range(_MOST_WALKS):
        found = 0
        for items in walk():
            fresh = [item for item in items if key(item) not in seen]
            seen.update(map(key, fresh))
            found += len(fresh)
            if fresh:
                yield fresh
        if not found:
            return


def onward(
    ask: Callable[[int, int], list[dict[str, Any]]], mark: Callable[[dict[str, Any]], tuple[Any, int]], since: int, size: int
) -> Iterator[list[dict[str, Any]]]:
    """Walk a list in the order of its changes, each page asked from the second in which the one before it ended.

    `ask(at, number)` gives page `number` (from 1) of what changed at or after a second, oldest first; `mark` tells the id of
    an item and its second. What is changed meanwhile moves to the end and is read there again, so that nothing slips through;
    a second that fills pages by itself is walked by number until that brings nothing new.
    """
    at, number, is_fresh = since, 1, False
    seen: set[tuple[Any, int]] = set()
    while True:
        items = ask(at, number)
        found = [item for item in items if mark(item) not in seen]
        seen.update(map(mark, found))
        is_fresh = is_fresh or bool(found)
        yield found
        end = mark(items[-1])[1] if items else at
        if len(items) >= size and end <= at:
            number += 1
        elif number > 1 and is_fresh:
            number, is_fresh = 1, False
        elif len(items) < size:
            return
        else:
            at, number, is_fresh, seen = end, 1, False, set(map(mark, items))


def _at(body: Any, path: str) -> Any:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body
