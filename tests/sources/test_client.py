"""Asking a source: its limits, its faults, and one clear error for each way it can go wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from fakes.vendor import Time
from servicemeter.ground.errors import (
    BadSettings,
    SourceBusy,
    SourceFailed,
    SourceForbids,
    SourceGarbled,
    SourceLacks,
    SourceMoved,
    SourceRefused,
    SourceUnreachable,
)
from servicemeter.sources.client import Client, Pace, Rate, plain_address
from servicemeter.sources.paging import by_cursor, by_link, by_number, by_offset, by_url, items_of, pages, settled

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, time: Time | None = None, rates: dict[str, Rate] | None = None) -> Client:
    """A client whose vendor is a function, and whose time passes only when it waits."""
    clock = time or Time()
    pace = Pace(clock.monotonic, clock.sleep, random.Random(1))
    return Client("https://desk.example", pace=pace, rates=rates, transport=httpx.MockTransport(handler))


def answers(*given: httpx.Response) -> Handler:
    """One answer after the other, the last one for ever."""
    left = list(given)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


OK = httpx.Response(200, json={"items": []})


@pytest.mark.parametrize(
    ("response", "error", "says"),
    [
        (httpx.Response(401, json={}), SourceRefused, "Make a new one"),
        (httpx.Response(403, json={}), SourceForbids, "may not read /api"),
        (httpx.Response(404, json={}), SourceLacks, "right account"),
        (httpx.Response(302, headers={"location": "https://other.example/x?token=canary"}), SourceMoved, "not given to another"),
        (httpx.Response(200, html="<html>Sign in</html>"), SourceGarbled, "text/html instead of JSON"),
        (httpx.Response(200, content=b'{"cut": '), SourceGarbled, "instead of JSON"),
        (httpx.Response(500), SourceUnreachable, "fault of its own"),
        (httpx.Response(429, headers={"retry-after": "9999"}), SourceBusy, "wait 9999 s"),
        (httpx.Response(422, json={"description": "No such cursor"}), SourceFailed, "No such cursor"),
    ],
)
def test_each_trouble_has_its_error(response: httpx.Response, error: type[SourceFailed], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        client(answers(response)).get("/api")
    assert type(caught.value) is error
    assert "canary" not in str(caught.value)


def test_passing_troubles_are_waited_out_as_long_as_asked() -> None:
    time = Time()
    busy = httpx.Response(429, headers={"retry-after": "34"})
    asked = client(answers(busy, httpx.Response(503), OK), time)
    assert asked.get("/api").body == {"items": []}
    assert asked.calls == 3
    assert 34 <= time.seconds <= 34 + 1 + 2


def test_a_connection_that_drops_is_tried_again_and_then_given_up() -> None:
    def drop(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("peer closed connection")

    asked = client(drop)
    with pytest.raises(SourceUnreachable, match="Tried 6 times"):
        asked.get("/api")
    assert asked.calls == 6


def test_a_rate_is_never_exceeded() -> None:
    time, made = Time(), []

    def answer(request: httpx.Request) -> httpx.Response:
        made.append(time.seconds)
        return OK

    asked = client(answer, time, {"export": Rate(10)})
    for _ in range(35):
        asked.get("/api", rate="export")
    assert max(sum(1 for other in made if at <= other < at + 60) for at in made) == 10


def test_the_token_goes_nowhere_else() -> None:
    with pytest.raises(SourceMoved, match="another address"):
        client(answers(OK)).get("https://evil.example/next")
    assert client(answers(OK)).get("https://desk.example/next").body == {"items": []}
    for address in ("http://desk.example", "https://user:word@desk.example", "https://"):
        with pytest.raises(BadSettings):
            plain_address(address)
    assert plain_address("desk.example/") == "https://desk.example"
    assert plain_address("http://127.0.0.1:9/") == "http://127.0.0.1:9"


def listed(handler: Callable[[dict[str, str]], dict[str, Any]], headers: dict[str, str] | None = None) -> Handler:
    return lambda request: httpx.Response(200, json=handler(dict(request.url.params)), headers=headers)


def walked(handler: Handler, step: Any, **params: Any) -> list[Any]:
    return [item for answer in pages(client(handler), "/list", params, step=step) for item in items_of(answer, "items")]


def test_pages_by_cursor_url_number_and_offset() -> None:
    items = list(range(10))

    def cursored(asked: dict[str, str]) -> dict[str, Any]:
        first = int(asked.get("after", 0))
        return {"items": items[first : first + 3], "meta": {"next": str(first + 3) if first + 3 < 10 else None}}

    assert walked(listed(cursored), by_cursor("meta.next", "after")) == items
    urls = listed(
        lambda a: {"items": items[5:], "next": None} if a else {"items": items[:5], "next": "https://desk.example/list?p=2"}
    )
    assert walked(urls, by_url("next")) == items
    numbered = listed(lambda a: {"items": items[4 * int(a.get("page", 1)) - 4 : 4 * int(a.get("page", 1))]})
    assert walked(numbered, by_number("items", "page")) == items
    offsets = listed(lambda a: {"items": items[int(a.get("offset", 0)) :][:4]})
    assert walked(offsets, by_offset("items", "offset", 4, overlap=1)) == [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9]


def test_pages_by_link_and_in_a_circle() -> None:
    link = {"link": '<https://desk.example/list?p=2>; rel="next", <https://desk.example/list>; rel="prev"'}
    circling = listed(lambda a: {"items": [1]}, link)
    with pytest.raises(SourceGarbled, match="in a circle"):
        walked(circling, by_link)


def test_a_list_that_moves_is_walked_until_it_is_still() -> None:
    """An item that is removed from a page already read pulls the next page's first one over the edge."""
    walks = iter([[[1, 2], [4]], [[2, 3], [4]], [[2, 3], [4]]])

    def walk() -> list[list[dict[str, Any]]]:
        return [[{"id": n} for n in page] for page in next(walks)]

    found = [item["id"] for page in settled(walk, lambda item: item["id"]) for item in page]
    assert sorted(found) == [1, 2, 3, 4]
