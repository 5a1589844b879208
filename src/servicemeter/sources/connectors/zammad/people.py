"""Users and groups, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["SYSTEM_ID", "shape_groups", "shape_users"]

SYSTEM_ID = 1


def shape_groups(page: Page) -> Shaped:
    """Groups are teams."""
    return each(page.items, lambda raw: [("teams", {"team_id": raw["id"], "name": raw.get("name")})], page.stream, "teams")


def shape_users(page: Page, known: Known) -> Shaped:
    """Who has another role than that of a customer answers, and once he did, he did. User 1 is Zammad itself."""
    once = known.values("agents", "kind", [raw.get("id") for raw in page.items])
    return each([u for u in page.items if u.get("id") != SYSTEM_ID], partial(_user, once), page.stream, "customers")


def _user(once: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    user_id = raw["id"]
    name = " ".join(part for part in (raw.get("firstname"), raw.get("lastname")) if part) or raw.get("login")
    is_staff = bool(set(raw.get("roles") or ()) - {"Customer"})
    if is_staff or str(user_id) in once:
        gone_at = None if is_staff and raw.get("active") is not False else raw.get("updated_at")
        yield "agents", {"agent_id": user_id, "name": name, "deleted_at": gone_at}
        groups = raw.get("group_ids") or ()
        if len(groups) == 1:
            yield "agent_teams", {"agent_id": user_id, "team_id": next(iter(groups)), "valid_from": None}
    yield (
        "customers",
        {
            "customer_id": user_id,
            "name": name,
            "first_seen_at": raw.get("created_at"),
            "segment": raw.get("organization"),
            "country": raw.get("country") or None,
            "is_internal": is_staff,
            "source_updated_at": raw.get("updated_at"),
        },
    )
    if not is_staff:
        for kind, value in (("email", raw.get("email")), ("phone", raw.get("phone")), ("phone", raw.get("mobile"))):
            if value:
                yield "customer_identities", {"customer_id": user_id, "kind": kind, "value": value}
