"""Imports as the terminal tells them: what was taken, what was kept aside and why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from servicemeter.cli.terminal.progress import telling
from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import hint, print_json, remark
from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.importing import ImportReport, ImportRequest
from servicemeter.desk.opening import open_desk
from servicemeter.ground.errors import BadFile, BadSettings, ServicemeterError, UnrecognisedFile
from servicemeter.ground.settings import Home
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table
from servicemeter.sources.files import open_table
from servicemeter.sources.mappingfile import parse_mapping, read_mapping
from servicemeter.sources.proposal import propose

__all__ = ["Imports", "propose_mappings"]

_MOST_REASONS = 3
_COUNTS = ("taken", "corrected", "older", "repeated")
_COLUMNS = [Column("table"), *(Column(name, "right") for name in ("new", "corrected", "older", "repeated"))]


class Imports:
    """The imports of one command, path by path; a path that fails does not keep the others out."""

    def __init__(self, home: Home, form: str) -> None:
        self._home, self._form = home, form
        self._told: list[dict[str, Any]] = []
        self._reports: list[ImportReport] = []
        self._mapped: list[Path] = []
        self._failures: list[int] = []

    def take(self, requests: Iterable[ImportRequest]) -> None:
        """Take every path and tell of it."""
        now = datetime.now().astimezone()
        with open_desk(self._home) as desk:
            for request in requests:
                try:
                    self._take_one(desk, request, now)
                except ServicemeterError as error:
                    self._fail(request, error, now)
        if self._form == "json":
            print_json(self._told)
        elif any(report.load for report in self._reports):
            self._next_step()

    def status(self, *, strict: bool) -> int:
        """0 done, 1 when nothing could be taken of a path (with `strict`: or a row was kept aside), 2 for a wrong call."""
        if self._failures:
            return max(self._failures)
        kept = any(report.kept_aside for report in self._reports)
        return int(any(report.took_nothing for report in self._reports) or (strict and kept))

    def _take_one(self, desk: AnyDesk, request: ImportRequest, now: datetime) -> None:
        with telling(Path(request.label).name) as progress:
            report = desk.import_files(request, now=now, progress=progress)
        self._reports.append(report)
        self._mapped += [Path(request.mapping)] if request.mapping and report.load else []
        self._told.append(_as_dict(report, is_dry_run=request.dry_run))
        _tell(report, is_shown=self._form == "table")

    def _fail(self, request: ImportRequest, error: ServicemeterError, now: datetime) -> None:
        remark(str(error))
        told = {"path": request.label, "error": type(error).__name__, "message": str(error)}
        status = error.exit_status
        if isinstance(error, UnrecognisedFile):
            status = 1
            _, told["proposal"] = _proposed(request.path, request.options, now)
            if self._form == "table":
                click.echo(told["proposal"], nl=False)
            hint(
                f"The proposal above goes into a file: servicemeter import {request.label} --propose FILE.toml. Read it, "
                "mend it, then import with --map FILE.toml."
            )
        self._told.append(told)
        self._failures.append(status)

    def _next_step(self) -> None:
        if any(report.load and report.load.is_dry_run for report in self._reports):
            hint("Nothing was changed. To take it: the same without --dry-run.")
            return
        kept = any(report.load and report.load.kept_aside for report in self._reports)
        hint("What was kept aside, row by row: servicemeter check --kept-aside" if kept else "Now: servicemeter scorecard")
        self._keep_mapping()

    def _keep_mapping(self) -> None:
        """Say where a mapping of one's own has to stand so that the next file of its shape finds it."""
        for mapping in dict.fromkeys(self._mapped):
            is_there = mapping.absolute().parent == self._home.mappings.absolute()
            if mapping.is_file() and not is_there and read_mapping(mapping).recognise:
                hint(f"The next file of this shape needs no --map once {mapping.name} stands in {self._home.mappings}.")


