"""A file through the import page, as a browser sends it: its upload, its pages, and the form of its columns."""

from __future__ import annotations

import httpx
from form_fields import fields_of

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app

__all__ = ["OWN", "page", "send", "upload"]

OWN = {"Sec-Fetch-Site": "same-origin"}


def upload(desk: Desk, file_name: str, content: str | bytes, **fields: str) -> str:
    """Send a file; returns the address of its page."""
    sent = content.encode() if isinstance(content, str) else content
    response = ask(create_app(desk), "/import", "POST", files={"file": (file_name, sent)}, data=fields, headers=OWN)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def page(desk: Desk, path: str) -> str:
    """A page as it stands."""
    response = ask(create_app(desk), path)
    assert response.status_code == 200, response.text
    return response.text


def send(desk: Desk, before: str, status: int = 200, /, **changes: str) -> str:
    """Send the form of a page with some fields changed (`c3__means`), by the button that shows, or that `do` names."""
    action, fields = fields_of(before, "columns")
    changed = {"do": "show", **{name.replace("__", "."): value for name, value in changes.items()}}
    assert not set(changed) - set(fields) - {"do"}, sorted(set(changed) - set(fields))
    response: httpx.Response = ask(create_app(desk), action, "POST", data={**fields, **changed}, headers=OWN)
    assert response.status_code == status, response.text
    return response.text
