"""The desk as pages and the API get it: every question is narrowed to what the one who asks may see.

There is no other desk behind the entrance, so that no page can ask past it. What is not known here is answered only where it can
be narrowed (its arguments are questions, or it takes a `scope`) or to those from whom nothing is hidden.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import wraps
from typing import Any

from servicemeter.desk.methods import method_named
from servicemeter.ground.errors import NotAllowed
from servicemeter.model.answer import Answer
from servicemeter.model.curve import Curve
from servicemeter.model.explanation import Explanation
from servicemeter.model.metric import Metric
from servicemeter.model.person import Person, Right, narrowed, within
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.scorecard import Scorecard
from servicemeter.web.asker import asker
from servicemeter.web.desklike import DeskLike

__all__ = ["ScopedDesk"]

_OPEN = frozenset(
    (
        *("mark", "metric", "metrics", "report_tz", "chosen_tz", "data_version", "covered", "notes", "aims", "views"),
        *("hides_individuals", "is_making_facts"),
    )
)
"""What says nothing about anybody's work."""

_SET: Right = "change_settings"
_GIVES: dict[str, Right] = {
    "busy_times": "see_figures", "loyalty": "see_figures", "hours": _SET, "plan_hours": _SET, "save_hours": _SET,
    "promises": _SET, "plan_promise": _SET, "save_promise": _SET,
    "assist": "read_words", "loads": "see_data", "plan_withdrawal": "load_data", "withdraw": "load_data",
}  # fmt: skip
"""What else is asked of methods that are narrowed by their arguments; to see rows, where nothing is said here."""

_LISTED = {"source": "sources", "brand": "brands", "team": "teams", "agent": "agents"}
_OF_FINDINGS = ("name", "severity", "metrics")


class ScopedDesk:
    """A desk for whoever asks at the moment."""

    def __init__(self, desk: DeskLike) -> None:
        self._desk = desk

    def scorecard(
        self,
        *,
        since: date | None,
        until: date | None,
        period: str | None,
        where: list[Filter],
        as_of: datetime | None,
        metrics: Sequence[str] | None = None,
        scope: Scope | None = None,
    ) -> Scorecard:
        """Every metric of what they see."""
        person = _asking("see_figures")
        own = narrowed(Question("", where=tuple(where), scope=scope or Scope()), person).scope
        return self._desk.scorecard(
            since=since, until=until, period=period, where=where, as_of=as_of, metrics=metrics, scope=own
        )  # fmt: skip

    def measure(self, question: Question, /) -> Answer:
        """One metric of what they see."""
        return self._desk.measure(narrowed(question, _asking("see_figures")))

    def curve(self, question: Question, /) -> Curve | None:
        """A distribution of what they see."""
        return self._desk.curve(narrowed(question, _asking("see_figures")))

    def explain_question(self, question: Question, limit: int = 100) -> Explanation:
        """The rows behind an answer, for those who see rows."""
        return self._desk.explain_question(narrowed(question, _asking("see_rows")), limit)

    def statements(self, question: Question) -> list[str]:
        """The SQL behind an answer, for those who see rows."""
        return self._desk.statements(narrowed(question, _asking("see_rows")))

    def metric(self, name: str) -> Metric:
        """A definition."""
        return self._desk.metric(name)

    def metrics(self) -> list[Metric]:
        """All definitions."""
        return self._desk.metrics()

    def dimension_values(self, dimension: str) -> list[str]:
        """The values of a dimension that they see."""
        seen = within(Scope(), _asking("see_figures"))
        own = getattr(seen, _LISTED[dimension]) if dimension in _LISTED else ()
        if own or seen == Scope():
            known = self._desk.dimension_values(dimension)
            return [value for value in known if not own or value in own]
        return [] if dimension in _LISTED else self._desk.dimension_values(dimension)

    def findings(self) -> Sequence[Any]:
        """What is wrong with the data; to those who may not see it all, only which figures it makes doubtful."""
        return _findings_seen(self._desk.findings())

    def findings_within(self, patience_s: float) -> Sequence[Any] | None:
        """The same, if it is known by then."""
        found = self._desk.findings_within(patience_s)
        return None if found is None else _findings_seen(found)

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """A method by its name (`desk/methods`): within what they see where it takes a `scope`, else for who sees everything."""
        if name in _OPEN:
            return self._desk.ask(name, arguments)
        person = _asking(_GIVES.get(name, "see_rows"))
        if _takes_scope(method_named(name).answer):
            arguments = {**arguments, "scope": _sight(arguments, person)}
        else:
            _see_all(name)
        return self._desk.ask(name, arguments)

    def __getattr__(self, name: str) -> Any:
        """What pages of their own ask besides."""
        found = getattr(self._desk, name)
        if name in _OPEN:
            return found
        if not callable(found):
            _see_all(name)
            return found
        return _held(name, found)


def _findings_seen(found: Sequence[Any]) -> Sequence[Any]:
    if asker().person.may("see_data"):
        return found
    _asking("see_figures")
    return [{key: one.get(key) for key in _OF_FINDINGS} for one in found]


def _asking(right: Right) -> Person:
    person = asker().person
    if not person.may(right):
        raise NotAllowed(f"Your account ({person.role}) does not show this. Ask an owner or admin of this servicemeter.")
    return person


def _see_all(name: str) -> None:
    if not _asking("see_rows").sees_everything:
        raise NotAllowed(f"Your account shows a part of the data, and {name} is about all of it.")


def _held(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, with its questions narrowed and its `scope` merged; without either it is for those who see everything."""
    takes_scope = _takes_scope(method)

    @wraps(method)
    def asked(*given: Any, **named: Any) -> Any:
        person = _asking(_GIVES.get(name, "see_rows"))
        has_question = any(_is_questions(value) for value in (*given, *named.values()))
        if takes_scope:
            named["scope"] = _sight(named, person)
        elif not has_question:
            _see_all(name)
        return method(*(_narrow(v, person) for v in given), **{key: _narrow(v, person) for key, v in named.items()})

    return asked


def _takes_scope(method: Callable[..., Any]) -> bool:
    return bool({"scope", "span"} & inspect.signature(method).parameters.keys())


def _sight(arguments: Mapping[str, Any], person: Person) -> Scope:
    """What of the scope among the arguments they may ask; conditions that name what they do not see are refused."""
    asked: Any = arguments.get("where") or getattr(arguments.get("wish"), "where", ())
    return narrowed(Question("", where=tuple(asked), scope=arguments.get("scope") or Scope()), person).scope


def _is_questions(value: object) -> bool:
    return isinstance(value, Question) or (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(v, Question) for v in value)
    )


def _narrow(value: Any, person: Person) -> Any:
    if isinstance(value, Question):
        return narrowed(value, person)
    return [narrowed(v, person) for v in value] if _is_questions(value) else value
