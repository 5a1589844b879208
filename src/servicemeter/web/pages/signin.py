"""Signing in and out: address and password, then the second factor where there is one; or a token of the terminal.

Who is wrong hears the same words, after the same work, whether there is such an account or not.
"""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from servicemeter.office.audit import audit
from servicemeter.office.passwords import MOST, is_password
from servicemeter.office.people import Account, By, find_account, password_of, take_second_factor
from servicemeter.office.sessions import begin_session, end_session, find_session
from servicemeter.office.tries import forgive, take_try
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.web.asker import asker
from servicemeter.web.cookies import keep_session, keep_token, local, take_cookies_away
from servicemeter.web.guard import is_token
from servicemeter.web.posted import Form, read_form
from servicemeter.web.reception import Reception, reception_of
from servicemeter.web.rules import may
from servicemeter.web.visit import visit

__all__ = ["enter", "router"]

router = APIRouter()
_OWN = ("to", "token")
_WRONG = phrase("This address and password do not belong together.")
_WRONG_CODE = phrase("This is not the code of now.")


@router.api_route("/signin", methods=["GET", "HEAD"], include_in_schema=False)
@may("anyone")
def signin_page(request: Request) -> Response:
    """The form; or, while nobody has an account, the token of the address becomes a cookie and the address is left behind."""
    front = reception_of(request)
    if front.has_people:
        return RedirectResponse("/", 303) if asker().is_known else _form(request)
    if front.token is None:
        return RedirectResponse("/", 303)
    if not is_token(request.query_params.get("token"), front.token):
        return PlainTextResponse("This is not the token. Open the address that the terminal printed last.", 401)
    response = RedirectResponse("/", 303)
    keep_token(response, front, front.token)
    return response


@router.post("/signin", include_in_schema=False)
@may("anyone", asks=True)
async def signin(request: Request) -> Response:
    """Address and password."""
    form = await read_form(request)
    return await run_in_threadpool(_sign_in, request, reception_of(request), form)


@router.api_route("/signin/code", methods=["GET", "HEAD"], include_in_schema=False)
@may("anyone")
def code_page(request: Request) -> Response:
    """The form of the second factor, for whom has given the right password."""
    return _code_form(request) if asker().by == "half" else RedirectResponse("/signin", 303)


@router.post("/signin/code", include_in_schema=False)
@may("anyone", asks=True)
async def signin_code(request: Request) -> Response:
    """A code of the app, or a recovery code."""
    form = await read_form(request)
    return await run_in_threadpool(_take_code, request, reception_of(request), form)


@router.post("/signout", include_in_schema=False)
@may("signed_in", asks=True)
def signout(request: Request) -> Response:
    """The session ends, here and in the browser."""
    front = reception_of(request)
    if asker().session_hash:
        end_session(front.office, asker().session_hash)
    response = RedirectResponse("/signin", 303)
    take_cookies_away(response, front)
    return response


def enter(front: Reception, account: Account, to: str) -> Response:
    """Let somebody in, by a fresh session; first to the second factor where there is one."""
    by = By(account.email, front.clock(), asker().place)
    is_half = account.has_second_factor
    token = begin_session(front.office, account.person_id, by.now, is_half=is_half, instead_of=asker().session_hash)
    if not is_half:
        _note(front, by, "signed in")
    response = local(f"/signin/code?{urlencode({'to': to})}" if is_half else to)
    keep_session(response, front, token)
    return response


def _sign_in(request: Request, front: Reception, form: Form) -> Response:
    if not front.has_people:
        return RedirectResponse("/signin", 303)
    email, password, place = form.one("email")[:MOST], form.one("password")[:MOST], asker().place
    wait_s = take_try(front.office, email, place, front.clock())
    if wait_s:
        return _form(request, form, _wait(request, wait_s), 429, wait_s)
    found = password_of(front.office, email)
    is_right = is_password(password, found[1] if found else None)
    if found is None or not is_right:
        return _form(request, form, say(_language(request), _WRONG), 401)
    if not found[0].has_second_factor:
        forgive(front.office, email, place)
    return enter(front, found[0], form.one("to"))


def _take_code(request: Request, front: Reception, form: Form) -> Response:
    one = asker()
    person_id = _half_person(request, front)
    if person_id is None:
        return RedirectResponse("/signin", 303)
    now = front.clock()
    wait_s = take_try(front.office, f"code {person_id}", one.place, now)
    if wait_s:
        return _code_form(request, form, _wait(request, wait_s), 429, wait_s)
    with front.office.reading() as on:
        account = find_account(on, person_id)
    by = By(account.email if account else "", now, one.place)
    if account is None or not take_second_factor(front.office, person_id, form.one("code")[:MOST], by):
        return _code_form(request, form, say(_language(request), _WRONG_CODE), 401)
    for known in (f"code {person_id}", account.email):
        forgive(front.office, known, one.place)
    token = begin_session(front.office, person_id, now, instead_of=one.session_hash)
    _note(front, by, "signed in")
    response = local(form.one("to"))
    keep_session(response, front, token)
    return response


def _half_person(request: Request, front: Reception) -> str | None:
    """Whose password was right a moment ago."""
    if asker().by != "half":
        return None
    found = find_session(front.office, request.cookies.get(front.cookie, ""), front.clock())
    return found.person_id if found and found.is_half else None


def _note(front: Reception, by: By, what: str) -> None:
    with front.office.writing() as on:
        audit(front.office, on, who=by.who, what=what, about=by.who, place=by.place, now=by.now)


def _form(request: Request, form: Form | None = None, fault: str = "", status: int = 200, wait_s: int = 0) -> Response:
    seen = visit(request, _OWN)
    to = form.one("to") if form else seen.address.own.get("to", "")
    email = form.one("email") if form else ""
    response = seen.page("signin.html", here="signin", status=status, fault=fault, to=to, email=email)
    return _waiting(response, wait_s)


def _code_form(request: Request, form: Form | None = None, fault: str = "", status: int = 200, wait_s: int = 0) -> Response:
    seen = visit(request, _OWN)
    to = form.one("to") if form else seen.address.own.get("to", "")
    return _waiting(seen.page("signin_code.html", here="signin", status=status, fault=fault, to=to), wait_s)


def _waiting(response: Response, wait_s: int) -> Response:
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _wait(request: Request, wait_s: int) -> str:
    minutes = -(-wait_s // 60)
    language = _language(request)
    return counted(
        language, minutes, "Too many tries. Wait {n} minute and try again.", "Too many tries. Wait {n} minutes and try again."
    )


def _language(request: Request) -> str:
    return visit(request, _OWN).language
