"""An application over the small shop with an account in every role, and requests as one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from app_client import ask
from servicemeter.ground.settings import Home
from servicemeter.model.person import ROLES, Role
from servicemeter.office.apikeys import make_key
from servicemeter.office.people import Account, By, accept_link, invite, make_owner
from servicemeter.office.sessions import begin_session
from servicemeter.web.app import create_app
from servicemeter.web.desklike import DeskLike
from servicemeter.web.reception import Reception

PASSWORD = "seven green lamps"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""Argon2id with little work, for tests that are not about its strength."""
NOW = datetime(2026, 3, 21, 12, tzinfo=UTC)
OWN_PAGE = {"sec-fetch-site": "same-origin"}


@dataclass
class Rooms:
    """The application, the accounts by role, and their sessions' cookies."""

    app: FastAPI
    front: Reception
    accounts: dict[str, Account]
    cookies: dict[str, str]

    def ask(self, role: str, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        """A request of the account of this role from its own page; of nobody for an unknown one."""
        headers = {**OWN_PAGE, **more.pop("headers", {})}
        if role in self.cookies:
            headers["cookie"] = f"{self.front.cookie}={self.cookies[role]}"
        return ask(self.app, path, method, headers=headers, **more)

    def sign_in(self, account: Account) -> str:
        """A session's token."""
        return begin_session(self.front.office, account.person_id, self.front.clock())

    def key(self, role: str, *rights: str) -> dict[str, str]:
        """The header of a fresh key."""
        by = By("test", self.front.clock())
        _, text = make_key(self.front.office, self.accounts[role].person, "test", rights, by.now + timedelta(days=1), by)
        return {"authorization": f"Bearer {text}"}


def make_rooms(desk: DeskLike, home: Home, seen: dict[Role, dict[str, tuple[str, ...]]], password_hash: str = "none") -> Rooms:
    """Rooms on a home; `seen` is what each role is narrowed to."""
    front = Reception(home, clock=lambda: NOW)
    by = By("test", NOW)
    accounts: dict[str, Account] = {"owner": make_owner(front.office, "owner@example.com", password_hash, by)}
    for role in ROLES[1:]:
        _, token = invite(front.office, f"{role}@example.com", role, by, **seen.get(role, {}))
        accepted = accept_link(front.office, token, password_hash, by)
        assert accepted is not None
        accounts[role] = accepted
    rooms = Rooms(create_app(desk, reception=front), front, accounts, {})
    rooms.cookies = {role: rooms.sign_in(account) for role, account in accounts.items()}
    return rooms
