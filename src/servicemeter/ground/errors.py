"""Every error of servicemeter, one tree; each says what is wrong and what to do next.

`exit_status` is what the terminal command ends with: 1 when nothing could be taken or answered, 2 for a wrong call.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from servicemeter.ground.phrases import either, phrase

__all__ = [
    "AmbiguousColumn",
    "BackwardSpan",
    "BadBook",
    "BadCalendar",
    "BadCase",
    "BadDatabase",
    "BadFile",
    "BadForm",
    "BadLink",
    "BadMail",
    "BadMapping",
    "BadOffice",
    "BadQuestion",
    "BadRows",
    "BadSettings",
    "BookHeld",
    "CursorExpired",
    "EmptyBook",
    "EmptyFile",
    "FactsInTheMaking",
    "NotAllowed",
    "NotSignedIn",
    "PortTaken",
    "ServerGone",
    "ServicemeterError",
    "SourceBusy",
    "SourceFailed",
    "SourceForbids",
    "SourceGarbled",
    "SourceLacks",
    "SourceMoved",
    "SourceRefused",
    "SourceUnreachable",
    "Stopped",
    "UnknownCustomer",
    "UnknownMetric",
    "UnknownName",
    "UnrecognisedFile",
]


class ServicemeterError(Exception):
    """The root of the tree: everything that servicemeter raises on purpose."""

    exit_status = 1


class BadQuestion(ServicemeterError):
    """A question that cannot be asked: an unknown parameter, dimension, period or value."""

    exit_status = 2


class UnknownName(BadQuestion):
    """A name that is not known, with the nearest ones that are."""

    def __init__(self, kind: str, name: str, known: Iterable[str], meant: Iterable[str] = ()) -> None:
        names = sorted(known)
        near = list(meant) or difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        hint = phrase(
            f"Did you mean {either(near)}?" if near else f"Known: {', '.join(names)}." if names else "There is none yet."
        )
        super().__init__(phrase(f"There is no {phrase(kind)} called {name!r}. {phrase(hint)}"))
        self.kind, self.name, self.near = kind, name, near


class UnknownMetric(UnknownName):
    """A metric that is not in the catalogue."""

    def __init__(self, name: str, known: Iterable[str], meant: Iterable[str] = ()) -> None:
        super().__init__(phrase("metric"), name, known, meant)


class NotSignedIn(ServicemeterError):
    """Somebody unknown asks for what only people with an account see."""

    exit_status = 2


class NotAllowed(ServicemeterError):
    """Somebody asks for what their account does not show or may not do; said alike whether it exists or not."""

    exit_status = 2


class BadSettings(ServicemeterError):
    """Settings that cannot be used; names the file, the key and what would be right."""

    exit_status = 2


class BadCalendar(BadSettings):
    """A business calendar that cannot be used."""


class BackwardSpan(ServicemeterError):
    """A span of time that ends before it starts."""


class BadFile(ServicemeterError):
    """A file that cannot be read as a table: missing, empty, binary, cut off, wrongly encoded."""


class EmptyFile(BadFile):
    """A table without a row: nothing in the file, or only a header."""


class BadDatabase(ServicemeterError):
    """A database to import from that cannot be reached or read."""


class SourceFailed(ServicemeterError):
    """A source that could not be pulled; names the address and what to do. Never its token."""


class SourceRefused(SourceFailed):
    """The source does not accept the token (HTTP 401)."""


class SourceForbids(SourceFailed):
    """The token is right but may not read this (HTTP 403)."""


class SourceLacks(SourceFailed):
    """There is nothing at the address (HTTP 404, 410)."""


class SourceMoved(SourceFailed):
    """The source sends us to another address, to which the token is not given."""


class SourceBusy(SourceFailed):
    """The source's limit of calls is used up for longer than we wait (HTTP 429)."""


class SourceUnreachable(SourceFailed):
    """No connection, or the source's own fault (HTTP 5xx), after all attempts."""


class SourceGarbled(SourceFailed):
    """An answer that is not what was asked for: HTML instead of JSON, a broken or unknown shape."""


class CursorExpired(SourceFailed):
    """The source no longer knows the place from which we wanted to go on."""


class UnrecognisedFile(BadFile):
    """A readable table that is neither canonical nor known to any mapping; a mapping has to be written for it."""

    exit_status = 2


class BadMapping(ServicemeterError):
    """A mapping that cannot be used; names the mapping's file and key."""

    exit_status = 2


class BadForm(ServicemeterError):
    """A survey form that cannot be used; names the file and key."""

    exit_status = 2


class UnknownCustomer(ServicemeterError):
    """A customer whom nothing here names."""

    exit_status = 2


class BadLink(ServicemeterError):
    """A survey link that is not ours, was changed on the way, or is out of date."""


class BadMail(ServicemeterError):
    """A mail server that cannot be reached, or that refuses us altogether."""


class AmbiguousColumn(BadFile):
    """A column that can be read in more than one way, or in none; the message gives the option that decides.

    `column` is its name, `lacks` what is missing (date, number, order, mark, clock, zone), `examples` some of its values.
    """

    exit_status = 2
    column = lacks = examples = ""

    def __init__(self, message: str, column: str = "", lacks: str = "", examples: str = "") -> None:
        super().__init__(message)
        self.column, self.lacks, self.examples = column, lacks, examples


class BadRows(ServicemeterError):
    """Rows that break a rule of the canonical model and could not be kept aside."""


class BadBook(ServicemeterError):
    """A book that cannot be opened: damaged, written by a newer version, disk full."""


class BadOffice(ServicemeterError):
    """An application database that cannot be opened: unreachable, damaged, written by a newer version."""


class BookHeld(BadBook):
    """Another process holds the book."""


class ServerGone(BadBook):
    """The server that holds the book stopped while it was asked."""


class Stopped(ServicemeterError):
    """A question that was still being worked out, or not yet begun, when the server was told to stop."""


class FactsInTheMaking(Stopped):
    """A question about figures that are being worked out anew, by somebody who does not wait for it."""


class EmptyBook(ServicemeterError):
    """Nothing has been imported yet, so that there is nothing to answer from."""


class PortTaken(ServicemeterError):
    """A port or address that a server cannot listen on."""


class BadCase(ServicemeterError):
    """A conformance file that cannot be read."""

    exit_status = 2
