"""What customers answer (METRICS.md 5.5)."""

from __future__ import annotations

from typing import Any

from oracle.figures import share
from oracle.rows import Row
from oracle.unit import Span, Unit, inside
from oracle.world import World

__all__ = ["METRICS"]

SCALES = {"csat_2": (1, 2, 2), "csat_3": (1, 3, 3), "csat_5": (1, 5, 4), "csat_7": (1, 7, 6), "csat_10": (1, 10, 8)}
Params = dict[str, Any]


def csat(world: World, span: Span, params: Params) -> list[Unit]:
    """Of each delivered invitation the latest valid answer before the evaluation instant, and every invalid one."""
    found = []
    for invitation in world.seen("survey_invitations", "sent_at"):
        is_asked = invitation["kind"] == "csat" and invitation["scope"] == params.get("scope", "transactional")
        if not is_asked or invitation["delivery"] != "delivered":
            continue
        lowest, highest, good_from = SCALES[invitation["scale"]]
        dims = {"channel": invitation.get("channel"), "brand": invitation.get("brand"), "source": invitation["source"]}
        dims |= {"agent": invitation.get("agent_id"), "team": invitation.get("team_id")}
        answers = [a for a in world.seen("survey_answers", "answered_at") if _is_of(a, invitation) and a["answered_at"] < span.e]
        valid = [a for a in answers if lowest <= a["value_num"] <= highest]
        for answer in answers:
            if answer not in valid and inside(answer["answered_at"], span.p0, span.e):
                found.append(Unit("invalid", answer["answered_at"], dims))
        last = max(valid, key=lambda a: (a["answered_at"], a["answer_id"]), default=None)
        if last and inside(last["answered_at"], span.p0, span.e):
            more = {"scale": invitation["scale"], "is_good": last["value_num"] >= good_from}
            found.append(Unit("main", last["answered_at"], dims, number=last["value_num"], more=more))
    return found


def _is_of(answer: Row, invitation: Row) -> bool:
    is_score = answer.get("question") in (None, "score")
    named = (answer["invitation_source"], answer["invitation_id"])
    return is_score and answer.get("value_num") is not None and named == (invitation["source"], invitation["invitation_id"])


def _satisfied(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    invalid = sum(1 for u in units if u.role == "invalid")
    if len({u.more["scale"] for u in main}) > 1:
        return {"value": None, "null_reason": "mixed_scales"}
    row = share(sum(1 for u in main if u.more["is_good"]), len(main))
    scores = [u.number or 0 for u in main]
    return {**row, "csat_mean": sum(scores) / len(scores) if scores else None, "n_invalid": invalid}


METRICS = {"csat": (csat, _satisfied)}
