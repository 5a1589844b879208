"""A desk whose book a running server holds: the same questions, asked over loopback with the owner's token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any

import httpx

from servicemeter import __version__
from servicemeter.desk.asking import Asking
from servicemeter.desk.opening import ServerNote
from servicemeter.desk.wire import pack, unpack, unpack_error
from servicemeter.ground.errors import BookHeld, ServerGone
from servicemeter.ground.settings import Home

if TYPE_CHECKING:
    from servicemeter.desk.importing import ImportReport, ImportRequest
    from servicemeter.desk.steps import ToldStep
    from servicemeter.desk.sync import Clock, ToldSync
    from servicemeter.model.answer import Answer
    from servicemeter.model.curve import Curve
    from servicemeter.model.explanation import Explanation
    from servicemeter.model.question import Filter, Question, Scope
    from servicemeter.model.scorecard import Scorecard
    from servicemeter.office.runs import SyncRun
    from servicemeter.store.book import LoadReport

__all__ = ["RemoteDesk"]

_WAIT_FOR_ANSWER = httpx.Timeout(None, connect=2.0)
_WAIT_FOR_HELLO = httpx.Timeout(5.0, connect=1.0)


class RemoteDesk(Asking):
    """The desk of a home whose server is running. Nothing is kept here: every question goes to the server."""

    def __init__(self, home: Home, note: ServerNote) -> None:
        self.home, self.note = home, note
        # The environment's proxies have no business between two processes of one machine.
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{note.port}/internal/",
            headers={"Authorization": f"Bearer {note.token}"},
            timeout=_WAIT_FOR_ANSWER,
            trust_env=False,
        )

    def __enter__(self) -> RemoteDesk:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection; the server goes on."""
        self._client.close()

    def answers(self) -> bool:
        """Whether the server answers to this token; `BookHeld` when it is another version of the program."""
        try:
            response = self._client.post("hello", timeout=_WAIT_FOR_HELLO)
            version = response.json()["version"] if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False
        if version not in (None, __version__):
            raise BookHeld(
                f"The server on {self.home.folder} (process {self.note.pid}) is servicemeter {version}, this command is "
                f"{__version__}. Nothing was changed. Stop that server, start it again, and repeat the command."
            )
        return version is not None

    def measure_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer questions in their order."""
        return list(self._ask("measure_all", questions=list(questions)))

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """The answer of a method of `desk.methods`, by its name, as the server's desk gives it."""
        return self._ask("ask", name=name, arguments=dict(arguments))

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
        card: Scorecard = self._ask(
            "scorecard",
            since=since,
            until=until,
            period=period,
            where=list(where),
            as_of=as_of,
            metrics=None if metrics is None else list(metrics),
            scope=scope,
        )
        return card

    def explain_question(self, question: Question, limit: int = 100) -> Explanation:
        """The rows behind an answer (at most `limit`), their sums, and what was left out and why."""
        explanation: Explanation = self._ask("explain_question", question=question, limit=limit)
        return explanation

    def curve(self, question: Question) -> Curve | None:
        """Which share of the cases of a duration was over within which time; None for what is no duration."""
        curve: Curve | None = self._ask("curve", question=question)
        return curve

    def occasions(self, event: str, since: datetime, until: datetime, now: datetime) -> list[dict[str, Any]]:
        """What happened in [since, until), still holds `now`, and may be asked about."""
        return list(self._ask("occasions", event=event, since=since, until=until, now=now))

    def statements(self, question: Question) -> list[str]:
        """The SQL behind an answer."""
        return list(self._ask("statements", question=question))

    def findings(self) -> list[dict[str, Any]]:
        """What is wrong with the data."""
        return list(self._ask("findings"))

    def kept_aside(self, *, to_mend: bool = False) -> list[dict[str, Any]]:
        """Every row that could not be taken, oldest load first; `to_mend` leaves them as they came, whomever they name."""
        return list(self._ask("kept_aside", to_mend=to_mend))

    def covered(self) -> tuple[datetime, datetime] | None:
        """From when to when anything is loaded, or None for an empty book."""
        span: tuple[datetime, datetime] | None = self._ask("covered")
        return span

    def dimension_values(self, dimension: str) -> list[str]:
        """The values a dimension has in the book."""
        return list(self._ask("dimension_values", dimension=dimension))

    @property
    def data_version(self) -> int:
        """The number of the last load."""
        return int(self._ask("data_version"))

    @property
    def report_tz(self) -> str:
        """The zone in which days and weeks are counted."""
        return str(self._ask("report_tz"))

    def load(self, *, source: str = "files", tz: str | None = None, now: datetime | None = None, **tables: Any) -> LoadReport:
        """Load canonical tables by name, as `Desk.load` does; frames travel as Parquet files beside the book."""
        with TemporaryDirectory(dir=self.home.folder, prefix=".handed-over-") as folder:
            given = {name: _handed_over(Path(folder), name, table, tz) for name, table in tables.items()}
            report: LoadReport = self._ask("load", source=source, tz=tz, now=now or datetime.now(UTC), tables=given)
        return report

    def import_files(self, request: ImportRequest, *, now: datetime, progress: ToldStep | None = None) -> ImportReport:
        """Take a file or a folder of files; the server reads them itself and tells how far it is."""
        from servicemeter.sources.places import whole_place

        path = whole_place(request.path)
        whole = replace(request, path=path, mapping=_absolute(request.mapping))
        report: ImportReport = self._work("import", [whole, now], progress)
        return report

    def sync(self, name: str, *, clock: Clock, since: datetime | None = None, progress: ToldSync | None = None) -> SyncRun:
        """Pull a connected source; the server does it, by its own clock, and tells how far it is."""
        run: SyncRun = self._work("sync", [name, since], progress)
        return run

    def _work(self, what: str, wanted: Any, progress: Callable[[Any], None] | None) -> Any:
        """Something that takes the server a while; its steps are told, its report is returned."""
        with self._plainly(), self._client.stream("POST", what, json=pack(wanted)) as response:
            if response.status_code != 200:
                response.read()
                self._refused(response)
            for line in response.iter_lines():
                said = json.loads(line)
                if "step" in said and progress is not None:
                    progress(unpack(said["step"]))
                elif "error" in said:
                    raise unpack_error(said["error"])
                elif "value" in said:
                    return unpack(said["value"])
        raise self._gone()

    def _ask(self, question: str, /, **arguments: Any) -> Any:
        """One question and its answer; raises the error that the server's desk raised."""
        with self._plainly():
            response = self._client.post(f"ask/{question}", json=pack(arguments))
            if response.status_code != 200:
                self._refused(response)
            return unpack(response.json())

    def _refused(self, response: httpx.Response) -> None:
        said = response.json()
        raise unpack_error(said["error"]) if "error" in said else self._gone()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Say in our words that the server is no longer there, or is another one."""
        try:
            yield
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise self._gone() from error

    def _gone(self) -> ServerGone:
        return ServerGone(
            f"The server that holds the book in {self.home.folder} (process {self.note.pid}) stopped while it was asked. "
            "Nothing half-done stays in the book. Run the same command again."
        )


def _absolute(path: str | None) -> str | None:
    return path if path is None or not Path(path).exists() else str(Path(path).absolute())


def _handed_over(folder: Path, name: str, table: Any, tz: str | None) -> tuple[str, str]:
    """(`path`, the user's own Parquet file) or (`rows`, a Parquet file of the frame, typed)."""
    if isinstance(table, str | Path):
        return "path", str(Path(table).absolute())
    import pyarrow as pa
    import pyarrow.parquet as pq

    from servicemeter.desk.frames import FramesDelivery, as_utc
    from servicemeter.model.rows import Batch

    path = folder / f"{name}.parquet"
    batch = next(iter(FramesDelivery("", None, {name: table}, naive_tz=tz)), Batch(name, pa.table({})))
    assert isinstance(batch, Batch)
    pq.write_table(as_utc(batch.rows), path)
    return "rows", str(path)
