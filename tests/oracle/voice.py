"""What customers answer (METRICS.md 5.5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from oracle.figures import nps_interval, share, t_interval
from oracle.rows import Row
from oracle.unit import Span, Unit, inside
from oracle.world import World

__all__ = ["METRICS", "answered"]

DAY = 86400
CSAT = {"csat_2": (1, 2, 2), "csat_3": (1, 3, 3), "csat_5": (1, 5, 4), "csat_7": (1, 7, 6), "csat_10": (1, 10, 8)}
# lowest, highest, whether high is good, the first or last easy answer
CES = {"ces2_7": (1, 7, True, 5), "ces1_5": (1, 5, False, 2), "ces_0_10": (0, 10, False, 3), "ease_5": (1, 5, True, 4)}
RANGES: dict[str, tuple[float, float]] = {
    **{k: v[:2] for k, v in CSAT.items()},
    **{k: v[:2] for k, v in CES.items()},
    "nps_0_10": (0, 10),
}
TEXTS = {"fcr": ("yes", "no"), "fulfilled": ("yes", "partly", "no")}
Params = dict[str, Any]


def answered(world: World, span: Span, params: Params, kind: str, question: str | None = None) -> list[Unit]:
    """Of each delivered invitation the latest valid answer before the evaluation instant, and every invalid one."""
    found = []
    for invitation in world.seen("survey_invitations", "sent_at"):
        scope = params.get("scope", "transactional" if kind == "csat" else "all")
        if invitation["kind"] != kind or scope not in ("all", invitation["scope"]) or invitation["delivery"] != "delivered":
            continue
        dims = _dims(world, invitation)
        answers = [a for a in _answers(world, invitation, question) if a["answered_at"] < span.e]
        valid = [a for a in answers if _is_valid(a, invitation, question)]
        for answer in answers:
            if answer not in valid and inside(answer["answered_at"], span.p0, span.e):
                found.append(Unit("invalid", answer["answered_at"], dims))
        last = _latest(valid)
        if last and inside(last["answered_at"], span.p0, span.e):
            more = {
                "scale": (invitation.get("scale"), invitation["scope"]),
                "text": last.get("value_text"),
                "invitation": invitation,
            }
            group = (last["answered_at"], last["answer_id"])
            found.append(Unit("main", last["answered_at"], dims, number=last.get("value_num"), group=group, more=more))
    return found


def _dims(world: World, invitation: Row) -> Row:
    dims = {k: invitation.get(k) for k in ("channel", "brand", "source", "page")}
    segment = world.persons.segment(invitation)
    return {**dims, "agent": invitation.get("agent_id"), "team": invitation.get("team_id"), "customer_segment": segment}


def _answers(world: World, invitation: Row, question: str | None = None) -> list[Row]:
    """The answers to one question of an invitation: the score question, or the one named."""
    named = (invitation["source"], invitation["invitation_id"])
    own = [a for a in world.seen("survey_answers", "answered_at") if (a["invitation_source"], a["invitation_id"]) == named]
    asked = (None, "score") if question is None else (question,)
    is_text = question is not None or invitation["kind"] == "fcr"
    return [a for a in own if a.get("question") in asked and a.get("value_text" if is_text else "value_num") is not None]


def _is_valid(answer: Row, invitation: Row, question: str | None) -> bool:
    if question == "intent":
        return True
    if question or invitation["kind"] == "fcr":
        return answer["value_text"] in TEXTS[question or "fcr"]
    lowest, highest = RANGES.get(invitation.get("scale") or "", (-math.inf, math.inf))
    if invitation["kind"] == "nps":
        lowest, highest = 0, 10
    return bool(lowest <= answer["value_num"] <= highest)


def _latest(answers: list[Row]) -> Row | None:
    return max(answers, key=lambda a: (a["answered_at"], a["answer_id"]), default=None)


def _scores(kind: str) -> Callable[[World, Span, Params], list[Unit]]:
    return lambda world, span, params: answered(world, span, params, kind)


def _split(units: list[Unit]) -> tuple[list[Unit], int, bool]:
    """The answers, how many are invalid, and whether they are of one scale and scope."""
    main = [u for u in units if u.role == "main"]
    return main, sum(1 for u in units if u.role == "invalid"), len({u.more["scale"] for u in main}) <= 1


def _satisfied(units: list[Unit], params: Params) -> Row:
    main, invalid, is_one_scale = _split(units)
    if not is_one_scale:
        return {"value": None, "null_reason": "mixed_scales"}
    scores = [u.number or 0 for u in main]
    row = share(sum(1 for u in main if (u.number or 0) >= CSAT[u.more["scale"][0]][2]), len(main))
    return {**row, "csat_mean": sum(scores) / len(scores) if scores else None, "n_invalid": invalid}


def _effort(units: list[Unit], params: Params) -> Row:
    main, invalid, is_one_scale = _split(units)
    if not is_one_scale:
        return {"value": None, "null_reason": "mixed_scales"}
    row: Row = {"n": len(main), "value": None, "n_invalid": invalid, "easy_share": None, "ease_index": None}
    if not main:
        return row
    lowest, highest, is_up, easy = CES[main[0].more["scale"][0]]
    scores = [u.number or 0 for u in main]
    row["value"] = mean = sum(scores) / len(scores)
    row["easy_share"] = sum(1 for s in scores if (s >= easy if is_up else s <= easy)) / len(scores)
    row["ease_index"] = 100 * ((mean - lowest) if is_up else (highest - mean)) / (highest - lowest)
    row["ci_low"], row["ci_high"] = t_interval(scores, lowest, highest) or (None, None)
    return row


def nps(world: World, span: Span, params: Params) -> list[Unit]:
    """The latest answer of each customer in the period and series; answers of nobody known each count."""
    units = answered(world, span, params, "nps")
    last: dict[Any, Unit] = {}
    for unit in sorted((u for u in units if u.role == "main"), key=lambda u: u.group):
        person = world.persons.of(unit.more["invitation"])
        last[unit.group if person is None else (person, unit.more["scale"])] = unit
    return [*last.values(), *(u for u in units if u.role == "invalid")]


def _promoted(units: list[Unit], params: Params) -> Row:
    main, invalid, is_one_scale = _split(units)
    if not is_one_scale:
        return {"value": None, "null_reason": "mixed_scales"}
    n = len(main)
    if not n:
        return {"n": 0, "value": None, "n_invalid": invalid}
    promoters = sum(1 for u in main if (u.number or 0) >= 9)
    detractors = sum(1 for u in main if (u.number or 0) <= 6)
    p, d = promoters / n, detractors / n
    low, high = (min(100, max(-100, end)) for end in nps_interval(promoters, detractors, n))
    row: Row = {"n": n, "value": 100 * (promoters - detractors) / n, "n_invalid": invalid, "ci_low": low, "ci_high": high}
    row |= {"promoters": p, "detractors": d, "passives": (n - promoters - detractors) / n}
    return {**row, "se": 100 * math.sqrt((p + d - (p - d) ** 2) / n)}


def survey_response_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Delivered invitations of the period, and whether they were answered in time."""
    window = params.get("answer_window_days", 14) * DAY
    found = []
    for invitation in world.seen("survey_invitations", "sent_at"):
        sent = invitation.get("sent_at")
        if sent is None or invitation["delivery"] != "delivered" or not inside(sent, span.p0, span.e):
            continue
        is_asked = params.get("kind", "all") in ("all", invitation["kind"])
        if not is_asked or params.get("scope", "all") not in ("all", invitation["scope"]):
            continue
        question = "intent" if invitation["kind"] == "intent" else None
        answers = _answers(world, invitation, question)
        is_answered = any(0 < a["answered_at"] - sent <= window for a in answers if _is_valid(a, invitation, question))
        role = "main" if sent + window < span.as_of else "immature"
        found.append(Unit(role, sent, _dims(world, invitation), number=int(is_answered)))
    return found


