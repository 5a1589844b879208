"""What is wrong with the data: the findings of the check, each with its next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.web.pages import Page
from servicemeter.web.visit import visit

__all__ = ["PAGE", "FindingView", "finding_view", "router"]

PAGE = Page(phrase("Data"), "/check", 90, badge=lambda desk: len(desk.findings()), may="see_data")
router = APIRouter()
_SEVERITIES = {"wrong": phrase("wrong figures"), "missing": phrase("missing rows"), "note": phrase("worth knowing")}


@dataclass(frozen=True)
class FindingView:
    """One finding: what was seen, how often, how grave, examples, the metrics it touches (name and label), what to do."""

    title: str
    count: str
    severity: str
    examples: list[str]
    metrics: list[tuple[str, str]]
    remedy: str


def finding_view(finding: Mapping[str, Any], labels: Mapping[str, str], language: str) -> FindingView:
    """A finding of the desk as texts."""
    count = number(finding["count"], language=language)
    if finding.get("total"):
        count = say(language, "{part} of {n}", part=count, n=number(finding["total"], language=language))
    examples = [
        ", ".join(f"{name} {value}" for name, value in example.items() if value is not None)
        for example in finding.get("examples") or ()
    ]
    severity = str(finding.get("severity") or "")
    return FindingView(
        _title(finding, language),
        count,
        say(language, _SEVERITIES.get(severity, severity)) if severity else "",
        examples,
        [(name, labels.get(name, name)) for name in finding.get("metrics") or ()],
        say(language, str(finding.get("remedy") or "")),
    )


def _title(finding: Mapping[str, Any], language: str) -> str:
    """The title in the reader's language, with the part of the data that it names."""
    text = say(language, str(finding.get("template") or finding["title"]))
    return text.replace("{part}", str(finding.get("part") or ""))


@router.api_route("/check", methods=["GET", "HEAD"])
def check_page(request: Request) -> Response:
    """The findings, the gravest first as the desk gives them."""
    seen = visit(request)
    labels = {metric.name: metric.label(seen.language) for metric in seen.desk.metrics()}
    findings = [finding_view(finding, labels, seen.language) for finding in seen.desk.findings()]
    return seen.page("check.html", here="check", findings=findings)
