"""Who a request on a website's page comes from: known because the shop signed it, or somebody whom nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from servicemeter.surveys.forms import Form, pick_language
from servicemeter.surveys.visiting import Visitor, known_visitor
from servicemeter.web.surveys.app import Counter

__all__ = ["visitor_of"]

_LONGEST_PAGE = 300


def visitor_of(counter: Counter, request: Request, form: Form, said: Mapping[str, Any], number: str) -> Visitor:
    """Who asks: the page and language as told, and whoever the shop vouched for, else the number of the opened page."""
    accepted = request.headers.get("accept-language", "").partition(",")[0]
    language = pick_language([str(said.get("language") or ""), accepted], form.wordings) or form.default_language
    unknown = Visitor(number, counter.visit_key(request), str(said.get("page") or "")[:_LONGEST_PAGE], language)
    vouched = said.get("customer")
    return known_visitor(
        unknown, counter.key, counter.identity_key, vouched if isinstance(vouched, str) else None, counter.clock()
    )
