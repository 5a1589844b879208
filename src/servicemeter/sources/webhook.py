"""What a webhook is: how a vendor proves that it is the one who sends, under which id it sends again, and what it tells.

One declaration a vendor, beside its connector (`Source.webhook`). Everything here is pure: bytes and headers in, rows, or the
ids of what is to be asked for, out. Names of headers are lower case.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import orjson

if TYPE_CHECKING:
    from servicemeter.model.rows import KeptAside
    from servicemeter.sources.source import Page, Row

__all__ = ["REPLAY_WINDOW_S", "SCHEMES", "SECRET_HEADER", "BadDelivery", "Delivery", "Signature", "Told", "Webhook", "ids_in",
           "key_of", "subject_of"]  # fmt: skip

REPLAY_WINDOW_S = 300
SECRET_HEADER = "x-servicemeter-secret"  # noqa: S105 (its name, not its content)
"""The header in which a vendor that signs nothing, but can send a header, sends the secret."""

_DIGESTS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
_STANDARD_KEY = "whsec_"


class BadDelivery(ValueError):
    """A body that cannot be used, and why; never in its own words."""


@dataclass(frozen=True)
class Delivery:
    """One delivery as it came: the headers (lower case), the raw body, and when."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime

    def json(self) -> Any:
        """What the body says; raises `BadDelivery` when it is no JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise BadDelivery("the body is no JSON") from None


@dataclass(frozen=True)
class Signature:
    """An HMAC of what was sent, in a header.

    Signed is `before` (with {header} replaced by what that header says), then the raw body. `time` names the header with
    the signed instant (seconds since 1970, or ISO 8601), which may be 300 s off. A header with a list (`t=…,v1=…`) names in
    `element` where its signatures are, and its other elements stand for headers. With `is_key_encoded` the secret is base64.
    """

    header: str
    digest: Literal["sha256", "sha1"] = "sha256"
    encoding: Literal["base64", "hex"] = "base64"
    prefix: str = ""
    before: str = ""
    time: str | None = None
    element: str | None = None
    is_key_encoded: bool = False

    def fits(self, delivery: Delivery, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets signed exactly this, now. Takes as long whatever is wrong, and does not tell what."""
        headers, given = self._read(delivery.headers)
        try:
            signed = self.before.format_map(headers).encode("latin-1") + delivery.body
        except (KeyError, UnicodeError):
            signed, given = delivery.body, []
        found = False
        for secret in secrets:
            expected = self._sign(secret, signed).encode()
            for one in given or [""]:
                found |= hmac.compare_digest(expected, one.encode())
        return found & (self.time is None or _is_recent(headers.get(self.time, ""), delivery.received_at))

    def _read(self, headers: Mapping[str, str]) -> tuple[Mapping[str, str], list[str]]:
        """The headers with the elements of the list, and the signatures that were given."""
        said = headers.get(self.header, "")
        if self.element is None:
            return headers, said.split()
        pairs = [part.strip().partition("=")[::2] for part in said.split(",")]
        return {**headers, **dict(pairs)}, [value for name, value in pairs if name == self.element]

    def _sign(self, secret: str, signed: bytes) -> str:
        made = hmac.new(self._key(secret), signed, _DIGESTS[self.digest]).digest()
        return self.prefix + (made.hex() if self.encoding == "hex" else base64.b64encode(made).decode())

    def _key(self, secret: str) -> bytes:
        return key_of(secret) if self.is_key_encoded else secret.encode()


def key_of(secret: str) -> bytes:
    """The key in a secret of Standard Webhooks (`whsec_…`); raises `ValueError` when it is none."""
    try:
        return base64.b64decode(secret.removeprefix(_STANDARD_KEY), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret is no base64") from error


def _is_recent(said: str, now: datetime) -> bool:
    try:
        at = float(said) if said.strip("0123456789") == "" else _instant(said).timestamp()
    except (ValueError, OverflowError):
        return False
    return abs(now.timestamp() - at) <= REPLAY_WINDOW_S


def _instant(said: str) -> datetime:
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


SCHEMES = {
    "standard": Signature(
        "webhook-signature",
        prefix="v1,",
        before="{webhook-id}.{webhook-timestamp}.",
        time="webhook-timestamp",
        is_key_encoded=True,
    ),
    "github": Signature("x-hub-signature-256", encoding="hex", prefix="sha256="),
    "stripe": Signature("stripe-signature", encoding="hex", before="{t}.", time="t", element="v1"),
}
"""Signatures that many senders share: Standard Webhooks 1.0.0, and those of two well-known ones."""


@dataclass
class Told:
    """What a delivery tells.

    `pages` are items as whole as those of a pull, to be shaped like them; `rows` are canonical already; `wanted` are the ids
    of what it only names. `unused` says why there is nothing in it for us.
    """

    pages: list[Page] = field(default_factory=list)
    rows: list[Row | KeptAside] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    unused: str = ""


@dataclass(frozen=True)
class Webhook:
    """How a vendor tells of changes by itself.

    `where` says where in its settings the address belongs. `read` makes of a verified delivery what it tells; what it raises
    becomes the reason why the delivery failed. `key` is the id under which the vendor sends the same again (None: it has
    none; every delivery is one of its own). `keeps` are headers that `read` needs. Without a `signature` the address is the
    secret, and with `secret_header` the header too. `is_ours` says that we make the secret, not the vendor.
    `repeats_differ` says that a repeated delivery need not have the same body.
    """

    where: str
    read: Callable[[Delivery], Told]
    key: Callable[[Delivery], str | None]
    signature: Signature | None = None
    secret_header: str | None = None
    is_ours: bool = False
    keeps: tuple[str, ...] = ()
    repeats_differ: bool = False

    def is_genuine(self, delivery: Delivery, secrets: Sequence[str], *, is_signed: bool) -> bool:
        """Whether it comes from the vendor. Where nothing is signed, whoever knows the address (and header) is believed."""
        if is_signed:
            return self.signature is not None and self.signature.fits(delivery, secrets)
        if self.secret_header is None or not secrets:
            return True
        said = delivery.headers.get(self.secret_header, "").encode()
        found = False
        for secret in secrets:
            found |= hmac.compare_digest(secret.encode(), said)
        return found

    def kept(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers that are kept beside the body."""
        return {name: headers[name] for name in self.keeps if name in headers}


def ids_in(said: Any, *paths: str) -> list[str]:
    """The first id that stands under one of the dotted paths, as a list; empty when there is none."""
    for path in paths:
        found = said
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, dict | list | bool) and str(found):
            return [str(found)]
    return []


def subject_of(said: Any) -> dict[str, Any]:
    """The body as an object; `BadDelivery` when it is none."""
    if not isinstance(said, dict):
        raise BadDelivery("the body is no JSON object")
    return said
