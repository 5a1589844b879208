"""Accounts from the terminal, which is as good as an owner: it has the database and its key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import hint, remark
from servicemeter.ground.settings import Home
from servicemeter.model.person import SCOPED, Role
from servicemeter.office.audit import verify_audit
from servicemeter.office.database import Office, open_office
from servicemeter.office.exportlog import ExportLog
from servicemeter.office.people import Account, By, disable, enable, find_by_email, invite, list_people, new_link
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table

__all__ = ["invite_person", "print_link", "print_people", "switch_person", "verify_logs"]


def print_people(home: Home) -> None:
    """A table of all accounts."""
    with _office(home) as office:
        people = list_people(office)
    if not people:
        hint("Nobody has an account. The owner's: servicemeter people invite ADDRESS --role owner")
        return
    rows = [[one.email, one.role, one.state, _sees(one), "on" if one.has_second_factor else "off"] for one in people]
    print_table(Table([Column(name) for name in ("e-mail", "role", "state", "sees only", "second factor")], rows))


def _sees(account: Account) -> str:
    return " ".join(f"{name}={','.join(values)}" for name in SCOPED if (values := getattr(account, name))) or "-"


def invite_person(home: Home, email: str, role: Role, address: str, **seen: tuple[str, ...]) -> None:
    """A new account and its link."""
    with _office(home) as office:
        account, token = invite(office, email, role, _by(), **seen)
    if account.person.scope is None:
        remark(f"{account.email} sees nothing yet: a lead needs --team, an agent --agent.")
    _say_link(address, token)


def print_link(home: Home, email: str, address: str, *, drops_second_factor: bool) -> None:
    """A fresh link."""
    with _office(home) as office:
        token = new_link(office, find_by_email(office, email).person_id, _by(), drops_second_factor=drops_second_factor)
    _say_link(address, token)


def switch_person(home: Home, email: str, *, is_on: bool) -> None:
    """Disable or enable."""
    with _office(home) as office:
        (enable if is_on else disable)(office, find_by_email(office, email).person_id, _by())
    remark(f"{email} is {'enabled' if is_on else 'disabled'}.")


def verify_logs(home: Home) -> None:
    """Both logs, their number of entries and the last hash, which may be noted elsewhere."""
    with _office(home) as office:
        states = {"audit log": verify_audit(office), "log of exports": ExportLog(home.exports).verify()}
    for name, state in states.items():
        print(f"{name}: {counted('en', state.count, '{n} entry', '{n} entries')}, head {state.head}")
        if state.fault:
            remark(f"{name}: {state.fault}")
    if any(state.fault for state in states.values()):
        sys.exit(1)


def _say_link(address: str, token: str) -> None:
    print(f"{address.rstrip('/')}/invitation?token={token}")
    hint("The link is used once and lasts seven days.")


@contextmanager
def _office(home: Home) -> Iterator[Office]:
    office = open_office(home)
    try:
        yield office
    finally:
        office.close()


def _by() -> By:
    return By("the terminal", datetime.now(UTC))
