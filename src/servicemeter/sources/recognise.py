"""From a path to a delivery: a canonical file, a file that a mapping recognises, or one whose mapping is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from servicemeter.ground.errors import BadFile, BadMapping, UnknownName, UnrecognisedFile
from servicemeter.ground.instants import zone_named
from servicemeter.ground.phrases import phrase
from servicemeter.sources import mapping as mappings
from servicemeter.sources.canonical import canonical_table, is_ready
from servicemeter.sources.deciding import Plan
from servicemeter.sources.delivery import FileDelivery, FilePart, Meter, Part
from servicemeter.sources.files import open_table
from servicemeter.sources.lacking import with_columns
from servicemeter.sources.mappingfile import ALLOWED, read_mapping
from servicemeter.sources.options import FileOptions, Options, parse_options
from servicemeter.sources.patterns import check_pattern
from servicemeter.sources.places import is_place, shelf_at
from servicemeter.sources.shelves import Folder, Shelf
from servicemeter.sources.staging import plan_staging
from servicemeter.sources.table import Progress, RawTable
from servicemeter.sources.warehouse import Warehouse, read_warehouse, warehouses_in

__all__ = ["CANONICAL_SOURCE", "deliver", "known_mappings", "known_warehouses"]

CANONICAL_SOURCE = "files"
_OURS = Path(__file__).parent / "mappings"
_WAREHOUSES = Path(__file__).parent / "warehouses"
_ENDINGS = frozenset(
    {
        *(".csv", ".tsv", ".txt", ".tab", ".psv", ".json", ".jsonl", ".ndjson"),
        *(".parquet", ".xlsx", ".xlsm", ".xls", ".ods", ".gz"),
    }
)


def deliver(
    path: Path | str,
    *,
    mapping: str | None = None,
    known_as: str | None = None,
    source: str | None = None,
    options: Mapping[str, str] | None = None,
    schema: str | None = None,
    now: datetime,
    user_folder: Path | None = None,
    progress: Progress | None = None,
) -> FileDelivery:
    """Prepare the delivery of a file, of a folder of files named after their tables, or of a database's tables.

    `mapping` is the path of a mapping file or of a warehouse's folder, `known_as` the name of a known one (`--as`);
    without both the header decides. A database is given by its address (`postgresql://…`) and a warehouse, a dlt source by
    `dlt:module:callable` and a warehouse; `schema` is where a database's tables are. `options` are those of `parse_options`.
    Columns are decided here, in a pass of its own over each file; the rows come when the delivery is read. `progress` is
    told bytes done and bytes to do.

    Raises `BadFile`, `AmbiguousColumn`, `BadMapping`, and `UnrecognisedFile` when no mapping fits: `propose` then
    writes one to edit.
    """
    given = parse_options(options or {})
    _check_given(given)
    meter = Meter(progress)
    remarks: list[str] = []
    warehouse = _warehouse(mapping, known_as, user_folder) or _recognised_warehouse(path, mapping, known_as, user_folder)
    if warehouse is not None:
        shelf = shelf_at(str(path), schema, user_folder) if is_place(path) else _folder(Path(path), given, remarks)
        return _staged(warehouse, shelf, source, given, now, meter, remarks)
    _check_place(path, schema)
    path = Path(path)
    chosen = _chosen(mapping, known_as, user_folder)
    shapes = [_shape(file, chosen, given, user_folder, now) for file in _files(path, remarks)]
    source_name = source or _source_of(path, shapes)
    meter.total = sum(shape.part_size * shape.passes for shape in shapes)
    parts = tuple(_planned(shape, meter, remarks) for shape in shapes)
    first = shapes[0].mapping
    zone = given.all_columns.time_zone
    if zone is not None and first.time_zone not in {None, zone}:
        remarks.append(phrase(f"Times are read as {zone}, as the call says; the mapping says {first.time_zone}."))
    return FileDelivery(
        source=source_name,
        tz=zone or first.time_zone,
        parts=parts,
        meter=meter,
        capabilities=first.capabilities,
        loaded_from=first.loaded_from,
        loaded_through=first.loaded_through,
        known_as=None if first.is_canonical else first.path,
        remarks=remarks,
    )


def known_mappings(user_folder: Path | None) -> dict[str, Path]:
    """The mappings that can be named: ours, and those in the user's folder `mappings/`, which win."""
    folders = [_OURS, *([user_folder / "mappings"] if user_folder is not None else [])]
    return {file.stem: file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.toml"))}


def known_warehouses(user_folder: Path | None) -> dict[str, Path]:
    """The warehouses that can be named: ours, and those in the user's folder `mappings/`, which win."""
    own = warehouses_in(user_folder / "mappings") if user_folder is not None else {}
    return {**warehouses_in(_WAREHOUSES), **own}


def _warehouse(mapping: str | None, known_as: str | None, user_folder: Path | None) -> Warehouse | None:
    """The warehouse that is meant, or None when a mapping file is, or nothing was said."""
    known = known_warehouses(user_folder)
    if mapping is not None:
        folder = Path(mapping) if Path(mapping).exists() else known.get(mapping, Path(mapping))
        return read_warehouse(folder) if folder.is_dir() else None
    found = known.get(known_as or "")
    return read_warehouse(found) if found is not None and known_as not in known_mappings(user_folder) else None


def _recognised_warehouse(
    path: Path | str, mapping: str | None, known_as: str | None, user_folder: Path | None
) -> Warehouse | None:
    """The warehouse of which a folder has every needed table, by their names; the one that needs most."""
    if mapping is not None or known_as is not None or is_place(path):
        return None
    try:
        names = [file.name.split(".")[0] for file in Path(path).iterdir()] if Path(path).is_dir() else []
    except OSError as error:
        raise BadFile(f"{path}: it cannot be read ({error.strerror}).") from error
    fitting = [(w.needed, w) for w in map(read_warehouse, known_warehouses(user_folder).values()) if w.needed <= w.held_by(names)]
    return max(fitting, key=lambda pair: len(pair[0]), default=(None, None))[1]


def _folder(path: Path, given: Options, remarks: list[str]) -> Folder:
    return Folder(str(path), _files(path, remarks), FileOptions(**given.file))


def _staged(
    warehouse: Warehouse,
    shelf: Shelf,
    source: str | None,
    given: Options,
    now: datetime,
    meter: Meter,
    remarks: list[str],
) -> FileDelivery:
    """The delivery of a warehouse. The zone of the call is that of its days: a warehouse's instants have their own."""
    zone = given.all_columns.time_zone
    columns = {column.name for declared in warehouse.tables for column in declared.table.columns}
    for name in given.columns:
        if name not in columns:
            raise UnknownName("column for --option", name, columns)
    if warehouse.time_zone is not None:
        given = dataclasses.replace(given, all_columns=dataclasses.replace(given.all_columns, time_zone=None))
    staging = plan_staging(warehouse, shelf, given, now, meter, remarks)
    return FileDelivery(
        source=source or warehouse.name,
        tz=zone or warehouse.time_zone,
        parts=(staging,),
        meter=meter,
        capabilities=warehouse.capabilities,
        known_as=warehouse.path,
        remarks=remarks,
    )


def _check_place(path: Path | str, schema: str | None) -> None:
    if is_place(path):
        known = " or --as ".join(known_warehouses(None))
        raise BadMapping(
            f"The tables of a database or a dlt source are read as a warehouse; say which: --as {known}, or --map DIR."
        )
    if schema is not None:
        raise BadMapping("--schema names a schema of a database; it says nothing of files.")


class _Shape:
    """A file and what is to be made of it."""

    def __init__(self, path: Path, mapping: mappings.Mapping, raw: RawTable | None, plan: Plan | None) -> None:
        self.path, self.mapping, self.raw, self.plan = path, mapping, raw, plan
        self.part_size = path.stat().st_size
        self.passes = 2 if plan is not None and plan.has_to_decide else 1


def _files(path: Path, remarks: list[str]) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith("."))
    files = [file for file in inside if file.suffix.lower() in _ENDINGS]
    remarks.extend(phrase(f"{file.name}: left out, it is not a table.") for file in inside if file not in files)
    if not files:
        raise BadFile(f"{path}: the folder has no CSV, TSV, JSON lines, Parquet or XLSX files.")
    return files


