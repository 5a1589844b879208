"""Files sent through a page: kept in the data folder's own place, looked at, tried, taken, and removed after.

Each upload has a folder of its own with a name nobody can guess. In it lie the file, and the mapping once somebody edited one.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from servicemeter.desk.columnform import ColumnFault, ColumnForm, Filled, fill_form, open_orders, show_form
from servicemeter.desk.importing import ImportReport, ImportRequest
from servicemeter.ground.errors import (
    AmbiguousColumn,
    BadFile,
    BadMapping,
    BadSettings,
    ServicemeterError,
    UnknownName,
    UnrecognisedFile,
)
from servicemeter.ground.settings import Home, write_privately
from servicemeter.sources import mapping as mappings
from servicemeter.sources.choiceback import Beyond, choices_of, says_the_same
from servicemeter.sources.choices import Choices
from servicemeter.sources.choicetext import write_mapping
from servicemeter.sources.files import open_table, rows_above, sheet_names
from servicemeter.sources.glimpse import Glimpse, glimpse
from servicemeter.sources.mappingfile import parse_mapping, read_mapping
from servicemeter.sources.options import FileOptions, parse_options
from servicemeter.sources.proposal import guess
from servicemeter.sources.recognise import deliver, known_mappings
from servicemeter.sources.table import text_of

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Look", "Reading", "Upload", "Uploads"]

_KEPT_FOR = timedelta(hours=24)
_SAMPLE_ROWS = 6
_LETTERS = 60
_MAPPING = "mapping.toml"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_ODD = re.compile(r"[^\w.()+-]+")


@dataclass(frozen=True)
class Reading:
    """How an upload is to be read: its source's name, the zone of its times, options as the terminal takes them, and the last day
    of which it has everything."""

    source: str | None = None
    tz: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    through: str | None = None

    def given(self) -> dict[str, str]:
        """The options with the zone and the day among them."""
        said = {"tz": self.tz, "through": self.through}
        return {**self.options, **{name: text for name, text in said.items() if text}}


@dataclass(frozen=True)
class Look:
    """What an upload looks like: its first rows, what it was recognised as, what was decided about its columns.

    `mapping` is the text by which it is read (edited, known or proposed; empty for canonical files, which need none) and
    `is_proposed` says that nobody has agreed to it yet. `fault` says why it cannot be read so. `form` is the mapping as a form
    of the columns; where it says more than such a form can show there is none, and `beyond` lists what. `lacks_zone` says that
    there are times of which nobody said the zone. Of a spreadsheet with several sheets `sheets` are their names; `sheet` is the
    one that was asked for, empty for the first.
    """

    token: str
    file_name: str
    size: int
    columns: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    known_as: str = ""
    source: str = ""
    remarks: list[str] = field(default_factory=list)
    mapping: str = ""
    is_proposed: bool = False
    is_edited: bool = False
    fault: str = ""
    form: ColumnForm | None = None
    beyond: list[Beyond] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    lacks_zone: bool = False


class Upload:
    """A file on its way: `write` takes its pieces, `finish` keeps it, `abandon` leaves nothing behind."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, mode=0o700)
        self.token, self._folder, self.size = folder.name, folder, 0
        self._file: BinaryIO = (folder / name).open("xb")

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        self._file.write(piece)
        self.size += len(piece)

    def finish(self) -> str:
        """Keep the file; returns the token by which it is found."""
        self._file.close()
        return self.token

    def abandon(self) -> None:
        """Remove what there is of it."""
        self._file.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Uploads:
    """What is sent through pages to a desk; it takes no turn at the book before a file is imported."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, file_name: str, now: datetime) -> Upload:
        """Begin an upload under its own name, as far as that is a plain one; uploads of yesterday are removed."""
        home = self._home()
        _forget_old(home, now)
        name = _ODD.sub("_", file_name.replace("\\", "/").rpartition("/")[2]).lstrip(".")[-120:] or "file"
        if name == _MAPPING:
            name = "file.toml"
        return Upload(home.uploads / secrets.token_hex(16), name)

    def look_at(self, token: str, reading: Reading, *, now: datetime, first: Glimpse | None = None) -> Look:
        """Read the beginning of an upload and say how it would be read; a file that cannot be read has a `fault`.

        `first` are its first rows, for who has read them already.
        """
        folder, file = self._found(token)
        own = folder / _MAPPING
        edited = own.read_text(encoding="utf-8") if own.exists() else ""
        reading = _on_sheet_of(edited, reading)
        seen = Look(token, file.name, file.stat().st_size, is_edited=bool(edited), sheet=reading.options.get("sheet", ""))
        try:
            sheets = sheet_names(file)
            seen = replace(seen, sheets=sheets if len(sheets) > 1 else [])
            columns, samples, remarks = _begins(file, reading)
        except ServicemeterError as fault:
            return replace(seen, mapping=edited, fault=_plain(fault, folder))
        seen = replace(seen, columns=columns, samples=samples, remarks=remarks if seen.sheets else [])
        try:
            delivery = deliver(
                file,
                mapping=str(own) if edited else None,
                source=reading.source,
                options=reading.given(),
                now=now,
                user_folder=self._home().folder,
            )
        except UnrecognisedFile:
            first = first or glimpse(file, now=now, options=reading.given())
            choices = guess(first)
            return replace(seen, mapping=write_mapping(choices, first), is_proposed=True, form=_form(first, choices, reading))
        except ServicemeterError as fault:
            lacks_zone = isinstance(fault, AmbiguousColumn) and fault.lacks == "zone"
            seen = replace(seen, mapping=edited, fault=_plain(fault, folder), lacks_zone=lacks_zone)
            return _with_form(seen, file, reading, now, first, fault)
        known = Path(delivery.known_as) if delivery.known_as else None
        text = edited or (known.read_text(encoding="utf-8") if known and known.is_file() else "")
        if (meant := _on_sheet_of(text, reading)) != reading:
            return self.look_at(token, meant, now=now)
        name = "" if edited or known is None else known.stem
        remarks = [_clean(remark, folder) for remark in delivery.remarks]
        seen = replace(seen, known_as=name, source=delivery.source, remarks=remarks, mapping=text)
        return _with_form(seen, file, reading, now, first)

    def fill_columns(self, token: str, reading: Reading, filled: Filled, *, now: datetime) -> Look:
        """Keep what was filled in as the mapping of an upload; what is wrong is said in the form, and then nothing is kept.

        The name of the source and the zone are those of the form. Raises `BadMapping` where the mapping says more than a form
        shows.
        """
        _, file = self._found(token)
        reading = Reading(None, None, reading.options)
        before = self.look_at(token, reading, now=now)
        if before.sheet:
            reading = _on_sheet(reading, before.sheet)
        first = glimpse(file, now=now, options=reading.given())
        base = guess(first) if before.is_proposed else _chosen(before, first)
        if base is None:
            raise BadMapping("This mapping says more than the form can show. Edit it as text; nothing was changed.")
        if before.sheet:
            base = replace(base, file={**base.file, "sheet": before.sheet})
        choices, faults = fill_form(first, base, filled)
        if faults:
            return replace(before, form=show_form(first, choices, faults))
        text = write_mapping(choices, first, is_guess=False)
        # Remarks of somebody's own stay where nothing was changed.
        if before.is_proposed or not says_the_same(before.mapping, text):
            self.keep_mapping(token, text)
        after = self.look_at(token, reading, now=now, first=first)
        found = {column.name: column.fault for column in after.form.columns if column.fault} if after.form else {}
        if after.form and after.form.fault:
            found[""] = after.form.fault
        return replace(after, form=show_form(first, choices, found))

    def keep_mapping(self, token: str, text: str) -> None:
        """Keep an edited mapping with an upload, once it is a mapping; an empty one forgets the edits. Raises `BadMapping`."""
        folder, _ = self._found(token)
        path, fresh = folder / _MAPPING, folder / ".mapping.toml"
        if not text.strip():
            path.unlink(missing_ok=True)
            return
        write_privately(fresh, text.replace("\r\n", "\n"))
        try:
            read_mapping(fresh)
        except ServicemeterError as fault:
            fresh.unlink()
            raise BadMapping(_clean(str(fault).replace(fresh.name, "the mapping"), folder)) from fault
        fresh.replace(path)

    def take(
        self, token: str, reading: Reading, *, now: datetime, dry_run: bool, again: bool = False, remember: bool = False
    ) -> ImportReport:
        """Import an upload, or with `dry_run` say what would come of it. What was taken is removed; so is its mapping, unless it
        is to be remembered: then later files of this kind are read by it."""
        folder, file = self._found(token)
        own = folder / _MAPPING
        mapping = str(own) if own.exists() else None
        request = ImportRequest(str(file), None, mapping, reading.source, reading.given(), dry_run, again, shown_as=file.name)
        try:
            report = self._desk.import_files(request, now=now)
        except ServicemeterError as fault:
            raise type(fault)(_plain(fault, folder)) if type(fault) in (BadFile, BadMapping) else fault from fault
        report.path, report.remarks = file.name, [_clean(remark, folder) for remark in report.remarks]
        if not dry_run and not report.took_nothing:
            if remember and mapping:
                _remember(self._home(), own)
            shutil.rmtree(folder, ignore_errors=True)
        return report

    def drop(self, token: str) -> None:
        """Remove an upload."""
        shutil.rmtree(self._found(token)[0], ignore_errors=True)

    def _found(self, token: str) -> tuple[Path, Path]:
        """The folder of an upload and the file in it; `UnknownName` when it was taken, removed, or never there."""
        folder = self._home().uploads / token
        if _TOKEN.fullmatch(token) and folder.is_dir():
            files = [f for f in sorted(folder.iterdir()) if f.name != _MAPPING and not f.name.startswith(".")]
            if files:
                return folder, files[0]
        raise UnknownName(
            "upload", token[:40], ["none of this name: it was imported, removed, or a day old; send the file again"]
        )

    def _home(self) -> Home:
        if self._desk.home is None:
            raise BadSettings("A desk in memory keeps no files. Open one on a data folder: servicemeter.open(DIR).")
        return self._desk.home


def _on_sheet_of(mapping: str, reading: Reading) -> Reading:
    """A reading with the sheet that a mapping names, where the call says none."""
    sheet = parse_mapping(mapping, _MAPPING).file.sheet if mapping else None
    return reading if sheet is None or "sheet" in reading.options else _on_sheet(reading, sheet)


def _on_sheet(reading: Reading, sheet: str) -> Reading:
    return replace(reading, options={**reading.options, "sheet": sheet})


def _with_form(
    seen: Look,
    file: Path,
    reading: Reading,
    now: datetime,
    first: Glimpse | None = None,
    fault: ServicemeterError | None = None,
) -> Look:
    """A look with the form of its mapping, or with what of it no form can show; a fault stands beside the column it is of."""
    if not seen.mapping:
        return seen
    first = first or glimpse(file, now=now, options=reading.given())
    choices, beyond = choices_of(parse_mapping(seen.mapping, _MAPPING), first)
    if choices is None:
        return replace(seen, beyond=beyond)
    faults = _placed(fault, first, choices) if fault else {}
    return replace(seen, form=_form(first, choices, reading, faults), fault="" if faults else seen.fault)


def _form(first: Glimpse, choices: Choices, reading: Reading, faults: Mapping[str, ColumnFault] | None = None) -> ColumnForm:
    """The form of choices; what the call says of the source and the zone goes before."""
    named = replace(choices, name=reading.source or choices.name, time_zone=reading.tz or choices.time_zone)
    return show_form(first, named, faults)


def _placed(fault: ServicemeterError, first: Glimpse, choices: Choices) -> dict[str, ColumnFault]:
    """A fault as that of a column, where it is one; of an open order of dates, every column that leaves it open."""
    if not isinstance(fault, AmbiguousColumn) or not fault.lacks:
        return {}
    where = "" if fault.lacks == "zone" or fault.column not in first.cells else fault.column
    faults = {where: ColumnFault(fault.lacks, fault.examples, str(fault))}
    return {**open_orders(first, choices), **faults} if fault.lacks == "order" else faults


def _chosen(seen: Look, first: Glimpse) -> Choices | None:
    return choices_of(parse_mapping(seen.mapping, _MAPPING), first)[0] if seen.mapping else None


def _begins(file: Path, reading: Reading) -> tuple[list[str], list[list[str]], list[str]]:
    """The columns of a file, its first rows, shortened, and what was assumed in reading."""
    options = FileOptions(**parse_options(reading.given()).file)
    raw = open_table(file, replace(options, skip_rows=rows_above(file, options) or options.skip_rows))
    rows: list[list[str]] = []
    for batch in islice(raw.batches(), 1):
        for i in range(min(len(batch.numbers), _SAMPLE_ROWS)):
            rows.append([_short(text_of(batch.columns[name][i])) for name in raw.names])
    return list(raw.names), rows, list(raw.remarks)


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def _remember(home: Home, mapping: Path) -> None:
    """Keep a mapping in the user's folder: in the place of the one that knew files of this kind, which is kept beside it as
    `.before`, else under its own name, with a number where that is taken."""
    home.mappings.mkdir(exist_ok=True)
    own = read_mapping(mapping)
    stem = next((stem for stem, file in known_mappings(home.folder).items() if _knows_the_same(file, own)), None)
    path = home.mappings / f"{stem}.toml" if stem else _free_name(home, own.name)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.before"))
    shutil.copyfile(mapping, path)


def _knows_the_same(file: Path, own: mappings.Mapping) -> bool:
    """Whether a mapping recognises the same files: two of those would leave nobody knowing which is meant."""
    return bool(own.recognise) and set(read_mapping(file).recognise) == set(own.recognise)


def _free_name(home: Home, name: str) -> Path:
    stem, number = re.sub(r"[^\w-]+", "_", name) or "import", 1
    path = home.mappings / f"{stem}.toml"
    while path.exists():
        number += 1
        path = home.mappings / f"{stem}_{number}.toml"
    return path


def _forget_old(home: Home, now: datetime) -> None:
    for folder in home.uploads.iterdir() if home.uploads.is_dir() else ():
        if folder.stat().st_mtime < (now - _KEPT_FOR).timestamp():
            shutil.rmtree(folder, ignore_errors=True)


def _plain(fault: ServicemeterError, folder: Path) -> str:
    return _clean(str(fault), folder)


def _clean(text: str, folder: Path) -> str:
    """A text without where on this machine the file lies."""
    return text.replace(f"{folder}/", "")
