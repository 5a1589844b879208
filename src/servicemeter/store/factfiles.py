"""The fact files of the package: a SELECT each, with a head of comments that says how it is rebuilt and what it has.

`kind` is what it is replaced with, `needs` what it stands on, `keep` whether it stays, `of` the tables its rows come of,
`dimensions` what it has itself and `carries` what it has of its ticket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["VIRTUAL", "FactFile", "fact_files"]

VIRTUAL = ("cal_days", "cal_fills", "persons")
"""Facts that are made by code, not by a file."""
_WORDS = ("kind", "needs", "of", "keep", "dimensions", "through", "carries", "variants")


@dataclass(frozen=True)
class FactFile:
    """One fact file: its head and its template."""

    name: str
    kind: str
    needs: tuple[str, ...]
    keep: bool
    of: tuple[str, ...]
    dimensions: Mapping[str, str | None]
    through: str | None
    carries: tuple[str, ...]
    joins: Mapping[str, str]
    keys: Mapping[str, str]
    variants: tuple[str, ...]
    text: str


@cache
def fact_files() -> dict[str, FactFile]:
    """All fact files of the package, each after those it needs."""
    folder = resources.files("servicemeter.store").joinpath("facts")
    found = {}
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".sql") and not path.name.startswith("_"):
            name = path.name.removesuffix(".sql")
            found[name] = _read_head(name, path.read_text(encoding="utf-8"))
    ordered: dict[str, FactFile] = {}

    def place(name: str) -> None:
        if name not in ordered and name not in VIRTUAL:
            for need in found[name].needs:
                place(need)
            ordered[name] = found[name]

    for name in found:
        place(name)
    return ordered


def _read_head(name: str, text: str) -> FactFile:
    head: dict[str, str] = {}
    joins: dict[str, str] = {}
    keys: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        if line.startswith("-- join "):
            alias, _, join = line.removeprefix("-- join ").partition(": ")
            joins[alias] = join
            continue
        if line.startswith("-- key "):
            instant, _, key = line.removeprefix("-- key ").partition(": ")
            keys[instant] = key
            continue
        for part in line.removeprefix("-- ").split("; "):
            word, colon, rest = part.partition(":")
            if colon and word in _WORDS:
                head[word] = rest.strip()
    pairs = (pair.split("=") for pair in head.get("dimensions", "").split())
    carries = tuple(head.get("carries", "").split())
    needs = tuple(n.strip() for n in head.get("needs", "").split(",") if n.strip())
    return FactFile(
        name,
        head["kind"],
        (*needs, "tickets") if carries and "tickets" not in needs else needs,
        head.get("keep", "yes") != "no",
        tuple(head.get("of", "").split()),
        {k: None if v == "none" else v for k, v in pairs},
        head.get("through"),
        carries,
        joins,
        keys,
        tuple(head.get("variants", "").split()),
        text,
    )
