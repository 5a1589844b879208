"""The cookies of the entrance: read by no script, sent by no other site's form, kept no longer than they are good for."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from servicemeter.office.sessions import LASTS
from servicemeter.web.reception import Reception

__all__ = ["keep_session", "keep_token", "local", "take_cookies_away"]

_LINK_LASTS_S = 3600


def keep_session(response: Response, reception: Reception, token: str) -> None:
    """Let the browser come back with a session."""
    _keep(response, reception, reception.cookie, token, int(LASTS.total_seconds()))


def keep_token(response: Response, reception: Reception, token: str, *, is_link: bool = False) -> None:
    """Let the browser come back with a token of an address, which is then left behind; that of a link for an hour."""
    _keep(response, reception, reception.token_cookie, token, _LINK_LASTS_S if is_link else None)


def take_cookies_away(response: Response, reception: Reception) -> None:
    """Leave the browser without any of them."""
    for name in (reception.cookie, reception.token_cookie):
        response.delete_cookie(name, path="/", secure=reception.is_secure, httponly=True, samesite="lax")


def _keep(response: Response, reception: Reception, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=reception.is_secure, httponly=True, samesite="lax")


def local(to: str) -> RedirectResponse:
    """On to an address of ours; anything else leads to the first page."""
    is_ours = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    return RedirectResponse(to if is_ours else "/", 303)
