"""The whole distribution behind a duration, as the share of cases that were over within each time."""

from __future__ import annotations

from collections.abc import Mapping

from servicemeter.analysis.intervals import kaplan_meier
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.measure import FactsFor
from servicemeter.metrics.plan import Plan, Source, plan
from servicemeter.metrics.quantiles import classes_of
from servicemeter.metrics.statements import survival_statement
from servicemeter.model.answer import Answer
from servicemeter.model.curve import Curve
from servicemeter.model.metric import Distribution
from servicemeter.model.question import Question
from servicemeter.store.build import Facts

__all__ = ["curve_of"]

Steps = list[tuple[float, float]]


def curve_of(
    question: Question, answer: Answer, settings: Mapping[str, str], sources: list[Source], facts_for: FactsFor
) -> Curve | None:
    """The curve of the one row that `answer` has; None where the metric is no distribution or nothing was measured.

    `BadQuestion` for a question with a grain or dimensions: a curve is of one group.
    """
    if question.grain or question.by:
        raise BadQuestion("A curve is of one group over one span: ask it without grain and by.")
    one = plan(question, settings, sources)
    of = one.measure.distribution
    if of is None or not one.is_measured or one.invalid_dimension or len(answer.rows) != 1 or not answer.row["n"]:
        return None
    steps = _survival(one, facts_for(one), of) if of.censored else _reached(one, facts_for(one), of)
    row = answer.row
    return Curve(
        question,
        steps,
        row["n"],
        row.get("n_censored") or 0,
        row.get("median"),
        row.get("p90"),
        bool(of.censored),
        answer.data_version,
        answer.as_of,
    )


def _survival(one: Plan, facts: Facts, of: Distribution) -> Steps:
    sql = survival_statement(one, facts, of)
    known = [row[1:] for row in facts.rows(sql) if row[1] is not None and row[1] >= 0] if sql else []
    curve = kaplan_meier(*([step[i] for step in known] for i in range(3)))
    return [(float(at), 1 - float(left)) for at, left in zip(curve.times, curve.survival, strict=True)]


def _reached(one: Plan, facts: Facts, of: Distribution) -> Steps:
    """Exact at the greatest number of each class, because no later class holds a smaller one."""
    classes = classes_of(facts, one, of)
    total, reached = sum(count for count, _ in classes), 0
    steps: Steps = []
    for count, greatest in classes:
        reached += count
        steps.append((float(greatest), reached / total))
    return steps