def _chosen(mapping: str | None, known_as: str | None, user_folder: Path | None) -> mappings.Mapping | None:
    known = known_mappings(user_folder)
    if mapping is not None:
        path = Path(mapping)
        if not path.exists() and mapping in known:
            path = known[mapping]
        return read_mapping(path)
    if known_as is None:
        return None
    if known_as not in known:
        raise UnknownName("known export", known_as, {*known, *known_warehouses(user_folder)})
    return read_mapping(known[known_as])


def _shape(path: Path, chosen: mappings.Mapping | None, given: Options, user_folder: Path | None, now: datetime) -> _Shape:
    raw = open_table(path, _file_options(chosen, given))
    mapping = chosen or _recognised(path, raw, given, user_folder)
    if mapping.is_canonical and path.suffix.lower() == ".parquet" and is_ready(path, mapping.blocks[0].table, now):
        return _Shape(path, mapping, None, None)
    if chosen is None and not mapping.is_canonical:
        raw = open_table(path, _file_options(mapping, given))
    raw = with_columns(raw, mapping.optional)
    mappings.check_columns(mapping, raw.names, path.name)
    _check_options(given, raw, mapping)
    return _Shape(path, mapping, raw, Plan(mapping, given, now, str(path)))


def _recognised(path: Path, raw: RawTable, given: Options, user_folder: Path | None) -> mappings.Mapping:
    """The known mapping that a header fits (the one that asks for most columns), else that of a canonical table."""
    held = [m for m in map(read_mapping, known_mappings(user_folder).values()) if m.recognise]
    names = set(raw.names)
    fitting = [m for m in held if _fits(m, names)] or [m for m in held if m.file.skip_rows and _fits(m, _below(path, m, given))]
    if fitting:
        most = max(len(m.recognise) for m in fitting)
        best = [m for m in fitting if len(m.recognise) == most]
        if len(best) > 1:
            known = " or ".join(f"--as {Path(m.path).stem}" for m in best)
            raise BadFile(f"{path}: several mappings recognise this file. Say which: {known}.")
        return best[0]
    table = canonical_table(path, raw.names)
    if table is None:
        raise UnrecognisedFile(
            f"{path}: these columns are not those of a canonical table, and no mapping knows them: "
            f"{', '.join(raw.names)}. Give a mapping: --map FILE; docs/mappings.md tells how to write one."
        )
    return mappings.identity(str(path), table, raw.names, CANONICAL_SOURCE)


