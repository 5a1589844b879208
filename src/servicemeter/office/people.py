"""People: who has an account, in which role, and what they see; their passwords, second factors and the links they come in by.

Passwords are kept as Argon2id, recovery codes and links, which are random, as SHA-256, secrets of apps sealed. Every change is
audited in the transaction that makes it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import BadSettings, UnknownName
from servicemeter.model.person import ROLES, SCOPED, Person, Role
from servicemeter.office.audit import audit, seal_head_anew
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare
from servicemeter.office.secondfactor import digest_code, matching_step
from servicemeter.office.sessions import sign_out

__all__ = [
    "Account", "By", "accept_link", "change_account", "change_language", "disable", "enable", "find_account", "find_by_email",
    "find_by_link", "has_people", "invite", "keep_password", "keep_second_factor", "list_people", "make_owner", "new_link",
    "password_of", "plain_email", "seal_people_anew", "second_factor_of", "take_second_factor", "take_second_factor_away",
]  # fmt: skip

LINK_LASTS = timedelta(days=7)
_LINK_BYTES = 24
_PEOPLE = sa.Table(
    "people",
    METADATA,
    sa.Column("person_id", sa.String(32), primary_key=True),
    sa.Column("email", sa.String(320), nullable=False, unique=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("language", sa.String(10)),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("brands", sa.JSON, nullable=False),
    sa.Column("teams", sa.JSON, nullable=False),
    sa.Column("agents", sa.JSON, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("password", sa.String(300)),
    sa.Column("second_factor", sa.LargeBinary),
    sa.Column("last_step", sa.Integer),
)
declare(_PEOPLE, "those who use servicemeter, not its customers")
_CODES = sa.Table(
    "recovery_codes",
    METADATA,
    sa.Column("person_id", sa.String(32), primary_key=True),
    sa.Column("code_hash", sa.String(64), primary_key=True),
)
declare(_CODES, "codes of those who use servicemeter")
_LINKS = sa.Table(
    "person_links",
    METADATA,
    sa.Column("link_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(32), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)
declare(_LINKS, "links of those who use servicemeter")


@dataclass(frozen=True)
class By:
    """Who does something, from where, and when: what the audit log notes of it."""

    who: str
    now: datetime
    place: str = ""


@dataclass(frozen=True)
class Account:
    """Somebody's account. `state` is `invited` (no password yet), `active` or `disabled`."""

    person_id: str
    email: str
    role: Role
    made_at: datetime
    state: str = "invited"
    language: str | None = None
    sources: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    has_second_factor: bool = field(default=False, compare=False)

    @property
    def person(self) -> Person:
        """The person, as questions are narrowed to them."""
        seen = {name: getattr(self, name) for name in SCOPED}
        return Person(self.person_id, self.email, self.role, self.language, **seen)

    @property
    def told(self) -> dict[str, Any]:
        """What the audit log says of it."""
        seen = {name: list(values) for name in SCOPED if (values := getattr(self, name))}
        return {"email": self.email, "role": self.role, "state": self.state, **seen}


def plain_email(text: str) -> str:
    """An address as it is kept; `BadSettings` for what is none."""
    email = text.strip().casefold()
    name, mark, host = email.rpartition("@")
    if not name or not mark or "." not in host or len(email) > 320 or any(c.isspace() or ord(c) < 33 for c in email):
        raise BadSettings(f"{text.strip()[:80]!r} is no e-mail address. Write it as name@example.com.")
    return email


def has_people(office: Office) -> bool:
    """Whether anybody has an account with a password: from then on everybody signs in."""
    with office.reading() as on:
        return bool(on.execute(sa.select(sa.exists().where(_PEOPLE.c.password.is_not(None)))).scalar())


def list_people(office: Office) -> list[Account]:
    """Everybody, by address."""
    with office.reading() as on:
        return [_account(row) for row in on.execute(sa.select(_PEOPLE).order_by(_PEOPLE.c.email)).mappings()]


def find_account(on: sa.Connection, person_id: str) -> Account | None:
    """The account of this id."""
    row = on.execute(sa.select(_PEOPLE).where(_PEOPLE.c.person_id == person_id)).mappings().first()
    return _account(row) if row else None


def find_by_email(office: Office, email: str) -> Account:
    """The account of this address; `UnknownName` when there is none. For those who may see all accounts."""
    known = list_people(office)
    wanted = email.strip().casefold()
    for account in known:
        if account.email == wanted:
            return account
    raise UnknownName("account", email, [account.email for account in known] or ["none yet"])


def invite(office: Office, email: str, role: Role, by: By, **seen: tuple[str, ...]) -> tuple[Account, str]:
    """A new account and the link's token, which is shown once. `seen` are the lists of what they see."""
    account = Account(secrets.token_hex(16), plain_email(email), _known_role(role), by.now, **_lists(seen))
    with office.writing() as on:
        if on.execute(sa.select(_PEOPLE.c.person_id).where(_PEOPLE.c.email == account.email)).first():
            raise BadSettings(f"{account.email} has an account already. Give it a fresh link instead.")
        on.execute(sa.insert(_PEOPLE).values(_row(account)))
        _note(office, on, by, "invited", account.email, after=account.told)
        return account, _link(on, account.person_id, by.now)


