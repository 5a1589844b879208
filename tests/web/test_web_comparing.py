"""The comparison of agents where the data cannot tell the figure that is compared first."""

from __future__ import annotations

from datetime import UTC, datetime

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app


def test_agents_are_compared_in_what_the_data_can_tell() -> None:
    """Scores alone say nothing of first contacts, which are compared first where the data can: one answer, one good."""
    at = "2026-03-02T09:00:00Z"
    with Desk(None) as desk:
        desk.load(
            now=datetime(2026, 4, 1, tzinfo=UTC),
            tickets=[{"ticket_id": "1", "created_at": at}],
            agents=[{"agent_id": "a", "name": "A"}],
            ticket_events=[
                {"event_id": "1", "ticket_id": "1", "occurred_at": at, "field": "assignee_id", "value": "a"},
                {"event_id": "2", "ticket_id": "1", "occurred_at": at, "field": "status", "value": "solved"},
            ],
            survey_invitations=[{"invitation_id": "1", "kind": "csat", "scale": "csat_5", "ticket_id": "1"}],
            survey_answers=[{"answer_id": "1", "invitation_id": "1", "answered_at": "2026-03-02T10:00:00Z", "value_num": 5}],
        )
        app = create_app(desk)
        first = ask(app, "/agents").text
        asked = ask(app, "/agents?metric=sla_compliance_rate").text
    assert '<option value="csat" selected>' in first and "Too few cases" in first
    assert "The data cannot tell this" in asked and "What this figure needs is in none of the sources" in asked
    assert "A longer period may have" not in asked
