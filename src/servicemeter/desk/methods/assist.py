"""What an agent sees before answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk import assist as impressions
from servicemeter.desk.methods import method
from servicemeter.model.question import Scope

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["assist"]


@method(is_story=True)
def assist(
    desk: Desk,
    *,
    text: str | None = None,
    source: str | None = None,
    ticket_id: str | None = None,
    language: str | None = None,
    scope: Scope | None = None,
) -> dict[str, Any]:
    """How a text sounds and what it is about, or that of a ticket with its customer's story; see `desk.assist`."""
    seen = scope or Scope()
    return impressions.assist(desk, text=text, source=source, ticket_id=ticket_id, language=language, scope=seen)
