"""How long surveys keep what: comments a year, whom they asked thirteen months, unless `[retention]` says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home
from servicemeter.office.answers import forget_words
from servicemeter.office.inbox import empty_taken
from servicemeter.office.invitations import forget_persons
from servicemeter.office.mails import forget_recipients
from servicemeter.surveys.answering import SOURCE

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["USUAL_NOTICE", "Notice", "notice_of", "retention", "tidy_surveys"]

_KEPT = {"comment_days": 365, "invitation_days": 396}
_LEAST_INVITATION_DAYS = 365


def retention(home: Home) -> dict[str, timedelta]:
    """What `[retention]` says in days; `BadSettings` for what is no number of days, or would break the quarantine of a year."""
    said = {**_KEPT, **home.section("retention", set(_KEPT))}
    for name, days in said.items():
        if isinstance(days, bool) or not isinstance(days, int) or days < 1:
            raise BadSettings(f"{home.settings}: [retention] {name} is a number of days, not {days!r}.")
    if said["invitation_days"] < _LEAST_INVITATION_DAYS:
        raise BadSettings(
            f"{home.settings}: [retention] invitation_days must be at least {_LEAST_INVITATION_DAYS}: for so long we must know "
            "whom we asked, so that nobody is asked too often."
        )
    return {name: timedelta(days=days) for name, days in said.items()}


@dataclass(frozen=True)
class Notice:
    """What customers are told below a survey: after how many days their words go, and where more is said."""

    comment_days: int = _KEPT["comment_days"]
    address: str = ""


USUAL_NOTICE = Notice()


def notice_of(home: Home) -> Notice:
    """What `[retention]` and `[surveys] privacy_address` say; `BadSettings` for an address that no browser opens."""
    address = str(home.section("surveys").get("privacy_address", ""))
    if address and not address.startswith(("http://", "https://")):
        raise BadSettings(f"{home.settings}: [surveys] privacy_address begins with https://; not {address!r}.")
    return Notice(retention(home)["comment_days"].days, address)


def tidy_surveys(desk: Desk, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take out what is too old: comments, and who was asked. Scores, and that somebody was asked, stay and are counted.

    With `dry_run` everything is done and undone, and the numbers say what would be.
    """
    if desk.home is None:
        raise BadSettings("A desk in memory asks nobody, so it keeps no surveys.")
    kept = retention(desk.home)
    with _undone(dry_run), desk.office.writing() as on:
        persons = forget_persons(desk.office, on, now - kept["invitation_days"])
        counts = {
            "answers": forget_words(desk.office, on, now - kept["comment_days"]),
            "deliveries": empty_taken(desk.office, on, SOURCE, now - kept["comment_days"]),
            "invitations": len(persons),
            "mails": forget_recipients(desk.office, on, persons),
        }
        if dry_run:
            raise _Undo
    with desk.on_book() as book:
        counts["rows"] = book.forget_answers(SOURCE, now - kept["comment_days"], now=now, dry_run=dry_run)
        if counts["rows"] and not dry_run:
            desk.begin_anew()
    if not dry_run and any(counts.values()):
        desk.office.rewrite()
    return counts


class _Undo(Exception):
    """Ends the transaction of a dry run, which is thereby undone."""


@contextmanager
def _undone(dry_run: bool) -> Iterator[None]:
    try:
        yield
    except _Undo:
        assert dry_run
