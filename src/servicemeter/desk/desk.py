"""The Python API: a desk is a data folder opened; one method a question."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from servicemeter.desk.ahead import Ahead
from servicemeter.desk.asking import Asking
from servicemeter.desk.check import check
from servicemeter.desk.covering import read_sources
from servicemeter.desk.facts import FactsKeeper, FactsKeeperBeyond
from servicemeter.desk.frames import FramesDelivery
from servicemeter.desk.goals import goals_of
from servicemeter.desk.individuals import hide_individuals
from servicemeter.desk.looking import Looking, Piece
from servicemeter.desk.making import Making, ToldPiece, patient_for
from servicemeter.desk.methods import method_named, method_names
from servicemeter.desk.privacy import discretion_of, refuse_asked, refuse_individuals
from servicemeter.desk.remarks import remarks_on
from servicemeter.desk.scorecard import PERIODS, make_scorecard
from servicemeter.desk.turns import Turns
from servicemeter.engines.duckdb import DuckDB
from servicemeter.engines.engine import Engine
from servicemeter.engines.opening import open_engine
from servicemeter.ground.errors import BadQuestion, BadSettings, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.metrics.curves import curve_of
from servicemeter.metrics.explain import explain
from servicemeter.metrics.measure import measure, parts, statements_of, tile
from servicemeter.metrics.ofticket import made_of_ticket
from servicemeter.metrics.plan import Source, plan
from servicemeter.metrics.tiled import Tiled
from servicemeter.model.answer import Answer
from servicemeter.model.curve import Curve
from servicemeter.model.explanation import Explanation
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.rows import Delivery
from servicemeter.model.scorecard import Scorecard
from servicemeter.store.book import Book, LoadReport, Progress
from servicemeter.store.build import Facts, policies_set
from servicemeter.store.loads import LoadKind
from servicemeter.store.occasions import find_occasions
from servicemeter.store.policies import Policies
from servicemeter.store.values import list_values
from servicemeter.text.masking import mask_of

if TYPE_CHECKING:
    from servicemeter.desk.importing import ImportReport, ImportRequest
    from servicemeter.desk.steps import ToldStep
    from servicemeter.desk.surveydesk import SurveyDesk
    from servicemeter.desk.sync import Clock, ToldSync
    from servicemeter.desk.uploads import Uploads
    from servicemeter.office.database import Office
    from servicemeter.office.runs import SyncRun

__all__ = ["Desk"]

T = TypeVar("T")
Where = Sequence[Filter]
_CACHED = 4096
_MOST_ANEW = 2


class Desk(Asking):
    """One data folder: its book, its facts, and the questions asked of them. Close it, or use it in a `with`.

    With an `engine` beyond the book (see `engines.opening`) the facts are built and asked there. One given by its address is
    closed with the desk; any other stays its owner's to close.
    With `on_demand` a fact is built when a question first reads it: for a desk that is asked little and kept shortly.

    What a question never needs (importing, syncing, the office, surveys, uploads) is imported by the method that opens it: a
    command asks once, and would otherwise spend most of its time on that.
    """

    def __init__(
        self,
        home: Home | None,
        *,
        memory: str | None = None,
        threads: int | None = None,
        engine: Engine | str | None = None,
        on_demand: bool = False,
    ) -> None:
        if home is not None:
            home.make()
        self.home = home
        self._lock = Turns()
        self._engine = DuckDB(home.book if home else None, memory=memory, threads=threads)
        self._own_engine: Engine | None = None
        try:
            if isinstance(engine, str):
                engine = self._own_engine = open_engine(engine)
            key = home.identity_key() if home else b"in memory"
            self.book = Book(self._engine, identity_key=key, mask=mask_of(home))
            book_id = hashlib.sha256(b"book" + key).hexdigest()[:16] if home else ""
            self._keeper = (
                FactsKeeperBeyond(self._engine, engine, book_id, on_demand=on_demand)
                if engine
                else FactsKeeper(self._engine, on_demand=on_demand)
            )
        except BaseException:
            self._close_engines()
            raise
        self._office: Office | None = None
        self._is_ready = False
        self._answers: dict[str, Answer] = {}
        self._tiled = Tiled()
        self._kept: dict[str, Any] = {}
        self._change_count = 0
        self._known_sources: list[Source] | None = None
        self._making = Making(self._lock, self._engine.interrupt)
        self._is_kept_up = False
        self._made_anew_count = 0
        self._looking = Looking(self._lock, self._begin_check, self._engine.interrupt, lambda: not self._making.is_begun)
        self._ahead = Ahead(
            self._lock,
            changes=lambda: self._change_count,
            parts=self._parts,
            tile=self._tile,
            measure=self.measure_all,
            first=self._scorecard,
            then=lambda ask: [self._scorecard(ask, period=name) for name in PERIODS],
            interrupt=self._engine.interrupt,
        )

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the book, so that another process may open it."""
        self._looking.end()
        with self._lock:
            if isinstance(self._keeper, FactsKeeperBeyond):
                self._keeper.drop_scratch()
            self._close_engines()
            if self._office is not None:
                self._office.close()

    def _close_engines(self) -> None:
        self._engine.close()
        if self._own_engine is not None:
            self._own_engine.close()

    def stop_answering(self) -> None:
        """End the questions that are being worked out, and refuse others (`Stopped`); what is being written is let finish."""
        self._looking.end()
        self._lock.stop(self._engine.interrupt)

    @property
    def data_version(self) -> int:
        """The number of the last load."""
        with self._lock:
            return self.book.data_version

    def load(self, *, source: str = "files", tz: str | None = None, now: datetime | None = None, **tables: Any) -> LoadReport:
        """Load canonical tables by name: Arrow tables, pandas or Polars frames, lists of dicts, or paths of Parquet files.

        `tz` is the clock of times without an offset, and, in a new book, the zone in which days are counted. Without it naive
        datetimes are UTC, and texts without an offset are refused. In Parquet files given by path naive instants are always UTC.

        >>> with Desk(None) as desk:
        ...     report = desk.load(tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00+01:00"}])
        ...     report.taken
        1
        """
        return self.take(FramesDelivery(source, tz, tables, naive_tz=tz), now=now or datetime.now(UTC))

    def take(
        self,
        delivery: Delivery,
        *,
        now: datetime,
        label: str = "",
        digest: str = "",
        progress: Progress | None = None,
        dry_run: bool = False,
        cursors: Mapping[str, Any] | None = None,
        delivered: Sequence[str] | None = None,
        is_judged: bool = False,
        is_set: bool = False,
    ) -> LoadReport:
        """Take a delivery and build the facts it touches, in one transaction; with `dry_run` only say what would be.

        A piece of a longer pull (`cursors`) and what was sent to us (`delivered`) leave the facts to whoever asks next: they are
        some of many. So does what is set by hand (`is_set`), which may reach all of them; a server then makes them beside.
        `is_judged` rows are the program's own account of rows that are there.
        """
        kind: LoadKind = (
            "judged" if is_judged else "sent" if delivered is not None else "pulled" if cursors is not None else "import"
        )
        with self._lock:
            before = self.book.data_version
            is_ready, is_making = False, self._making.is_begun
            self._keeper.before_load()

            def build(report: LoadReport) -> None:
                nonlocal is_ready
                if not dry_run and cursors is None and delivered is None and not is_set:
                    if progress:
                        progress("facts", 0)
                    is_ready = self._keeper.refresh(self.book.settings(), version_before=before, version=report.data_version)

            try:
                report = self.book.load(
                    delivery,
                    now=now,
                    label=label,
                    digest=digest,
                    progress=progress,
                    after=build,
                    dry_run=dry_run,
                    cursors=cursors,
                    delivered=delivered or (),
                    kind=kind,
                )
            except BaseException:
                self._is_ready = False
                raise
            if not dry_run:
                self._forget()
            self._is_ready = is_ready
            if not dry_run and not is_ready and (is_set or is_making):
                self._make_beside(is_set=is_set)
            return report

    def _forget(self) -> None:
        """What was answered may be answered otherwise now."""
        self._answers.clear()
        self._tiled.clear()
        self._kept.clear()
        self._known_sources = None
        self._making.forget()
        self._looking.forget()
        self._change_count += 1

    def mark(self) -> Hashable | None:
        """Another one whenever anything may be answered otherwise: after a load, once findings are known, or when somebody set
        something. None: not known.

        Waits for nobody, so that what is kept under it can be shown while the desk works.
        """
        if self.home is None:
            return None
        office = (self._office or self.office).mark() if self.home.has_office() else 0
        settings = self.home.settings
        set_at = settings.stat().st_mtime_ns if settings.exists() else 0
        return None if office is None else (self._change_count, office, set_at, self._looking.is_done)

    def import_files(self, request: ImportRequest, *, now: datetime, progress: ToldStep | None = None) -> ImportReport:
        """Take a file or a folder of files of any shape; see `desk.importing`."""
        from servicemeter.desk.importing import import_files

        return import_files(self, request, now=now, progress=progress)

    def sync(self, name: str, *, clock: Clock, since: datetime | None = None, progress: ToldSync | None = None) -> SyncRun:
        """Pull a connected source; see `desk.sync`."""
        from servicemeter.desk.sync import sync_source

        return sync_source(self, name, clock=clock, since=since, progress=progress)

    @property
    def office(self) -> Office:
        """The application database beside the book, opened when it is first needed; `BadSettings` without a data folder."""
        with self._lock:
            if self._office is None:
                if self.home is None:
                    raise BadSettings("A desk in memory has no connections. Open one on a data folder: servicemeter.open(DIR).")
                from servicemeter.office.database import open_office

                self._office = open_office(self.home)
            return self._office

    @property
    def surveys(self) -> SurveyDesk:
        """The surveys: their forms and what came of them; without a data folder nobody is asked."""
        from servicemeter.desk.surveydesk import SurveyDesk

        return SurveyDesk(self, self.office if self.home else None, self.home.surveys if self.home else None)

    @property
    def uploads(self) -> Uploads:
        """The files that are sent through pages, before they are imported."""
        from servicemeter.desk.uploads import Uploads

        return Uploads(self)

    def begin_anew(self, *, is_smaller: bool = True) -> None:
        """After rows were taken out: no answer and no fact from before; `is_smaller` leaves no trace of them in the file."""
        self._forget()
        self._is_ready = False
        self._keeper.drop_scratch()
        self._make_ready()
        if is_smaller:
            self._engine.rewrite()

    @contextmanager
    def on_book(self) -> Iterator[Book]:
        """The book, alone, for a moment."""
        with self._lock:
            yield self.book

    def kept_aside(self, *, to_mend: bool = False) -> list[dict[str, Any]]:
        """Every row that could not be taken, oldest load first; `to_mend` leaves them as they came, whomever they name."""
        with self._lock:
            found = self.book.kept_aside()
            if to_mend:
                return found
            return self._handed_out([{name: cell for name, cell in row.items() if name != "mark"} for row in found])

    def measure_all(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer questions in their order; those over the same facts, periods and filters are counted together."""
        refuse_individuals(self.home, questions)
        self._making.wait()
        with self._lock.asking():
            self._make_ready()
            began = time.monotonic()
            version = self.book.data_version
            keys = [f"{version} {q!r}" for q in questions]
            fresh = {k: q for k, q in zip(keys, questions, strict=True) if k not in self._answers}
            if fresh:
                known = (self.book.settings(), self._sources(), self._keeper.facts_for)
                found = measure(list(fresh.values()), *known, version, self._tiled)
                self._answers |= {key: self._with_unknown(answer) for key, answer in zip(fresh, found, strict=True)}
            self._ahead.note(questions, time.monotonic() - began)
            answers = [self._answers[k] for k in keys]
            for oldest in list(islice(self._answers, max(0, len(self._answers) - _CACHED))):
                del self._answers[oldest]
            return answers

    def work_ahead(self, stop: threading.Event) -> bool:
        """Ask again what is likely to be asked, while nobody waits; whether all of it was asked now. See `desk.ahead`.

        Facts that are to be made anew are made before, and the rows are checked then. Nothing is asked ahead of an engine beyond
        this process, whose time may be paid for, nor of an empty book.
        """
        self._is_kept_up = True
        self._making.work(stop)
        if isinstance(self._keeper, FactsKeeperBeyond) or not self.data_version:
            return False
        with patient_for(0):
            if not self._ahead.work(stop):
                return False
        self.findings_within(0)
        return True

    @property
    def is_making_facts(self) -> bool:
        """Whether all facts are being made anew, beside the questions; waits for nobody."""
        return self._making.is_begun

    def _make_beside(self, *, is_set: bool) -> None:
        """Let the facts be made piece by piece, where somebody does it. When loads come in between again and again, at once."""
        pieces = self._keeper.pieces(self.book.settings(), self.book.data_version) if self._is_kept_up else None
        if pieces is None:
            return
        self._made_anew_count += not is_set
        if self._made_anew_count > _MOST_ANEW:
            self._make_ready()
        else:
            self._making.begin(pieces)

    def _parts(self, questions: Sequence[Question]) -> list[list[Question]]:
        self._make_ready()
        return parts(questions, self.book.settings(), self._sources())

    def _tile(self, questions: Sequence[Question]) -> list[Callable[[], None]]:
        self._make_ready()
        return tile(questions, self.book.settings(), self._sources(), self._keeper.facts_for, self._tiled)

    def _with_unknown(self, answer: Answer) -> Answer:
        said = remarks_on(answer.question, self._keeper.kept, self._engine, self._known)
        return replace(answer, notes=(*answer.notes, *said)) if said else answer

    def _known(self, key: str, work: Callable[[], Any]) -> Any:
        """Something of the book, worked out once a data version."""
        if key not in self._kept:
            self._kept[key] = work()
        return self._kept[key]

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """The answer of a method of `desk.methods`, by its name; `UnknownName` when there is none."""
        if name not in method_names():
            raise UnknownName("method of the desk", name, sorted(method_names()))
        one = method_named(name)
        refuse_asked(self.home, arguments)
        if one.writes:
            return self._ask(name, arguments)
        return self._making.asked_around(lambda: self._ask(name, arguments))

    def _ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        one = method_named(name)
        with self._lock if one.writes else self._lock.asking():
            if not one.is_kept:
                return self._handed_out(one.answer(self, **arguments), is_story=one.is_story)
            key = f"{self.book.data_version} {name} {sorted(arguments.items())!r}"
            if key not in self._kept:
                if len(self._kept) >= _CACHED:
                    self._kept.clear()
                self._kept[key] = one.answer(self, **arguments)
            return self._handed_out(self._kept[key], is_story=one.is_story)

    def scorecard(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        period: str | None = None,
        where: Where = (),
        as_of: datetime | None = None,
        metrics: Sequence[str] | None = None,
        scope: Scope | None = None,
    ) -> Scorecard:
        """Every metric now, before and over time; `period` is a name such as `this_month` or `last_30_days`."""
        return self._scorecard(
            self.measure_all, since=since, until=until, period=period, where=where, as_of=as_of, metrics=metrics, scope=scope
        )

    def _scorecard(
        self,
        ask: Callable[[Sequence[Question]], list[Answer]],
        *,
        where: Where = (),
        scope: Scope | None = None,
        **span: Any,
    ) -> Scorecard:
        return make_scorecard(
            ask,
            self.covered(),
            self.report_tz,
            self.data_version,
            where=tuple(where),
            scope=scope or Scope(),
            ends={source.name: source.loaded_through for source in self._sources() if source.loaded_through},
            ended={source.name for source in self._sources() if source.ended_at},
            goals=goals_of(self),
            **span,
        )

    def explain_question(self, question: Question, limit: int = 100) -> Explanation:
        """The rows behind an answer (at most `limit`), their sums, and what was left out and why."""
        if limit < 0:
            raise BadQuestion(f"limit={limit} is no number of rows; give 0 or more.")
        self._making.wait()
        with self._lock.asking():
            answer = self.measure_all([question])[0]
            found = explain(question, answer, self.book.settings(), self._sources(), self._keeper.facts_for, limit)
            return self._handed_out(found)

    def curve(self, question: Question) -> Curve | None:
        """Which share of the cases of a duration was over within which time; None for what is no duration."""
        self._making.wait()
        with self._lock.asking():
            answer = self.measure_all([question])[0]
            return curve_of(question, answer, self.book.settings(), self._sources(), self._keeper.facts_for)

    def occasions(self, event: str, since: datetime, until: datetime, now: datetime) -> list[dict[str, Any]]:
        """What happened in [since, until), still holds `now`, and may be asked about; with whom it concerns.

        `event` is ticket_solved, contact_ended, order_placed or relation; `happened_at` is ISO 8601 (UTC).
        """
        self._making.wait()
        with self._lock:
            span = [int(at.timestamp()) for at in (since, until, now)]
            return find_occasions(self.facts_in_book(), event, span[0], span[1], span[2], self.book.identity_key)

    def statements(self, question: Question) -> list[str]:
        """The SQL behind an answer."""
        self._making.wait()
        with self._lock:
            self._make_ready()
            refuse_individuals(self.home, [question])
            return statements_of(question, self.book.settings(), self._sources(), self._keeper.facts_for)

    @property
    def report_tz(self) -> str:
        """The zone in which days and weeks are counted."""
        with self._lock:
            return self.book.settings().get("report_tz", "UTC")

    @property
    def chosen_tz(self) -> str:
        """The zone in which days and weeks are counted; empty before the first import, where nobody chose one."""
        with self._lock:
            return self.book.settings().get("report_tz", "")

    @property
    def base_currency(self) -> str | None:
        """What amounts are converted into; None where several currencies have no base."""
        with self._lock:
            self._make_ready()
            return self._keeper.kept.base_currency

    def covered(self) -> tuple[datetime, datetime] | None:
        """From when to when anything is loaded (aware), or None for an empty book."""
        spans = [(s.loaded_from, s.loaded_through) for s in self._sources() if s.loaded_through]
        if not spans:
            return None
        last = max(through for _, through in spans if through)
        firsts = [since for since, _ in spans if since]
        return (min(firsts) if firsts else last, last)

    def dimension_values(self, dimension: str) -> list[str]:
        """The values a dimension has in the book, for filters to offer."""
        if dimension == "agent" and self.hides_individuals:
            return []
        with self._lock.asking():
            return list(self._known(f"values of {dimension}", lambda: list_values(self._engine, dimension)))

    def findings(self) -> list[dict[str, Any]]:
        """What is wrong with the data, the weightiest first: name, title, count, examples, metrics touched, remedy.

        Looking takes long over a large book; other questions are answered in between.
        """
        self._making.wait()
        found = self._looking.find()
        with self._lock:
            return self._handed_out(found)

    def findings_within(self, patience_s: float) -> list[dict[str, Any]] | None:
        """The findings if they are known within so many seconds; None while the data are being checked, which then goes on."""
        found = self._looking.find_within(patience_s)
        if found is None:
            return None
        with self._lock:
            return self._handed_out(found)

    def _begin_check(self) -> Iterator[Piece]:
        return check(self.facts_in_book(), self._sources(), self.report_tz)

    def on_engine(self, work: Callable[[DuckDB], Any]) -> Any:
        """Run `work` on the desk's engine, alone (used by explanations and tests)."""
        with self._lock.asking():
            self._make_ready()
            return work(self._engine)

    def on_rows(self, work: Callable[[DuckDB], Any]) -> Any:
        """Run `work` on the rows of the book, alone; the facts need not be there."""
        with self._lock:
            return work(self._engine)

    def prepare(self, progress: ToldPiece | None = None) -> None:
        """Build the facts now if they are missing, instead of at the first question."""
        self._making.wait()
        with self._lock:
            if progress and not self._is_ready and not self._making.is_begun:
                self._making.begin(self._keeper.pieces(self.book.settings(), self.book.data_version) or ())
            self._make_ready(progress)

    def policies(self) -> Policies:
        """What is promised, as the facts have it; they need not be there."""
        with self._lock:
            return policies_set(self._engine, self.book.settings())

    @property
    def hides_individuals(self) -> bool:
        """Whether works-council mode is on."""
        return discretion_of(self.home).hides_individuals

    def _handed_out(self, answer: T, *, is_story: bool = False) -> T:
        """An answer as it leaves the desk: in works-council mode without individuals. See `desk.individuals`."""
        if not self.hides_individuals:
            return answer
        known = self._engine.rows("select agent_id, name, coalesce(kind, 'human') = 'bot' from agents")
        people = {str(cell) for one, name, is_bot in known if not is_bot for cell in (one, name) if cell}
        bots = {str(one) for one, _, is_bot in known if is_bot} - people
        return hide_individuals(answer, bots, people, is_story=is_story)

    def facts_in_book(self) -> Facts:
        """The facts beside the rows themselves, for what is asked of rows; they are built there too when an engine answers."""
        return self._keeper_in_book().kept

    def facts_at(self, at: datetime | None) -> tuple[Facts, datetime]:
        """The facts in the book as corrections were known at a moment, and that moment; without one, as far as the data reach."""
        keeper, span = self._keeper_in_book(), self.covered()
        moment = at or (span[1] if span else datetime.fromtimestamp(0, UTC))
        question = Question("backlog", moment=moment, as_of=moment)
        return keeper.facts_for(plan(question, self.book.settings(), self._sources())), moment

    def measure_one_ticket(self, number: int, since: int, at: int) -> list[dict[str, Any]]:
        """What every metric made of the ticket of this number up to a moment, beside the rows; see `metrics.ofticket`."""
        facts_for = self._keeper_in_book().facts_for
        return made_of_ticket(number, since, at, self.book.settings(), self._sources(), facts_for)

    def _keeper_in_book(self) -> FactsKeeper:
        if isinstance(self._keeper, FactsKeeperBeyond):
            own = FactsKeeper(self._engine)
            own.ensure(self.book.settings(), self.book.data_version)
            return own
        self._make_ready()
        return self._keeper

    def _make_ready(self, progress: ToldPiece | None = None) -> None:
        """Build the facts when they are missing or were built by another version of the program."""
        if not self._is_ready:
            self._making.finish(progress)
            self._keeper.ensure(self.book.settings(), self.book.data_version)
            self._is_ready, self._made_anew_count = True, 0

    def _sources(self) -> list[Source]:
        """The sources with what they cover, can supply, and what their rows lack; worked out once a data version."""
        with self._lock:
            if self._known_sources is None:
                sources = read_sources(self.book, self._keeper.kept if self._is_ready else None)
                if not self._is_ready:
                    return sources
                self._known_sources = sources
            return self._known_sources
