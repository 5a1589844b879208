"""What does not look like a person: too fast, too often, or filling in what no person sees. Held back, never thrown away."""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal

__all__ = ["FASTEST_S", "Doubt", "Rates", "Submission", "doubt", "is_scanner", "keyed_place", "keyed_words"]

FASTEST_S = 0.8
"""Between opening a page and answering on it a person needs at least this long."""

Doubt = Literal["no_page", "hidden_field", "too_fast", "wavering", "too_often"]
_WAVERS_S = 10
_SCANNERS = (
    "bot", "crawler", "spider", "preview", "scanner", "safelinks", "proofpoint", "mimecast", "barracuda", "headless", "curl",
    "wget", "python-requests", "python-httpx", "facebookexternalhit", "whatsapp", "slack", "skype", "googleimageproxy",
)  # fmt: skip


@dataclass(frozen=True)
class Submission:
    """What an answer looked like: seconds since its page was opened (None: it names no page of ours), and the rest."""

    seconds_on_page: float | None
    hidden_field: str
    score: str | None
    has_signal: bool


def doubt(said: Submission, earlier: Sequence[tuple[float, str | None]]) -> Doubt | None:
    """Why an answer is held back, or None. `earlier` are the answers by the same link: seconds ago, and the score.

    Several scores within ten seconds are a machine going through all links, unless the page saw a hand at work.
    """
    if said.seconds_on_page is None or said.seconds_on_page < 0:
        return "no_page"
    if said.hidden_field:
        return "hidden_field"
    if said.seconds_on_page < FASTEST_S:
        return "too_fast"
    wavers = any(ago < _WAVERS_S and score != said.score for ago, score in earlier)
    return "wavering" if wavers and not said.has_signal else None


def is_scanner(headers: dict[str, str]) -> bool:
    """Whether a request says itself that no person sees its answer: prefetching, previewing, scanning."""
    purpose = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz", "x-purpose")).lower()
    agent = headers.get("user-agent", "").lower()
    return "prefetch" in purpose or "preview" in purpose or not agent or any(name in agent for name in _SCANNERS)


def keyed_place(key: bytes, host: str) -> str:
    """Where a request comes from, as a keyed hash of its /24 or /48; the address itself is kept nowhere."""
    try:
        address = ip_address(host)
        place = str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
    except ValueError:
        place = host
    return keyed_words(key, place)


def keyed_words(key: bytes, words: str) -> str:
    """A keyed hash, short enough to be looked up by and too short to be of use elsewhere."""
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:16]


class Rates:
    """How often something happened in the last `window_s` seconds, by key; in memory only. Times are monotonic seconds."""

    def __init__(self, most: int, window_s: float = 60, keys: int = 10_000) -> None:
        self.most, self.window_s, self._keys = most, window_s, keys
        self._seen: dict[str, deque[float]] = {}

    def wait_s(self, key: str, now: float) -> float:
        """0 when it may happen now, which is then noted; else how many seconds to wait."""
        seen = self._seen.pop(key, deque())
        while seen and seen[0] <= now - self.window_s:
            seen.popleft()
        self._seen[key] = seen  # the latest used key is the last one
        if len(self._seen) > self._keys:
            del self._seen[next(iter(self._seen))]
        if len(seen) >= self.most:
            return seen[0] + self.window_s - now
        seen.append(now)
        return 0.0

    def is_full(self, key: str, now: float) -> bool:
        """Whether it happened as often as it may; looking notes nothing."""
        return sum(at > now - self.window_s for at in self._seen.get(key, ())) >= self.most
