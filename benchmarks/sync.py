"""How much processor time pulling a help desk takes: tickets with their history and messages from a fake Zendesk on loopback.

    uv run python benchmarks/sync.py [--tickets 100000]

The account is served by another process, whose time does not count. Three messages and six changes a ticket.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import socket
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from servicemeter.desk.desk import Desk
from servicemeter.desk.sync import SyncStep
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection

UNTIL = datetime(2026, 3, 20, 12, tzinfo=UTC)
PAGE = 1000
AGENTS, CUSTOMERS = 50, 20_000
SPAN_S = 365 * 86_400


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Account:
    """The account's pages, made when they are asked for the first time."""

    def __init__(self, tickets: int) -> None:
        self.tickets = tickets
        self.first = int(UNTIL.timestamp()) - SPAN_S
        self.step = (SPAN_S - 90_000) / tickets

    def opened(self, number: int) -> int:
        return self.first + int(number * self.step)

    def ticket(self, n: int) -> dict[str, Any]:
        at = self.opened(n)
        return {
            "id": n + 1, "url": f"https://example.zendesk.com/api/v2/tickets/{n + 1}.json", "external_id": None,
            "via": {"channel": ("email", "web", "chat")[n % 3], "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": iso(at), "updated_at": iso(at + 7_200), "type": None, "subject": f"Where is parcel {n}?",
            "description": "It should have been here on Monday. " * 4, "priority": "normal",
            "status": "solved", "requester_id": 1_000 + n % CUSTOMERS, "submitter_id": 1_000 + n % CUSTOMERS,
            "assignee_id": 100 + n % AGENTS, "group_id": 1, "brand_id": 5, "tags": ["parcel"], "custom_fields": [],
            "satisfaction_rating": {"score": "unoffered"}, "generated_timestamp": at + 7_200,
        }  # fmt: skip

    def updates(self, n: int) -> list[dict[str, Any]]:
        """Opened, taken, answered, asked again, solved: spread so that a page holds whole tickets, in order of time."""
        at, customer, agent = self.opened(n), 1_000 + n % CUSTOMERS, 100 + n % AGENTS
        base = 1_000_000 + n * 100
        said = "Thank you for writing to us. We look into it at once. " * 3
        plan: list[tuple[int, int, list[dict[str, Any]]]] = [
            (0, customer, [self.comment(customer, said), {"event_type": "Create", "status": "new"},
                           {"event_type": "Create", "priority": "normal"}]),
            (0, agent, [{"event_type": "Change", "assignee_id": str(agent), "previous_value": None},
                        {"event_type": "Change", "group_id": "1", "previous_value": None}]),
            (0, agent, [self.comment(agent, said), {"event_type": "Change", "status": "pending", "previous_value": "new"}]),
            (0, agent, [self.comment(agent, said), {"event_type": "Change", "status": "solved", "previous_value": "pending"}]),
        ]  # fmt: skip
        made = []
        for number, (later, who, children) in enumerate(plan):
            for place, child in enumerate(children):
                child["id"] = base + number * 10 + place + 1
                child.setdefault("via", "Web form")
            made.append({"id": base + number * 10, "ticket_id": n + 1, "timestamp": at + later, "created_at": iso(at + later),
                         "updater_id": who, "via": "Web form", "event_type": "Audit", "child_events": children,
                         "metadata": {"system": {"client": "a browser", "location": "somewhere"}, "custom": {}}})  # fmt: skip
        return made

    def comment(self, author: int, said: str) -> dict[str, Any]:
        via = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
        return {"event_type": "Comment", "type": "Comment", "author_id": author, "public": True, "via": via, "body": said,
                "html_body": f"<p>{said}</p>", "plain_body": said, "attachments": []}  # fmt: skip

    def user(self, n: int) -> dict[str, Any]:
        is_agent = n < AGENTS
        return {"id": 100 + n if is_agent else 1_000 + n - AGENTS, "name": f"Person {n}", "email": f"p{n}@example.com",
                "role": "agent" if is_agent else "end-user", "active": True, "locale": "nl", "created_at": iso(self.first),
                "updated_at": iso(self.first), "generated_timestamp": self.first}  # fmt: skip

    def respond(self, path: str, params: dict[str, str]) -> Any:
        name = path.removeprefix("/api/v2/").removesuffix(".json")
        if name == "users/me":
            return {"user": {"id": 100, "name": "Lead", "time_zone": "Amsterdam"}}
        if name.startswith("incremental/") and name.endswith("/cursor"):
            return self.export(name.split("/")[1], int(params.get("cursor", 0)))
        if name == "incremental/ticket_events":
            return self.events(int(params["start_time"]))
        if name == "groups":
            return {"groups": [{"id": 1, "name": "First line"}], "meta": {"has_more": False}}
        if name == "search/count":
            day = int(datetime.fromisoformat(params["query"].split("created>=")[1].split()[0]).timestamp())
            numbers = (int(-((self.first - at) / self.step // 1)) for at in (day, day + 86_400))
            first, last = (min(self.tickets, n) for n in numbers)
            return {"count": last - first}
        lists = ("brands", "group_memberships", "schedules", "sla_policies", "satisfaction_ratings", "calls", "legs")
        return {one: [] for one in lists} | {"end_of_stream": True, "end_time": int(UNTIL.timestamp())}

    def export(self, name: str, first: int) -> Any:
        make, count = (self.user, AGENTS + CUSTOMERS) if name == "users" else (self.ticket, self.tickets)
        last = min(first + PAGE, count)
        return {name: [make(n) for n in range(first, last)], "after_cursor": str(last), "end_of_stream": last == count}

    def events(self, since: int) -> Any:
        first = max(0, int((since - self.first) / self.step))
        while first and self.opened(first - 1) >= since:
            first -= 1
        while first < self.tickets and self.opened(first) < since:
            first += 1
        last = min(first + PAGE // 4, self.tickets)
        made = [update for n in range(first, last) for update in self.updates(n)]
        return {
            "ticket_events": made,
            "end_time": made[-1]["timestamp"] if made else since,
            "end_of_stream": last == self.tickets,
        }


def serve(listening: socket.socket, tickets: int) -> None:
    account = Account(tickets)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        params = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
        body = json.dumps(account.respond(scope["path"], params)).encode()
        size = (b"content-length", str(len(body)).encode())
        headers = [size, (b"content-type", b"application/json"), (b"date", format_datetime(UNTIL, usegmt=True).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", date_header=False)
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=100_000)
    count = parser.parse_args().tickets
    with socket.socket(proto=socket.IPPROTO_TCP) as listening, tempfile.TemporaryDirectory() as folder:
        listening.bind(("127.0.0.1", 0))
        server = multiprocessing.Process(target=serve, args=(listening, count), daemon=True)
        server.start()
        try:
            pull(Path(folder), f"http://127.0.0.1:{listening.getsockname()[1]}", count)
        finally:
            server.terminate()
            server.join()


def loop_s() -> float:
    """Processor time of ten million additions: what this machine can do just now."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - began


def pull(folder: Path, address: str, count: int) -> None:
    """Pull everything, then again an hour later, and say what it took."""
    options = {"email": "lead@example.com", "exports_per_minute": "1000000", "calls_per_minute": "1000000"}
    streams: dict[str, float] = {}
    unit = loop_s()

    def told(step: SyncStep) -> None:
        streams.setdefault(step.stream, time.process_time())

    with Desk(Home(folder)) as desk:
        keep_connection(desk.office, Connection("desk", "zendesk", address, options, UNTIL), {"token": "x"})
        for title, later in (("everything", 0), ("nothing new", 3_600)):
            began, processor = time.monotonic(), time.process_time()
            run = desk.sync("desk", clock=lambda later=later: UNTIL + timedelta(seconds=later), progress=told)  # type: ignore[misc]
            assert run.state == "done", run.error
            used, passed = time.process_time() - processor, time.monotonic() - began
            print(
                f"{title}: {run.new_rows:,} rows of {count:,} tickets, {run.calls} calls: {used:.1f} s of processor time "
                f"({used / unit:.0f} loops of ten million additions), {passed:.1f} s in all"
            )
        for name, at in streams.items():
            print(f"  {name} begins at {at:.1f} s")
        print(f"  days that differ: {run.missing or 'none'}")
    print(f"  most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
