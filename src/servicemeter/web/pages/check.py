"""What is wrong with the data: the findings of the check, each with its next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from servicemeter.desk.methods.coverage import coverage
from servicemeter.show.dates import day, local_instant
from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.show.retelling import retell
from servicemeter.show.strips import Strip, strip_chart
from servicemeter.web.desklike import DeskLike
from servicemeter.web.pages import Page
from servicemeter.web.paper import picture
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "FindingView", "StripView", "anchor_of", "finding_view", "findings_about", "router", "strip_view"]

PAGE = Page(phrase("Data quality"), "/check", "data", 10, badge=lambda desk: _count(desk), may="see_data")
router = APIRouter()
_MOST_METRICS = 4
_SEVERITIES = {"wrong": phrase("wrong figures"), "missing": phrase("missing rows"), "note": phrase("worth knowing")}


@dataclass(frozen=True)
class FindingView:
    """One finding: what was seen, how often, how grave, examples, the metrics it touches (name and label), what to do.

    Of many metrics `metrics` are the first and `more_metrics` the others.
    """

    name: str
    title: str
    count: str
    severity: str
    examples: list[str]
    metrics: list[tuple[str, str]]
    more_metrics: list[tuple[str, str]]
    remedy: str


def finding_view(finding: Mapping[str, Any], labels: Mapping[str, str], tz: str, language: str) -> FindingView:
    """A finding of the desk as texts; instants in the reporting zone."""
    count = number(finding["count"], language=language)
    if finding.get("total"):
        count = say(language, "{part} of {n}", part=count, n=number(finding["total"], language=language))
    examples = [
        ", ".join(f"{name} {local_instant(value, tz)}" for name, value in example.items() if value is not None)
        for example in finding.get("examples") or ()
    ]
    severity = str(finding.get("severity") or "")
    metrics = [(name, labels.get(name, name)) for name in finding.get("metrics") or ()]
    first = len(metrics) if len(metrics) <= _MOST_METRICS + 1 else _MOST_METRICS  # no fold for a single one
    return FindingView(
        anchor_of(finding),
        _title(finding, language),
        count,
        say(language, _SEVERITIES.get(severity, severity)) if severity else "",
        examples,
        metrics[:first],
        metrics[first:],
        say(language, str(finding.get("remedy") or "")),
    )


def anchor_of(finding: Mapping[str, Any]) -> str:
    """Where a finding stands on the page of all."""
    part = "".join(letter if letter.isalnum() else "-" for letter in str(finding.get("part") or "").lower())
    return "-".join(filter(None, (str(finding.get("name") or ""), part)))


@dataclass(frozen=True)
class StripView:
    """The days of one source: pictures by size, what they show, and the days that lack rows."""

    source: str
    pictures: list[tuple[str, Markup]]
    says: str
    missing: list[str]


_WEEKS = {"wide": 53, "middle": 44, "narrow": 18}


def strip_view(covered: Mapping[str, Any], language: str) -> StripView:
    """What the desk says of a source's days, as pictures and texts."""
    missing = [date.fromisoformat(text) for text in covered["missing"]]
    strip = Strip(covered["source"], date.fromisoformat(covered["first_on"]), covered["row_counts"], frozenset(missing))
    pictures = [(size, picture(strip_chart(strip.recent(weeks), language))) for size, weeks in _WEEKS.items()]
    return StripView(strip.source, pictures, strip.words(language), [day(on, language=language) for on in missing])


def _title(finding: Mapping[str, Any], language: str) -> str:
    """The title in the reader's language, with the part of the data that it names; the name of a source stays as it is."""
    text = say(language, str(finding.get("template") or finding["title"]))
    part = str(finding.get("part") or "")
    is_name = any(example.get("source") == part for example in finding.get("examples") or ())
    return text.replace("{part}", part if is_name else retell(language, part) or part)


def _count(desk: DeskLike) -> int | None:
    """How many findings there are; no page waits for it."""
    found = desk.findings_within(0)
    return None if found is None else len(found)


def findings_about(seen: Visit, metric: str) -> list[FindingView] | None:
    """The findings that touch one metric, None while the data are being checked.

    There are none for those who are told only which figures are doubtful.
    """
    if seen.findings is None:
        return None
    found = [one for one in seen.findings if metric in (one.get("metrics") or ()) and "title" in one]
    return [finding_view(finding, {}, seen.desk.report_tz, seen.language) for finding in found]


@router.api_route("/check", methods=["GET", "HEAD"])
def check_page(request: Request) -> Response:
    """The findings, the gravest first as the desk gives them."""
    seen = visit(request)
    labels = {metric.name: metric.label(seen.language) for metric in seen.desk.metrics()}
    findings = [finding_view(finding, labels, seen.desk.report_tz, seen.language) for finding in seen.desk.findings()]
    strips = [strip_view(covered, seen.language) for covered in coverage(seen.desk)]
    return seen.page("check.html", here="check", findings=findings, strips=strips)