def _tell(report: ImportReport, *, is_shown: bool) -> None:
    name, load = Path(report.path).name, report.load
    for text in report.remarks:
        remark(text)
    if load is None:
        remark(f"{name}: taken before from {report.source} (data version {report.loaded_before}); skipped. --again takes it.")
        if report.still_aside:
            still = counted("en", report.still_aside, "{n} row of it is still kept aside", "{n} rows of it are still kept aside")
            remark(f"{name}: {still}: servicemeter check --kept-aside")
        return
    for text in load.notes:
        remark(text)
    verb = "would be taken" if load.is_dry_run else "taken"
    if is_shown:
        click.echo(f"{name}: {verb} from {report.source}" + ("" if load.is_dry_run else f", data version {load.data_version}"))
        print_table(_table(report))
    for condition, count in report.dropped.items():
        remark(f"{name}: {counted('en', count, '{n} row', '{n} rows')} left out: {condition}")
    if not load.tables and not load.kept_aside:
        remark(f"{name}: there are no rows in it.")
    _tell_kept_aside(name, load.kept_aside, load.reasons)
    if load.is_dry_run:
        for text in load.first_aside:
            remark(f"  {text}")


def _table(report: ImportReport) -> Table:
    tables = report.load.tables if report.load else {}
    rows = [[name, *(number(getattr(merged, count)) for count in _COUNTS)] for name, merged in tables.items()]
    return Table(_COLUMNS, rows)


def _tell_kept_aside(name: str, count: int, reasons: Mapping[str, int]) -> None:
    if not count:
        return
    remark(f"{name}: {counted('en', count, '{n} row was', '{n} rows were')} kept aside:")
    most = sorted(reasons.items(), key=lambda pair: -pair[1])
    for reason, often in most[:_MOST_REASONS]:
        remark(f"  {number(often)} × {reason}")
    if len(most) > _MOST_REASONS:
        remark(f"  and {counted('en', len(most) - _MOST_REASONS, '{n} other reason', '{n} other reasons')}")


def _as_dict(report: ImportReport, *, is_dry_run: bool) -> dict[str, Any]:
    load = report.load
    tables = load.tables if load else {}
    status = "skipped" if load is None else "dry_run" if is_dry_run else "taken"
    return {
        "path": report.path,
        "source": report.source,
        "mapping": report.known_as,
        "status": status,
        "data_version": load.data_version if load and not is_dry_run else report.loaded_before,
        "tables": {name: {"new": m.taken, **{c: getattr(m, c) for c in _COUNTS[1:]}} for name, m in tables.items()},
        "kept_aside": report.kept_aside,
        "reasons": load.reasons if load else {},
        "left_out": report.dropped,
        "remarks": [*report.remarks, *(load.notes if load else [])],
    }


def propose_mappings(paths: Sequence[str], options: dict[str, str], target: str) -> None:
    """Write a mapping to start from, for one path; never over a file that is there."""
    if len(paths) != 1:
        raise click.UsageError("--propose makes a mapping of one file. Give one PATH.")
    said, text = _proposed(paths[0], options, datetime.now().astimezone())
    if target == "-":
        click.echo(text, nl=False)
        return
    try:
        with Path(target).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadFile(f"{target} is there already; a proposal is never written over a file. Give another name.") from None
    except OSError as error:
        raise BadSettings(f"{target} cannot be written: {error.strerror}.") from error
    for line in said:
        remark(line)
    hint(f"Read {target}, mend it, then: servicemeter import {paths[0]} --map {target}")


def _proposed(path: str, options: dict[str, str], now: datetime) -> tuple[list[str], str]:
    """What was assumed in reading, such as which sheet is meant and where its header is, and the proposal, which says so too."""
    text = propose(path, now=now, options=options)
    said = open_table(Path(path), parse_mapping(text, path).file).remarks
    return said, "".join(f"# {line}\n" for line in said) + text
