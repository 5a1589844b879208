"""Coming in for the first time: the owner by the token of the first start, everybody else by the link they were given.

A token in an address becomes a cookie for an hour, and the address is left behind.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import BadSettings, NotSignedIn
from servicemeter.office.passwords import LEAST, hash_password, refusal
from servicemeter.office.people import By, accept_link, find_by_link, make_owner, plain_email
from servicemeter.show.phrases import phrase, say
from servicemeter.web.asker import asker
from servicemeter.web.cookies import keep_token
from servicemeter.web.guard import is_token
from servicemeter.web.pages.signin import enter
from servicemeter.web.posted import Form, read_form
from servicemeter.web.reception import Reception, reception_of
from servicemeter.web.rules import may
from servicemeter.web.visit import visit

__all__ = ["password_fault", "router"]

router = APIRouter()
_REFUSED = {
    "short": phrase("A password has {least} characters at least."),
    "long": phrase("A password has 200 characters at most."),
    "common": phrase("Many people take this password, so others would guess it. Take a few words that do not belong together."),
    "own": phrase("This password holds your own address. Take a few words that do not belong together."),
}


def password_fault(password: str, email: str, language: str) -> str:
    """Why a password is not taken, in the reader's words; empty when it is."""
    why = refusal(password, email)
    if not why:
        return ""
    return say(language, _REFUSED[why], least=LEAST) if why == "short" else say(language, _REFUSED[why])


@router.api_route("/setup", methods=["GET", "HEAD"], include_in_schema=False)
@may("anyone")
def setup_page(request: Request) -> Response:
    """The form of the first account."""
    front = reception_of(request)
    given = request.query_params.get("token")
    if given is not None and is_token(given, front.setup_token) and not front.has_people:
        return _left_behind("/setup", front, given)
    _check_setup(request, front)
    return _form(request, "setup.html")


@router.post("/setup", include_in_schema=False)
@may("anyone")
async def setup(request: Request) -> Response:
    """Make the owner, once."""
    form = await read_form(request)
    return await run_in_threadpool(_set_up, request, reception_of(request), form)


@router.api_route("/invitation", methods=["GET", "HEAD"], include_in_schema=False)
@may("anyone")
def invitation_page(request: Request) -> Response:
    """The form of a link: a password for the account it is of."""
    front = reception_of(request)
    given = request.query_params.get("token")
    if given is not None:
        return _left_behind("/invitation", front, given)
    account = _invited(request, front)
    return _form(request, "invitation.html", email=account)


@router.post("/invitation", include_in_schema=False)
@may("anyone")
async def accept(request: Request) -> Response:
    """Set the password and come in."""
    form = await read_form(request)
    return await run_in_threadpool(_accept, request, reception_of(request), form)


def _left_behind(path: str, front: Reception, token: str) -> Response:
    response = RedirectResponse(path, 303)
    keep_token(response, front, token, is_link=True)
    return response


def _check_setup(request: Request, front: Reception) -> None:
    if front.has_people:
        raise NotSignedIn("There is an owner already. Ask them for an invitation, or sign in.")
    has_token = is_token(request.cookies.get(front.token_cookie), front.setup_token)
    if front.home is None or not (has_token or asker().by == "token"):
        raise NotSignedIn("The owner's account is made at the address that the terminal printed at the start of the server.")


def _set_up(request: Request, front: Reception, form: Form) -> Response:
    _check_setup(request, front)
    email, password, language = form.one("email"), form.one("password"), visit(request).language
    fault = password_fault(password, email, language)
    try:
        plain = plain_email(email)
    except BadSettings as error:
        fault = str(error)
    if fault:
        return _form(request, "setup.html", 400, fault=fault, email=email)
    account = make_owner(front.office, plain, hash_password(password), front.by())
    return enter(front, account, "/")


def _invited(request: Request, front: Reception) -> str:
    """The address of whoever has a link that holds."""
    token = request.cookies.get(front.token_cookie, "")
    account = find_by_link(front.office, token, front.clock()) if token and front.home else None
    if account is None:
        raise NotSignedIn("This link was used, or is out of date. Ask whoever sent it for another one.")
    return account.email


def _accept(request: Request, front: Reception, form: Form) -> Response:
    email, password = _invited(request, front), form.one("password")
    fault = password_fault(password, email, visit(request).language)
    if fault:
        return _form(request, "invitation.html", 400, fault=fault, email=email)
    front.by()  # the change itself notes who did it
    by = By(email, front.clock(), asker().place)
    account = accept_link(front.office, request.cookies.get(front.token_cookie, ""), hash_password(password), by)
    if account is None:
        raise NotSignedIn("This link was used, or is out of date. Ask whoever sent it for another one.")
    response = enter(front, account, "/")
    response.delete_cookie(front.token_cookie, path="/", secure=front.is_secure, httponly=True, samesite="lax")
    return response


def _form(request: Request, template: str, status: int = 200, *, fault: str = "", email: str = "") -> Response:
    seen = visit(request)
    return seen.page(template, here="welcome", status=status, fault=fault, email=email, least=LEAST)
