"""What no row of a source knows is not measured there: whom a survey asked, where only its answers came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from servicemeter.desk.desk import Desk

MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def answers(scores: list[int], sent: int = 0, source: str = "files") -> dict[str, Any]:
    """Answers of 3 March, the first `sent` of them to invitations of 2 March, in a source that is loaded to the end of April."""
    ids = [f"s{place}" for place in range(len(scores))]
    invitations = [
        {
            "invitation_id": one,
            "kind": "csat",
            "scope": "transactional",
            **({"sent_at": "2026-03-02T09:00:00Z"} if i < sent else {}),
        }
        for i, one in enumerate(ids)
    ]
    given = [
        {"answer_id": one, "invitation_id": one, "answered_at": "2026-03-03T09:00:00Z", "value_num": score}
        for one, score in zip(ids, scores, strict=True)
    ]
    covers = {"source": source, "loaded_from": "2026-03-01T00:00:00Z", "loaded_through": "2026-05-01T00:00:00Z"}
    return {"source": source, "sources": [covers], "survey_invitations": invitations, "survey_answers": given}


def test_answers_without_invitations_have_a_score_and_no_response_rate() -> None:
    """Four of six gave 4 or 5. Nobody knows how many were asked: not the six, and not none."""
    with Desk(None) as desk:
        desk.load(now=NOW, **answers([5, 5, 4, 4, 2, 1]))
        csat, rate = (desk.measure(name, **MARCH).row for name in ("csat", "survey_response_rate"))
        assert (csat["value"], csat["n"]) == (4 / 6, 6)
        assert (rate["value"], rate["n"], rate["null_reason"]) == (None, None, "not_measured")
        gaps = next(found for found in desk.findings() if found["name"] == "metrics_without_data")
        assert "survey_response_rate" in gaps["metrics"] and "csat" not in gaps["metrics"]


def test_a_source_that_sent_some_invitations_has_one() -> None:
    """Two were sent and both answered; four answers came without being asked for."""
    with Desk(None) as desk:
        desk.load(now=NOW, **answers([5, 5, 4, 4, 2, 1], sent=2))
        rate = desk.measure("survey_response_rate", **MARCH).row
        assert (rate["numerator"], rate["n"], rate["value"]) == (2, 2, 1.0)


def test_of_two_sources_the_one_without_invitations_is_named() -> None:
    with Desk(None) as desk:
        desk.load(now=NOW, **answers([5, 1], sent=2, source="survey"))
        desk.load(now=NOW, **answers([5, 5, 4], source="export"))
        answer = desk.measure("survey_response_rate", **MARCH)
        assert (answer.row["numerator"], answer.row["n"], answer.missing_sources) == (2, 2, ("export",))
        assert desk.measure("csat", **MARCH).row["n"] == 5


def test_a_source_without_surveys_is_empty_as_before() -> None:
    with Desk(None) as desk:
        desk.load(now=NOW, tickets=[{"ticket_id": "t", "created_at": "2026-03-02T09:00:00Z"}])
        assert (
            desk.measure("survey_response_rate", **MARCH).row["null_reason"] == desk.measure("csat", **MARCH).row["null_reason"]
        )
