"""People: who has an account, in which role, and what they see."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import BadSettings, NotAllowed, ServicemeterError
from servicemeter.model.person import ROLES, SCOPED, Role
from servicemeter.office.people import (
    Account,
    change_account,
    disable,
    enable,
    find_account,
    invite,
    list_people,
    new_link,
)
from servicemeter.show.phrases import phrase, say
from servicemeter.web.asker import asker
from servicemeter.web.pages import Page
from servicemeter.web.posted import Form, read_form
from servicemeter.web.reception import Reception, reception_of
from servicemeter.web.rules import may
from servicemeter.web.told import ROLE_ABOUT, ROLE_WORDS, STATE_WORDS, AccountView
from servicemeter.web.visit import visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("People"), "/people", "house", 20, may="manage_people")
router = APIRouter()


@router.api_route("/people", methods=["GET", "HEAD"], include_in_schema=False)
def people_page(request: Request) -> Response:
    """Everybody who has an account, and the form that invites somebody."""
    return _page(request)


@router.post("/people", include_in_schema=False)
@may("manage_people")
async def invite_person(request: Request) -> Response:
    """A new account; its link is shown once."""
    form = await read_form(request)
    return await run_in_threadpool(_invite, request, reception_of(request), form)


@router.api_route("/people/{person_id}", methods=["GET", "HEAD"], include_in_schema=False)
@may("manage_people")
def person_page(request: Request, person_id: str) -> Response:
    """One account."""
    return _one(request, _account(reception_of(request), person_id))


@router.post("/people/{person_id}", include_in_schema=False)
@may("manage_people")
async def change_person(request: Request, person_id: str) -> Response:
    """Another role or another sight."""
    form = await read_form(request)
    return await run_in_threadpool(_change, request, reception_of(request), person_id, form)


@router.post("/people/{person_id}/disable", include_in_schema=False)
@may("manage_people")
def disable_person(request: Request, person_id: str) -> Response:
    """Out at once, until enabled."""
    front = reception_of(request)
    _check_owner(_account(front, person_id).role)
    disable(front.office, person_id, front.by())
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id}/enable", include_in_schema=False)
@may("manage_people")
def enable_person(request: Request, person_id: str) -> Response:
    """In again."""
    front = reception_of(request)
    _check_owner(_account(front, person_id).role)
    enable(front.office, person_id, front.by())
    return RedirectResponse(f"/people/{person_id}", 303)


@router.post("/people/{person_id}/link", include_in_schema=False)
@may("manage_people")
async def give_link(request: Request, person_id: str) -> Response:
    """A fresh link to set a password with, shown once; with it the second factor may be taken away."""
    form = await read_form(request)
    return await run_in_threadpool(_give_link, request, reception_of(request), person_id, form)


def _invite(request: Request, front: Reception, form: Form) -> Response:
    try:
        role = _role(form)
        account, token = invite(front.office, form.one("email"), role, front.by(), **_seen(form))
    except ServicemeterError as error:
        if isinstance(error, NotAllowed):
            raise
        return _page(request, 400, fault=str(error), form=form)
    return _one(request, account, link=_address(request, token))


def _change(request: Request, front: Reception, person_id: str, form: Form) -> Response:
    account = _account(front, person_id)
    _check_owner(account.role)
    try:
        change_account(front.office, person_id, front.by(), _role(form), **_seen(form))
    except BadSettings as error:
        return _one(request, account, 400, fault=str(error))
    return RedirectResponse(f"/people/{person_id}", 303)


def _give_link(request: Request, front: Reception, person_id: str, form: Form) -> Response:
    account = _account(front, person_id)
    _check_owner(account.role)
    token = new_link(front.office, person_id, front.by(), drops_second_factor=bool(form.one("drop")))
    return _one(request, _account(front, person_id), link=_address(request, token))


def _role(form: Form) -> Role:
    for role in ROLES:
        if form.one("role") == role:
            _check_owner(role)
            return role
    raise BadSettings(f"Choose a role: {', '.join(ROLES)}.")


def _check_owner(role: Role) -> None:
    """Owners are made and changed by owners alone."""
    if role == "owner" and asker().person.role != "owner":
        raise NotAllowed("Only an owner makes or changes an owner.")


def _seen(form: Form) -> dict[str, tuple[str, ...]]:
    return {name: form.words(name) for name in SCOPED}


def _account(front: Reception, person_id: str) -> Account:
    with front.office.reading() as on:
        account = find_account(on, person_id)
    if account is None:
        raise BadSettings("There is no such account.")
    return account


def _address(request: Request, token: str) -> str:
    front = reception_of(request)
    scheme = "https" if front.is_secure else request.url.scheme
    return f"{scheme}://{request.headers['host']}/invitation?token={token}"


def _page(request: Request, status: int = 200, *, fault: str = "", form: Form | None = None) -> Response:
    seen, front = visit(request), reception_of(request)
    people = list_people(front.office) if front.has_people or (front.home and front.home.has_office()) else []
    return seen.page(
        "people.html",
        here="people",
        status=status,
        fault=fault,
        email=form.one("email") if form else "",
        people=[_view(account, seen.language) for account in people],
        has_people=front.has_people,
        **_offered(request, None, seen.language),
    )


def _one(request: Request, account: Account, status: int = 200, *, fault: str = "", link: str = "") -> Response:
    seen = visit(request)
    view = _view(account, seen.language)
    more = _offered(request, account, seen.language)
    return seen.page("person.html", here="people", status=status, fault=fault, link=link, account=view, **more)


def _view(account: Account, language: str) -> AccountView:
    sees = "; ".join(", ".join(values) for name in SCOPED if (values := getattr(account, name)))
    return AccountView(
        account.person_id,
        account.email,
        account.role,
        say(language, ROLE_WORDS[account.role]),
        account.state,
        say(language, STATE_WORDS[account.state]),
        sees,
        account.has_second_factor,
        account.person.scope is None,
    )


def _offered(request: Request, account: Account | None, language: str) -> dict[str, object]:
    """The roles and the values that a form offers, with what the account has already."""
    desk = visit(request).desk
    offered = {}
    for name in SCOPED:
        known = desk.dimension_values(name.removesuffix("s"))
        chosen = getattr(account, name) if account else ()
        offered[name] = [(value, value in chosen) for value in dict.fromkeys((*known, *chosen))]
    roles = {role: (say(language, ROLE_WORDS[role]), say(language, ROLE_ABOUT[role])) for role in ROLES}
    return {"roles": roles, "offered": offered}
