"""Users, groups and who is in which, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["STAFF", "shape_groups", "shape_memberships", "shape_users"]

STAFF = frozenset({"agent", "admin"})


def shape_groups(page: Page) -> Shaped:
    """Groups are teams; deleted ones keep their name."""
    return each(page.items, lambda raw: [("teams", {"team_id": raw["id"], "name": raw.get("name")})], page.stream, "teams")


def shape_memberships(page: Page) -> Shaped:
    """Somebody in several groups answers for the default one."""
    return each(page.items, _membership, page.stream, "agent_teams")


def _membership(raw: dict[str, Any]) -> Iterator[Row]:
    if raw.get("default", True):
        yield "agent_teams", {"agent_id": raw["user_id"], "team_id": raw["group_id"], "valid_from": raw.get("created_at")}


def shape_users(page: Page, known: Known) -> Shaped:
    """Staff answer, everybody else asks. Who was staff once stays so: what he wrote then was a reply."""
    segments = {o["id"]: o.get("name") for o in page.more.get("organizations", ())}
    once = known.values("agents", "kind", [raw.get("id") for raw in page.items])
    return each(page.items, partial(_user, segments, once), page.stream, "customers")


def _user(segments: Mapping[Any, Any], once: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    user_id, is_staff = raw["id"], raw.get("role") in STAFF
    is_gone = raw.get("active") is False
    if is_staff or str(user_id) in once:
        gone_at = raw.get("updated_at") if is_gone or not is_staff else None
        yield "agents", {"agent_id": user_id, "name": raw.get("name"), "deleted_at": gone_at}
    yield (
        "customers",
        {
            "customer_id": user_id,
            "name": raw.get("name"),
            "first_seen_at": raw.get("created_at"),
            "segment": segments.get(raw.get("organization_id")),
            "language": str(raw["locale"]).split("-")[0].lower() if raw.get("locale") else None,
            "is_internal": is_staff,
        },
    )
    if not is_staff:
        for kind, value in (("email", raw.get("email")), ("phone", raw.get("phone")), ("account", raw.get("external_id"))):
            if value:
                yield "customer_identities", {"customer_id": user_id, "kind": kind, "value": value}
