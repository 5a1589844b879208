"""The demo shop: made when its home has none, shown, served."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from servicemeter.cli.terminal.asked import instant_of
from servicemeter.cli.terminal.cards import print_scorecard
from servicemeter.cli.terminal.progress import telling
from servicemeter.cli.terminal.serving import open_browser, serve_home
from servicemeter.cli.terminal.words import hint, remark
from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.opening import open_desk
from servicemeter.desk.remote import RemoteDesk
from servicemeter.desk.steps import Step
from servicemeter.ground.clock import epoch, local_midnight, moment
from servicemeter.ground.errors import BadFile, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.show.numbers import number
from servicemeter.sources.demo import DemoDelivery, make_demo, write_demo
from servicemeter.web.server import bind_next_free

__all__ = ["Wanted", "make_shop", "show_shop", "write_shop"]

_TZ = "Europe/Amsterdam"
_SOURCE = "demo"
_LABEL = re.compile(r"demo shop: (\d+) tickets, seed (-?\d+), until (\S+)")


@dataclass(frozen=True)
class Wanted:
    """The shop that was asked for; `until` as it was typed, `now` when it was."""

    tickets: int
    seed: int
    until: str | None
    now: datetime

    @property
    def end(self) -> datetime:
        """Where the year ends: as asked, else the last midnight in Amsterdam."""
        if self.until:
            return instant_of(self.until, _TZ)
        return moment(local_midnight(moment(epoch(self.now), _TZ).date(), _TZ), _TZ)

    @property
    def label(self) -> str:
        """What the book notes of it."""
        return f"demo shop: {self.tickets} tickets, seed {self.seed}, until {self.end.astimezone(UTC).isoformat()}"

    def is_met_by(self, label: str) -> bool:
        """Whether a shop that was made before is this one; one that ends on another day is, unless an end was asked."""
        made = _LABEL.fullmatch(label)
        return made is not None and (
            label == self.label if self.until else made.group(1, 2) == (str(self.tickets), str(self.seed))
        )

    def delivery(self) -> DemoDelivery:
        """Its rows."""
        return make_demo(seed=self.seed, tickets=self.tickets, until=self.end)


def write_shop(wanted: Wanted, folder: Path) -> None:
    """Write the shop's tables as Parquet files, and no book."""
    try:
        write_demo(wanted.delivery(), folder)
    except OSError as error:
        raise BadFile(f"{folder} cannot be written: {error.strerror}. Give another folder, or free some space.") from error
    hint(f"Take them: servicemeter import {folder} --source demo")


def make_shop(home: Home, wanted: Wanted) -> None:
    """Make the shop unless the home holds it. A home with any other source is left alone: `BadSettings`."""
    with open_desk(home) as desk:
        _refuse_own_data(home, desk)
        made = [load["label"] for load in loads(desk) if load["source"] == _SOURCE and load["undone_in"] is None]
        if any(wanted.is_met_by(label) for label in made):
            return
        if isinstance(desk, RemoteDesk):
            raise BadSettings(
                f"{home.folder} is being served with another demo shop (process {desk.note.pid}). Stop that server first, "
                "or give another --home."
            )
    if made:
        remark("Another demo shop was here; it is replaced.")
        for path in (home.book, home.book.with_name(home.book.name + ".wal")):
            path.unlink(missing_ok=True)
    with Desk(home) as fresh, telling(f"Making up {number(wanted.tickets)} tickets") as told:
        fresh.take(
            wanted.delivery(),
            now=wanted.end,
            label=wanted.label,
            digest=wanted.label,
            progress=lambda table, rows: told(Step("facts" if table == "facts" else "reading", rows=rows)),
        )


def _refuse_own_data(home: Home, desk: AnyDesk) -> None:
    own = sorted({row["source"] for row in sources(desk)} - {_SOURCE})
    if own:
        raise BadSettings(
            f"{home.folder} holds data of its own ({', '.join(own)}); the demo shop never goes beside it. "
            "Give another folder with --home DIR. Nothing was changed."
        )


def show_shop(home: Home, *, serves: bool, opens_browser: bool, port: int) -> None:
    """Print the scorecard and serve the pages."""
    with open_desk(home) as desk:
        print_scorecard(desk.scorecard(), {metric.name: metric for metric in desk.metrics()})
        address = desk.note.address if isinstance(desk, RemoteDesk) else None
    if not serves:
        hint(f"Its pages: servicemeter serve --home {home.folder}")
    elif address:
        remark(f"It is served already, at {address}")
        if opens_browser:
            open_browser(address)
    else:
        serve_home(home, lambda: _listen(port), opens_browser=opens_browser, tells_setup=False)


def _listen(port: int) -> socket.socket:
    listening = bind_next_free("127.0.0.1", port)
    given = listening.getsockname()[1]
    if given != port:
        remark(f"Port {port} is taken by another program; this is on {given}.")
    return listening
