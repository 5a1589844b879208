"""Files into the book: recognised, compared with what was loaded before, taken in one transaction, and accounted for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from servicemeter.desk.afterwards import do_afterwards, wanted_afterwards
from servicemeter.desk.completeness import complete_through
from servicemeter.desk.steps import Step, ToldStep
from servicemeter.ground.errors import BadFile
from servicemeter.ground.phrases import phrase
from servicemeter.sources.places import is_place, shown_place
from servicemeter.sources.recognise import deliver
from servicemeter.store.book import LoadReport

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["ImportReport", "ImportRequest", "import_files"]

_PIECE = 1 << 20


@dataclass(frozen=True)
class ImportRequest:
    """What is to be imported and how to read it.

    `path` is a file, a folder of files of one source, a dlt source, or the address of a database, whose tables are in `schema`.
    `known_as` names a known export or warehouse, `mapping` a mapping file or a warehouse's folder; `options` are those
    of reading (`tz`, `created.date_order`, …), and `through`, the last day of which the file has everything. `again` takes
    a file that was taken before; `dry_run` does everything and undoes it. `shown_as` is the name of a file that lies where
    nobody looks for it.
    """

    path: str
    known_as: str | None = None
    mapping: str | None = None
    source: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False
    again: bool = False
    schema: str | None = None
    shown_as: str | None = None

    @property
    def label(self) -> str:
        """What is imported, as it may be shown and noted: the address of a database without its password."""
        return self.shown_as or shown_place(self.path)


@dataclass
class ImportReport:
    """What came of one path. `load` is None when its content had been loaded before, in `loaded_before`; of the rows kept aside
    then, `still_aside` are so still.

    `dropped` counts the rows that the mapping leaves out on purpose, by its condition; `remarks` say what was assumed.
    `first_rows` are what a dry run would take: the first rows of each table, as texts.
    """

    path: str
    source: str
    known_as: str | None = None
    load: LoadReport | None = None
    loaded_before: int | None = None
    remarks: list[str] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    first_rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    still_aside: int = 0

    @property
    def kept_aside(self) -> int:
        """How many rows of the file are kept aside, now or since it was loaded before."""
        return self.load.kept_aside if self.load else self.still_aside

    @property
    def took_nothing(self) -> bool:
        """Whether rows came and every one of them had to be kept aside."""
        load = self.load
        if load is None or not load.kept_aside:
            return False
        return not any(m.changed or m.repeated for m in load.tables.values())


def import_files(desk: Desk, request: ImportRequest, *, now: datetime, progress: ToldStep | None = None) -> ImportReport:
    """Take a file, a folder or the tables of a database: all of its good rows, or nothing when anything fails.

    Content that was read in the same way before from the same source is not taken twice, unless `again`. Raises
    `BadFile`, `BadDatabase`, `UnrecognisedFile`, `AmbiguousColumn`, `BadMapping` and `BadBook`; `progress` may raise to stop it.
    """
    wanted_afterwards(desk)
    told = _Telling(progress)
    delivery = deliver(
        request.path,
        mapping=request.mapping,
        known_as=request.known_as,
        source=request.source,
        options=request.options,
        schema=request.schema,
        now=now,
        user_folder=desk.home.folder if desk.home else None,
        progress=told.read,
    )
    delivery.shown_as = request.shown_as
    if through := request.options.get("through"):
        delivery.loaded_through = complete_through(through, delivery.tz or desk.chosen_tz or "UTC", now)
    label = request.label
    report = ImportReport(label, delivery.source, delivery.known_as)
    digest = "" if is_place(request.path) else _digest(Path(request.path), delivery.known_as, request.options)
    if not request.again:
        with desk.on_book() as book:
            report.loaded_before = book.was_loaded(delivery.source, digest)
            report.still_aside = book.still_aside(report.loaded_before) if report.loaded_before is not None else 0
    if report.loaded_before is None:
        report.load = desk.take(delivery, now=now, label=label, digest=digest, progress=told.staged, dry_run=request.dry_run)
        report.dropped = dict(delivery.dropped)
        report.first_rows = delivery.first_rows if request.dry_run else {}
    report.remarks = list(delivery.remarks)
    if report.load and not request.dry_run:
        for name, done in do_afterwards(desk, now=now).items():
            report.remarks.append(phrase(f"{name}: {done['tickets']:,} tickets judged from what customers wrote."))
    return report


class _Telling:
    """Joins what the reader (bytes) and the book (rows) tell into steps."""

    def __init__(self, progress: ToldStep | None) -> None:
        self._progress = progress
        self._done = self._total = self._rows = 0

    def read(self, done: int, total: int) -> None:
        """The reader's account."""
        self._done, self._total = done, total
        self._tell("reading")

    def staged(self, table: str, rows: int) -> None:
        """The book's account; `facts` is no table but the last thing done."""
        if table == "facts":
            self._tell("facts")
        else:
            self._rows = rows
            self._tell("reading")

    def _tell(self, doing: Literal["reading", "facts"]) -> None:
        if self._progress is not None:
            self._progress(Step(doing, self._done, self._total, self._rows))


def _digest(path: Path, mapping: str | None, options: dict[str, str]) -> str:
    """SHA-256 of the content and of how it is read: a mended mapping or another time zone makes it another delivery."""
    how = [_contents(Path(mapping)) if mapping else [], sorted(options.items())]
    return hashlib.sha256(json.dumps([_contents(path), how]).encode()).hexdigest()


def _contents(path: Path) -> list[list[str]]:
    """The digest of a file, or of each file of a folder with its name."""
    if not path.is_dir():
        return [["", _file_digest(path)]]
    return [[file.name, _file_digest(file)] for file in sorted(path.iterdir()) if file.is_file()]


def _file_digest(path: Path) -> str:
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                found.update(piece)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}. Check the path and that you may read it.") from error
    return found.hexdigest()
