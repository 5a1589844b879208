"""One's own account: language, password, second factor, sessions and keys of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import BadSettings, NotAllowed, ServicemeterError
from servicemeter.model.person import RIGHTS
from servicemeter.office.apikeys import KEY_RIGHTS, list_keys, make_key, revoke_key
from servicemeter.office.passwords import LEAST, MOST, hash_password, is_password
from servicemeter.office.people import (
    change_language,
    keep_password,
    keep_second_factor,
    password_of,
    second_factor_of,
    take_second_factor_away,
)
from servicemeter.office.secondfactor import app_address, made_secret, matching_step, recovery_codes
from servicemeter.office.tries import forgive, take_try
from servicemeter.show.numbers import LANGUAGES
from servicemeter.show.phrases import phrase, say
from servicemeter.show.qr import qr_svg
from servicemeter.web.asker import asker
from servicemeter.web.pages.welcome import password_fault
from servicemeter.web.paper import picture
from servicemeter.web.posted import Form, read_form
from servicemeter.web.reception import Reception, reception_of
from servicemeter.web.rules import may
from servicemeter.web.told import RIGHT_WORDS, ROLE_WORDS, KeyView, day_words
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()
_WRONG_PASSWORD = phrase("This is not your password.")
_WRONG_CODE = phrase("This is not the code of now.")
_LONGEST_DAYS = 365
_CHOICES_DAYS = (30, 90, _LONGEST_DAYS)


@router.api_route("/profile", methods=["GET", "HEAD"], include_in_schema=False)
@may("signed_in")
def profile_page(request: Request) -> Response:
    """The account of whoever asks."""
    return _page(request)


@router.post("/profile/language", include_in_schema=False)
@may("signed_in")
async def choose_language(request: Request) -> Response:
    """The language of one's pages."""
    form = await read_form(request)
    language = form.one("language")
    front = _own(request)
    wanted = language if language in LANGUAGES else None
    await run_in_threadpool(change_language, front.office, asker().person.person_id, wanted, front.by())
    return RedirectResponse("/profile", 303)


@router.post("/profile/password", include_in_schema=False)
@may("signed_in")
async def change_password(request: Request) -> Response:
    """Another password, by the one of now."""
    form = await read_form(request)
    return await run_in_threadpool(_change_password, request, _own(request), form)


@router.post("/profile/factor", include_in_schema=False)
@may("signed_in", asks=True)
def offer_factor(request: Request) -> Response:
    """A fresh secret for an app; nothing is kept until a code of it is shown."""
    _own(request)
    return _page(request, secret=made_secret())


@router.post("/profile/factor/on", include_in_schema=False)
@may("signed_in")
async def switch_factor_on(request: Request) -> Response:
    """Keep the secret once the app shows a right code; recovery codes are shown once."""
    form = await read_form(request)
    return await run_in_threadpool(_switch_on, request, _own(request), form)


@router.post("/profile/factor/off", include_in_schema=False)
@may("signed_in")
async def switch_factor_off(request: Request) -> Response:
    """The password alone, by the password."""
    form = await read_form(request)
    return await run_in_threadpool(_switch_off, request, _own(request), form)


@router.post("/profile/keys", include_in_schema=False)
@may("signed_in")
async def add_key(request: Request) -> Response:
    """A key of the API, shown once."""
    form = await read_form(request)
    return await run_in_threadpool(_add_key, request, _own(request), form)


@router.post("/profile/keys/{key_id}/revoke", include_in_schema=False)
@may("signed_in")
def end_key(request: Request, key_id: str) -> Response:
    """End one of one's own keys."""
    front = _own(request)
    if not revoke_key(front.office, key_id, asker().person.person_id, front.by()):
        raise BadSettings("You have no such key, or it is over already.")
    return RedirectResponse("/profile", 303)


