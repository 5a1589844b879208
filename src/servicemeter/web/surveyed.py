"""What came of a survey as its templates need it: every text made by `show`, every number from the desk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from servicemeter.show.bars import share_bar
from servicemeter.show.dimensions import dimension_name, dimension_value
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.surveywords import event_words, kind_words, reason_words, share_words, span_words, step_words
from servicemeter.surveys.forms import Form
from servicemeter.surveys.results import FEWEST_SHOWN, Difference, Results, Score
from servicemeter.web.paper import picture

__all__ = ["ResultView", "StepView", "result_view", "results_dict"]

_NO_SCORE = phrase("Below {n} answers only their number is shown.")
_DIMENSIONS = {"team_id": "team", "agent_id": "agent"}


@dataclass(frozen=True)
class StepView:
    """One step of the funnel."""

    name: str
    count: str
    of_step_before: str
    bar: Markup


@dataclass(frozen=True)
class ScoreLine:
    """One way to read the score: what it is, its value, its interval, and how many answers it is as sure as."""

    name: str
    value: str
    interval: str
    n: str


@dataclass(frozen=True)
class DifferenceView:
    """How those who answered differ from all, in one value of a dimension."""

    name: str
    answered: str
    eligible: str
    difference: str
    is_large: bool


@dataclass(frozen=True)
class ResultView:
    """A survey over a span."""

    name: str
    title: str
    kind: str
    event: str
    has_asked: bool
    steps: list[StepView]
    rates: str
    scores: list[ScoreLine]
    score_note: str
    bounds: str
    differences: list[DifferenceView]
    reasons: list[tuple[str, str]]
    held: str
    held_count: int


def result_view(form: Form, results: Results, language: str) -> ResultView:
    """The texts of one survey."""
    return ResultView(
        form.name,
        form.wording(language).title,
        kind_words(form.kind, language),
        event_words(form.asking.event, language),
        bool(results.funnel[0].count),
        _steps(results, language),
        _rates(results, language),
        _scores(results.score, language),
        _note(form, results.score, language),
        _bounds(results.score, language),
        [_difference(d, language) for d in results.differences],
        [(reason_words(r, language), number(n, language=language)) for r, n in sorted(results.reasons.items(), key=_most_first)],
        counted(language, results.held_count, "{n} answer held back", "{n} answers held back"),
        results.held_count,
    )


def results_dict(form: Form, results: Results) -> dict[str, Any]:
    """The same for programs: what the terminal prints as JSON, and what kind of survey it is."""
    return {"kind": form.kind, "event": form.asking.event, **asdict(results)}


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _steps(results: Results, language: str) -> list[StepView]:
    whole = results.funnel[0].count
    return [
        StepView(
            step_words(step.name, language),
            number(step.count, language=language),
            share_words(step.of_step_before, language) if place else "",
            picture(share_bar(step.count, whole)),
        )
        for place, step in enumerate(results.funnel)
    ]


def _rates(results: Results, language: str) -> str:
    shares = (share_words(share, language) for share in (results.end_to_end, results.acceptance))
    return say(language, "Rated: {all} of all that was worth a question, {delivered} of the delivered.",
               **dict(zip(("all", "delivered"), shares, strict=True)))  # fmt: skip


def _scores(score: Score, language: str) -> list[ScoreLine]:
    """The score as it is, weighted, and by when and how often people answered; empty without one."""
    if score.value is None:
        return []
    n = number(score.n, language=language)
    interval = span_words(score.ci_low, score.ci_high, language)
    lines = [ScoreLine(say(language, "as answered"), share_words(score.value, language), interval, n)]
    if score.weighted:
        w = score.weighted
        sure = say(language, "as sure as {n}", n=number(w.effective_n, language=language))
        interval = span_words(w.ci_low, w.ci_high, language)
        lines.append(ScoreLine(say(language, "weighted to all"), share_words(w.value, language), interval, sure))
    hints = {
        phrase("first answers, before changes"): score.first_value,
        phrase("answered within two days"): score.early_value,
        phrase("answered later"): score.late_value,
    }
    lines += [ScoreLine(say(language, name), share_words(v, language), "", "") for name, v in hints.items() if v is not None]
    return lines


def _note(form: Form, score: Score, language: str) -> str:
    said = counted(language, score.partial_count, "{n} of them only rated", "{n} of them only rated")
    answers = f"{counted(language, score.n, '{n} answer', '{n} answers')}, {said}."
    has_score = score.value is not None or form.kind == "intent"
    return answers if has_score else f"{answers} {say(language, _NO_SCORE, n=FEWEST_SHOWN)}"


def _bounds(score: Score, language: str) -> str:
    if score.lowest is None or score.highest is None:
        return ""
    span = span_words(score.lowest, score.highest, language)
    return say(language, "Had everybody answered, the score would lie within {span}.", span=span)


def _difference(d: Difference, language: str) -> DifferenceView:
    dimension = _DIMENSIONS.get(d.dimension, d.dimension)
    return DifferenceView(
        f"{dimension_name(dimension, language)}: {dimension_value(dimension, d.value, language)}",
        share_words(d.answered_share, language),
        share_words(d.eligible_share, language),
        number(d.difference, 2, language=language, signed=True),
        d.is_large,
    )
