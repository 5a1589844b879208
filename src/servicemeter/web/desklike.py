"""What the pages need of a desk: the questions they ask, and nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from servicemeter.desk.surveydesk import SurveyDesk
from servicemeter.desk.uploads import Uploads
from servicemeter.model.answer import Answer
from servicemeter.model.curve import Curve
from servicemeter.model.explanation import Explanation
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.scorecard import Scorecard

__all__ = ["DeskLike"]


class DeskLike(Protocol):
    """Whoever answers the pages' questions; methods may be called from several threads at once.

    `period` is one of `asked.PERIODS`, counted from the data's own `as_of`; `since` and `until` (half-open) take its
    place. `findings` are mappings with `title`, `count` and, where known, `severity` and `remedy`; those of
    `coverage` have `source`, `first_on`, `row_counts` and `missing`.
    """

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
    ) -> Scorecard: ...

    def measure(self, question: Question, /) -> Answer: ...

    def curve(self, question: Question, /) -> Curve | None: ...

    def explain_question(self, question: Question, limit: int = 100) -> Explanation: ...

    def statements(self, question: Question) -> list[str]: ...

    def mark(self) -> Hashable | None: ...

    def metric(self, name: str) -> Metric: ...

    def metrics(self) -> list[Metric]: ...

    def dimension_values(self, dimension: str) -> list[str]: ...

    def ask(self, name: str, arguments: Mapping[str, Any], /) -> Any: ...
    @property
    def report_tz(self) -> str: ...

    @property
    def chosen_tz(self) -> str: ...

    @property
    def hides_individuals(self) -> bool: ...

    @property
    def is_making_facts(self) -> bool: ...

    def findings(self) -> Sequence[Any]: ...

    def findings_within(self, patience_s: float) -> Sequence[Any] | None: ...

    @property
    def surveys(self) -> SurveyDesk: ...

    @property
    def uploads(self) -> Uploads: ...
