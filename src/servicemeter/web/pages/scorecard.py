"""The first page: every metric at one look."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.model.scorecard import Scorecard
from servicemeter.show.phrases import phrase
from servicemeter.show.sentences import Finding, summarise
from servicemeter.web.asker import asker
from servicemeter.web.cards import family_views
from servicemeter.web.keptpages import kept
from servicemeter.web.pages import Page
from servicemeter.web.subject import OF_ITS_OWN
from servicemeter.web.visit import visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Scorecard"), "/", "figures", 10, may="see_figures")
router = APIRouter()
_MOST_FINDINGS = 3


@router.api_route("/", methods=["GET", "HEAD"])
@kept
def scorecard_page(request: Request) -> Response:
    """The scorecard of the period and filters that the address names."""
    seen = visit(request, ("set",))
    has_all = seen.address.own.get("set") == "all"
    chosen = [metric.name for metric in seen.desk.metrics()] if has_all else None
    scorecard = seen.desk.scorecard(**seen.address.scorecard_call(), metrics=chosen)
    if _is_empty(scorecard):
        return seen.page("empty.html", here="scorecard", may_load=asker().person.may("load_data"))
    metrics = {metric.name: metric for metric in seen.desk.metrics()}
    summary = summarise(scorecard, metrics, seen.language)
    values = seen.over(scorecard)  # the findings come last: looking for them may begin only when all else has been asked
    return seen.page(
        "scorecard.html",
        here="scorecard",
        families=family_views(scorecard, metrics, seen),
        well=_first(summary.well),
        look=_first(summary.look),
        has_all=has_all,
        by_parts=[(name, metrics[name].label(seen.language)) for name in OF_ITS_OWN if has_all and name in metrics],
        findings_count=None if seen.findings is None else len(seen.findings),
        **values,
    )


def _is_empty(scorecard: Scorecard) -> bool:
    """Whether nothing is loaded: no cards, or no instant that any source reaches and no card that has anything."""
    rows = [card.now for family in scorecard.families for card in family.cards]
    is_bare = scorecard.data_version == 0 or not scorecard.as_of.timestamp()  # 1970: as of no instant at all
    return not rows or (is_bare and all(row.get("value") is None for row in rows))


def _first(findings: list[Finding]) -> tuple[list[Finding], int]:
    """The weightiest findings, and how many more there are."""
    return findings[:_MOST_FINDINGS], max(0, len(findings) - _MOST_FINDINGS)
