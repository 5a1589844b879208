"""A customer's whole story: tickets, calls and chats, surveys, orders, of everywhere we know the person."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.desk.methods.tell_customer import tell_customer
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.show.phrases import counted, plural, say
from servicemeter.show.sentences import data_status
from servicemeter.show.story import customer_lines
from servicemeter.web.asked import instant_from
from servicemeter.web.exports import FIGURES, Taken, take_along
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()
_KEYS = ("id", "of", "page", "size")
_API_KEYS = (*_KEYS, "as_of")
_KINDS = {
    "ticket": plural("{n} ticket", "{n} tickets"),
    "contact": plural("{n} call or chat", "{n} calls and chats"),
    "survey": plural("{n} survey answer", "{n} survey answers"),
    "order": plural("{n} order", "{n} orders"),
}


def _call(given: Any) -> dict[str, Any]:
    """The arguments of the method from the texts of an address."""
    if not given.get("id") or not given.get("of"):
        raise BadQuestion("Name the customer: id=NUMBER and of=SOURCE.")
    whole: dict[str, int] = {}
    for key in ("page", "size"):
        text = given.get(key)
        if text and not (text.isascii() and text.isdigit() and len(text) < 10):
            raise BadQuestion(f"{key}={text!r} is no whole number.")
        whole |= {key: int(text)} if text else {}
    return {"customer_id": given["id"], "source": given["of"], **whole}


@router.get("/api/customer")
@may("see_rows", is_export=True)
def customer_api(request: Request) -> Response:
    """The story of the customer `id` of the source `of`, a page at a time."""
    params = request.query_params
    for key in params:
        if key not in _API_KEYS:
            raise UnknownName("parameter of a customer", key, _API_KEYS)
    as_of = instant_from(params["as_of"], "as_of") if params.get("as_of") else None
    return PlainJSON(tell_customer(request.app.state.desk, **_call(params), as_of=as_of))


@router.api_route("/customer", methods=["GET", "HEAD"])
@may("see_rows")
def customer_page(request: Request) -> Response:
    """The story as a page."""
    seen = visit(request, _KEYS)
    found, language = _found(seen), seen.language
    names = list(dict.fromkeys(str(row["name"]) for row in found["person"] if row.get("name")))
    at = found["page"]
    links = [(say(language, "newer"), at - 1, at > 1), (say(language, "older"), at + 1, at < found["pages"])]
    return seen.page(
        "customer.html",
        here="tickets",
        found=found,
        heading=names[0] if names else say(language, "Customer {name}", name=seen.address.own["id"]),
        known=[(row["source"], row["customer_id"], _about(row)) for row in found["person"]],
        counts=[counted(language, found["counts"].get(kind, 0), *texts) for kind, texts in _KINDS.items()],
        lines=[
            (line, _href(line.ticket, seen))
            for line in customer_lines(found["entries"], found["agents"], found["report_tz"], language)
        ],
        page_links=[(text, seen.address.here(page=page if page > 1 else None)) for text, page, is_there in links if is_there],
        files=[(form.upper(), seen.address.beside(f"/customer.{form}")) for form in FIGURES],
        reach=data_status(found["as_of"], found["report_tz"], (), language),
    )


@router.api_route("/customer.{form}", methods=["GET", "HEAD"])
@may("see_rows", is_export=True)
def customer_file(request: Request, form: str) -> Response:
    """The entries of the page as a file."""
    seen = visit(request, _KEYS)
    found = _found(seen)
    about = [
        ("title", say(seen.language, "Customer {name}", name=seen.address.own["id"])),
        ("rows", f"{len(found['entries'])} / {found['total']}"),
        ("data", data_status(found["as_of"], found["report_tz"], (), seen.language)),
        ("data_version", str(found["data_version"])),
        ("address", seen.address.beside("/customer")),
    ]
    return take_along(Taken("customer", found["entries"], about, found), form)


def _found(seen: Visit) -> dict[str, Any]:
    return tell_customer(seen.desk, **_call(seen.address.own), as_of=seen.address.as_of)


def _about(row: dict[str, Any]) -> str:
    return " · ".join(str(row[name]) for name in ("segment", "language", "country") if row.get(name))


def _href(ticket: tuple[str, str] | None, seen: Visit) -> str:
    return seen.address.to("/ticket", of=ticket[0], id=ticket[1]) if ticket else ""
