"""Users, teams and customers, shaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from servicemeter.sources.changes import moment_text
from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["customer_rows", "shape_customers", "shape_teams", "shape_users"]

_PHONES = {"phone", "sms", "whatsapp"}


def shape_users(page: Page) -> Shaped:
    """Users answer; some of them are machines."""
    return each(page.items, _user, page.stream, "agents")


def _user(raw: dict[str, Any]) -> Iterator[Row]:
    role = str((raw.get("role") or {}).get("name") or "")
    gone_at = moment_text(raw.get("deactivated_datetime"))
    if gone_at is None and raw.get("active") is False:
        gone_at = moment_text(raw.get("updated_datetime"))
    row = {"agent_id": raw["id"], "name": raw.get("name"), "kind": "bot" if "bot" in role else "human", "deleted_at": gone_at}
    yield "agents", row


def shape_teams(page: Page) -> Shaped:
    """Teams; who is in one alone answers for it."""
    counts = Counter(m["id"] for raw in page.items for m in raw.get("members") or () if isinstance(m, dict) and "id" in m)
    return each(page.items, partial(_team, counts), page.stream, "teams")


def _team(counts: Mapping[Any, int], raw: dict[str, Any]) -> Iterator[Row]:
    yield "teams", {"team_id": raw["id"], "name": raw.get("name")}
    for member in raw.get("members") or ():
        if counts[member["id"]] == 1:
            yield "agent_teams", {"agent_id": member["id"], "team_id": raw["id"], "valid_from": None}


def shape_customers(page: Page) -> Shaped:
    """Customers with the addresses they have written from."""
    return each(page.items, customer_rows, page.stream, "customers")


def customer_rows(raw: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of a customer, whole or as he stands beside a ticket."""
    language = str(raw["language"]).split("-")[0].lower() if raw.get("language") else None
    yield (
        "customers",
        {
            "customer_id": raw["id"],
            "name": raw.get("name"),
            "first_seen_at": moment_text(raw.get("created_datetime")),
            "language": language,
            "source_updated_at": moment_text(raw.get("updated_datetime")),
        },
    )
    found = {("email", raw.get("email")), ("account", raw.get("external_id"))}
    for channel in raw.get("channels") or ():
        kind = "email" if channel.get("type") == "email" else "phone" if channel.get("type") in _PHONES else None
        found.add((kind or "", channel.get("address") if kind else None))
    for kind, value in sorted((k, str(v)) for k, v in found if v):
        yield "customer_identities", {"customer_id": raw["id"], "kind": kind, "value": value}
