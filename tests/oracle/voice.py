"""What customers answer (METRICS.md 5.5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from oracle.calls import handler_of, of_contact
from oracle.clock import local
from oracle.figures import nps_interval, share, t_interval
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, inside
from oracle.world import Contact, World

__all__ = ["METRICS", "answered"]

DAY = 86400
# lowest, highest, whether high is good, the good answers from and to
SCALES: dict[str, tuple[float, float, bool, float, float]] = {
    "csat_2": (1, 2, True, 2, 2),
    "csat_3": (1, 3, True, 3, 3),
    "csat_5": (1, 5, True, 4, 5),
    "csat_7": (1, 7, True, 6, 7),
    "csat_10": (1, 10, True, 8, 10),
    "ces2_7": (1, 7, True, 5, 7),
    "ces1_5": (1, 5, False, 1, 2),
    "ces_0_10": (0, 10, False, 0, 3),
    "ease_5": (1, 5, True, 4, 5),
    "nps_0_10": (0, 10, True, 9, 10),
}
USUAL = {"csat": "csat_5", "ces": "ces2_7", "nps": "nps_0_10"}
AGES = ((18, "under 18"), (25, "18-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"), (999, "65+"))
TEXTS = {"fcr": ("yes", "no"), "fulfilled": ("yes", "partly", "no")}
Params = dict[str, Any]


def answered(world: World, span: Span, params: Params, kind: str, question: str | None = None) -> list[Unit]:
    """Of each delivered invitation the latest valid answer before the evaluation instant, and every invalid one."""
    found = []
    for invitation in world.seen("survey_invitations", "sent_at"):
        scope = params.get("scope", "transactional" if kind == "csat" else "all")
        if invitation["kind"] != kind or scope not in ("all", invitation["scope"]) or invitation["delivery"] != "delivered":
            continue
        answers = [a for a in _answers(world, invitation, question) if a["answered_at"] < span.e]
        valid = [a for a in answers if _is_valid(world, a, invitation, question)]
        solve = _last_solve(world, invitation)
        is_by_solve = params.get("attribution", "answered_at") == "solved_at"
        last = _latest(valid)
        for answer in answers:
            at = (solve["at"] if solve else None) if is_by_solve else answer["answered_at"]
            if at is None or not inside(at, span.p0, span.e) or (answer in valid and answer is not last):
                continue
            more: Row = {"scale": _scale(world, invitation), "text": answer.get("value_text"), "invitation": invitation}
            dims = {**_dims(world, invitation, at), "scale": more["scale"][0], "age_group": _age(world, invitation, answer)}
            group = (answer["answered_at"], answer["answer_id"])
            role = "main" if answer is last else "invalid"
            found.append(Unit(role, at, dims, number=answer.get("value_num"), group=group, more=more))
    return found


def _last_solve(world: World, invitation: Row) -> Row | None:
    """The last solve of the ticket that an invitation is about, before it was sent (a review: before it was written)."""
    ticket = _ticket(world, invitation)
    asked = invitation.get("sent_at")
    if asked is None:
        asked = min((a["answered_at"] for a in _answers_of(world, invitation)), default=None)
    solves = ticket.solves(asked + 1) if ticket and asked is not None else []
    return solves[-1] if solves else None


def _ticket(world: World, invitation: Row) -> Ticket | None:
    named = (invitation.get("ticket_source"), invitation.get("ticket_id"))
    return next((t for t in world.valid if named in t.keys), None)


def _contact(world: World, invitation: Row) -> Contact | None:
    named = (invitation.get("interaction_source"), invitation.get("interaction_id"))
    return next((c for c in world.contacts if any((x["source"], x["interaction_id"]) == named for x in c.legs)), None)


def _dims(world: World, invitation: Row, at: int) -> Row:
    """What an invitation says of itself, else its ticket, else its call; the agent is who handled that.

    The priority is that of the instant.
    """
    ticket, contact = _ticket(world, invitation), _contact(world, invitation)
    own: Row = {k: invitation.get(k) for k in ("channel", "brand", "source", "page", "location")}
    of_call = of_contact(world, contact) if contact else {}
    solve = _last_solve(world, invitation)
    for name in ("channel", "brand"):
        own[name] = own[name] or (getattr(ticket, name) if ticket else None) or of_call.get(name)
    own["reason"] = (ticket.latest("reason") if ticket else None) or of_call.get("reason")
    own["priority"] = ticket.latest("priority", at + 1) if ticket else None
    who = handler_of(world, contact) if contact else {}
    if who.get("agent") and not who["team"] and of_call["agent"]:
        who["team"] = of_call["team"]
    own["agent"] = invitation.get("agent_id") or who.get("agent") or (solve["assignee_id"] if solve else None)
    own["team"] = (
        invitation.get("team_id") or who.get("team") or (solve["team_id"] if solve and not of_call.get("agent") else None)
    )
    return {**own, "customer_segment": world.persons.segment(_asked(world, invitation))}


def _asked(world: World, invitation: Row) -> Row:
    """What names the customer asked: the invitation itself, else its ticket, else its call."""
    ticket, contact = _ticket(world, invitation), _contact(world, invitation)
    customers = [invitation, ticket.row if ticket else {}, contact.root if contact else {}]
    return next((c for c in customers if c.get("customer_id") is not None), {})


def _age(world: World, invitation: Row, answer: Row) -> str | None:
    """The age, in the year of the answer, of the customer asked."""
    born = world.persons.customer(_asked(world, invitation)).get("birth_year")
    year = local(answer["answered_at"], "UTC").year
    return None if born is None else next(name for limit, name in AGES if year - born < limit)


def _scale(world: World, invitation: Row) -> tuple[str | None, str]:
    return invitation.get("scale") or USUAL.get(invitation["kind"]), invitation["scope"]


def _known(world: World, scale: str | None) -> tuple[float, float, bool, float | None, float | None] | None:
    """Lowest and highest answer, whether high is good, and the good answers; None of a scale nobody described."""
    for row in world.settings.get("survey_scales") or []:
        if row["scale"] == scale:
            first, last = row.get("positive_from"), row.get("positive_to")
            if first is not None or last is not None:
                first, last = row["min"] if first is None else first, row["max"] if last is None else last
            return row["min"], row["max"], row.get("good_direction", "up") == "up", first, last
    return SCALES.get(scale or "")


def _answers(world: World, invitation: Row, question: str | None = None) -> list[Row]:
    """The answers to one question of an invitation: the score question, or the one named."""
    own = _answers_of(world, invitation)
    asked = (None, "score", invitation["kind"]) if question is None else (question,)
    is_text = question is not None or invitation["kind"] == "fcr"
    return [a for a in own if a.get("question") in asked and a.get("value_text" if is_text else "value_num") is not None]


def _answers_of(world: World, invitation: Row) -> list[Row]:
    named = (invitation["source"], invitation["invitation_id"])
    return [a for a in world.seen("survey_answers", "answered_at") if (a["invitation_source"], a["invitation_id"]) == named]


def _is_valid(world: World, answer: Row, invitation: Row, question: str | None) -> bool:
    if question == "intent":
        return True
    if question or invitation["kind"] == "fcr":
        return str(answer["value_text"]).lower() in TEXTS[question or "fcr"]
    known = _known(world, _scale(world, invitation)[0])
    return known is None or (known[0] <= answer["value_num"] <= known[1] and answer["value_num"] == int(answer["value_num"]))


def _latest(answers: list[Row]) -> Row | None:
    return max(answers, key=lambda a: (a["answered_at"], a["answer_id"]), default=None)


def _scores(kind: str) -> Callable[[World, Span, Params], list[Unit]]:
    def units(world: World, span: Span, params: Params) -> list[Unit]:
        found = answered(world, span, params, kind)
        for unit in found:
            unit.more["known"] = _known(world, unit.more["scale"][0])
        return found

    return units


def _split(units: list[Unit]) -> tuple[list[Unit], Row, str | None]:
    """The answers, how many there are, and why they make no score: of several scales or scopes, or of one nobody described."""
    main = [u for u in units if u.role == "main"]
    row: Row = {"n": len(main), "n_invalid": sum(1 for u in units if u.role == "invalid"), "value": None}
    if len({u.more["scale"] for u in main}) > 1:
        return main, row, "mixed_scales"
    is_judged = all(u.more["known"] and u.more["known"][3] is not None for u in main)
    return main, row, None if is_judged else "not_measured"


def _is_good(unit: Unit) -> bool:
    _, _, _, first, last = unit.more["known"]
    return bool(first <= (unit.number or 0) <= last)


def _satisfied(units: list[Unit], params: Params) -> Row:
    main, row, reason = _split(units)
    if reason:
        return {**row, "null_reason": reason}
    scores = [u.number or 0 for u in main]
    row |= share(sum(1 for u in main if _is_good(u)), len(main))
    return {**row, "csat_mean": sum(scores) / len(scores) if scores else None}


def _effort(units: list[Unit], params: Params) -> Row:
    main, row, reason = _split(units)
    row |= {"easy_share": None, "ease_index": None}
    if reason:
        return {**row, "null_reason": reason}
    if not main:
        return row
    lowest, highest, is_up, _, _ = main[0].more["known"]
    scores = [u.number or 0 for u in main]
    row["value"] = mean = sum(scores) / len(scores)
    row["easy_share"] = sum(1 for u in main if _is_good(u)) / len(scores)
    row["ease_index"] = 100 * ((mean - lowest) if is_up else (highest - mean)) / (highest - lowest)
    row["ci_low"], row["ci_high"] = t_interval(scores, lowest, highest) or (None, None)
    return {**row, "scale": main[0].more["scale"][0], "better": "higher" if is_up else "lower"}


def nps(world: World, span: Span, params: Params) -> list[Unit]:
    """The latest answer of each customer in the period and series; answers of nobody known each count."""
    units = _scores("nps")(world, span, params)
    last: dict[Any, Unit] = {}
    for unit in sorted((u for u in units if u.role == "main"), key=lambda u: u.group):
        person = world.persons.of(_asked(world, unit.more["invitation"]))
        last[unit.group if person is None else (person, unit.more["scale"])] = unit
    return [*last.values(), *(u for u in units if u.role == "invalid")]


def _promoted(units: list[Unit], params: Params) -> Row:
    main, row, reason = _split(units)
    n = len(main)
    if reason or not n:
        return {**row, "null_reason": reason} if reason else row
    promoters = sum(1 for u in main if (u.number or 0) >= 9)
    detractors = sum(1 for u in main if (u.number or 0) <= 6)
    p, d = promoters / n, detractors / n
    low, high = (min(100, max(-100, end)) for end in nps_interval(promoters, detractors, n))
    row |= {"value": 100 * (promoters - detractors) / n, "ci_low": low, "ci_high": high}
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
        is_answered = any(0 < a["answered_at"] - sent <= window for a in answers if _is_valid(world, a, invitation, question))
        role = "main" if sent + window < span.as_of else "immature"
        found.append(Unit(role, sent, _dims(world, invitation, sent), number=int(is_answered)))
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
        named = [a for a in _answers(world, unit.more["invitation"], "intent") if a["answered_at"] < span.e]
        last = _latest(named)
        unit.dims = {**unit.dims, "intent": last["value_text"] if last else None}
        unit.number = int(unit.more.get("text") == "yes")
    return units


def _counted(units: list[Unit], params: Params) -> Row:
    return {"value": len(units), "n": len(units)}


def _fulfilled(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    return {**row, "n_invalid": sum(1 for u in units if u.role == "invalid")}


METRICS = {
    "csat": (_scores("csat"), _satisfied),
    "ces": (_scores("ces"), _effort),
    "nps": (nps, _promoted),
    "survey_response_rate": (survey_response_rate, _responded),
    "visitor_intent_share": (visitor_intent_share, _counted),
    "intent_fulfilled_rate": (intent_fulfilled_rate, _fulfilled),
}
