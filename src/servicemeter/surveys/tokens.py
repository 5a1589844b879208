"""Links that nobody can guess: random tokens of which only a hash is kept, and statements signed with a key of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from servicemeter.ground.errors import BadLink

__all__ = ["derive_key", "hash_token", "make_token", "read_signed", "sign"]

_TOKEN_BYTES = 16
_SEAL_BYTES = 16


def make_token() -> str:
    """A new token: 128 random bits in 22 characters that need no quoting in an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_token(token: str) -> str:
    """What is kept of a token. The bits are random, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def derive_key(key: bytes, purpose: str) -> bytes:
    """A key for one purpose: what is signed for one is no good for another."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def sign(key: bytes, said: dict[str, Any]) -> str:
    """A statement with its seal of 128 bits, to stand in an address; `exp` in it is when it ends (epoch seconds).

    >>> read_signed(b"k", sign(b"k", {"t": "T1", "exp": 100}), now=99)["t"]
    'T1'
    """
    body = _text(json.dumps(said, separators=(",", ":"), sort_keys=True).encode())
    return f"{body}.{_text(_seal(key, body))}"


def read_signed(key: bytes, text: str, *, now: float) -> dict[str, Any]:
    """The statement again; `BadLink` when it was not sealed with this key, was changed, or its time is over."""
    body, _, seal = text.partition(".")
    try:
        given = _bytes(seal)
        is_ours = hmac.compare_digest(given, _seal(key, body))
        said = json.loads(_bytes(body)) if is_ours else None
    except (ValueError, UnicodeDecodeError):
        said = None
    if not isinstance(said, dict):
        raise BadLink("This link was not made by us, or was changed on the way. Open the link in your message again.")
    if said.get("exp", 0) <= now:
        raise BadLink("This link is out of date. Nothing needs to be done.")
    return said


def _seal(key: bytes, body: str) -> bytes:
    return hmac.new(key, body.encode(), hashlib.sha256).digest()[:_SEAL_BYTES]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
