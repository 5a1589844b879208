"""Teammates, teams and contacts, shaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from servicemeter.sources.changes import moment_text
from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["shape_admins", "shape_contacts", "shape_teams"]


def shape_admins(page: Page) -> Shaped:
    """Teammates as they are now; who is gone from the list keeps his name."""
    return each(page.items, lambda raw: [("agents", {"agent_id": raw["id"], "name": raw.get("name")})], page.stream, "agents")


def shape_teams(page: Page) -> Shaped:
    """Teams; who is in one alone answers for it."""
    counts = Counter(str(one) for raw in page.items for one in raw.get("admin_ids") or ())
    return each(page.items, partial(_team, counts), page.stream, "teams")


def _team(counts: Mapping[str, int], raw: dict[str, Any]) -> Iterator[Row]:
    yield "teams", {"team_id": raw["id"], "name": raw.get("name")}
    for member in raw.get("admin_ids") or ():
        if counts[str(member)] == 1:
            yield "agent_teams", {"agent_id": member, "team_id": raw["id"], "valid_from": None}


def shape_contacts(page: Page) -> Shaped:
    """Users and leads are customers."""
    return each(page.items, _contact, page.stream, "customers")


def _contact(raw: dict[str, Any]) -> Iterator[Row]:
    language = raw.get("language_override") or raw.get("browser_language")
    yield (
        "customers",
        {
            "customer_id": raw["id"],
            "name": raw.get("name"),
            "first_seen_at": moment_text(raw.get("created_at")),
            "language": str(language).split("-")[0].lower() if language else None,
            "country": (raw.get("location") or {}).get("country_code"),
            "source_updated_at": moment_text(raw.get("updated_at")),
        },
    )
    for kind, value in (("email", raw.get("email")), ("phone", raw.get("phone")), ("account", raw.get("external_id"))):
        if value:
            yield "customer_identities", {"customer_id": raw["id"], "kind": kind, "value": value}