def _own(request: Request) -> Reception:
    """The reception, for somebody who came in with an account; a key changes no account."""
    if not asker().has_account:
        raise NotAllowed("Nobody is signed in with an account here, so there is none to change.")
    return reception_of(request)


def _change_password(request: Request, front: Reception, form: Form) -> Response:
    one, language = asker(), visit(request).language
    if not _knows_password(front, form.one("old")):
        return _page(request, 400, fault=say(language, _WRONG_PASSWORD))
    fault = password_fault(form.one("password"), one.person.email, language)
    if fault:
        return _page(request, 400, fault=fault)
    keep_password(front.office, one.person.person_id, hash_password(form.one("password")), front.by(), one.session_hash)
    return RedirectResponse("/profile", 303)


def _knows_password(front: Reception, given: str) -> bool:
    """Whether somebody who is signed in knows the password too; tries are counted as at the entrance."""
    one = asker()
    if take_try(front.office, one.person.email, one.place, front.clock()):
        return False
    found = password_of(front.office, one.person.email)
    is_right = is_password(given[:MOST], found[1] if found else None)
    if is_right:
        forgive(front.office, one.person.email, one.place)
    return is_right


def _switch_on(request: Request, front: Reception, form: Form) -> Response:
    secret, by = form.one("secret"), front.by()
    try:
        step = matching_step(secret, form.one("code"), int(by.now.timestamp()), None)
    except ValueError:
        step = None
    if step is None:
        return _page(request, 400, fault=say(visit(request).language, _WRONG_CODE), secret=made_secret())
    codes = recovery_codes()
    keep_second_factor(front.office, asker().person.person_id, secret, step, codes, by)
    return _page(request, codes=codes)


def _switch_off(request: Request, front: Reception, form: Form) -> Response:
    if not _knows_password(front, form.one("old")):
        return _page(request, 400, fault=say(visit(request).language, _WRONG_PASSWORD))
    take_second_factor_away(front.office, asker().person.person_id, front.by())
    return RedirectResponse("/profile", 303)


def _add_key(request: Request, front: Reception, form: Form) -> Response:
    by = front.by()
    days = int(form.one("days")) if form.one("days").isdigit() and len(form.one("days")) < 4 else 0
    try:
        _, text = make_key(front.office, asker().person, form.one("name"), form.many("right"), by.now + timedelta(days=days), by)
    except ServicemeterError as error:
        return _page(request, 400, fault=str(error))
    return _page(request, key=text)


def _page(
    request: Request, status: int = 200, *, fault: str = "", secret: str = "", codes: list[str] | None = None, key: str = ""
) -> Response:
    seen, front, one = visit(request), reception_of(request), asker()
    account: dict[str, Any] = {"codes_left": None, "keys": []}
    if one.has_account:
        account = {"codes_left": second_factor_of(front.office, one.person.person_id), "keys": _keys(seen, front)}
    language = seen.language
    return seen.page(
        "profile.html",
        here="profile",
        status=status,
        fault=fault,
        secret=secret,
        qr=picture(qr_svg(app_address(secret, one.person.email), say(language, "Code for the app"))) if secret else "",
        codes=codes or [],
        key=key,
        least=LEAST,
        role=say(language, ROLE_WORDS[one.person.role]),
        rights={right: say(language, RIGHT_WORDS[right]) for right in KEY_RIGHTS if right in RIGHTS[one.person.role]},
        choices=_CHOICES_DAYS,
        **account,
    )


def _keys(seen: Visit, front: Reception) -> list[KeyView]:
    now, language = front.clock(), seen.language
    views = []
    for key in list_keys(front.office, asker().person.person_id):
        used = front.last_seen.of(key.key_id)
        rights = ", ".join(say(language, RIGHT_WORDS[right]) for right in key.rights)
        is_over = key.revoked_at is not None or key.expires_at <= now
        ends = day_words(key.revoked_at or key.expires_at, language)
        views.append(KeyView(key.key_id, key.name, rights, ends, day_words(used, language) if used else "–", is_over))
    return views
