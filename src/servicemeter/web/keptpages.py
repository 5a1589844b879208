"""Pages that are asked again and again: shown as they were made, until anything may be answered otherwise."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response

from servicemeter.web.asker import asker
from servicemeter.web.visit import language_of

__all__ = ["KeptPages", "kept"]

_MOST_PAGES = 200
_AGES_S = 60
"""How long a page may say "3 minutes ago"."""

Shown = TypeVar("Shown", bound=Callable[..., Response])


class KeptPages:
    """The pages made last, by what they were made of."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Response] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Response | None:
        """The page made of this; None where there is none."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def keep(self, key: Hashable, page: Response) -> None:
        """Keep a page, and forget the one that was not asked for longest."""
        with self._lock:
            self._pages[key] = page
            if len(self._pages) > _MOST_PAGES:
                self._pages.popitem(last=False)


def kept(page: Shown) -> Shown:
    """A page that depends on its address, its reader and what the desk knows alone, and so is the same until one of them changes.

    It is made anew after a load, after anything was set or noted (`Desk.mark`), and each minute: it says how old data are.
    """

    @wraps(page)
    def shown(request: Request, **named: Any) -> Response:
        state = request.app.state
        mark = state.desk.mark()
        if mark is None:
            return page(request, **named)
        one, minute, pages = asker(), int(time.time()) // _AGES_S, state.kept_pages
        key = (mark, minute, request.url.path, request.url.query, language_of(request), repr(one.person), one.by)
        found = pages.get(key)
        if found is None:
            found = page(request, **named)
            if found.status_code == 200:
                pages.keep(key, found)
        return Response(found.body, found.status_code, dict(found.headers))

    return cast(Shown, shown)
