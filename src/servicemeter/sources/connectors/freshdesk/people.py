"""Groups, agents and contacts, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["shape_agents", "shape_contacts", "shape_groups"]


def shape_groups(page: Page) -> Shaped:
    """Groups are teams; one without hours of its own runs under the account's default ones."""
    default = next((str(h["id"]) for h in page.more.get("hours", ()) if h.get("is_default")), None)

    def group(raw: dict[str, Any]) -> Iterator[Row]:
        hours = raw.get("business_hour_id")
        yield "teams", {"team_id": raw["id"], "name": raw.get("name"), "calendar_id": default if hours is None else str(hours)}

    return each(page.items, group, page.stream, "teams")


def shape_agents(page: Page) -> Shaped:
    """Agents; who is in one group alone answers for it."""
    return each(page.items, _agent, page.stream, "agents")


def _agent(raw: dict[str, Any]) -> Iterator[Row]:
    contact = raw.get("contact") or {}
    gone_at = raw.get("updated_at") if raw.get("deactivated") or contact.get("active") is False else None
    kind = "bot" if raw.get("type") == "bot" else "human"
    yield "agents", {"agent_id": raw["id"], "name": contact.get("name"), "kind": kind, "deleted_at": gone_at}
    yield "customers", {"customer_id": raw["id"], "name": contact.get("name"), "is_internal": True}
    groups = list(raw.get("group_ids") or ())
    if len(groups) == 1:
        yield "agent_teams", {"agent_id": raw["id"], "team_id": groups[0], "valid_from": None}


def shape_contacts(page: Page) -> Shaped:
    """Contacts are customers; the segment is their company."""
    companies = {c["id"]: c.get("name") for c in page.more.get("companies", ())}
    return each(page.items, partial(_contact, companies), page.stream, "customers")


def _contact(companies: Mapping[Any, Any], raw: dict[str, Any]) -> Iterator[Row]:
    yield (
        "customers",
        {
            "customer_id": raw["id"],
            "name": raw.get("name"),
            "first_seen_at": raw.get("created_at"),
            "segment": companies.get(raw.get("company_id")),
            "language": str(raw["language"]).split("-")[0].lower() if raw.get("language") else None,
            "source_updated_at": raw.get("updated_at"),
        },
    )
    given = (("email", raw.get("email")), ("phone", raw.get("phone")), ("phone", raw.get("mobile")),
             ("account", raw.get("unique_external_id")))  # fmt: skip
    for kind, value in given:
        if value:
            yield "customer_identities", {"customer_id": raw["id"], "kind": kind, "value": value}
