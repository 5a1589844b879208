"""What came of a survey, as lines of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from servicemeter.desk.surveying import Saving
from servicemeter.surveys.results import FEWEST_SHOWN, Results

__all__ = ["results_lines", "saving_lines"]

_DIFFERENCES = 8


def results_lines(results: Results) -> list[str]:
    """The funnel, the score, and where the answering differ."""
    lines = [
        f"{step.name:<16} {step.count:>8}   {_percent(step.of_step_before):>7} of the step before" for step in results.funnel
    ]
    lines += [
        "",
        f"rated of all eligible   {_percent(results.end_to_end)}",
        f"rated of the delivered  {_percent(results.acceptance)}",
    ]
    lines += ["", *_score_lines(results)]
    large = [d for d in results.differences if d.is_large]
    if large:
        lines += ["", "Those who answered are not like all:"]
        for d in large[:_DIFFERENCES]:
            shares = f"{_percent(d.answered_share)} of the answers, {_percent(d.eligible_share)} of all"
            lines.append(f"  {d.dimension} {d.value}: {shares} ({d.difference:+.2f})")
    if results.reasons:
        lines += ["", "Not asked: " + ", ".join(f"{reason} {n}" for reason, n in sorted(results.reasons.items()))]
    return [*lines, "", f"{results.held_count} answers held back: servicemeter survey held"]


def _score_lines(results: Results) -> list[str]:
    score = results.score
    counted = f"n {score.n}, {score.partial_count} of them only rated"
    if score.value is None:
        return (
            [f"score: {counted}; below {FEWEST_SHOWN} answers only their number is shown"] if not results.intents else [counted]
        )
    lines = [f"score     {_percent(score.value)}  ({_percent(score.ci_low)} to {_percent(score.ci_high)}, {counted})"]
    if score.weighted:
        w = score.weighted
        span = f"{_percent(w.ci_low)} to {_percent(w.ci_high)}, as sure as {w.effective_n:.0f} answers"
        lines.append(f"weighted  {_percent(w.value)}  ({span})")
    lines.append(f"Had everybody answered, it would lie between {_percent(score.lowest)} and {_percent(score.highest)}.")
    return lines


def saving_lines(savings: Sequence[Saving]) -> list[str]:
    """The contacts that a self-service page could save."""
    if not savings:
        return []
    lines = ["", f"{'came for':<16} {'visitors':>8} {'did not manage':>15} {'contacts':>9} {'hours to save':>14}"]
    for s in savings:
        hours = "-" if s.saved_seconds is None else f"{s.saved_seconds / 3600:.1f}"
        lines.append(f"{s.intent:<16} {s.visitor_count:>8} {_percent(s.unfulfilled_share):>15} {s.contact_count:>9} {hours:>14}")
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
