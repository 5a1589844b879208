"""What only reads, votes for nobody: every link of the mails, fetched by machines, leaves nothing behind.

`benchmarks/survey_scanners.py` does the same with a thousand mails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from starlette.types import ASGIApp, Message

from servicemeter.office.database import Office
from surveys.post import links_in, post_office
from surveys.shop import BROWSER, Shop, open_shop

_AT_ONCE = 32


def contents(office: Office) -> dict[str, list[object]]:
    """Everything in the database."""
    with office.reading() as on:
        tables = sa.inspect(on).get_table_names()
        return {name: [tuple(row) for row in on.execute(sa.text(f"select * from {name}"))] for name in tables}


async def fetch(app: ASGIApp, url: str, method: str, agent: str) -> int:
    """One request as a server hands it over; returns the status."""
    parts = urlsplit(url)
    headers = [(b"host", parts.netloc.encode()), (b"user-agent", agent.encode())]
    scope = {"type": "http", "method": method, "path": parts.path, "query_string": parts.query.encode(), "headers": headers,
             "client": ("192.0.2.1", 1), "http_version": "1.1", "scheme": "https", "root_path": ""}  # fmt: skip
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, receive, send)
    return status


async def crawl(app: ASGIApp, urls: list[str], times: int) -> set[int]:
    """Every address by GET and HEAD, so many times, many at once; returns the statuses."""
    gate, seen = asyncio.Semaphore(_AT_ONCE), set()

    async def one(url: str, method: str, agent: str) -> None:
        async with gate:
            seen.add(await fetch(app, url, method, agent))

    agents = [BROWSER["User-Agent"], "SafeLinks scanner"]
    work = [(url, method, agents[n % 2]) for n in range(times) for url in urls for method in ("GET", "HEAD")]
    await asyncio.gather(*(one(*w) for w in work))
    return seen


@contextmanager
def mailed(folder: Path, mails: int) -> Iterator[tuple[Shop, list[str]]]:
    """A shop that has sent so many mails, and every link of them."""
    with open_shop(folder, "csat", customers=mails) as shop:
        with post_office() as post:
            shop.ask()
            assert shop.send(post.server) == {"sent": mails}
        urls = [url for mail in post.mails for url in links_in(mail)]
        assert len(set(urls)) == mails * 6  # five scores and the objection; both parts of a mail have the same
        yield shop, urls


@contextmanager
def untouched(shop: Shop) -> Iterator[None]:
    """Whatever is done meanwhile, the database is as before, and nobody has answered, objected, or been seen."""
    before = contents(shop.office)
    yield
    assert contents(shop.office) == before
    for empty in ("survey_answers", "survey_held", "survey_refusals", "survey_wishes"):
        assert before[empty] == [], empty
    assert not any(i.seen_at or i.rated_at for i in shop.invitations())


def crawl_all_links(folder: Path, mails: int, times: int) -> int:
    """Send so many mails, let machines fetch every link of them, and see that nothing changed; returns the requests made."""
    with mailed(folder, mails) as (shop, urls), untouched(shop):
        assert asyncio.run(crawl(shop.client().app, urls, times)) == {200}
        return len(urls) * 2 * times


def test_mails_fetched_by_machines_hold_no_answer(tmp_path: Path) -> None:
    assert crawl_all_links(tmp_path, mails=40, times=3) == 1_440
