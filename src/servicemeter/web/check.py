"""What is wrong with the data: the findings of the check, each with its next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.show.numbers import number
from servicemeter.web.desklike import DeskLike
from servicemeter.web.paper import render

__all__ = ["FindingView", "finding_view", "router"]

router = APIRouter()


@dataclass(frozen=True)
class FindingView:
    """One finding: what was seen, how often, how grave, and what to do."""

    what: str
    count: str
    severity: str
    next_step: str


def finding_view(finding: Any) -> FindingView:
    """A finding as texts; it may be a mapping or an object, and anything else is shown as it prints itself."""
    held = finding if isinstance(finding, Mapping) else getattr(finding, "__dict__", {})
    what = next((held[key] for key in ("what", "words", "message") if held.get(key)), finding)
    count = held.get("count")
    shown = number(count) if isinstance(count, (int, float)) and not isinstance(count, bool) else ""
    return FindingView(str(what), shown, str(held.get("severity") or ""), str(held.get("next_step") or ""))


@router.api_route("/check", methods=["GET", "HEAD"])
def check_page(request: Request) -> Response:
    """The findings, the gravest first as the desk gives them."""
    desk: DeskLike = request.app.state.desk
    findings = [finding_view(finding) for finding in desk.findings()]
    return render("check.html", findings=findings, here="check", findings_count=len(findings))