def make_owner(office: Office, email: str, password_hash: str, by: By) -> Account:
    """The first account; `BadSettings` once anybody has one."""
    account = Account(secrets.token_hex(16), plain_email(email), "owner", by.now, "active")
    with office.writing() as on:
        if on.execute(sa.select(sa.exists().where(_PEOPLE.c.password.is_not(None)))).scalar():
            raise BadSettings("There is an owner already. Ask them for an invitation, or sign in.")
        on.execute(sa.delete(_PEOPLE).where(_PEOPLE.c.email == account.email))
        on.execute(sa.insert(_PEOPLE).values({**_row(account), "password": password_hash}))
        _note(office, on, by, "made the owner", account.email, after=account.told)
    return account


def new_link(office: Office, person_id: str, by: By, *, drops_second_factor: bool = False) -> str:
    """A fresh link to set a password with, in place of those before; the password of now stays until it is used."""
    with office.writing() as on:
        account = _must(on, person_id)
        if drops_second_factor:
            _drop_second_factor(on, person_id)
        _note(office, on, by, "gave a link", account.email, after={"second_factor_removed": drops_second_factor})
        return _link(on, person_id, by.now)


def find_by_link(office: Office, token: str, now: datetime) -> Account | None:
    """Whose link this is, while it lasts and was not used."""
    with office.reading() as on:
        person_id = on.execute(_unused(token, now)).scalar()
        account = find_account(on, person_id) if person_id else None
    return account if account and account.state != "disabled" else None


def accept_link(office: Office, token: str, password_hash: str, by: By) -> Account | None:
    """Set the password by a link, which is used up; None for one that is no more. Whoever was signed in is out."""
    with office.writing() as on:
        person_id = on.execute(_unused(token, by.now)).scalar()
        account = find_account(on, person_id) if person_id else None
        if account is None or account.state == "disabled":
            return None
        on.execute(sa.delete(_LINKS).where(_LINKS.c.person_id == account.person_id))
        change = {"password": password_hash, "state": "active"}
        on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == account.person_id).values(change))
        sign_out(on, account.person_id)
        _note(office, on, replace(by, who=account.email), "set a password by link", account.email)
        return replace(account, state="active")


def change_account(office: Office, person_id: str, by: By, role: Role, **seen: tuple[str, ...]) -> Account:
    """Another role, or another sight. The last owner stays one."""
    with office.writing() as on:
        before = _must(on, person_id)
        after = replace(before, role=_known_role(role), **_lists(seen))
        if before.role == "owner" and after.role != "owner":
            _keep_an_owner(on, person_id)
        on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(_row(after)))
        _note(office, on, by, "changed an account", before.email, before=before.told, after=after.told)
    return after


def disable(office: Office, person_id: str, by: By) -> None:
    """Nobody signs in with this account until it is enabled; its links are void. The last owner cannot be disabled."""
    _set_state(office, person_id, "disabled", by)


def enable(office: Office, person_id: str, by: By) -> None:
    """Let the account in again."""
    _set_state(office, person_id, "active", by)


def change_language(office: Office, person_id: str, language: str | None, by: By) -> None:
    """The language of one's own pages; None is the browser's."""
    with office.writing() as on:
        account = _must(on, person_id)
        on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(language=language))
        told = {"language": account.language}, {"language": language}
        _note(office, on, by, "chose a language", account.email, before=told[0], after=told[1])


def password_of(office: Office, email: str) -> tuple[Account, str] | None:
    """An account that may sign in, with what is kept of its password."""
    with office.reading() as on:
        row = on.execute(sa.select(_PEOPLE).where(_PEOPLE.c.email == email.strip().casefold())).mappings().first()
    if row is None or row["password"] is None or row["state"] != "active":
        return None
    return _account(row), str(row["password"])


def keep_password(office: Office, person_id: str, password_hash: str, by: By, session_hash: str) -> None:
    """Another password; all sessions but the one it is changed in end."""
    with office.writing() as on:
        account = _must(on, person_id)
        on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(password=password_hash))
        sign_out(on, person_id, session_hash)
        _note(office, on, by, "changed the password", account.email)


def keep_second_factor(office: Office, person_id: str, secret: str, step: int, codes: list[str], by: By) -> None:
    """Ask for a code of the app from now on; `step` is the one that was just shown, `codes` the recovery codes."""
    digests = [digest_code(person_id, code) for code in codes]
    with office.writing() as on:
        account = _must(on, person_id)
        _drop_second_factor(on, person_id)
        sealed = office.vault.seal(secret.encode(), _where(person_id))
        on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(second_factor=sealed, last_step=step))
        on.execute(sa.insert(_CODES).values([{"person_id": person_id, "code_hash": digest} for digest in digests]))
        _note(office, on, by, "switched the second factor on", account.email)


def take_second_factor_away(office: Office, person_id: str, by: By) -> None:
    """Ask for the password alone."""
    with office.writing() as on:
        account = _must(on, person_id)
        _drop_second_factor(on, person_id)
        _note(office, on, by, "switched the second factor off", account.email)


