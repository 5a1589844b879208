"""One customer everywhere: handed out whole, or erased, in the book with all versions, the office and the folder's files.

A person is every account that shares an address, a number or a merge with the one named; the dry run lists them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.desk.surveying import take_answers
from servicemeter.ground.errors import BadQuestion, UnknownCustomer
from servicemeter.office.inbox import waiting_items
from servicemeter.office.invitations import invitations_of_person
from servicemeter.office.privacy import Trace, erase_person, gather_person
from servicemeter.store.customer import same_person
from servicemeter.store.erasing import (
    Account,
    accounts_called,
    gather_rows,
    names_of,
    owned_ids,
)
from servicemeter.store.identities import hash_identity

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["erase_customer", "export_customer"]

_KINDS = ("email", "phone", "account")
_TEXTS = {".toml", ".json", ".csv", ".jsonl", ".txt", ".md", ".log", ".tsv"}
_LARGEST = 50_000_000


def export_customer(desk: Desk, called: str, source: str | None = None) -> dict[str, Any]:
    """Everything about a person: their accounts, the rows of the book by table (all versions), those of the office, and the
    files of the folder that name them. `called` is a customer's key, an e-mail address, a phone number or an account.
    """
    trace = _trace(desk, called, source)
    found: dict[str, Any] = {"accounts": _told(trace), "office": {}}
    found["book"] = gather_rows(desk.book.engine, sorted(trace.aliases), trace.words)
    if desk.home is not None:
        with desk.office.reading() as on:
            trace = replace(trace, invitations=invitations_of_person(on, trace))
            found["office"] = gather_person(desk.office, on, trace)
    return found | {"files": _files(desk, trace)}


def erase_customer(desk: Desk, called: str, source: str | None = None, *, now: datetime, dry_run: bool = False) -> dict[str, Any]:
    """Erase a person; with `dry_run` everything is done and undone, and the numbers say what would be.

    The office goes first: should the process end in between, the person is still found in the book, and the command is
    repeated. Afterwards both files are written anew, so that nothing erased stays in their free pages.
    """
    if desk.home is not None and not dry_run:
        take_answers(desk, desk.office, desk.surveys.forms(), now)
    trace = _trace(desk, called, source)
    done: dict[str, Any] = {"accounts": _told(trace), "is_dry_run": dry_run, "office": {}, "waiting": 0}
    if desk.home is not None:
        with _undone(dry_run), desk.office.writing() as on:
            trace = replace(trace, invitations=invitations_of_person(on, trace))
            done["office"] = erase_person(desk.office, on, trace)
            done["waiting"] = sum(_names(item.body, trace.words) for item in waiting_items(desk.office))
            _undo(dry_run)
    with desk.on_book() as book:
        done["book"] = book.erase(trace.aliases, trace.words, now=now, dry_run=dry_run)
        if done["book"] and not dry_run:
            desk.begin_anew()
    if desk.home is not None and not dry_run:
        desk.office.rewrite()
    return done | {"files": _files(desk, trace)}


def _trace(desk: Desk, called: str, source: str | None) -> Trace:
    """Who is meant, and all that leads to them."""
    engine, key = desk.book.engine, desk.book.identity_key
    own = [hash_identity(key, kind, called) for kind in _KINDS]
    facts = desk.facts_in_book()
    persons = {tuple(same_person(facts, *account)) for account in accounts_called(engine, called, own, source)}
    if len(persons) > 1:
        several = sorted({s for accounts in persons for s, c in accounts})
        raise BadQuestion(f"{called!r} is somebody else in each of {', '.join(several)}. Say which: --source NAME.")
    accounts: Sequence[Account] = next(iter(persons), ())
    words, hashes = names_of(engine, accounts)
    identities = {*hashes, *(f"{kind}:{digest}" for kind, digest in zip(_KINDS, own, strict=True))}
    identities |= {f"visitor:{hash_identity(key, 'visitor', f'{s}:{c}')}" for s, c in accounts}
    aliases = {account: f"erased-{secrets.token_hex(8)}" for account in accounts}
    named = tuple(dict.fromkeys([*words, *([called] if "@" in called or called.startswith("+") else [])]))
    trace = Trace(aliases, owned_ids(engine, accounts), frozenset(identities), named)
    if not accounts and not _is_known_in_office(desk, trace):
        raise UnknownCustomer(f"Nobody is called {called!r} here: no customer's key, address or number. Nothing was changed.")
    return trace


def _is_known_in_office(desk: Desk, trace: Trace) -> bool:
    if desk.home is None:
        return False
    with desk.office.reading() as on:
        return bool(invitations_of_person(on, trace))


def _told(trace: Trace) -> list[dict[str, str]]:
    return [{"source": source, "customer_id": customer_id} for source, customer_id in sorted(trace.aliases)]


def _files(desk: Desk, trace: Trace) -> list[str]:
    """The files of the folder that name the person. A hand or an export wrote them, so a hand must change them."""
    if desk.home is None:
        return []
    found = (path for path in sorted(desk.home.folder.rglob("*")) if path.is_file() and path.suffix in _TEXTS)
    return [str(path.relative_to(desk.home.folder)) for path in found if _is_named_in(path, trace.words)]


def _is_named_in(path: Path, words: Sequence[str]) -> bool:
    return path.stat().st_size <= _LARGEST and _names(path.read_bytes(), words)


def _names(content: bytes, words: Sequence[str]) -> bool:
    text = content.decode(errors="replace").casefold()
    return any(word.casefold() in text for word in words if len(word) > 3)


class _Undo(Exception):
    """Ends a transaction of a dry run, which is thereby undone."""


def _undo(dry_run: bool) -> None:
    if dry_run:
        raise _Undo


@contextmanager
def _undone(dry_run: bool) -> Iterator[None]:
    try:
        yield
    except _Undo:
        assert dry_run
