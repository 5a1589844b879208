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
    """One finding: what was seen, how often, how grave, examples, the metrics it touches, and what to do."""

    title: str
    count: str
    severity: str
    examples: list[str]
    metrics: list[str]
    remedy: str


def finding_view(finding: Mapping[str, Any]) -> FindingView:
    """A finding of the desk as texts."""
    count = number(finding["count"])
    if finding.get("total"):
        count = f"{count} of {number(finding['total'])}"
    examples = [
        ", ".join(f"{name} {value}" for name, value in example.items() if value is not None)
        for example in finding.get("examples") or ()
    ]
    return FindingView(
        str(finding["title"]),
        count,
        str(finding.get("severity") or ""),
        examples,
        list(finding.get("metrics") or ()),
        str(finding.get("remedy") or ""),
    )


@router.api_route("/check", methods=["GET", "HEAD"])
def check_page(request: Request) -> Response:
    """The findings, the gravest first as the desk gives them."""
    desk: DeskLike = request.app.state.desk
    findings = [finding_view(finding) for finding in desk.findings()]
    return render("check.html", findings=findings, here="check", findings_count=len(findings))