def _responded(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    return {**row, "n_immature": sum(1 for u in units if u.role == "immature")}


def visitor_intent_share(world: World, span: Span, params: Params) -> list[Unit]:
    """What visitors came for."""
    units = [u for u in answered(world, span, params, "intent", "intent") if u.role == "main"]
    for unit in units:
        unit.dims["intent"] = unit.more["text"]
    return units


def intent_fulfilled_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Whether visitors got what they came for; the intent is the latest they named."""
    units = answered(world, span, params, "intent", "fulfilled")
    for unit in units:
        named = [a for a in _answers(world, unit.more["invitation"], "intent") if a["answered_at"] < span.e] if unit.more else []
        last = _latest(named)
        unit.dims = {**unit.dims, "intent": last["value_text"] if last else None}
        unit.number = int(unit.more.get("text") == "yes")
    return units


def _counted(units: list[Unit], params: Params) -> Row:
    return {"value": len(units), "n": len(units)}


def _fulfilled(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    return share(sum(1 for u in main if u.number), len(main))


METRICS = {
    "csat": (_scores("csat"), _satisfied),
    "ces": (_scores("ces"), _effort),
    "nps": (nps, _promoted),
    "survey_response_rate": (survey_response_rate, _responded),
    "visitor_intent_share": (visitor_intent_share, _counted),
    "intent_fulfilled_rate": (intent_fulfilled_rate, _fulfilled),
}
