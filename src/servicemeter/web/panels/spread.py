"""How long: the share of cases that are over within each time; beside it, where the metric has it, the cohort that began."""

from __future__ import annotations

from typing import Any

from servicemeter.model.answer import Row
from servicemeter.model.curve import Curve
from servicemeter.show.curves import WITHIN, curve_chart, share_within
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.web.panels import Panel
from servicemeter.web.subject import Subject

__all__ = ["IS_LATE", "PLACE", "TITLE", "build"]

PLACE = 40
TITLE = phrase("How long it takes")
IS_LATE = True


def build(subject: Subject) -> Panel | None:
    """The curve of what ended in the period, and of what began in it; None for what is no duration."""
    metric, language = subject.metric, subject.language
    if metric.unit != "seconds" or metric.at_moment:
        return None
    curves = _curves(subject)
    if not curves:
        return None
    first = curves[0][1]

    def draw(size: tuple[int, int]) -> str:
        return curve_chart(curves, size, language)

    return Panel(
        "spread",
        _title(first, language),
        say(language, "share of cases that were over within each time"),
        [row for _, curve, _ in curves for row in _rows(metric.name, curve)],
        [],
        draw,
        {
            "names": [text for _, _, text in curves],
            "within": [
                (duration(s, language=language), [percent(share_within(c, s), 0, language=language) for _, c, _ in curves])
                for s in WITHIN
            ],
            "notes": [_note(curve, language) for _, curve, _ in curves if curve.is_open],
        },
    )


def _curves(subject: Subject) -> list[tuple[str, Curve, str]]:
    """(class of the line, curve, label): what ended, then the cohort where the metric can follow one."""
    language = subject.language
    asked: list[tuple[str, dict[str, Any], str]] = [("line", {}, say(language, "ended in this period"))]
    can_follow = any(p.name == "attribution" and "created" in p.options for p in subject.metric.parameters)
    if can_follow and subject.options.get("attribution") != "created":
        asked.append(("cohort", {"attribution": "created"}, say(language, "began in this period, open ones included")))
    found = []
    for css, more, text in asked:
        curve = subject.seen.desk.curve(subject.question(params={**subject.options, **more}))
        if curve is not None and curve.steps:
            found.append((css, curve, text))
    return found


def _title(curve: Curve, language: str) -> str:
    if curve.median is None or curve.p90 is None:
        return say(language, TITLE)
    half, nine = (duration(seconds, language=language) for seconds in (curve.median, curve.p90))
    return say(language, "Half took {half} at most, nine in ten {nine}", half=half, nine=nine)


def _note(curve: Curve, language: str) -> str:
    open_ones = counted(language, curve.n_censored, "{n} is still open", "{n} are still open")
    of_all = say(language, "of {n} that began in this period", n=number(curve.n, language=language))
    median = duration(curve.median, language=language) if curve.median is not None else "–"
    return say(language, "{of_all}, {open_ones}: Kaplan-Meier median {median}", of_all=of_all, open_ones=open_ones, median=median)


def _rows(metric: str, curve: Curve) -> list[Row]:
    kind = "kaplan_meier" if curve.is_open else "ended"
    return [{"metric": metric, "curve": kind, "seconds": at, "share": share} for at, share in curve.steps]
