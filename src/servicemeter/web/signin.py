"""Signing in: a token once in an address becomes a cookie, and the address is left behind."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from servicemeter.web.guard import COOKIE, is_token

__all__ = ["router"]

router = APIRouter()


@router.get("/signin")
def signin(request: Request) -> Response:
    """Take the token of the address, keep it in a cookie that scripts cannot read, and go to the scorecard."""
    token: str | None = request.app.state.token
    if token is None:
        return RedirectResponse("/", 303)
    given = request.query_params.get("token")
    if not is_token(given, token):
        return PlainTextResponse("This is not the token. Open the address that the terminal printed last.", 401)
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/")
    return response
