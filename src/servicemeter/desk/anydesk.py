"""What a desk can be asked, wherever the book is open: in this process, or in a server that holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from servicemeter.desk.importing import ImportReport, ImportRequest
    from servicemeter.desk.steps import ToldStep
    from servicemeter.desk.sync import Clock, ToldSync
    from servicemeter.model.answer import Answer
    from servicemeter.model.curve import Curve
    from servicemeter.model.explanation import Explanation
    from servicemeter.model.metric import Metric
    from servicemeter.model.question import Filter, Grain, Question, Scope
    from servicemeter.model.scorecard import Scorecard
    from servicemeter.office.runs import SyncRun
    from servicemeter.store.book import LoadReport

__all__ = ["ASKED", "AnyDesk", "Asked"]


class Asked(Protocol):
    """The questions that a server answers for the commands beside it, each by its name and with these arguments."""

    def measure_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer questions in their order; those over the same facts, periods and filters are counted together."""
        ...

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """The answer of a method of `desk.methods`, by its name."""
        ...

    def scorecard(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        period: str | None = None,
        where: Sequence[Filter] = (),
        as_of: datetime | None = None,
        metrics: Sequence[str] | None = None,
        scope: Scope | None = None,
    ) -> Scorecard:
        """Every metric now, before and over time."""
        ...

    def explain_question(self, question: Question, limit: int = 100) -> Explanation:
        """The rows behind an answer (at most `limit`), their sums, and what was left out and why."""
        ...

    def curve(self, question: Question) -> Curve | None:
        """Which share of the cases of a duration was over within which time; None for what is no duration."""
        ...

    def occasions(self, event: str, since: datetime, until: datetime, now: datetime) -> list[dict[str, Any]]:
        """What happened in [since, until), still holds `now`, and may be asked about."""
        ...

    def statements(self, question: Question) -> list[str]:
        """The SQL behind an answer."""
        ...

    def findings(self) -> list[dict[str, Any]]:
        """What is wrong with the data."""
        ...

    def kept_aside(self, *, to_mend: bool = False) -> list[dict[str, Any]]:
        """Every row that could not be taken, oldest load first; `to_mend` leaves them as they came, whomever they name."""
        ...

    def covered(self) -> tuple[datetime, datetime] | None:
        """From when to when anything is loaded, or None for an empty book."""
        ...

    def dimension_values(self, dimension: str) -> list[str]:
        """The values a dimension has in the book."""
        ...

    @property
    def data_version(self) -> int:
        """The number of the last load."""
        ...

    @property
    def report_tz(self) -> str:
        """The zone in which days and weeks are counted."""
        ...


ASKED = frozenset(name for name in vars(Asked) if not name.startswith("_"))
"""The names of these questions."""


class AnyDesk(Asked, Protocol):
    """A desk as commands and programs use it. Close it, or use it in a `with`."""

    def __enter__(self) -> AnyDesk: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def close(self) -> None:
        """Let go of the book, or of the server that holds it."""
        ...

    def measure(
        self,
        metric: str | Question,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        at: datetime | str | None = None,
        grain: Grain | None = None,
        by: Sequence[str] = (),
        where: Sequence[Filter] = (),
        as_of: datetime | str | None = None,
        known_at: datetime | str | None = None,
        scope: Scope | None = None,
        params: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Answer:
        """Ask one metric."""
        ...

    def explain(self, metric: str | Question, *, limit: int = 100, **asked: Any) -> Explanation:
        """The rows behind an answer, asked like `measure`."""
        ...

    def metric(self, name: str) -> Metric:
        """One metric's declaration."""
        ...

    def metrics(self) -> list[Metric]:
        """The catalogue, family by family."""
        ...

    def load(self, *, source: str = "files", tz: str | None = None, now: datetime | None = None, **tables: Any) -> LoadReport:
        """Load canonical tables by name."""
        ...

    def import_files(self, request: ImportRequest, *, now: datetime, progress: ToldStep | None = None) -> ImportReport:
        """Take a file or a folder of files into the book."""
        ...

    def sync(self, name: str, *, clock: Clock, since: datetime | None = None, progress: ToldSync | None = None) -> SyncRun:
        """Pull a connected source."""
        ...
