"""Secrets at rest: sealed with a key that is not in the database, and bound to the place they were written for."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from servicemeter.ground.errors import BadSettings

__all__ = ["Vault"]

_FORM = b"\x01"
_ID_BYTES, _NONCE_BYTES = 8, 12


class Vault:
    """Seals and opens with AES-256-GCM. The first key seals; all of them open, so that keys can be turned one by one.

    What is sealed names its key, and `where` (a table and row) is part of the seal: moved to another row it does not open.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_id(key): AESGCM(key) for key in keys}
        self._sealing = _id(keys[0])
        self._digesting = hashlib.sha256(b"digest key" + keys[0]).digest()

    def seal(self, content: bytes, where: str) -> bytes:
        """The content, sealed for one place."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + self._sealing + nonce + self._keys[self._sealing].encrypt(nonce, content, where.encode())

    def open(self, sealed: bytes, where: str) -> bytes:
        """The content again; `BadSettings` when the key is another one or the seal was tampered with."""
        key_id, rest = sealed[1 : 1 + _ID_BYTES], sealed[1 + _ID_BYTES :]
        key = self._keys.get(key_id)
        if sealed[:1] != _FORM or key is None:
            raise BadSettings(
                f"What is kept for {where} was sealed with another key ({key_id.hex()}). Give back the key file of this data "
                "folder (office.key, or what SERVICEMETER_KEY_FILE names), or connect the source anew."
            )
        try:
            return key.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], where.encode())
        except InvalidTag:
            raise BadSettings(f"What is kept for {where} was changed from outside and does not open. Connect it anew.") from None

    def digest(self, text: str, where: str) -> str:
        """A keyed hash of a text, for comparing soon; a turned key makes other ones."""
        return hmac.new(self._digesting, f"{where}\0{text}".encode(), hashlib.sha256).hexdigest()

    def is_current(self, sealed: bytes) -> bool:
        """Whether the key that seals now sealed this."""
        return sealed[1 : 1 + _ID_BYTES] == self._sealing


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:_ID_BYTES]
