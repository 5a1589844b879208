"""What customers wrote themselves: without quoted history and signatures, and of a long text its two ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from servicemeter.text.letters import compose, fold

__all__ = ["EDGE", "Excerpt", "take_excerpt"]

EDGE = 4_096
"""Of a text longer than twice this many bytes (UTF-8), this many from either end are read."""

_SEARCHED = 3 * EDGE

_INTRODUCED = re.compile(r"[ \t]*(?:on|op|am|pe|pe data de|in data de|la|le)\b[^\n]{0,200}\d")
_WROTE = re.compile(
    r"\b(?:wrote|schreef(?: het volgende)?|geschreven|a scris(?: urmatoarele)?)\b[^\n]{0,80}:[ \t!]*$", re.MULTILINE
)
_FORWARDED = (
    r"^[ \t]*[-_]{2,}[ \t]*(?:original message|forwarded message|oorspronkelijk bericht|doorgestuurd bericht"
    r"|mesaj original|mesajul original|mesaj redirectionat)\b[^\n]*$"
)
_HEADERS = (
    r"^[ \t]*\*?(?:from|van|de la)\*?:[^\n]*\n"
    r"(?:[ \t]*\*?(?:sent|date|to|subject|verzonden|datum|aan|onderwerp|trimis|data|catre|subiect)\*?:[^\n]*\n?){2,}"
)
_DEVICES = (
    r"^[ \t]*(?:sent from my|sent via|get outlook for|verzonden vanaf|verstuurd vanaf|verzonden met|trimis de pe|trimis din)"
    r"\b[^\n]*$"
)
_GREETINGS = (
    r"(?:kind |best |warm |many )?regards|yours (?:sincerely|truly|faithfully)|sincerely"
    r"|(?:met )?(?:vriendelijke |hartelijke )?groet(?:en|jes)?|mvg"
    r"|cu (?:stima|respect|drag)|o zi (?:buna|frumoasa)"
)
_QUOTED = re.compile(r"^[ \t]*>[^\n]*$", re.MULTILINE)
_HISTORY = re.compile(f"{_FORWARDED}|{_HEADERS}", re.MULTILINE)
_SIGNATURE = re.compile(rf"^--[ \t]*!*$|{_DEVICES}", re.MULTILINE)
_CLOSING = re.compile(rf"^[ \t]*(?:{_GREETINGS})[ \t]*[,.!]*[ \t]*$", re.MULTILINE)
_LONGEST_SIGNATURE = 600
_HISTORY_MARKS = (">", ":", "--", "__")  # without one of them nothing was quoted


@dataclass(frozen=True)
class Excerpt:
    """The words to read, and whether a long text was cut to its ends."""

    text: str
    is_cut: bool


@lru_cache(maxsize=32)  # language and sentiment read the same message one after the other
def take_excerpt(text: str) -> Excerpt:
    """Take away quoted history and signatures; of what is left, the first and last `EDGE` bytes.

    >>> take_excerpt("Great, thanks!\\n\\nOn 3 May 2026 Support wrote:\\n> We are sorry")
    Excerpt(text='Great, thanks!', is_cut=False)
    """
    near, is_cut = _ends(text, _SEARCHED)
    own, is_long = _ends(_without_signature(_without_history(compose(near))).strip(), EDGE)
    return Excerpt(own, is_cut or is_long)


def _ends(text: str, edge: int) -> tuple[str, bool]:
    """The first and the last `edge` bytes of a text that is longer than both together; whole characters only."""
    if 4 * len(text) <= 2 * edge:
        return text, False
    first, last = text[:edge].encode(errors="replace"), text[-edge:].encode(errors="replace")
    if len(text) <= 2 * edge and len(text.encode(errors="replace")) <= 2 * edge:
        return text, False
    return first[:edge].decode(errors="ignore") + "\n\n" + last[-edge:].decode(errors="ignore"), True


def _without_history(text: str) -> str:
    """Leave quoted lines out, with what introduces them; all that follows another message's heading is history too."""
    folded = fold(text)
    if not any(mark in folded for mark in _HISTORY_MARKS):
        return text
    kept: list[str] = []
    done = 0
    for begin, end in _introductions(folded):
        if not folded[end:].lstrip().startswith(">"):
            return _QUOTED.sub("", "".join([*kept, text[done:begin]]))
        kept.append(text[done:begin])
        done = end
    found = _HISTORY.search(folded, done)
    return _QUOTED.sub("", "".join([*kept, text[done : found.start() if found else None]]))


def _introductions(folded: str) -> Iterator[tuple[int, int]]:
    """Where "On 3 May … wrote:" stands, on one line or two."""
    done = 0
    for wrote in _WROTE.finditer(folded):
        line = folded.rfind("\n", 0, wrote.start()) + 1
        before = folded.rfind("\n", 0, max(0, line - 1)) + 1
        for begin in (line, before):
            if begin >= done and _INTRODUCED.match(folded.replace("\n", " ") if begin != line else folded, begin, wrote.start()):
                done = wrote.end()
                yield begin, done
                break


def _without_signature(text: str) -> str:
    """Cut at the mark of a signature, and at a closing greeting when little follows it."""
    folded = fold(text)
    if "\n" not in folded:
        found = _SIGNATURE.match(folded) or _CLOSING.match(folded)
        return "" if found else text
    found = _SIGNATURE.search(folded)
    if found:
        text, folded = text[: found.start()], folded[: found.start()]
    for closing in _CLOSING.finditer(folded):
        if len(text) - closing.end() <= _LONGEST_SIGNATURE:
            return text[: closing.start()]
    return text
