"""Agents and teams: compared by what luck explains and never ranked, and one agent's own work."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.desk.comparing import COMPARED
from servicemeter.desk.methods.compare import compare
from servicemeter.desk.methods.own_work import own_work
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.comparison import Comparison, Group
from servicemeter.model.metric import Metric
from servicemeter.show.charts import trend_chart
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.funnel import funnel_chart, standing_words
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.words import shown_value, value_words
from servicemeter.web.cards import CardView, card_view, rows_by_metric
from servicemeter.web.exports import about_file, files_of, send
from servicemeter.web.lines import Line, line_of
from servicemeter.web.pages import Page
from servicemeter.web.panels import SIZES, Panel
from servicemeter.web.paper import picture
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Agents and teams"), "/agents", "work", 40, may="see_rows")
router = APIRouter()
_KEYS = ("metric", "mix")
_DEFAULT_MIX = "channel"
_MIXES = {
    "channel": phrase("the same mix of channels"),
    "reason": phrase("the same mix of reasons"),
    "channel,reason": phrase("the same mix of channels and reasons"),
    "none": phrase("as it is"),
}
_DEFAULT_METRIC = "first_contact_resolution_rate"
_KINDS = {"/agents": "agent", "/teams": "team"}
_TITLES = {"agent": phrase("Agents"), "team": phrase("Teams")}


@dataclass(frozen=True)
class _GroupLine:
    """One group as a line of the table."""

    line: Line
    expected: str
    estimate: str
    standing: str
    css: str


@dataclass(frozen=True)
class _OwnCard:
    """A figure of one agent with everybody's beside it."""

    card: CardView
    everybody: str
    href: str
    is_chosen: bool


@router.api_route("/agents", methods=["GET", "HEAD"])
@router.api_route("/teams", methods=["GET", "HEAD"])
def groups_page(request: Request) -> Response:
    """All agents, or all teams, in one share."""
    seen = visit(request, _KEYS)
    comparison = _compared(seen, _KINDS[request.url.path])
    return _page(seen, comparison)


@router.api_route("/agents.{form}", methods=["GET", "HEAD"])
@router.api_route("/teams.{form}", methods=["GET", "HEAD"])
@may("see_rows", is_export=True)
def groups_file(request: Request, form: str) -> Response:
    """The comparison as a file."""
    seen = visit(request, _KEYS)
    comparison = _compared(seen, _KINDS[request.url.path.partition(".")[0]])
    panel = _panel(seen, comparison)
    metric = seen.desk.metric(comparison.metric)
    about = about_file(seen, comparison.scorecard, metric.label(seen.language), panel, f"mix={comparison.mix}")
    return send(panel, form, about, f"{comparison.by}s-{comparison.metric}-{comparison.scorecard.since.isoformat()}")


@router.get("/api/compare")
def compare_resource(request: Request) -> Response:
    """The comparison as JSON: `by=agent` or `by=team`, and what the page's address says."""
    seen = visit(request, (*_KEYS, "by"))
    return PlainJSON(_compared(seen, seen.address.own.get("by", "agent")).to_dict())


@router.api_route("/agent", methods=["GET", "HEAD"])
def own_page(request: Request) -> Response:
    """One agent's own work, beside everybody's: never beside a single other person's."""
    seen = visit(request, ("agent", "metric"))
    agent = seen.address.own.get("agent")
    if not agent:
        raise BadQuestion("Which agent? Add agent=ID; the page of agents has a link for each.")
    work = own_work(seen.desk, agent, **seen.address.scorecard_call())
    metrics = {metric.name: metric for metric in seen.desk.metrics()}
    all_rows = rows_by_metric(work.everybody)
    cards = [card for family in work.scorecard.families for card in family.cards]
    chosen = seen.address.own.get("metric", cards[0].metric if cards else "")
    shown = next((card for card in cards if card.metric == chosen), None)
    return seen.page(
        "agent.html",
        here="agents",
        work=work,
        cards=[
            _OwnCard(
                card_view(card, metrics[card.metric], seen, rows_by_metric(work.scorecard), work.scorecard.grain),
                value_words(metrics[card.metric], all_rows[card.metric], seen.language)
                if shown_value(metrics[card.metric], all_rows[card.metric]) is not None
                else "",
                seen.address.here(metric=card.metric) + "#trend",
                card.metric == chosen,
            )
            for card in cards
        ],
        trend=_trends(metrics[shown.metric], shown.trend, work.scorecard.grain, seen.language) if shown else [],
        trend_title=metrics[shown.metric].label(seen.language) if shown else "",
        metric=chosen,
        **seen.over(work.scorecard),
    )