def second_factor_of(office: Office, person_id: str) -> int | None:
    """How many recovery codes are left; None without a second factor."""
    with office.reading() as on:
        account = find_account(on, person_id)
        count = on.execute(sa.select(sa.func.count()).select_from(_CODES).where(_CODES.c.person_id == person_id)).scalar()
    return int(count or 0) if account and account.has_second_factor else None


def take_second_factor(office: Office, person_id: str, code: str, by: By) -> str:
    """Use a code: `app`, `recovery`, or empty when it is none. No code is taken twice."""
    digest = digest_code(person_id, code)
    with office.writing() as on:
        row = on.execute(sa.select(_PEOPLE).where(_PEOPLE.c.person_id == person_id)).mappings().first()
        if row is None or row["second_factor"] is None:
            return ""
        secret = office.vault.open(row["second_factor"], _where(person_id)).decode()
        step = matching_step(secret, code, int(by.now.timestamp()), row["last_step"])
        if step is not None:
            on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(last_step=step))
            return "app"
        one = (_CODES.c.person_id == person_id) & (_CODES.c.code_hash == digest)
        if on.execute(sa.delete(_CODES).where(one)).rowcount:
            _note(office, on, by, "used a recovery code", row["email"])
            return "recovery"
    return ""


def _set_state(office: Office, person_id: str, state: str, by: By) -> None:
    with office.writing() as on:
        before = _must(on, person_id)
        if state == "disabled" and before.role == "owner":
            _keep_an_owner(on, person_id)
        has_password = on.execute(sa.select(_PEOPLE.c.password).where(_PEOPLE.c.person_id == person_id)).scalar() is not None
        after = state if state == "disabled" or has_password else "invited"
        on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(state=after))
        sign_out(on, person_id)
        on.execute(sa.delete(_LINKS).where(_LINKS.c.person_id == person_id))
        what = f"{'disabled' if state == 'disabled' else 'enabled'} an account"
        _note(office, on, by, what, before.email, before={"state": before.state}, after={"state": after})


def _keep_an_owner(on: sa.Connection, person_id: str) -> None:
    others = (_PEOPLE.c.role == "owner") & (_PEOPLE.c.state == "active") & (_PEOPLE.c.person_id != person_id)
    if not on.execute(sa.select(sa.exists().where(others))).scalar():
        raise BadSettings("This is the last owner: make somebody else one first.")


def _must(on: sa.Connection, person_id: str) -> Account:
    account = find_account(on, person_id)
    if account is None:
        raise BadSettings("There is no such account any more.")
    return account


def _drop_second_factor(on: sa.Connection, person_id: str) -> None:
    on.execute(sa.delete(_CODES).where(_CODES.c.person_id == person_id))
    on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(second_factor=None, last_step=None))


def _link(on: sa.Connection, person_id: str, now: datetime) -> str:
    token = secrets.token_urlsafe(_LINK_BYTES)
    on.execute(sa.delete(_LINKS).where((_LINKS.c.person_id == person_id) | (_LINKS.c.expires_at <= now)))
    row = {"link_hash": _digest(token), "person_id": person_id, "expires_at": now + LINK_LASTS}
    on.execute(sa.insert(_LINKS).values(row))
    return token


def _unused(token: str, now: datetime) -> sa.Select[Any]:
    return sa.select(_LINKS.c.person_id).where((_LINKS.c.link_hash == _digest(token)) & (_LINKS.c.expires_at > now))


def _note(office: Office, on: sa.Connection, by: By, what: str, about: str, **told: Mapping[str, Any]) -> None:
    audit(office, on, who=by.who, what=what, about=about, place=by.place, now=by.now, **told)


def seal_people_anew(office: Office) -> int:
    """Seal every secret of a second factor, and the head of the audit log, with the key that seals now; how many were older."""
    count = 0
    with office.writing() as on:
        for person_id, sealed in on.execute(sa.select(_PEOPLE.c.person_id, _PEOPLE.c.second_factor)).all():
            if sealed is not None and not office.vault.is_current(sealed):
                fresh = office.vault.seal(office.vault.open(sealed, _where(person_id)), _where(person_id))
                on.execute(sa.update(_PEOPLE).where(_PEOPLE.c.person_id == person_id).values(second_factor=fresh))
                count += 1
        return count + seal_head_anew(office, on)


def _known_role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise UnknownName("role", role, ROLES)


def _lists(seen: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {name: tuple(dict.fromkeys(v.strip() for v in values if v.strip())) for name, values in seen.items()}


def _row(account: Account) -> dict[str, Any]:
    row = {name: value for name, value in vars(account).items() if name != "has_second_factor"}
    return row | {name: list(getattr(account, name)) for name in SCOPED}


def _account(row: Mapping[Any, Any]) -> Account:
    kept = {name: row[name] for name in ("person_id", "email", "role", "made_at", "state", "language")}
    seen: dict[str, Any] = {name: tuple(row[name]) for name in SCOPED}
    return Account(**kept, **seen, has_second_factor=row["second_factor"] is not None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _where(person_id: str) -> str:
    return f"the second factor of {person_id}"
