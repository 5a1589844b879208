"""The first page: every metric at one look."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.model.scorecard import Scorecard
from servicemeter.show.dates import compared_with, period_title
from servicemeter.show.sentences import Finding, data_status, summarise
from servicemeter.web.asked import PERIODS, Asked, asked_from
from servicemeter.web.cards import family_views
from servicemeter.web.desklike import DeskLike
from servicemeter.web.paper import render

__all__ = ["frame", "router"]

router = APIRouter()
_MOST_FINDINGS = 3


@router.api_route("/", methods=["GET", "HEAD"])
def scorecard_page(request: Request) -> Response:
    """The scorecard of the period and channel that the address names."""
    desk: DeskLike = request.app.state.desk
    asked = asked_from(request.query_params)
    scorecard = desk.scorecard(**asked.scorecard_call())
    if _is_empty(scorecard):
        return render("empty.html", here="scorecard", findings_count=0)
    metrics = {metric.name: metric for metric in desk.metrics()}
    summary = summarise(scorecard, metrics)
    return render(
        "scorecard.html",
        families=family_views(scorecard, metrics, asked.query()),
        well=_first(summary.well),
        look=_first(summary.look),
        **frame(desk, asked, scorecard, "scorecard"),
    )


def _is_empty(scorecard: Scorecard) -> bool:
    """Whether nothing was ever loaded: no cards, or a first data version in which no card has anything."""
    rows = [card.now for family in scorecard.families for card in family.cards]
    return not rows or (scorecard.data_version == 0 and all(row.get("value") is None for row in rows))


def _first(findings: list[Finding]) -> tuple[list[Finding], int]:
    """The weightiest findings, and how many more there are."""
    return findings[:_MOST_FINDINGS], max(0, len(findings) - _MOST_FINDINGS)


def frame(desk: DeskLike, asked: Asked, scorecard: Scorecard, here: str) -> dict[str, Any]:
    """What every page about a period shows: its heading, its filters and how far the data reaches."""
    since, until, tz = scorecard.since, scorecard.until, scorecard.report_tz
    before = (scorecard.before_since, scorecard.before_until)
    channels = desk.dimension_values("channel")
    if asked.channel is not None and asked.channel not in channels:
        channels = [*channels, asked.channel]
    return {
        "here": here,
        "asked": asked,
        "query": asked.query(),
        "periods": PERIODS,
        "channels": channels,
        "title": period_title(since, until, scorecard.as_of, tz),
        "subtitle": compared_with((since, until), before, scorecard.as_of, tz),
        "reach": data_status(scorecard.as_of, tz, scorecard.lagging_sources),
        "findings_count": len(desk.findings()),
    }
