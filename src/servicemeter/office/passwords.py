"""Passwords: which are refused, and how they are kept (Argon2id) and compared."""

from __future__ import annotations

import threading
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["LEAST", "MOST", "hash_password", "is_password", "refusal"]

LEAST, MOST = 10, 200
"""How many characters a password has."""

_HASHER = PasswordHasher()
_AT_ONCE = threading.Semaphore(2)  # each takes 64 MiB for a moment
_MOST_OF_ONE = 3


def refusal(password: str, email: str = "") -> str:
    """Why a password is not taken: `short`, `long`, `common` or `own`; empty when it is.

    >>> refusal("password123"), refusal("aaaaaaaaaaaa"), refusal("seven green lamps")
    ('common', 'common', '')
    """
    if len(password) < LEAST:
        return "short"
    if len(password) > MOST:
        return "long"
    plain = _plain(password)
    if plain in _common() or len(set(password.casefold())) <= _MOST_OF_ONE or _is_row(password.casefold()):
        return "common"
    names = [part for part in email.casefold().replace("@", ".").split(".") if len(part) > _MOST_OF_ONE]
    return "own" if any(len(name) * 2 > len(password) and name in password.casefold() for name in names) else ""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the password; without one kept it never is, and finding that out takes as long."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobodys(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("the password of nobody at all")


@cache
def _common() -> frozenset[str]:
    text = files("servicemeter.office").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def _plain(password: str) -> str:
    """The word behind digits and signs that are put on: `P@ssw0rd2026!` is `password`."""
    swapped = password.casefold().translate(str.maketrans("@0135$!7", "aoiessit"))
    letters = "".join(c for c in swapped if c.isalpha())
    bare = "".join(c for c in password.casefold() if c.isalpha())
    return bare if bare in _common() else letters.rstrip("iaoest") if letters.rstrip("iaoest") in _common() else letters


def _is_row(text: str) -> bool:
    """Whether it goes along the keys or the alphabet."""
    rows = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn")
    twice = [row * 2 for row in rows]
    return any(text in row or text[::-1] in row for row in twice) or (text[: len(text) // 2] * 2 == text and len(set(text)) < 7)
