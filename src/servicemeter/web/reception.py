"""What the entrance stands on: the accounts of a home, the clock, the log of exports, and the token of the first start."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home
from servicemeter.model.person import NOBODY, OWNER
from servicemeter.office.apikeys import find_key
from servicemeter.office.database import Office, open_office
from servicemeter.office.exportlog import ExportLog
from servicemeter.office.people import By, find_account, has_people
from servicemeter.office.sessions import digest_of, find_session
from servicemeter.web.asker import Asker, asker
from servicemeter.web.guard import is_token
from servicemeter.web.lastseen import LastSeen

__all__ = ["Reception", "reception_of"]

_TOKEN_BYTES = 24


def _now() -> datetime:
    return datetime.now(UTC)


class Reception:
    """Who comes in, of a home; without one (a desk in memory) nobody has an account. Close it at the end.

    `token` is what the terminal printed, and signs in as the owner while nobody has an account. `setup_token` makes the first
    account, once. With `is_secure` people come over https, and cookies say so.
    """

    def __init__(
        self,
        home: Home | None = None,
        *,
        token: str | None = None,
        is_secure: bool = False,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.home, self.token, self.is_secure, self.clock = home, token, is_secure, clock
        self.setup_token = token or secrets.token_urlsafe(_TOKEN_BYTES)
        self.last_seen = LastSeen(home.last_seen if home else None)
        self.exports = ExportLog(home.exports) if home else None
        self._office: Office | None = None
        self._lock = threading.Lock()

    @property
    def office(self) -> Office:
        """The application database, opened when it is first needed; `BadSettings` without a home."""
        with self._lock:
            if self._office is None:
                if self.home is None:
                    raise BadSettings("Accounts need a data folder, and this desk is in memory. Serve one: servicemeter serve.")
                self._office = open_office(self.home)
            return self._office

    @property
    def has_people(self) -> bool:
        """Whether anybody has an account. Looking makes no database."""
        return self.home is not None and (self._office is not None or self.home.has_office()) and has_people(self.office)

    @property
    def cookie(self) -> str:
        """The name of the cookie of sessions; over https one that no other host and no plain connection can set."""
        return "__Host-servicemeter" if self.is_secure else "servicemeter_session"

    @property
    def token_cookie(self) -> str:
        """The name of the cookie of a token from the terminal, or of a link."""
        return "__Host-servicemeter_token" if self.is_secure else "servicemeter_token"

    def by(self) -> By:
        """Who does something now, for the audit log; what follows is noted."""
        one = asker()
        one.was_noted = True
        return By(one.name, self.clock(), one.place)

    def recognise(self, connection: HTTPConnection) -> Asker:
        """Who a request comes from: by key, token or session; nobody otherwise."""
        place = connection.client.host if connection.client else ""
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        people = self.has_people
        if scheme.lower() == "bearer" and bearer:
            return self._by_key(bearer, place) if people else self._by_token(bearer, place)
        if people:
            return self._by_session(connection.cookies.get(self.cookie), place)
        if self.token is None:
            return Asker(OWNER, "machine", place)
        return self._by_token(connection.cookies.get(self.token_cookie), place)

    def close(self) -> None:
        """Let go of the database."""
        self.last_seen.close(self.clock())
        with self._lock:
            if self._office is not None:
                self._office.close()
                self._office = None

    def _by_token(self, given: str | None, place: str) -> Asker:
        if self.token is None:
            return Asker(OWNER, "machine", place)
        return Asker(OWNER, "token", place) if is_token(given, self.token) else Asker(place=place)

    def _by_key(self, text: str, place: str) -> Asker:
        now = self.clock()
        found = find_key(self.office, text, now)
        if found is None:
            return Asker(place=place)
        key, person = found
        self.last_seen.note(key.key_id, now)
        return Asker(person, "key", place, key_id=key.key_id)

    def _by_session(self, token: str | None, place: str) -> Asker:
        now = self.clock()
        found = find_session(self.office, token, now, self.last_seen.of(digest_of(token))) if token else None
        if found is None:
            return Asker(place=place)
        with self.office.reading() as on:
            account = find_account(on, found.person_id)
        if account is None or account.state != "active":
            return Asker(place=place)
        if found.is_half:
            return Asker(NOBODY, "half", place, found.session_hash)
        self.last_seen.note(found.session_hash, now)
        return Asker(account.person, "session", place, found.session_hash)


def reception_of(request: HTTPConnection) -> Reception:
    """The reception of the application that a request came to."""
    found: Reception = request.app.state.reception
    return found
