"""The doors of connections: opened, shown, given new secrets, closed."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadSettings
from servicemeter.office.connections import Connection, find_connection
from servicemeter.office.database import Office
from servicemeter.office.doors import Door, Key, count_refusals_at_doors, find_door, keep_door, list_doors
from servicemeter.office.inbox import count_inbox, list_failures
from servicemeter.sources.finding import find_connector
from servicemeter.sources.webhook import Webhook, key_of
from servicemeter.surveys.answering import SOURCE as SURVEYS

__all__ = ["PREFIX", "Opened", "hook_of", "open_door", "protection_of", "turn_door", "webhook_states"]

PREFIX = "/in/"
OLD_HOLDS = timedelta(hours=24)
"""How long the secret before the present one still opens."""

_PATH_BYTES, _SECRET_BYTES = 24, 32
_REFUSALS_SHOWN = timedelta(days=7)
_SHOWN = 3


@dataclass(frozen=True)
class Opened:
    """A door with what is to be entered at the vendor. `secret` is None where the vendor made it, or none is needed."""

    door: Door
    hook: Webhook
    is_new: bool

    @property
    def path(self) -> str:
        """The present address, without the host."""
        return PREFIX + self.door.paths[0].text

    @property
    def secret(self) -> str | None:
        """The present secret, where it is ours to show."""
        return self.door.secrets[0].text if self.door.secrets and self.hook.is_ours else None


def hook_of(connection: Connection, folder: Path | None = None) -> Webhook | None:
    """How the vendor of a connection sends, or None."""
    return find_connector(connection.kind, folder).told_by(connection.options)


def open_door(
    office: Office,
    name: str,
    *,
    now: datetime,
    secret: str | None = None,
    is_unsigned: bool = False,
    folder: Path | None = None,
) -> Opened:
    """The door of a connection, made if there is none. `secret` is the vendor's, where the vendor makes it.

    Raises `BadSettings` where the vendor sends nothing, or its secret is lacking.
    """
    hook = _hook(office, name, folder)
    held = find_door(office, name)
    is_signed = hook.signature is not None and not is_unsigned
    if held is not None and secret is None and (not is_unsigned or not (held.is_signed or held.secrets)):
        return Opened(held, hook, is_new=False)
    given = None if is_unsigned else _secret(name, hook, secret, is_signed=is_signed)
    if held is not None and secret is not None and held.is_signed == is_signed:
        return Opened(_keep(office, _turned(held, secret, now)), hook, is_new=False)
    path = Key(secrets.token_urlsafe(_PATH_BYTES))
    door = Door(name, is_signed, now, (path,), (Key(given),) if given else ())
    return Opened(_keep(office, door), hook, is_new=True)


def turn_door(office: Office, name: str, *, now: datetime, secret: str | None = None, folder: Path | None = None) -> Opened:
    """A fresh secret; the one before holds for a day more. Where the address is the secret, a fresh address too."""
    hook, held = _hook(office, name, folder), find_door(office, name)
    if held is None:
        return open_door(office, name, now=now, secret=secret, folder=folder)
    given = _secret(name, hook, secret, is_signed=held.is_signed) if held.secrets else None
    door = _turned(held, given, now) if given else held
    if not held.is_signed:
        fresh = Key(secrets.token_urlsafe(_PATH_BYTES))
        door = replace(door, paths=(fresh, *_outgoing(held.paths, now)))
    return Opened(_keep(office, door), hook, is_new=False)


def _hook(office: Office, name: str, folder: Path | None) -> Webhook:
    connection = find_connection(office, name)
    hook = hook_of(connection, folder)
    if name == SURVEYS:
        raise BadSettings(f"{SURVEYS!r} is the name of our own surveys. Connect the source under another: --name NAME.")
    if hook is None:
        raise BadSettings(f"{connection.kind} sends no webhooks that servicemeter knows. It is pulled: servicemeter sync {name}")
    return hook


def _secret(name: str, hook: Webhook, given: str | None, *, is_signed: bool) -> str | None:
    """The secret to keep: the vendor's, or one that we make."""
    if is_signed and not hook.is_ours and not given:
        raise BadSettings(
            f"The vendor of {name} makes the secret itself ({hook.where}). Give it: "
            f"servicemeter connect {name} --webhook --secret - < secret.txt"
        )
    if given and hook.signature is not None and hook.signature.is_key_encoded:
        try:
            key_of(given)
        except ValueError:
            raise BadSettings("The secret of a Standard Webhook is whsec_ and then base64. Copy it whole.") from None
    if given or not (is_signed or hook.secret_header):
        return given
    made = secrets.token_bytes(_SECRET_BYTES)
    is_standard = hook.signature is not None and hook.signature.is_key_encoded
    return "whsec_" + base64.b64encode(made).decode() if is_standard else made.hex()


def _turned(door: Door, secret: str, now: datetime) -> Door:
    """The door with a new first secret; the one before it holds until tomorrow, and no other."""
    if door.secrets and door.secrets[0].text == secret:
        return door
    return replace(door, secrets=(Key(secret), *_outgoing(door.secrets, now)))


def _outgoing(keys: tuple[Key, ...], now: datetime) -> tuple[Key, ...]:
    return tuple(replace(key, until=now + OLD_HOLDS) for key in keys[:1])


def _keep(office: Office, door: Door) -> Door:
    keep_door(office, door)
    return door


def protection_of(door: Door) -> str:
    """How a door is protected: `signed`, `secret header, unsigned`, or `unsigned`."""
    return "signed" if door.is_signed else "secret header, unsigned" if door.secrets else "unsigned"


def webhook_states(office: Office, now: datetime) -> dict[str, dict[str, Any]]:
    """What there is to say of each door: how it is protected, what waits, what failed and why, what was refused lately.

    Under '' stands what went to addresses that are no door's, if anything did.
    """
    counts, refused = count_inbox(office), count_refusals_at_doors(office, (now - _REFUSALS_SHOWN).date())
    told = {}
    for door in list_doors(office):
        name = door.connection
        failures = list_failures(office, name, _SHOWN)
        told[name] = {
            "protection": protection_of(door),
            "deliveries": {state: n for (source, state), n in counts.items() if source == name},
            "failures": [{"delivery_id": f.delivery_id, "received_at": f.received_at, "error": f.error} for f in failures],
            "refused_in_7_days": {reason: n for (source, reason), n in refused.items() if source == name},
        }
    strays = sum(n for (source, _), n in refused.items() if not source)
    return told | ({"": {"refused_in_7_days": strays}} if strays else {})
