"""How many webhooks a server accepts, how long they wait for their acknowledgement, and what a kill leaves.

    uv run python benchmarks/webhooks.py [--seconds 20] [--rate 1000] [--kills 200] [--home DIR]

The server is the real one (`servicemeter serve --public-port`), with its pages, its schedule and its book, in a process of its
own; it and the sender share the machine. Each delivery is signed (Standard Webhooks) and carries one message of about 400 bytes.
Servers that are killed are forked from a process that has loaded the program already, so that a round takes no start of Python.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicemeter.cli.terminal.serving import serve_home
from servicemeter.desk.deliveries import take_deliveries
from servicemeter.desk.desk import Desk
from servicemeter.desk.webhooks import open_door
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, find_connection, keep_connection
from servicemeter.office.database import open_office
from servicemeter.office.inbox import count_inbox
from servicemeter.sources.webhook import key_of
from servicemeter.web.server import bind

with suppress(ImportError):
    import pandas  # noqa: F401 (the engine loads it where it is installed, which takes longer than all the rest)

FORKS = multiprocessing.get_context("fork")
SOURCE = "bench"
FILLER = "The parcel has not arrived yet, could you have a look? " * 3


@dataclass
class Target:
    """Where deliveries go, and the key they are signed with."""

    port: int
    path: str
    key: bytes


@dataclass
class Sent:
    """What was sent: ids acknowledged, answers by status, and how long each acknowledgement took."""

    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)


def prepare(home: Path) -> Target:
    """A home with one open door."""
    made = Home(home)
    made.make()
    made.settings.write_text("[webhooks]\nper_minute = 10000000\n", encoding="utf-8")
    office, now = open_office(made), datetime.now(UTC)
    keep_connection(office, Connection(SOURCE, "webhook", "", {}, now), {})
    opened = open_door(office, SOURCE, now=now)
    office.close()
    assert opened.secret is not None
    return Target(free_port(), opened.path, key_of(opened.secret))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def request(target: Target, number: str) -> bytes:
    """One delivery as it goes over the wire."""
    at = int(time.time())
    row = {"ticket_id": f"t{number}", "occurred_at": "2026-03-19T09:00:00Z", "author_type": "customer", "author_id": number}
    words = {"of": "ticket", "id": f"t{number}", "text": FILLER}
    body = json.dumps({"messages": [row], "texts": [words]}).encode()
    signed = hmac.new(target.key, f"{number}.{at}.".encode() + body, hashlib.sha256).digest()
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"webhook-id: {number}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{base64.b64encode(signed).decode()}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def serving(home: Path, target: Target) -> Iterator[subprocess.Popen[bytes]]:
    """The server, ready to receive; killed at the end if it still runs."""
    command = [
        sys.executable,
        "-m",
        "servicemeter",
        "serve",
        "--port",
        "0",
        "--public-port",
        str(target.port),
        "--home",
        str(home),
    ]
    with (home / "server.log").open("ab") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            while not answers(target.port):
                if process.poll() is not None:
                    raise SystemExit(f"the server did not come up; see {home}/server.log")
                time.sleep(0.02)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def answers(port: int) -> bool:
    """Whether somebody answers there, and not only listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as one:
            one.sendall(b"HEAD /in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            one.settimeout(30)
            return one.recv(12) == b"HTTP/1.1 401"
    except OSError:
        return False


async def send_at(target: Target, rate: float, seconds: float, connections: int) -> Sent:
    """So many deliveries a second, each due at its own moment, whether or not those before it are answered.

    Waiting for a free connection counts: a server that falls behind cannot slow down its sender.
    """
    total = int(rate * seconds)
    wires = [request(target, f"r{n}") for n in range(total)]
    sent = Sent()
    due: asyncio.Queue[tuple[float, int] | None] = asyncio.Queue()

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        while (one := await due.get()) is not None:
            at, number = one
            status = await exchange(reader, writer, wires[number])
            sent.statuses[status] += 1
            sent.waits_s.append(time.monotonic() - at)
            if status == 200:
                sent.acknowledged.append(f"r{number}")
        writer.close()

    workers = [asyncio.create_task(worker()) for _ in range(connections)]
    began = time.monotonic()
    for number in range(total):
        at = began + number / rate
        if (early := at - time.monotonic()) > 0:
            await asyncio.sleep(early)
        due.put_nowait((at, number))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    return sent


async def send_hard(target: Target, connections: int, numbers: Iterator[str], seconds: float, sent: Sent) -> None:
    """As many as go, until the time is over or the server is gone."""
    ends = time.monotonic() + seconds

    async def worker() -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
            while time.monotonic() < ends:
                number = next(numbers)
                began = time.monotonic()
                status = await exchange(reader, writer, request(target, number))
                sent.statuses[status] += 1
                sent.waits_s.append(time.monotonic() - began)
                if status == 200:
                    sent.acknowledged.append(number)
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            return  # killed: what was on its way was not acknowledged

    await asyncio.gather(*(worker() for _ in range(connections)))


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: bytes) -> int:
    """Send one, and wait for the status of its answer."""
    writer.write(wire)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    if length:
        await reader.readexactly(length)
    return int(head[9:12])


