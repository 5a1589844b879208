"""The catalogue: every definition, by family."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.model.metric import Metric
from servicemeter.show.words import FAMILIES, family_title
from servicemeter.web.desklike import DeskLike
from servicemeter.web.paper import render

__all__ = ["router"]

router = APIRouter()


@router.api_route("/definitions", methods=["GET", "HEAD"])
def definitions_page(request: Request) -> Response:
    """All metrics with their questions, in the order of the families."""
    desk: DeskLike = request.app.state.desk
    families: dict[str, list[Metric]] = {name: [] for name in FAMILIES}
    for metric in desk.metrics():
        families.setdefault(metric.family, []).append(metric)
    return render(
        "definitions.html",
        families=[(family_title(name), metrics) for name, metrics in families.items() if metrics],
        here="definitions",
        findings_count=len(desk.findings()),
    )
