"""Loads: what came into the book and when; taking one back, or removing a source, after a look at what would go."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.plan_withdrawal import plan_withdrawal
from servicemeter.desk.methods.withdraw import withdraw
from servicemeter.desk.withdrawing import can_remove
from servicemeter.ground.errors import BadQuestion, NotAllowed, ServicemeterError
from servicemeter.model.hours import OURS
from servicemeter.show.dates import moment
from servicemeter.show.numbers import number
from servicemeter.show.withdrawals import load_state, told_withdrawal
from servicemeter.web.asker import asker
from servicemeter.web.plain import PlainJSON
from servicemeter.web.posted import moved_to, posted, present
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()
_KEYS = ("source", "load", "done")
_FIELDS = ("source", "load", "seen")
_SHOWN = 200


@router.api_route("/sources/loads", methods=["GET", "HEAD"])
@may("see_data")
def loads_page(request: Request) -> Response:
    """Every load, the latest first, or those of a source."""
    seen = visit(request, _KEYS)
    source = seen.address.own.get("source")
    found = [one for one in reversed(loads(seen.desk)) if source in (None, one["source"])]
    return seen.page(
        "loads.html",
        here="sources",
        source=source,
        loads=[_told(one, seen) for one in found[:_SHOWN]],
        more=max(0, len(found) - _SHOWN),
        done=seen.address.own.get("done"),
        may_load=asker().person.may("load_data"),
    )


@router.get("/api/loads")
@may("see_data")
def loads_resource(request: Request) -> Response:
    """Every load, as `servicemeter loads --format json` prints them."""
    return PlainJSON([{**one, "recorded_at": f"{one['recorded_at'].isoformat()}+00:00"} for one in loads(visit(request).desk)])


@router.api_route("/sources/undo", methods=["GET", "HEAD"])
@may("load_data")
def undo_page(request: Request) -> Response:
    """What taking a load back would do; nothing is changed."""
    seen = visit(request, _KEYS)
    own = seen.address.own
    return _look(seen, own.get("source", ""), _load(own), is_whole=False)


@router.api_route("/sources/remove", methods=["GET", "HEAD"])
@may("change_settings")
def removal_page(request: Request) -> Response:
    """What removing a source would do; nothing is changed."""
    seen = visit(request, _KEYS)
    return _look(seen, seen.address.own.get("source", ""), None, is_whole=True)


@router.post("/sources/undo")
@may("load_data")
async def undo(request: Request) -> Response:
    """Take back what was looked at."""
    return await _do(request, is_whole=False)


@router.post("/sources/remove")
@may("change_settings")
async def remove(request: Request) -> Response:
    """Remove what was looked at."""
    return await _do(request, is_whole=True)


async def _do(request: Request, *, is_whole: bool) -> Response:
    given = await posted(request, _FIELDS)
    seen = visit(request, _KEYS)

    def work() -> Response:
        try:
            _refuse_settings(given.get("source", ""))
            done = withdraw(
                seen.desk,
                source=given.get("source", ""),
                load=_load(given),
                is_whole=is_whole,
                seen=given.get("seen", ""),
                now=present(),
            )
        except ServicemeterError as fault:
            return _look(seen, given.get("source", ""), _load(given), is_whole=is_whole, fault=str(fault))
        return moved_to(seen.address.to("/sources/loads", done=str(done.data_version)))

    return await run_in_threadpool(work)


def _look(seen: Visit, source: str, load: int | None, *, is_whole: bool, fault: str = "") -> Response:
    told, mark = None, ""
    try:
        _refuse_settings(source)
        found = plan_withdrawal(seen.desk, source=source or None, load=load, is_whole=is_whole)
        told, mark = told_withdrawal(found, seen.language, seen.desk.report_tz), found.mark
        load = None if is_whole else found.loads[-1].data_version
        source = found.source
    except ServicemeterError as refusal:
        fault = fault or str(refusal)
    return seen.page(
        "withdrawal.html",
        here="sources",
        status=409 if fault else 200,
        fault=fault,
        told=told,
        source=source,
        load=load,
        mark=mark,
        is_whole=is_whole,
        action="/sources/remove" if is_whole else "/sources/undo",
    )


def _refuse_settings(source: str) -> None:
    """What is set here is taken back by whoever may set it."""
    if source == OURS and not asker().person.may("change_settings"):
        raise NotAllowed("Opening hours and agreements are taken back by whoever may change settings. Ask an owner or admin.")


def _load(fields: dict[str, str]) -> int | None:
    text = fields.get("load", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuestion(f"load={text!r} is no number of a load. Choose it from the list of loads.")
    return int(text) if text else None


def _may_go(source: str) -> bool:
    return can_remove(source) or (source == OURS and asker().person.may("change_settings"))


def _told(one: dict[str, Any], seen: Visit) -> dict[str, Any]:
    """A load as a line of the list; `can_go` where it may be asked what taking it back would do."""
    at = one["recorded_at"].replace(tzinfo=UTC)
    return {
        "number": one["data_version"],
        "when": moment(at, seen.desk.report_tz, language=seen.language, with_year=True),
        "source": one["source"] or "–",
        "rows": "–" if one["row_count"] is None else number(one["row_count"], language=seen.language),
        "label": one["label"] or "",
        "state": load_state(one, seen.language),
        "can_go": one["undone_in"] is None and one["kind"] in ("import", "judged") and _may_go(str(one["source"])),
    }
