"""The import wizard: send a file, see how it would be read, correct the mapping, try it, take it. Each step is an address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.columnform import ColumnFault, ColumnForm
from servicemeter.desk.importing import ImportReport
from servicemeter.desk.uploads import Look, Reading
from servicemeter.ground.clock import zone_names
from servicemeter.ground.errors import BadQuestion, ServicemeterError
from servicemeter.show.dates import day
from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.sources.shaping import TOTALS
from servicemeter.web.columnfields import (
    KIND_WORDS,
    beyond_words,
    fault_words,
    meaning_words,
    other_words,
    read_columns,
    scale_words,
    unit_words,
    word_words,
)
from servicemeter.web.posted import moved_to, posted, present, read_form
from servicemeter.web.rules import may
from servicemeter.web.uploading import MOST_BYTES, receive
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()
_KEYS = ("file", "name", "tz", "options", "sheet", "through")
_MOST_MAPPING = 200_000
_MOST_COLUMNS = 1_000_000
_LETTERS = 60
_OF_FORM = ("name", "tz")
_COUNTS = ("taken", "corrected", "older", "repeated")
_FORMATS = phrase("CSV, TSV, Excel, JSON lines or Parquet, packed with gzip or not")


@router.api_route("/import", methods=["GET", "HEAD"])
@may("load_data")
def import_page(request: Request) -> Response:
    """The form, or the preview of the file that the address names."""
    seen = visit(request, _KEYS)
    return _page(seen)


@router.post("/import")
@may("load_data")
async def send_file(request: Request) -> Response:
    """Keep a file in the data folder's own place, and go on to its preview."""
    seen = visit(request, _KEYS)
    try:
        token, fields = await receive(request, lambda name: seen.desk.uploads.open(name, present()))
    except BadQuestion as fault:
        return await run_in_threadpool(_page, seen, str(fault), 400)
    return moved_to(seen.address.to("/import", file=token, name=fields.get("name"), tz=fields.get("tz")))


@router.post("/import/columns")
@may("load_data")
async def fill_columns(request: Request) -> Response:
    """Keep what the form says of the columns, and show what comes of it; or import, if that has been shown."""
    seen = visit(request, _KEYS)
    fields = (await read_form(request, _MOST_COLUMNS)).last()
    return await run_in_threadpool(_filled, seen, fields)


@router.api_route("/import/mapping.toml", methods=["GET", "HEAD"])
@may("load_data")
def mapping_file(request: Request) -> Response:
    """The mapping as a file to keep."""
    seen = visit(request, _KEYS)
    look = seen.desk.uploads.look_at(_token(seen), _reading(seen), now=present())
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", look.form.name if look.form else look.source) or "mapping"
    headers = {"Content-Disposition": f'attachment; filename="{stem}.toml"'}
    return Response(look.mapping, media_type="application/toml", headers=headers)


@router.post("/import/mapping")
@may("load_data")
async def edit_mapping(request: Request) -> Response:
    """Keep an edited mapping, or forget the edits."""
    seen = visit(request, _KEYS)
    given = await posted(request, ("mapping", "forget"), _MOST_MAPPING)
    text = "" if "forget" in given else given.get("mapping", "")
    try:
        await run_in_threadpool(seen.desk.uploads.keep_mapping, _token(seen), text)
    except ServicemeterError as fault:
        return await run_in_threadpool(_page, seen, str(fault), 400, text)
    return moved_to(seen.address.beside("/import"))


@router.post("/import/try")
@may("load_data")
async def try_import(request: Request) -> Response:
    """Do everything and undo it: what would come of the file."""
    return await _take(request, dry_run=True)


@router.post("/import/take")
@may("load_data")
async def take_import(request: Request) -> Response:
    """Import the file; what was taken is removed from where it was kept."""
    return await _take(request, dry_run=False)


@router.post("/import/drop")
@may("load_data")
async def drop_file(request: Request) -> Response:
    """Remove the file without importing it."""
    seen = visit(request, _KEYS)
    await posted(request, ())
    await run_in_threadpool(seen.desk.uploads.drop, _token(seen))
    return moved_to(seen.address.to("/import"))


async def _take(request: Request, *, dry_run: bool) -> Response:
    seen = visit(request, _KEYS)
    given = await posted(request, ("again", "remember"))
    return await run_in_threadpool(_taken, seen, given, dry_run)


def _filled(seen: Visit, fields: dict[str, str]) -> Response:
    """What comes of the form: its faults, or what would be taken; an import, where just that was shown before."""
    own = {**seen.address.own, "through": fields.get("through", "").strip()[:_LETTERS]}
    seen = replace(seen, address=replace(seen.address, own=own))
    try:
        look = seen.desk.uploads.fill_columns(_token(seen), _reading(seen), read_columns(fields), now=present())
    except ServicemeterError as fault:
        return _page(seen, str(fault), 422)
    seen = replace(seen, address=replace(seen.address, own={k: v for k, v in own.items() if k not in _OF_FORM}))
    if look.fault or look.form is None or look.form.is_faulty:
        return _page(seen, status=422, look=look)
    is_asked = fields.get("do") in ("take", "again")
    is_seen = fields.get("seen") == _mark(look, seen)
    given: dict[str, str] = {name: "1" for name in ("remember", "again") if name in fields or fields.get("do") == name}
    return _taken(seen, given, dry_run=not (is_asked and is_seen), look=look, is_other=is_asked and not is_seen)


