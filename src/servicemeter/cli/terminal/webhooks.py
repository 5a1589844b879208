"""Doors on the terminal: where a vendor is to send, with which secret, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from servicemeter.cli.terminal.words import hint, print_json, remark
from servicemeter.desk.webhooks import Opened, hook_of, open_door, protection_of, turn_door
from servicemeter.ground.errors import UnknownName
from servicemeter.ground.settings import Home
from servicemeter.office.connections import find_connection
from servicemeter.office.database import Office, open_office
from servicemeter.office.doors import find_door
from servicemeter.office.inbox import reopen_failed
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted

__all__ = ["has_connection", "retry_failed", "show_webhook", "tell_deliveries"]

_STANDARD_INPUT = "-"


def has_connection(home: Home, name: str) -> bool:
    """Whether a source of this name is connected."""
    office = open_office(home)
    try:
        find_connection(office, name)
    except UnknownName:
        return False
    finally:
        office.close()
    return True


def show_webhook(home: Home, name: str, *, secret: str | None, is_turned: bool, is_unsigned: bool, form: str) -> None:
    """Open the door of a connection (or give it a fresh secret) and say what is to be entered at the vendor."""
    office, now = open_office(home), datetime.now(UTC)
    try:
        given = _given(home, office, name, secret, is_turned=is_turned, is_unsigned=is_unsigned)
        if is_turned:
            opened = turn_door(office, name, now=now, secret=given, folder=home.connectors)
        else:
            opened = open_door(office, name, now=now, secret=given, is_unsigned=is_unsigned, folder=home.connectors)
    finally:
        office.close()
    address = home.webhook_settings().address
    if form == "json":
        print_json(
            {
                "name": name,
                "address": address + opened.path,
                "secret": opened.secret,
                "protection": protection_of(opened.door),
                "secret_header": opened.hook.secret_header if opened.secret and not opened.door.is_signed else None,
                "where": opened.hook.where,
            }
        )
        return
    _tell(name, opened, address, is_turned=is_turned)


def _given(home: Home, office: Office, name: str, secret: str | None, *, is_turned: bool, is_unsigned: bool) -> str | None:
    """The vendor's secret: as given, read from standard input (-), or asked for where it is needed."""
    if secret == _STANDARD_INPUT:
        return sys.stdin.readline().strip()
    hook = hook_of(find_connection(office, name), home.connectors)
    is_theirs = hook is not None and hook.signature is not None and not hook.is_ours and not is_unsigned
    is_lacking = is_turned or find_door(office, name) is None
    if secret is None and is_theirs and is_lacking and sys.stdin.isatty():
        asked: str = click.prompt(f"The secret that the vendor made ({hook.where if hook else ''})", hide_input=True, err=True)
        return asked.strip()
    return secret


def _tell(name: str, opened: Opened, address: str, *, is_turned: bool) -> None:
    click.echo(f"Where: {opened.hook.where}")
    click.echo(f"Address: {address or 'https://YOUR-PUBLIC-ADDRESS'}{opened.path}")
    if opened.secret is not None:
        header = "" if opened.door.is_signed else f"  (in the header {opened.hook.secret_header})"
        click.echo(f"Secret: {opened.secret}{header}")
    elif opened.door.secrets:
        click.echo("Secret: the vendor's own, kept sealed")
    if not opened.door.is_signed:
        remark(f"{name} is unsigned: whoever knows this is believed. Give it to nobody else.")
    if is_turned:
        remark("What held before this holds for 24 hours more.")
    if not address:
        remark('Say where the public pages are reached: [webhooks]  address = "https://in.example.com"  in servicemeter.toml')
    hint("Receive: servicemeter serve --public-port 8322")


def tell_deliveries(told: Mapping[str, Any]) -> None:
    """Say what came in through the door of one source, where there is anything to say."""
    name, webhook = told["name"], told["webhook"]
    if webhook is None:
        return
    deliveries = webhook["deliveries"]
    parts = [f"{number(n)} {state}" for state, n in sorted(deliveries.items())] or ["nothing came yet"]
    remark(f"{name}: webhook ({webhook['protection']}): {', '.join(parts)}")
    for failure in webhook["failures"]:
        remark(f"{name}: the delivery {failure['delivery_id']} failed: {failure['error']}.")
    if webhook["failures"]:
        remark(f"{name}: once that is mended: servicemeter sync {name} --retry")
    for reason, n in sorted(webhook["refused_in_7_days"].items()):
        remark(f"{name}: {counted('en', n, '{n} delivery was', '{n} deliveries were')} refused in 7 days: {_REASONS[reason]}.")


_REASONS = {
    "not_genuine": "signature or secret wrong, or more than 5 minutes old",
    "too_large": "larger than 4 MB",
    "too_many": "more in a minute than [webhooks] per_minute allows",
    "crowded": "more at once than could be written; the sender was told to send again",
    "not_kept": "could not be written; the sender was told to send again",
    "cut_off": "the connection ended before the whole was there",
    "method": "no POST",
}


def retry_failed(home: Home, name: str) -> int:
    """Let what failed of a source be tried again; how many deliveries."""
    office = open_office(home)
    try:
        find_connection(office, name)
        return reopen_failed(office, name)
    finally:
        office.close()