def kill_rounds(home: Path, target: Target, rounds: int, *, seed: int = 1, connections: int = 16) -> Sent:
    """Send hard, kill -9 at a random moment, start again; a tenth of all is sent again, acknowledged or not."""
    chance, sent, last = random.Random(seed), Sent(), 0

    def numbers() -> Iterator[str]:
        nonlocal last
        while True:
            if last and chance.random() < 0.1:
                yield f"k{chance.randint(1, last)}"
            last += 1
            yield f"k{last}"

    for _ in range(rounds):
        process = FORKS.Process(target=serve_forked, args=(home, target.port))
        process.start()
        while not answers(target.port):
            if not process.is_alive():
                raise SystemExit("the server did not come up")
            time.sleep(0.01)
        asyncio.run(flooded(process, chance.uniform(0.05, 1.5), target, connections, numbers(), sent))
        process.join()
        process.close()
    return sent


async def flooded(process: Any, lives_s: float, target: Target, connections: int, numbers: Iterator[str], sent: Sent) -> None:
    """Send hard to a server that lives no longer than this."""
    sending = asyncio.create_task(send_hard(target, connections, numbers, 60, sent))
    await asyncio.sleep(lives_s)
    process.kill()
    await sending


def serve_forked(home: Path, port: int) -> None:
    """What `servicemeter serve --public-port` does, in this process."""
    sys.stderr = (home / "server.log").open("a", encoding="utf-8")
    serve_home(Home(home), lambda: bind("127.0.0.1", 0), listen_for_surveys=lambda: bind("127.0.0.1", port))


@dataclass
class Left:
    """What a home holds after everything was taken: acknowledged deliveries that are lost, and those that count twice."""

    acknowledged: int
    in_book: int
    lost: int
    doubled: int


def look(home: Path, sent: Sent) -> Left:
    """Take what waits and compare the book with what was acknowledged."""
    with Desk(Home(home)) as desk:
        take_deliveries(desk, find_connection(desk.office, SOURCE), lambda: datetime.now(UTC))
        states = {state for (_, state) in count_inbox(desk.office)}
        assert states <= {"taken"}, states
        with desk.on_book() as book:
            rows = Counter(n for (n,) in book.engine.rows("select author_id from messages"))
            taken = Counter(n for (n,) in book.engine.rows("select delivery_id from meta.deliveries"))
    acknowledged = set(sent.acknowledged)
    doubled = sum(n > 1 for n in rows.values()) + sum(n > 1 for n in taken.values())
    lost = sum(n not in rows or n not in taken for n in acknowledged)
    return Left(len(acknowledged), len(rows), lost, doubled)


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--seconds", type=float, default=20)
    given.add_argument("--rate", type=float, default=1000)
    given.add_argument("--kills", type=int, default=200)
    given.add_argument("--connections", type=int, default=32)
    given.add_argument("--settle", type=float, default=10, help="seconds before sending, for the server's first page")
    options = given.parse_args()
    left = [measured(options)] if options.seconds else []
    if options.kills:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            target, began = prepare(home), time.monotonic()
            left.append(look(home, kill_rounds(home, target, options.kills)))
            took_s = time.monotonic() - began
            told(f"{options.kills} x kill -9", f"{left[-1]} in {took_s:.0f} s; load average {os.getloadavg()[0]:.2f}")
    if any(one.lost or one.doubled or not one.acknowledged for one in left):
        raise SystemExit("deliveries were lost or counted twice")


def measured(options: argparse.Namespace) -> Left:
    """The rate and the acknowledgements."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        target = prepare(home)
        with serving(home, target) as process:
            time.sleep(options.settle)
            told("load average before", " ".join(f"{x:.2f}" for x in os.getloadavg()))
            cpu = cpu_s(process.pid)
            steady = asyncio.run(send_at(target, options.rate, options.seconds, options.connections))
            told(f"steady at {options.rate:.0f}/s", summary(steady, options.seconds))
            told("server's processor time", f"{(cpu_s(process.pid) - cpu) / max(len(steady.acknowledged), 1) * 1e6:.0f} µs each")
            hard, began = Sent(), time.monotonic()
            numbers = (f"h{n}" for n in range(10**9))
            asyncio.run(send_hard(target, options.connections, numbers, options.seconds, hard))
            told("as many as go", summary(hard, time.monotonic() - began))
            told("load average after", " ".join(f"{x:.2f}" for x in os.getloadavg()))
            process.terminate()
            process.wait()
        left = look(home, Sent(steady.acknowledged + hard.acknowledged))
        told("in the book", str(left))
        return left


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def summary(sent: Sent, seconds: float) -> str:
    waits = sorted(sent.waits_s)
    p50, p99 = (waits[min(int(len(waits) * share), len(waits) - 1)] * 1000 for share in (0.5, 0.99))
    rate = len(sent.acknowledged) / seconds
    return f"{rate:.0f} accepted/s, acknowledgement p50 {p50:.1f} ms, p99 {p99:.1f} ms, statuses {dict(sent.statuses)}"


def told(name: str, value: Any) -> None:
    print(f"{name:>28}: {value}", flush=True)


if __name__ == "__main__":
    main()
