"""Saved views: any address of these pages under a name of its own."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.methods.drop_view import drop_view
from servicemeter.desk.methods.put_view_back import put_view_back
from servicemeter.desk.methods.save_view import save_view
from servicemeter.desk.methods.views import views
from servicemeter.ground.errors import ServicemeterError
from servicemeter.show.dates import moment
from servicemeter.show.phrases import phrase
from servicemeter.web.pages import Page
from servicemeter.web.posted import moved_to, number_from, posted, present
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Views"), "/views", "figures", 30, may="see_figures")
router = APIRouter()
_KEYS = ("of", "gone")


@router.api_route("/views", methods=["GET", "HEAD"])
def views_page(request: Request) -> Response:
    """The views, and the form for the address that `of` names."""
    return _page(visit(request, _KEYS))


@router.post("/views")
@may("see_rows")
async def save(request: Request) -> Response:
    """Keep an address under a name."""
    seen = visit(request, _KEYS)
    given = await posted(request, ("name", "address"))
    return await run_in_threadpool(_save, seen, given)


def _save(seen: Visit, given: dict[str, str]) -> Response:
    try:
        save_view(seen.desk, given.get("name", ""), given.get("address", ""), now=present())
    except ServicemeterError as fault:
        return _page(seen, str(fault), 400)
    return moved_to(seen.address.to("/views"))


@router.post("/views/drop")
@may("set_targets")
async def drop(request: Request) -> Response:
    """Forget a view; the page then offers to put it back."""
    seen = visit(request, _KEYS)
    number = number_from(await posted(request, ("number",)), "number")
    await run_in_threadpool(lambda: drop_view(seen.desk, number, now=present()))
    return moved_to(seen.address.to("/views", gone=number))


@router.post("/views/put-back")
@may("set_targets")
async def put_back(request: Request) -> Response:
    """Put a forgotten view back."""
    seen = visit(request, _KEYS)
    number = number_from(await posted(request, ("number",)), "number")
    await run_in_threadpool(lambda: put_view_back(seen.desk, number))
    return moved_to(seen.address.to("/views"))


def _page(seen: Visit, fault: str = "", status: int = 200) -> Response:
    zone = seen.desk.report_tz
    return seen.page(
        "views.html",
        here="views",
        status=status,
        fault=fault,
        views=[
            (view.view_id, view.name, view.address, moment(view.made_at, zone, language=seen.language, with_year=True))
            for view in views(seen.desk)
        ],
        of=seen.address.own.get("of", ""),
        gone=seen.address.own.get("gone"),
    )