def _mark(look: Look, seen: Visit) -> str:
    """What a mapping and a last day are known by: who imports has to have seen what comes of just these."""
    return sha256(f"{seen.address.own.get('through', '')}\n{look.mapping}".encode()).hexdigest()[:16]


def _taken(seen: Visit, given: dict[str, str], dry_run: bool, look: Look | None = None, is_other: bool = False) -> Response:
    token, reading = _token(seen), _reading(seen)
    more = {"again": "again" in given, "remember": "remember" in given}
    try:
        report = seen.desk.uploads.take(token, reading, now=present(), dry_run=dry_run, **more)
    except ServicemeterError as fault:
        return _page(seen, str(fault), 422, look=look)
    if dry_run or report.took_nothing or report.loaded_before is not None:
        return _page(seen, report=report, look=look, is_other=is_other)
    return seen.page("imported.html", here="sources", report=_told(report, seen.language), file_name=report.path)


def _token(seen: Visit) -> str:
    token = seen.address.own.get("file")
    if not token:
        raise BadQuestion("Which file? Send one first, on the page Import a file.")
    return token


def _reading(seen: Visit) -> Reading:
    """How the address says that the file is to be read."""
    own, options = seen.address.own, {}
    for word in own.get("options", "").split():
        name, mark, value = word.partition("=")
        if not name or not mark:
            raise BadQuestion(f"{word!r} is not an option. Write created.date_order=day-first, or delimiter=;")
        options[name] = value
    if sheet := own.get("sheet"):
        options["sheet"] = sheet
    return Reading(own.get("name"), own.get("tz"), options, own.get("through"))


def _page(
    seen: Visit,
    fault: str = "",
    status: int = 200,
    mapping: str | None = None,
    report: ImportReport | None = None,
    look: Look | None = None,
    is_other: bool = False,
) -> Response:
    token = seen.address.own.get("file")
    if not token:
        most = number(MOST_BYTES / 1_000_000, language=seen.language)
        formats = say(seen.language, _FORMATS)
        return seen.page(
            "import.html", here="sources", status=status, fault=fault, most=most, formats=formats, zone=seen.desk.chosen_tz
        )
    by_form = look is not None and look.form is not None
    look = look or seen.desk.uploads.look_at(token, _reading(seen), now=present())
    return seen.page(
        "look.html",
        here="sources",
        status=status,
        fault=fault,
        look=look,
        by_form=by_form,
        size=number(max(look.size / 1000, 1), language=seen.language),
        mapping=look.mapping if mapping is None else mapping,
        report=_told(report, seen.language) if report else None,
        was_there=report is not None and report.loaded_before is not None,
        own=seen.address.own,
        is_other=is_other,
        edited_text=mapping is not None,
        mark=_mark(look, seen),
        zone_fault=fault_words(ColumnFault("zone"), seen.language),
        **_form_words(look.form, seen.language),
        beyond=[beyond_words(one, seen.language) for one in look.beyond],
    )


def _form_words(form: ColumnForm | None, language: str) -> dict[str, Any]:
    """What the form of the columns needs besides what is filled in."""
    if form is None:
        return {}
    return {
        "meanings": meaning_words(language),
        "kind": say(language, KIND_WORDS[form.kind]) if form.kind else "",
        "fault_words": partial(fault_words, language=language),
        "word_words": partial(word_words, language=language),
        "scale_words": partial(scale_words, language=language),
        "unit_words": partial(unit_words, language=language),
        "other_words": partial(other_words, language=language),
        "zones": zone_names(),
        "until": day(date.fromisoformat(form.through), language=language) if form.through else "",
    }


def _told(report: ImportReport, language: str) -> dict[str, Any]:
    """A report in words."""
    load = report.load
    return {
        "source": report.source,
        "is_dry_run": bool(load and load.is_dry_run),
        "took_nothing": report.took_nothing,
        "tables": [
            (table, [number(getattr(merged, name), language=language) for name in _COUNTS])
            for table, merged in sorted((load.tables if load else {}).items())
        ],
        "kept": load.kept_aside if load else 0,
        "first_aside": load.first_aside if load else [],
        "reasons": sorted((load.reasons if load else {}).items(), key=lambda pair: -pair[1]),
        "dropped": sorted(report.dropped.items()),
        "totals": TOTALS,
        "remarks": [*report.remarks, *(load.notes if load else [])],
        "first_rows": {table: _aligned(rows) for table, rows in report.first_rows.items() if rows},
    }


def _aligned(rows: list[dict[str, str]]) -> tuple[list[str], list[list[str]]]:
    """Rows as a table: the columns that any of them fills, and the cells."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return names, [[_short(row.get(name, "")) for name in names] for row in rows]


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