def _trends(metric: Metric, rows: list[dict[str, object]], grain: str, language: str) -> list[tuple[str, object]]:
    if all(shown_value(metric, row) is None for row in rows):
        return []
    drawn = {css: trend_chart(rows, metric, grain=grain, language=language, size=size) for css, size in SIZES.items()}
    return [(css, picture(svg)) for css, svg in drawn.items()]


def _compared(seen: Visit, by: str) -> Comparison:
    """The comparison asked for; where no metric was named, in the first that the data can measure."""
    own = seen.address.own
    known = {metric.name for metric in seen.desk.metrics()}
    offered = [own["metric"]] if "metric" in own else [name for name in (_DEFAULT_METRIC, *COMPARED) if name in known]
    span = {"mix": own.get("mix", _DEFAULT_MIX), **seen.address.scorecard_call()}
    found = (compare(seen.desk, by, name, **span) for name in offered)
    first = next(found)
    return first if _is_measured(first) else next(filter(_is_measured, found), first)


def _is_measured(comparison: Comparison) -> bool:
    rows = comparison.answers[0].rows if comparison.answers else []
    return not rows or any(row["null_reason"] != "not_measured" for row in rows)


def _page(seen: Visit, comparison: Comparison) -> Response:
    language, panel = seen.language, _panel(seen, comparison)
    known = {metric.name: metric for metric in seen.desk.metrics()}
    path = seen.address.path
    drawn = [(css, picture(panel.draw(size))) for css, size in SIZES.items()] if panel.draw else []
    return seen.page(
        "agents.html",
        here="agents",
        by=comparison.by,
        heading=say(language, _TITLES[comparison.by]),
        kinds=[(say(language, _TITLES[kind]), seen.address.beside(at), at == path) for at, kind in _KINDS.items()],
        comparison=comparison,
        is_measured=_is_measured(comparison),
        panel=panel,
        pictures=drawn,
        files=files_of(panel, lambda form: seen.address.beside(f"{path}.{form}")) if comparison.groups else [],
        metrics={name: known[name].label(language) for name in COMPARED if name in known},
        mixes={name: say(language, text) for name, text in _MIXES.items()},
        common=percent(comparison.common, 1, language=language) if comparison.common is not None else "",
        factor=number(comparison.factor, 1, language=language),
        **seen.over(comparison.scorecard),
    )


def _panel(seen: Visit, comparison: Comparison) -> Panel:
    """The comparison as a part that a page, a picture and a file show alike."""
    language, metric = seen.language, seen.desk.metric(comparison.metric)

    def draw(size: tuple[int, int]) -> str:
        return funnel_chart(comparison, metric, (size[0], size[1] + 80), language)

    return Panel(
        comparison.by,
        _finding(comparison, language),
        f"{metric.label(language)} · {say(language, _MIXES[comparison.mix])}",
        [{"metric": metric.name, **row} for row in comparison.rows()],
        comparison.answers,
        draw if comparison.groups else None,
        {"lines": [_line(seen, comparison, metric, group) for group in comparison.groups]},
    )


def _finding(comparison: Comparison, language: str) -> str:
    """What is seen, in one sentence."""
    judged = [group for group in comparison.groups if group.standing not in ("few", "none")]
    outside = [group for group in judged if group.stands_out]
    if comparison.is_hidden:
        return say(language, "Individuals are not compared here")
    if not _is_measured(comparison):
        return say(language, "The data cannot tell this")
    if not judged:
        return say(language, "Too few cases to compare anybody")
    if not outside:
        return say(language, "Nobody differs from the others by more than luck explains")
    of = number(len(judged), language=language)
    if comparison.by == "team":
        return counted(
            language,
            len(outside),
            "{n} team of {of} differs by more than luck explains",
            "{n} teams of {of} differ by more than luck explains",
            of=of,
        )
    return counted(
        language,
        len(outside),
        "{n} agent of {of} differs by more than luck explains",
        "{n} agents of {of} differ by more than luck explains",
        of=of,
    )


def _line(seen: Visit, comparison: Comparison, metric: Metric, group: Group) -> _GroupLine:
    language = seen.language
    is_person = comparison.by == "agent"
    href = seen.address.to("/agent", agent=group.key) if is_person else seen.address.to("/agents", team=group.key)
    name = dimension_value(comparison.by, group.name, language)
    line = line_of(metric, group.row, name, language, href="" if group.key.startswith("(") else href)
    shares = [percent(one, 1, language=language) if one is not None else "" for one in (group.expected, group.estimate)]
    css = group.standing if group.stands_out else ""
    return _GroupLine(line, shares[0], shares[1], standing_words(group, language), css)
