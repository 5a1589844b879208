"""Rules of the canonical model that one column alone does not show."""

from __future__ import annotations

from servicemeter.ground.phrases import phrase
from servicemeter.model.tables import Table

__all__ = ["EVENT_RULES", "event_fault", "wanted_columns"]

_STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")
EVENT_RULES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("status",), _STATUSES),
    (("is_complaint", "is_spam", "is_test", "is_deleted"), ("true", "false")),
)
"""What ticket events of some fields may say; of the other fields they may say anything."""


def event_fault(field: str | None, value: str | None) -> str | None:
    """What is wrong with the value of a ticket event, or None."""
    for fields, words in EVENT_RULES:
        if field in fields and value not in words:
            return phrase(f"an event of {field} says one of {', '.join(words)}; translate it with values = {{…}}")
    return None


def wanted_columns(table: Table, mapped: set[str]) -> set[str]:
    """The columns that no row of a table may leave empty, given which are mapped at all."""
    wanted = {column.name for column in table.columns if column.required} | set(table.key[:1])
    wanted -= {table.made_key}
    if table.name == "customer_identities" and "value_hash" not in mapped:
        return wanted - {"value_hash"} | {"value"}
    return wanted
