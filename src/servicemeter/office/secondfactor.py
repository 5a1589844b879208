"""The second factor: six digits of an app (TOTP, RFC 6238: SHA-1, 30 s), and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

__all__ = ["CODES", "app_address", "code_at", "digest_code", "made_secret", "matching_step", "recovery_codes"]

CODES = 10
_STEP_S, _DIGITS, _SECRET_BYTES, _CODE_LETTERS = 30, 6, 20, 16
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def made_secret() -> str:
    """A fresh secret, as apps take it (base32)."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def code_at(secret: str, step: int, digits: int = _DIGITS) -> str:
    """The digits of a step of 30 seconds."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def matching_step(secret: str, code: str, now_s: int, after: int | None) -> int | None:
    """The step whose code this is: now, one before or one after; none that was used (`after` is the last used one)."""
    given = "".join(code.split())
    now = now_s // _STEP_S
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given.encode()) and (after is None or step > after):
            return step
    return None


def app_address(secret: str, email: str) -> str:
    """The address that an app reads from a picture."""
    return f"otpauth://totp/servicemeter:{quote(email)}?{urlencode({'secret': secret, 'issuer': 'servicemeter'})}"


def recovery_codes() -> list[str]:
    """Fresh codes, each for one use: sixteen letters of 31, 79 bits."""
    words = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS)) for _ in range(CODES)]
    return ["-".join(word[i : i + 4] for i in range(0, _CODE_LETTERS, 4)) for word in words]


def digest_code(person_id: str, code: str) -> str:
    """What is kept of a recovery code."""
    plain = "".join(c for c in code.casefold() if c.isalnum())
    return hashlib.sha256(f"{person_id} {plain}".encode()).hexdigest()
