"""A question in words: the arguments of `measure` made into a `Question`, the same wherever the answer comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MethodType
from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method_named, method_names
from servicemeter.ground.clock import instant, within_reach
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.catalog import all_metrics, find_metric
from servicemeter.model.answer import Answer
from servicemeter.model.condition import condition
from servicemeter.model.explanation import Explanation
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Grain, Question, Scope

__all__ = ["Asking"]


def _draw(answer: Answer, language: str, theme: str) -> Any:
    from servicemeter.desk.charting import chart_of

    return chart_of(answer, language, theme)


Answer.drawn = _draw


class Asking:
    """What every desk does with the answers that `measure_all` gives, and the catalogue it asks from."""

    def measure_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer questions in their order."""
        raise NotImplementedError

    def explain_question(self, question: Question, limit: int = 100) -> Explanation:
        """The rows behind an answer (at most `limit`), their sums, and what was left out and why."""
        raise NotImplementedError

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """The answer of a method of `desk.methods`, by its name."""
        raise NotImplementedError

    if not TYPE_CHECKING:  # checked code calls the methods' own functions

        def __getattr__(self, name: str) -> Any:
            """The methods found by name, for Python at a prompt: `desk.find_tickets(…)`."""
            if name not in method_names():
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return MethodType(method_named(name), self)  # with the words and the arguments of the method, for `help`

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *method_names()})

    def measure(
        self,
        metric: str | Question,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        at: datetime | str | None = None,
        grain: Grain | None = None,
        by: str | Sequence[str] = (),
        where: str | Filter | Sequence[str | Filter] = (),
        as_of: datetime | str | None = None,
        known_at: datetime | str | None = None,
        scope: Scope | None = None,
        params: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Answer:
        """Ask one metric; its options are given by name (`clock="business"`), or in `params` where a name is taken.

        `since` and `until` are local dates of the reporting zone, `until` exclusive. `by` is a dimension or several, `where` a
        condition or several, as in the terminal: `where=["channel=email,chat", "team!=returns"]`. Raises `UnknownMetric`,
        `BadQuestion` and their kin for what cannot be asked.
        """
        question = _question(
            metric, since=since, until=until, at=at, grain=grain, by=by, where=where, as_of=as_of, known_at=known_at,
            scope=scope, params=params, **options,
        )  # fmt: skip
        return self.measure_all([question])[0]

    def explain(self, metric: str | Question, *, limit: int = 100, **asked: Any) -> Explanation:
        """The rows behind an answer (at most `limit`), their sums, and what was left out and why.

        Asked like `measure`: a question, or a metric with `since`, `until`, `at`, `grain`, `by`, `where`, … and its options.
        """
        return self.explain_question(_question(metric, **asked), limit)

    def metric(self, name: str) -> Metric:
        """One metric's declaration; `UnknownMetric` when there is none of that name."""
        return find_metric(name)

    def metrics(self) -> list[Metric]:
        """The catalogue, family by family."""
        return list(all_metrics().values())


def _question(
    metric: str | Question,
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    at: datetime | str | None = None,
    grain: Grain | None = None,
    by: str | Sequence[str] = (),
    where: str | Filter | Sequence[str | Filter] = (),
    as_of: datetime | str | None = None,
    known_at: datetime | str | None = None,
    scope: Scope | None = None,
    params: Mapping[str, Any] | None = None,
    **options: Any,
) -> Question:
    """The question as a value, from the words it was asked in."""
    if isinstance(metric, Question):
        return metric
    if not isinstance(metric, str):
        raise BadQuestion(f"{metric!r} is no metric's name. Ask one at a time, or several questions with measure_all.")
    if not isinstance(scope, Scope | None):
        raise BadQuestion(f"{scope!r} is no scope of a question; the option of that name stands in params.")
    span = (_day(since), _day(until), _moment(at), grain)
    said = {**(params or {}), **options}
    split = (by,) if isinstance(by, str) else tuple(by)
    return Question(metric, *span, split, _filters(where), _moment(as_of), _moment(known_at), said, scope or Scope())


def _filters(where: str | Filter | Sequence[str | Filter]) -> tuple[Filter, ...]:
    held = [where] if isinstance(where, str | Filter) else where
    return tuple(condition(one) if isinstance(one, str) else one for one in held)


def _day(value: date | str | None) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise BadQuestion(f"{value!r} is no date; write it as 2026-03-31.") from None


def _moment(value: datetime | str | None) -> datetime | None:
    at = instant(value) if isinstance(value, str) else value
    return at and within_reach(at)
