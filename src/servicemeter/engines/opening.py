"""An engine by its address: `duckdb:`, `postgresql://…`, `sc://…` (Spark Connect), `chdb:`, `clickhouse://…`."""

from __future__ import annotations

import importlib
from typing import cast

from servicemeter.engines.engine import Engine
from servicemeter.ground.errors import BadSettings

__all__ = ["ADDRESSES", "is_address", "open_engine"]

_KINDS = {
    "postgresql": ("postgres", "PostgreSQL", "postgres"),
    "postgres": ("postgres", "PostgreSQL", "postgres"),
    "sc": ("spark", "Spark", "spark"),
    "chdb": ("clickhouse", "EmbeddedClickHouse", "chdb"),
    "clickhouse": ("clickhouse", "ClickHouse", "clickhouse"),
}
ADDRESSES = "duckdb:, postgresql://user@host/database, sc://host:15002 (Spark Connect), chdb: or clickhouse://host/database"


def is_address(text: str) -> bool:
    """Whether a text is meant as an engine's address, and not as a folder.

    >>> is_address("postgresql://me@localhost/figures"), is_address("chdb:"), is_address("data/"), is_address("C:/data")
    (True, True, False, False)
    """
    return "://" in text or text.startswith(tuple(f"{kind}:" for kind in _KINDS))


def open_engine(address: str) -> Engine | None:
    """The engine at an address, or None for `duckdb` itself, which holds the book.

    `BadSettings` for an address that is none, an engine whose extra is not installed, or one that does not answer.
    """
    scheme = address.partition(":")[0]
    if scheme == "duckdb":
        return None
    if scheme not in _KINDS:
        raise BadSettings(f"{address!r} is no engine's address. Give one of {ADDRESSES}.")
    file, name, extra = _KINDS[scheme]
    try:
        kind = getattr(importlib.import_module(f"servicemeter.engines.{file}"), name)
    except ImportError as error:
        raise BadSettings(
            f"The engine {scheme} needs a package that is not here ({error.name}). Install it with: "
            f"pip install 'servicemeter[{extra}]'"
        ) from error
    try:
        return cast(Engine, kind(address))
    except Exception as error:  # each driver has errors of its own
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise BadSettings(f"The engine at {_without_password(address)} does not answer: {said[0]}") from error


def _without_password(address: str) -> str:
    before, at, host = address.rpartition("@")
    scheme, slashes, user = before.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}{at}{host}"
