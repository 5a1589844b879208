"""One metric in full: what it found, its parts (`web/panels`), and exactly how it is measured. Every part is a file, too."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from servicemeter.desk.unknown import NO_HOURS
from servicemeter.ground.errors import NotAllowed, ServicemeterError, UnknownName
from servicemeter.model.person import Right
from servicemeter.show.changes import aim_words
from servicemeter.show.sentences import statement
from servicemeter.show.words import unit_words
from servicemeter.web.asker import asker, note_export
from servicemeter.web.cards import card_view, rows_by_metric
from servicemeter.web.exports import export, files_of
from servicemeter.web.keptpages import kept
from servicemeter.web.pages.check import findings_about
from servicemeter.web.panels import SIZES, Panel, PanelModule, panel_modules
from servicemeter.web.paper import picture
from servicemeter.web.rules import may
from servicemeter.web.subject import KEYS, Subject, subject_of
from servicemeter.web.visit import visit

__all__ = ["router"]

router = APIRouter()


@dataclass(frozen=True)
class _Part:
    """A part as the page shows it: built, or to be fetched from `href`; `fault` says why there is none."""

    name: str
    href: str
    panel: Panel | None = None
    pictures: tuple[tuple[str, Markup], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    fault: str = ""


@router.api_route("/metric/{name}", methods=["GET", "HEAD"])
@may("see_figures")
@kept
def metric_page(request: Request, name: str) -> Response:
    """A metric over the period and filters of the address; parts that take longer are fetched after it."""
    subject = subject_of(visit(request, KEYS), name)
    parts = []
    for part, module in panel_modules().items():
        if not asker().person.may(_needs(module)):
            continue
        parts.append(_Part(part, _href(subject, part)) if module.IS_LATE else _part(subject, part))
    return _page(subject, [part for part in parts if part])


@router.api_route("/metric/{name}/{part}.{form}", methods=["GET", "HEAD"])
@may("see_figures", is_export=True)
def part_file(request: Request, name: str, part: str, form: str) -> Response:
    """A part of the page as a file."""
    subject = subject_of(visit(request, KEYS), name)
    module = _module(part)
    panel = getattr(module, "build_file", module.build)(subject)
    if panel is None:
        raise UnknownName(f"part of {name} with figures", part, [*panel_modules()])
    return export(subject, panel, form)


@router.api_route("/metric/{name}/{part}", methods=["GET", "HEAD"])
@may("see_figures")
def part_page(request: Request, name: str, part: str) -> Response:
    """A part alone, as a page of its own."""
    module = _module(part)
    note_export(_needs(module) == "see_rows")
    subject = subject_of(visit(request, KEYS), name)
    built = _part(subject, part)
    return _page(subject, [built] if built else [], is_whole=False)


def _module(part: str) -> PanelModule:
    modules = panel_modules()
    if part not in modules:
        raise UnknownName("part of a metric's page", part, modules)
    if not asker().person.may(_needs(modules[part])):
        raise NotAllowed(f"Your account ({asker().person.role}) does not show single rows. Ask an owner or admin.")
    return modules[part]


def _needs(module: PanelModule) -> Right:
    return getattr(module, "MAY", "see_figures")


def _href(subject: Subject, part: str) -> str:
    return subject.seen.address.beside(f"/metric/{subject.metric.name}/{part}")


def _part(subject: Subject, name: str) -> _Part | None:
    """A part, built; None where this metric has none of it, and the fault where it cannot be measured so."""
    try:
        panel = panel_modules()[name].build(subject)
    except ServicemeterError as fault:
        return _Part(name, _href(subject, name), fault=str(fault))
    if panel is None:
        return None
    drawn = tuple((css, picture(panel.draw(size))) for css, size in SIZES.items()) if panel.draw else ()
    files = files_of(panel, lambda form: subject.seen.address.beside(f"/metric/{subject.metric.name}/{name}.{form}"))
    return _Part(name, _href(subject, name), panel, drawn, tuple(files))


def _page(subject: Subject, parts: list[_Part], is_whole: bool = True) -> Response:
    seen, metric, card, language = subject.seen, subject.metric, subject.card, subject.language
    values = seen.over(subject.scorecard)
    view = card_view(card, metric, seen, rows_by_metric(subject.scorecard), subject.scorecard.grain) if card else None
    return seen.page(
        "metric.html",
        here="scorecard",
        is_whole=is_whole,
        metric=metric,
        card=view,
        options=subject.options,
        no_hours=NO_HOURS if NO_HOURS in subject.scorecard.notes else "",
        lead=statement(metric, card.now, language) if card else "",
        parts=parts,
        part_titles={part: module.TITLE for part, module in panel_modules().items()},
        unit=unit_words(metric, language),
        aim=aim_words(metric, metric.target, language) if metric.target else "",
        labels={m.name: m.label(language) for m in seen.desk.metrics()},
        findings=findings_about(seen, metric.name),
        **values,
    )