def _below(path: Path, mapping: mappings.Mapping, given: Options) -> set[str]:
    """The names of the columns where a mapping says that its header stands; none where there is no such table."""
    try:
        return set(open_table(path, _file_options(mapping, given)).names)
    except BadFile:
        return set()


def _fits(mapping: mappings.Mapping, names: set[str]) -> bool:
    return set(mapping.recognise) <= names


def _file_options(mapping: mappings.Mapping | None, given: Options) -> FileOptions:
    under = vars(mapping.file) if mapping is not None else {}
    return FileOptions(**{**under, **given.file})


def _check_given(given: Options) -> None:
    """Check the values of options as those of a mapping are checked."""
    for reading in (given.all_columns, *given.columns.values()):
        if reading.time_zone is not None and zone_named(reading.time_zone) is None:
            raise BadMapping(f"--tz: there is no time zone {reading.time_zone!r}; write a name such as Europe/Amsterdam.")
        for name, allowed in ALLOWED.items():
            value = getattr(reading, name, None)
            if value is not None and value not in allowed:
                raise UnknownName(f"{name} for --option", value, allowed)
        if reading.format is not None:
            try:
                check_pattern(reading.format)
            except ValueError as error:
                raise BadMapping(f"--option format={reading.format}: {phrase(str(error))}.") from None


def _check_options(given: Options, raw: RawTable, mapping: mappings.Mapping) -> None:
    known = {*raw.names, *mapping.derived}
    for name in given.columns:
        if name not in known:
            raise UnknownName("column for --option", name, known)


def _source_of(path: Path, shapes: Iterable[_Shape]) -> str:
    names = sorted({shape.mapping.name for shape in shapes})
    if len(names) > 1:
        raise BadFile(f"{path}: the files belong to several sources ({', '.join(names)}). Import them one by one.")
    return names[0]


def _planned(shape: _Shape, meter: Meter, remarks: list[str]) -> Part:
    if shape.raw is None or shape.plan is None:
        return FilePart(shape.path, shape.mapping.tables)
    found = list(shape.raw.remarks)
    if shape.plan.has_to_decide:
        found += shape.plan.decide(shape.raw.batches(meter.report))
        meter.finished(shape.part_size)
    remarks.extend(phrase(f"{shape.path.name}: {phrase(remark)}") for remark in found)
    return FilePart(shape.path, shape.mapping.tables, shape.raw, shape.plan)
