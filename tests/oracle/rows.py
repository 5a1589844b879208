"""The rows of a case with the defaults of the case format, one version a key."""

from __future__ import annotations

from datetime import date
from typing import Any

from oracle.clock import second

__all__ = ["Row", "read"]

Row = dict[str, Any]

_KEYS = {
    "tickets": ("ticket_id",),
    "ticket_tags": ("ticket_id", "tag", "added_at"),
    "ticket_events": ("event_id",),
    "messages": ("message_id",),
    "interactions": ("interaction_id",),
    "survey_invitations": ("invitation_id",),
    "survey_answers": ("answer_id",),
    "agents": ("agent_id",),
    "teams": ("team_id",),
    "agent_teams": ("agent_id", "team_id", "valid_from"),
    "customers": ("customer_id",),
    "customer_identities": ("customer_id", "kind", "value_hash"),
    "customer_contracts": ("customer_id", "started_on"),
    "message_sentiment": ("message_id", "model"),
    "agent_states": ("agent_id", "state", "started_at"),
    "work_sessions": ("session_id",),
    "orders": ("order_id",),
    "order_events": ("order_id", "occurred_at", "kind", "amount"),
    "costs": ("cost_id",),
    "exchange_rates": ("date", "currency"),
}
_MADE = {
    "ticket_events": "event_id",
    "messages": "message_id",
    "survey_answers": "answer_id",
    "work_sessions": "session_id",
    "costs": "cost_id",
}
_REFERENCES = {
    f"{name}_id": f"{name}_source" for name in ("ticket", "invitation", "interaction", "customer", "order", "message")
} | {"follows_ticket_id": "follows_ticket_source"}
_DATES = ("from", "to", "date", "started_on", "ended_on")
_INSTANTS = (
    "created_at", "occurred_at", "started_at", "queued_at", "answered_at", "ended_at", "sent_at", "valid_from", "valid_to",
    "recorded_at", "source_updated_at", "placed_at", "first_seen_at",
    "added_at", "removed_at",
)  # fmt: skip
_DEFAULTS: dict[str, Row] = {
    "tickets": {"initiated_by": "customer"},
    "messages": {"is_public": True, "is_auto": False},
    "interactions": {"direction": "inbound"},
    "survey_invitations": {"delivery": "delivered", "scope": "transactional"},
    "agents": {"kind": "human"},
    "orders": {"is_test": False},
    "customers": {"is_internal": False},
}


def read(tables: dict[str, list[Row]], known_at: int | None) -> dict[str, list[Row]]:
    """Every table's rows: typed, defaulted, repeats dropped, of each key the version that held at `known_at`."""
    return {
        name: _hold([_filled(name, row, i) for i, row in enumerate(tables.get(name) or [])], name, known_at) for name in _KEYS
    }


def _filled(name: str, given: Row, number: int) -> Row:
    row: Row = {**_DEFAULTS.get(name, {}), **{k: v for k, v in given.items() if v is not None}}
    row = {k: second(v) if k in _INSTANTS else _day(v) if k in _DATES else v for k, v in row.items()}
    row.setdefault("source", "test")
    if name in _MADE:
        row.setdefault(_MADE[name], f"row{number:08d}")
    if name == "ticket_events":
        row.setdefault("seq", number)
        value = row.get("value")
        row["value"] = ("true" if value else "false") if isinstance(value, bool) else value
    if name == "interactions":
        row.setdefault("root_interaction_id", row["interaction_id"])
    own = [v for k, v in row.items() if k in _INSTANTS and v is not None and k not in ("recorded_at", "source_updated_at")]
    row.setdefault("recorded_at", min(own, default=0))
    for column, beside in _REFERENCES.items():
        if column in row:
            row[beside] = row.get(beside) or row["source"]
    return row


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _hold(rows: list[Row], name: str, known_at: int | None) -> list[Row]:
    held: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if known_at is not None and row["recorded_at"] > known_at:
            continue
        key = (row["source"], *(row.get(k) for k in _KEYS[name]))
        if key not in held or _version(row) >= _version(held[key]):
            held[key] = row
    return list(held.values())


def _version(row: Row) -> tuple[float, float, float]:
    updated, number = row.get("source_updated_at"), row.get("source_seq")
    return (-1 if updated is None else updated, -1 if number is None else number, row["recorded_at"])
