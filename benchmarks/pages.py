"""How long the pages take over a whole book: the scorecard, a metric, and many readers at once.

    uv run python benchmarks/pages.py --home HOME [--rounds 20] [--memory 3GB]

The server is the real one (`servicemeter serve`), on two processors that are the sender's too. It is first left until it has
nothing more to do: it asks ahead, works figures out by days and checks the rows. Uncached: each round asks a span of days that
was not asked before. The unit is one scan (`sum(hash(column))`) of the fact columns of a scorecard, in the same run. Targets
with 5 million tickets: the scorecard of four weeks in 300 ms at p95 uncached and 50 ms cached, a metric of twelve weeks in 500
ms uncached, its first chart painted within a second, 200 cached scorecards a second.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx
from scale import columns_of_scorecard

from ground import UNTIL, say, say_spent, scan
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home

_METRICS = ("first_response_time", "resolution_time", "csat", "sla_compliance_rate", "service_level")
_READERS, _READING_S = 4, 10.0
_QUIET_S, _IDLE_SHARE = 8.0, 0.05
_PAINTED = "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0] ?? null"


@contextmanager
def served(home: Path, memory: str) -> Iterator[tuple[str, int]]:
    """The address of a server on the home, and the number of its process, until the end."""
    command = [sys.executable, "-m", "servicemeter", "serve", "--port", "0", "--home", str(home)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin", "SERVICEMETER_MEMORY": memory})
    try:
        assert server.stderr is not None
        said = next((found[0] for line in server.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
        if said is None:
            raise SystemExit(f"the server on {home} did not come up")
        yield said, server.pid
    finally:
        server.terminate()
        server.wait()


def settled(pid: int) -> tuple[float, float]:
    """The seconds until a process had nothing to do for some time, and the seconds of processor time it took until then."""
    began, at = time.perf_counter(), _spent(pid)
    before, quiet_since = at, began
    while time.perf_counter() - quiet_since < _QUIET_S:
        time.sleep(0.5)
        if (now := _spent(pid)) - before > _IDLE_SHARE * 0.5:
            quiet_since = time.perf_counter()
        before = now
    return quiet_since - began, before - at


def _held(pid: int) -> float:
    """The memory that a process holds, in GB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e9


def _spent(pid: int) -> float:
    """The seconds of processor time of a process until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spans(days: int, rounds: int, after: int = 0) -> list[str]:
    """So many spans of days, no two alike, as an address has them; the last ones first."""
    last = UNTIL.date() - timedelta(days=1 + after)
    return [_span(last - timedelta(days=n), days) for n in range(rounds)]


def _span(last: date, days: int) -> str:
    return f"period=custom&first={last - timedelta(days=days - 1)}&last={last}"


def ask(client: httpx.Client, paths: Sequence[str]) -> list[float]:
    """The milliseconds that each page took."""
    taken = []
    for path in paths:
        began = time.perf_counter()
        answer = client.get(path)
        assert answer.status_code == 200 and "<svg" in answer.text, (path, answer.status_code)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def told(what: str, taken: Sequence[float], target: int) -> None:
    """A line with the median and the 95th percentile."""
    ordered = sorted(taken)
    p50, p95 = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    say(f"{what:44} p50 {p50:6.0f} ms, p95 {p95:6.0f} ms, n {len(ordered)} (target p95 {target} ms)")


def readers(address: str, path: str) -> float:
    """Cached pages a second, by several readers that ask one after the other."""
    ends, counts = time.perf_counter() + _READING_S, [0] * _READERS

    def read(number: int) -> None:
        with httpx.Client(base_url=address, timeout=600) as client:
            while time.perf_counter() < ends:
                assert client.get(path).status_code == 200
                counts[number] += 1

    threads = [threading.Thread(target=read, args=(number,)) for number in range(_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / _READING_S


def painted(address: str, paths: Sequence[str]) -> list[float]:
    """The milliseconds until a browser painted the first picture of each page; empty without a browser."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        return []
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for path in paths:
            page = browser.new_page()
            page.goto(address + path, wait_until="domcontentloaded")
            page.wait_for_selector("main svg")
            while (at := page.evaluate(_PAINTED)) is None:
                page.wait_for_timeout(20)
            taken.append(at)
            page.close()
        browser.close()
    return taken


def main() -> None:
    """Serve the home, ask, and say what each page took."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path, required=True)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--memory", default="3GB")
    asked = options.parse_args()
    with Desk(Home(asked.home), memory=asked.memory, threads=2) as desk:
        desk.prepare()
        spent = scan(desk, columns_of_scorecard(desk, (UNTIL - timedelta(days=28)).date()))
    say_spent("scan of a scorecard's columns", spent)
    with served(asked.home, asked.memory) as (address, pid), httpx.Client(base_url=address, timeout=600) as client:
        [first] = ask(client, ["/?period=last_month"])
        say(f"{'first page, asked at once':44} {first / 1000:.1f} s")
        waited_s, spent_s = settled(pid)
        say(f"{'then nothing more to do after':44} {waited_s:.0f} s, {spent_s:.0f} s of processor time, {_held(pid):.1f} GB held")
        cards = [f"/?{span}" for span in spans(28, asked.rounds)]
        told("scorecard of 28 days, uncached", ask(client, cards), 300)
        told("the same, cached", ask(client, cards), 50)
        weeks = spans(84, asked.rounds, after=3)
        metrics = [f"/metric/{_METRICS[n % len(_METRICS)]}?{span}" for n, span in enumerate(weeks)]
        told("metric of 84 days, uncached", ask(client, metrics), 500)
        told("the same, cached", ask(client, metrics), 500)
        fresh = [f"/metric/{_METRICS[n]}?{span}" for n, span in enumerate(spans(84, len(_METRICS), after=60))]
        told("first chart painted, uncached", painted(address, fresh), 1000)
        ask(client, cards[-1:])
        say(f"cached scorecards by {_READERS} readers at once: {readers(address, cards[-1]):.0f} a second (target 200)")


if __name__ == "__main__":
    main()
