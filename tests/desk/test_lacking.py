"""What no row of a source knows is not measured there: whom a survey asked, where only its answers came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from servicemeter.desk.desk import Desk
from servicemeter.metrics.catalog import find_metric
from servicemeter.show.words import null_words

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


def test_replies_without_requests_are_said_with_what_is_missing() -> None:
    """Two tickets were answered, and no source has what was asked: how long it took is not 0 and not known."""
    tickets = [{"ticket_id": one, "created_at": "2026-03-02T09:00:00Z", "channel": "email"} for one in ("a", "b")]
    replies = [
        {"message_id": one, "ticket_id": one, "occurred_at": "2026-03-02T09:30:00Z", "author_type": "agent", "is_public": True}
        for one in ("a", "b")
    ]
    asked = {**replies[0], "message_id": "q", "occurred_at": "2026-03-02T09:00:00Z", "author_type": "customer"}
    with Desk(None) as desk:
        desk.load(now=NOW, tickets=tickets, messages=replies)
        row = desk.measure("first_response_time", **MARCH).row
        assert (row["value"], row["null_reason"], row["lacks"]) == (None, "not_measured", "first_contact")
        assert null_words(find_metric("first_response_time"), row) == "not measured: no source says when customers asked"
        gap = next(found for found in desk.findings() if found["name"] == "tickets_without_opening")
        assert (gap["count"], gap["total"]) == (2, 2) and "first_response_time" in gap["metrics"]
        desk.load(now=NOW, messages=[asked])
        assert desk.measure("first_response_time", **MARCH).row["value"] == 1800
        assert next(found for found in desk.findings() if found["name"] == "tickets_without_opening")["count"] == 1


def test_a_recommendation_on_a_scale_of_another_name_is_found() -> None:
    """Three answers, no score: only 0 to 10 says who promotes."""
    asked = [{"invitation_id": one, "kind": "nps", "scale": "nps", "scope": "relational"} for one in ("a", "b", "c")]
    given = [{"answer_id": one, "invitation_id": one, "answered_at": "2026-03-03T09:00:00Z", "value_num": 9} for one in "abc"]
    with Desk(None) as desk:
        desk.load(now=NOW, survey_invitations=asked, survey_answers=given)
        row = desk.measure("nps", **MARCH).row
        assert (row["value"], row["n"]) == (None, 3)
        found = next(one for one in desk.findings() if one["name"] == "answers_of_unknown_scale")
        assert (found["count"], found["total"]) == (3, 3) and "nps" in found["metrics"] and "nps_0_10" in found["remedy"]


def test_money_without_a_rate_is_not_nothing() -> None:
    """An order of 10.00 EUR and one of 50.00 RON follow one ticket: without rates no sum; at 0.2 it is 10.00 + 10.00."""
    customer, at = {"customer_id": "c"}, "2026-03-03T12:00:00Z"
    orders = [
        {**customer, "order_id": "1", "placed_at": at, "amount": 1000, "currency": "EUR"},
        {**customer, "order_id": "2", "placed_at": at, "amount": 5000, "currency": "RON"},
    ]
    later = {"ticket_id": "z", "created_at": "2026-03-30T09:00:00Z"}
    with Desk(None) as desk:
        desk.load(now=NOW, tickets=[{**customer, "ticket_id": "t", "created_at": "2026-03-02T09:00:00Z"}, later], orders=orders)
        rate = desk.measure("ticket_conversion_rate", **MARCH).row
        assert (rate["numerator"], rate["n"], rate["revenue_minor"]) == (1, 1, None)
        found = next(one for one in desk.findings() if one["name"] == "orders_without_rate")
        assert (found["count"], found["total"]) == (2, 2) and "revenue_from_support" in found["metrics"]
        rates = [{"date": "2026-03-03", "currency": "RON", "rate_to_base": 0.2}]
        desk.load(now=NOW, settings=[{"name": "base_currency", "value": "EUR"}], exchange_rates=rates)
        assert desk.measure("ticket_conversion_rate", **MARCH).row["revenue_minor"] == 2000
        assert not [one for one in desk.findings() if one["name"] == "orders_without_rate"]
