"""Asking a source over HTTP: within its limits, patiently, and with one clear error for each way it can go wrong."""

from __future__ import annotations

import gc
import random
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

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
from servicemeter.ground.libraries import when_used

if TYPE_CHECKING:
    import httpx
else:
    httpx = when_used("httpx")

__all__ = ["Answer", "Client", "Pace", "Rate", "plain_address", "uncollected"]

_LONGEST_ANSWER_S, _LONGEST_HELLO_S = 60.0, 10.0
_ATTEMPTS = 6
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_LONGEST_WAIT_S = 15 * 60.0
_SLICE_S = 1.0
_MARGIN_S = 0.1
_MOST_BYTES = 200_000_000


@dataclass
class Pace:
    """How time passes for a client: a steady clock, sleeping, and chance. Tests give their own.

    `told` hears once a second for how many more seconds is waited; it may raise to stop.
    """

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)
    told: Callable[[float], None] = lambda seconds: None

    def wait(self, seconds: float) -> None:
        """Wait, telling how long."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            self.told(left)
            self.sleep(min(left, _SLICE_S))
        self.told(0.0)


class Rate:
    """At most `calls` calls in any `per_s` seconds."""

    def __init__(self, calls: int, per_s: float = 60.0) -> None:
        self.calls, self.per_s = calls, per_s
        self._made: deque[float] = deque(maxlen=calls)

    def wait_s(self, now: float) -> float:
        """How long to wait before the next call."""
        return max(0.0, self._made[0] + self.per_s + _MARGIN_S - now) if len(self._made) == self.calls else 0.0

    def count(self, now: float) -> None:
        """Note a call, which counts from the moment its answer is there: then it cannot arrive later than we believe."""
        self._made.append(now)


@dataclass(frozen=True)
class Answer:
    """What a source answered: its JSON, its headers, and what its clock said (None when it does not tell)."""

    url: str
    body: Any
    headers: Mapping[str, str]
    at: datetime | None


class Client:
    """Reads JSON from one origin. Redirects are not followed and links elsewhere are refused: the token stays at home.

    `rates` are the limits by name; a call names the one that it counts against besides `all`. Failed connections, 5xx and
    429 are tried again, with a back-off of full jitter or as long as `Retry-After` says.
    """

    def __init__(
        self,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        rates: Mapping[str, Rate] | None = None,
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.address = plain_address(address)
        self.pace = pace or Pace()
        self.calls = 0
        self._rates = dict(rates or {})
        self._client = httpx.Client(
            base_url=self.address,
            headers={"Accept": "application/json", "User-Agent": f"servicemeter/{version('servicemeter')}", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(_LONGEST_ANSWER_S, connect=_LONGEST_HELLO_S),
            transport=transport,
            verify=_trusted(),
            trust_env=not _is_loopback(self.address),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, rate: str = "") -> Answer:
        """The JSON at a path or at a URL of the same origin. Raises a `SourceFailed` that says what to do."""
        return self._ask("GET", path, params, None, rate)

    def search(self, path: str, body: Mapping[str, Any], *, rate: str = "") -> Answer:
        """What a search finds that is asked with a body (POST); it changes nothing there, so it is tried again like a `get`."""
        return self._ask("POST", path, None, body, rate)

    def _ask(self, method: str, path: str, params: Mapping[str, Any] | None, body: Mapping[str, Any] | None, rate: str) -> Answer:
        url = self._own(path)
        for attempt in range(_ATTEMPTS):
            self._keep_to(rate)
            request = self._client.build_request(method, url, params=params or None, json=body)  # {} drops the query of the URL
            response = self._once(request, rate)
            if isinstance(response, httpx.Response) and not _is_passing(response.status_code):
                return self._read(response)
            if attempt + 1 == _ATTEMPTS:
                raise self._gave_up(url, response)
            self.pace.wait(self._pause_s(attempt, response))
        raise AssertionError("unreachable")

    def _once(self, request: httpx.Request, rate: str) -> httpx.Response | httpx.TransportError:
        self.calls += 1
        try:
            return self._client.send(request)
        except httpx.TransportError as error:
            return error
        finally:
            for name in {rate, "all"} & self._rates.keys():
                self._rates[name].count(self.pace.monotonic())

    def _keep_to(self, rate: str) -> None:
        names = {rate, "all"} & self._rates.keys()
        while (wait_s := max((self._rates[n].wait_s(self.pace.monotonic()) for n in names), default=0.0)) > 0:
            self.pace.wait(wait_s)

    def _pause_s(self, attempt: int, response: httpx.Response | httpx.TransportError) -> float:
        asked = _retry_after_s(response) if isinstance(response, httpx.Response) else None
        if asked is None:
            return self.pace.chance.uniform(0.0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt))
        if asked > _LONGEST_WAIT_S:
            raise SourceBusy(
                f"{self.address} asks us to wait {asked:.0f} s before the next call. What was pulled is kept; the next sync "
                "goes on from there. If other programs use the same account, give them less."
            )
        return asked + self.pace.chance.uniform(0.0, 1.0)

    def _gave_up(self, url: str, response: httpx.Response | httpx.TransportError) -> SourceFailed:
        if isinstance(response, httpx.TransportError):
            return SourceUnreachable(
                f"{self.address} cannot be reached: {_said(response)}. Tried {_ATTEMPTS:,} times. Check the address and the "
                "network; what was pulled is kept."
            )
        if response.status_code == 429:
            return SourceBusy(
                f"{self.address} answered {_ATTEMPTS:,} times that its limit of calls is used up. What was pulled is kept; "
                "the next sync goes on from there."
            )
        return SourceUnreachable(
            f"{self.address} has a fault of its own: it answered {url} with {response.status_code}, {_ATTEMPTS:,} times. "
            "Look at its status page; what was pulled is kept and the next sync goes on from there."
        )

    def _read(self, response: httpx.Response) -> Answer:
        status, path = response.status_code, response.request.url.path
        if status >= 300:
            raise self._refusal(status, path, response)
        if len(response.content) > _MOST_BYTES:
            raise SourceGarbled(f"{self.address} answered {path} with more than {_MOST_BYTES // 1_000_000} MB in one piece.")
        try:
            with uncollected():
                body = orjson.loads(response.content)
        except ValueError:
            kind = response.headers.get("content-type", "nothing that says what it is").split(";")[0]
            raise SourceGarbled(
                f"{self.address} answered {path} with {kind} instead of JSON: a page of sign-in, of maintenance, or of "
                "another program. Check the address in a browser."
            ) from None
        return Answer(str(response.request.url), body, response.headers, _date(response))

    def _refusal(self, status: int, path: str, response: httpx.Response) -> SourceFailed:
        if status == 401:
            return SourceRefused(
                f"{self.address} does not accept the token (401 at {path}). Make a new one there and connect again: it may "
                "have been withdrawn, or the account it belongs to."
            )
        if status == 403:
            return SourceForbids(
                f"The token may not read {path} at {self.address} (403). Give its account the right to, or leave it: what "
                "needs it is then not measured."
            )
        if status in (404, 410):
            return SourceLacks(f"{self.address} has nothing at {path} ({status}). Check the address: is it the right account?")
        if status < 400:
            target = response.headers.get("location", "an address it does not name")
            return SourceMoved(
                f"{self.address} sends us on to {urlsplit(target)._replace(query='', fragment='').geturl()} ({status}). The "
                "token is not given to another address. Connect again with the new one, if it is yours."
            )
        return SourceFailed(f"{self.address} refused {path} with {status}: {_excerpt(response)}")

    def _own(self, path: str) -> str:
        """The URL, if it is of our origin."""
        wanted, own = urlsplit(path), urlsplit(self.address)
        if wanted.netloc and (wanted.scheme, wanted.netloc) != (own.scheme, own.netloc):
            raise SourceMoved(
                f"{self.address} gave a next page at {wanted.scheme}://{wanted.netloc}, another address, to which the token "
                "is not given. Connect again with that one, if it is yours."
            )
        return path


@contextmanager
def uncollected() -> Iterator[None]:
    """Inside, Python does not look for cycles: among so many fresh items, none of them in one, that takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def plain_address(address: str) -> str:
    """The address of a source as it is kept: https (http only on this machine), without a path's end or a user."""
    whole = address if "://" in address else f"https://{address}"
    parts = urlsplit(whole)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise BadSettings(f"{parts.hostname or address!r} is no address of a source. Give it like https://example.zendesk.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(whole)):
        raise BadSettings(f"{parts.hostname}: only https keeps the token secret on its way. Give the address with https://")
    return whole.rstrip("/")


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_passing(status: int) -> bool:
    """Whether the same call may go well later."""
    return status in (408, 425, 429) or status >= 500


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates we trust, read once: they take a twentieth of a second."""
    return httpx.create_ssl_context()


def _retry_after_s(response: httpx.Response) -> float | None:
    given = response.headers.get("retry-after")
    if not given:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        until, now = parsedate_to_datetime(given), _date(response)
    except ValueError:
        return None
    return None if now is None else max(0.0, (until - now).total_seconds())


def _date(response: httpx.Response) -> datetime | None:
    """The source's own clock: ours may be wrong."""
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return None


def _said(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__


def _excerpt(response: httpx.Response) -> str:
    """What a refusal says in its own words, where it says it shortly in JSON; never a page."""
    try:
        said = response.json()
    except ValueError:
        return "it does not say why."
    for key in ("description", "message", "error", "errors"):
        if isinstance(said, dict) and said.get(key):
            return str(said[key])[:300]
    return "it does not say why."
