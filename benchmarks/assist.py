"""How long an agent waits: one ticket with its customer's story, and one text, on the demo shop. Wall and processor time.

uv run python benchmarks/assist.py [FOLDER]     (FOLDER keeps the shop for the next run)
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.sources.demo import make_demo

_UNTIL = datetime(2026, 3, 21, tzinfo=UTC)
_TEXT = "This is terrible, my parcel is broken again and nobody answers!"


def main(folder: Path) -> None:
    """Print median and 95th percentile in milliseconds."""
    with Desk(Home(folder)) as desk:
        if not desk.data_version:
            desk.take(make_demo(until=_UNTIL), now=_UNTIL)
        ids = desk.on_book(lambda engine: engine.rows("select ticket_id from tickets order by md5(ticket_id) limit 100"))
        desk.assist(ticket_id=ids[0][0])
        _tell("ticket", [lambda one=one: desk.assist(ticket_id=one) for (one,) in ids])
        _tell("text", [lambda: desk.assist(text=_TEXT)] * 100)


def _tell(name: str, asked: list[Callable[[], object]]) -> None:
    walls, works = [], []
    for ask in asked:
        wall, work = time.perf_counter(), time.process_time()
        ask()
        walls.append((time.perf_counter() - wall) * 1000)
        works.append((time.process_time() - work) * 1000)
    for kind, took in (("wall", walls), ("processor", works)):
        print(f"{name:8}{kind:10} median {statistics.median(took):8.1f} ms   p95 {sorted(took)[94]:8.1f} ms")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
