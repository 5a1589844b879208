"""A small shop with its office: solved tickets of customers with addresses, and the survey pages over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa
from starlette.types import ASGIApp

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.desk.surveying import ask_customers, take_answers
from servicemeter.ground.settings import Home, SurveySettings
from servicemeter.office.database import Office, open_office
from servicemeter.office.invitations import Invitation, list_invitations
from servicemeter.surveys.formfile import load_forms
from servicemeter.surveys.forms import Form
from servicemeter.surveys.likeness import Rates
from servicemeter.surveys.sending import send_mails
from servicemeter.web.surveys.app import Counter, create_survey_app

ADDRESS = "https://survey.example.com"
SOLVED = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOW = SOLVED + timedelta(hours=30)
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Accept-Language": "en"}


@dataclass
class Visitor:
    """Somebody with a browser, or a program that says it is one."""

    app: ASGIApp
    headers: dict[str, str] = field(default_factory=lambda: dict(BROWSER))

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Look at a page."""
        return ask(self.app, path, method, "survey.example.com", headers=self.headers | headers)

    def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        """Send a form."""
        return ask(self.app, path, "POST", "survey.example.com", headers=self.headers, data=fields)

    def answer(self, shop: Shop, path: str, seconds: float = 4, **fields: str | list[str]) -> httpx.Response:
        """Open a page, take a while, and press its button."""
        page = self.get(path)
        shop.wait(seconds=seconds)
        return self.post(path.partition("?")[0], stamp=hidden(page.text, "stamp"), **fields)


def hidden(html: str, name: str) -> str:
    """A hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html[:2000]
    return found[1]


@dataclass
class Shop:
    """The shop at a moment that the tests move on."""

    home: Home
    desk: Desk
    office: Office
    forms: dict[str, Form]
    now: datetime = NOW
    counter: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.counter = Counter(self.office, self.forms, self.home.survey_key(), self.home.identity_key(), self.clock, lambda: 0.0)
        self.be_patient()

    def clock(self) -> datetime:
        """The present moment."""
        return self.now

    def be_patient(self, by_place: int = 10**6, by_link: int = 10**6) -> None:
        """How much the pages take in a minute."""
        self.counter.by_place, self.counter.by_link = Rates(by_place), Rates(by_link)

    def wait(self, **span: float) -> None:
        """Let time go by."""
        self.now += timedelta(**span)

    def ask(self) -> Any:
        """Decide, as `servicemeter survey ask` does."""
        return ask_customers(self.desk, self.office, self.forms, self.now)

    def send(self, server: Any) -> dict[str, int]:
        """Send, as `servicemeter survey send` does."""
        return send_mails(self.office, self.forms, server, SurveySettings(ADDRESS, "Tulp"), self.clock).counts

    def take(self) -> None:
        """Bring what was answered into the book."""
        take_answers(self.desk, self.office, self.forms, self.now)

    def invitations(self, form: str | None = None) -> list[Invitation]:
        """All of them."""
        return list_invitations(self.office, form)

    def client(self) -> Visitor:
        """Somebody with a browser."""
        return Visitor(create_survey_app(self.home, self.office, counter=self.counter, allowed_hosts=["survey.example.com"]))

    def measure(self, metric: str, **options: Any) -> dict[str, Any]:
        """A figure of March 2026."""
        return dict(self.desk.measure(metric, since="2026-03-01", until="2026-04-01", **options).rows[0])


@contextmanager
def open_shop(folder: Path, *names: str, customers: int = 1, **asking: Any) -> Iterator[Shop]:
    """A shop with so many customers, each with a solved ticket; the forms of these names, `asking` as given."""
    home = Home(folder)
    home.make()
    every = load_forms()
    forms = {name: replace(every[name], asking=replace(every[name].asking, **asking)) for name in names}
    with Desk(home) as desk:
        office = open_office(home)
        try:
            load_tickets(desk, customers)
            yield Shop(home, desk, office, forms)
        finally:
            office.close()


def load_tickets(desk: Desk, customers: int, **more: Any) -> None:
    """Tickets t0 … of customers c0 …, answered by agent a1 and solved."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("customers", "customer_identities", "tickets", "ticket_events", "messages")
    }
    asked, answered, solved = (SOLVED - timedelta(hours=h) for h in (3, 2, 0))
    for n in range(customers):
        ticket, customer = f"t{n}", f"c{n}"
        language = ("en", "nl", "ro")[n % 3]
        tables["customers"].append({"customer_id": customer, "language": language, "country": "NL"})
        tables["customer_identities"].append({"customer_id": customer, "kind": "email", "value": f"c{n}@example.com"})
        tables["tickets"].append(
            {"ticket_id": ticket, "created_at": asked, "channel": "email", "customer_id": customer, "initiated_by": "customer"}
        )
        events = (
            ("status", "new", asked),
            ("assignee_id", "a1", asked),
            ("team_id", "first", asked),
            ("status", "solved", solved),
        )
        tables["ticket_events"] += [
            {"ticket_id": ticket, "field": f, "value": v, "occurred_at": at, "actor_type": "agent", "actor_id": "a1", "seq": i}
            for i, (f, v, at) in enumerate(events)
        ]
        for i, (author, at) in enumerate((("customer", asked), ("agent", answered))):
            who = customer if author == "customer" else "a1"
            tables["messages"].append(
                {"message_id": f"{ticket}-{i}", "ticket_id": ticket, "occurred_at": at, "author_type": author, "author_id": who}
            )
    agents = [{"agent_id": "a1", "name": "One"}, {"agent_id": "a2", "name": "Two"}]
    sources = [{"loaded_from": SOLVED - timedelta(days=60), "loaded_through": SOLVED + timedelta(days=60)}]
    desk.load(source="desk", tz="UTC", now=NOW, agents=agents, sources=sources, **tables, **more)


def path_of(url: str) -> str:
    """An address without its host."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def office_bytes(shop: Shop) -> bytes:
    """All that is in the application database: its files, or on a server every cell of every table."""
    if shop.office.engine.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(shop.home.folder.glob("office.sqlite*")))
    with shop.office.reading() as on:
        cells = [cell for table in sa.inspect(on).get_table_names() for row in on.execute(sa.text(f"select * from {table}"))
                 for cell in row]  # fmt: skip
    return b"\n".join(bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in cells)
