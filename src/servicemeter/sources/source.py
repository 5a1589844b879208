"""What a connector is: a help desk, phone system or shop that is pulled over its API, one file a vendor.

The network is in `pull`; everything that can be wrong about what came is in `shape`, which is a pure function of a page and
of what the book knows. Streams are pulled in the order in which they are declared, and what an earlier one brought is in the
book when a later one is shaped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import KeptAside
from servicemeter.sources.client import Client, Pace

if TYPE_CHECKING:
    from servicemeter.sources.webhook import Webhook

__all__ = ["Account", "Asked", "Cursor", "Known", "Page", "Row", "Shaped", "Source", "Stream", "each"]

Cursor = dict[str, Any]
"""Where a stream stands, as plain JSON; what is in it is the connector's own business. Empty before the first pull."""
Row = tuple[str, dict[str, Any]]
"""A canonical row: the table, and its cells by column. Instants as ISO texts or aware datetimes, ids of any plain kind."""
Shaped = Iterator[Row | KeptAside]


@dataclass(frozen=True)
class Asked:
    """One thing that connecting asks for. Secrets are sealed and never shown; `default` is taken when nothing is given."""

    name: str
    prompt: str
    is_secret: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Stream:
    """One list that is pulled: its name, and the capabilities (METRICS.md section 7) that are missing without it.

    A stream that is not needed is left out, and said, where the token may not read it or the account does not have it.
    """

    name: str
    gives: tuple[str, ...] = ()
    is_needed: bool = False


@dataclass(frozen=True)
class Page:
    """Some items of a stream as they came, and where the stream stands once they are in the book.

    `share` (0 to 1) is how much of the stream is done. `through`: up to when everything of the source is in the book once
    this page is; None when this page alone does not tell. `more` holds what came beside the items (side-loads).
    """

    stream: str
    items: Sequence[dict[str, Any]]
    cursor: Cursor
    share: float | None = None
    through: datetime | None = None
    more: Mapping[str, Sequence[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """What a source says of the account when it is first asked: whose it is, its zone, and its clock."""

    name: str
    tz: str | None = None
    at: datetime | None = None


class Known(Protocol):
    """What the book already knows of this source."""

    def values(self, table: str, column: str, ids: Collection[Any]) -> dict[str, Any]:
        """The values of a column by row id (as text); rows that are not there are left out."""

    def tags(self, ids: Collection[Any]) -> dict[str, set[str]]:
        """The tags that are on tickets now, by ticket id (as text); tickets without any are left out."""


class Source:
    """A connector. Subclasses declare what they are and need, and override the methods below.

    A new one is made for every sync. `until` is the instant (of the source's clock) at which every stream of one sync ends,
    so that all of them tell of the same moment.
    """

    title: ClassVar[str]
    about: ClassVar[str] = ""
    asks: ClassVar[tuple[Asked, ...]]
    streams: ClassVar[tuple[Stream, ...]]
    gives: ClassVar[tuple[str, ...]] = ()
    """Capabilities that the needed streams give."""
    further: ClassVar[tuple[str, ...]] = ("since", "calls_per_minute")
    """Options that connecting does not ask for, but takes."""
    counted: ClassVar[str] = "tickets"
    """The table whose rows of a day are counted at the source and in the book."""

    webhook: ClassVar[Webhook | None] = None
    """How the vendor tells of changes by itself, where it does."""
    is_pulled: ClassVar[bool] = True
    """False for what only tells by itself: it has no streams, no address and no token."""
    can_fetch: ClassVar[bool] = False
    """Whether single items can be asked for whole (`fetch`). Where not, a webhook that names one makes the source due."""

    @classmethod
    def told_by(cls, options: Mapping[str, str]) -> Webhook | None:
        """The webhook of a connection with these options."""
        del options
        return cls.webhook

    @classmethod
    def address(cls, given: str) -> str:
        """The whole address of what a person typed, such as the name of his account alone."""
        return given

    def __init__(self, options: Mapping[str, str], pace: Pace | None = None) -> None:
        self.options = dict(options)
        self.remarks: list[str] = []
        self.client = self.open(pace or Pace())

    def open(self, pace: Pace) -> Client:
        """The client for this account, with its authentication and its limits of calls."""
        raise NotImplementedError

    def account(self) -> Account:
        """Ask who we are: the first call, which also tests the token."""
        raise NotImplementedError

    def probe(self, stream: str) -> None:
        """Ask for as little as possible of a stream; raises `SourceForbids` or `SourceLacks` where it cannot be had."""
        raise NotImplementedError

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream after a cursor, up to `until`. The last page's cursor is where the next sync begins."""
        raise NotImplementedError

    def shape(self, page: Page, known: Known) -> Shaped:
        """The canonical rows of a page; pure. What cannot be taken becomes a `KeptAside` (`each` does that)."""
        raise NotImplementedError

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        """Single tickets (rows of `counted`) by their ids, as whole as a pull brings them; those that are gone are left out."""
        raise NotImplementedError

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """The cursor that pulls a stream again: from an instant, or (None) from shortly before where it stood, without
        what the source forgot."""
        del stream, cursor, since
        return {}

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """How many tickets (rows of `counted`) of each UTC day the source has now, for the days it can tell; empty when it
        cannot."""
        del days
        return {}

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()


def each(items: Iterable[dict[str, Any]], shape: Callable[[dict[str, Any]], Iterable[Row]], stream: str, table: str) -> Shaped:
    """Shape items one by one: an item that is not as it should be is kept aside whole, the others go on."""
    for number, item in enumerate(items, start=1):
        try:
            rows = list(shape(item))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            lacks = isinstance(error, KeyError)
            reason = phrase(f"it lacks {error.args[0]!r}" if lacks else "it does not have the shape it should have")
            found = item.get("id") if isinstance(item, dict) else None
            yield KeptAside(stream, number, table, "id", "" if found is None else str(found), reason, _told(item))
            continue
        yield from rows


def _told(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {"item": item}
