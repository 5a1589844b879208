"""The catalogue: every definition, by family."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.model.metric import Metric
from servicemeter.show.phrases import phrase
from servicemeter.show.words import FAMILIES, family_title
from servicemeter.web.pages import Page
from servicemeter.web.visit import visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Definitions"), "/definitions", "figures", 40, may="signed_in")
router = APIRouter()


@router.api_route("/definitions", methods=["GET", "HEAD"])
def definitions_page(request: Request) -> Response:
    """All metrics with their questions, in the order of the families."""
    seen = visit(request)
    families: dict[str, list[Metric]] = {name: [] for name in FAMILIES}
    for metric in seen.desk.metrics():
        families.setdefault(metric.family, []).append(metric)
    titled = [(family_title(name, seen.language), metrics) for name, metrics in families.items() if metrics]
    return seen.page("definitions.html", here="definitions", families=titled)
