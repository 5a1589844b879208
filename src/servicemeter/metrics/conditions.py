"""The conditions of a measure one by one, and what it means, in words, that a row does not meet one."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ALTERNATIVE", "Reason", "conjuncts", "reason_named", "reason_of", "reason_of_field"]


@dataclass(frozen=True)
class Reason:
    """Why rows are left out: a key that stays the same, and words."""

    key: str
    title: str


ALTERNATIVE = Reason("alternative", "Another reading of the same rows")
"""Rows that are not left out at all: they repeat what is counted, for another parameter."""

_TITLES = {
    "outbound": "Started by us (outbound)",
    "inbound": "Started by the customer (inbound)",
    "spam": "Spam",
    "test": "Tests",
    "deleted": "Deleted",
    "merged": "Merged into another ticket, which counts for all",
    "merged_into_nothing": "Merged into a ticket that is not there or does not count",
    "creation_unknown": "Nobody knows when they were created",
    "immature": "The time to look ahead has not passed yet",
    "untouched": "No person touched them (bots or rules alone)",
    "reopened": "Reopened before the end of the period",
    "undone": "Reopened within the window",
    "lasted_before": "Solved for good before",
    "case_open": "Another ticket of the same case was still open",
    "solved_before": "Solved before in the same period; they count with that solve",
    "later_solve": "Not the first solve",
    "first_response": "First responses, left out as asked",
    "closed_unanswered": "Closed without an answer",
    "turn_goes_on": "Going on with a turn that is counted already",
    "live": "Said in a chat or call, which counts as one contact",
    "spoken": "Answered in a call or chat, not in writing",
    "unscored": "Words without a score",
    "self_served": "Served by the machine, never asked for a person",
    "no_reply": "Solved without a reply, left out as asked",
    "invalid": "Outside the scale, or negative: an error in the data",
    "unknown": "The number itself is not known",
    "replaced": "Replaced by a later answer",
    "answered_later": "Answered after the end of the period",
    "other_scope": "Of another scope",
    "not_delivered": "Bounced or suppressed invitations",
    "other_survey": "Another kind of survey, or another question",
    "not_offered": "Not offered to a person, or with an outcome that is not asked for",
    "still_running": "Still waiting or running",
    "short_abandon": "Given up so soon that it is left out as asked",
    "unassigned": "Nobody's: no agent to count",
    "closed_alone": "Closed by bots or rules alone",
    "before_first_contact": "The customer has not asked anything yet",
    "not_yet": "Created in the period, and this had not happened by its end",
    "note": "Internal notes",
    "automatic": "Automatic messages",
    "bot": "Said by bots",
    "system": "Written by the system",
    "own_message": "Said by us, not by the customer",
    "customer_message": "Said by the customer, not by us",
    "closed_hours": "Outside opening hours, not offered to a person",
    "failed": "Failed before they reached a queue",
    "never_queued": "Never in a queue",
    "guest": "Bought as a guest, by nobody known",
    "internal": "Our own people",
    "taken_back": "No longer so: cancelled, or refunded in part or whole",
    "too_late": "Too long after the ticket",
    "anonymous": "Of nobody known",
    "no_order": "No order followed in time",
    "unpriced": "Amounts without a rate to the base currency",
    "no_invitation": "Answers without an invitation",
    "cancelled": "Cancelled: solved without a reply in time, or the policy was withdrawn",
    "broken_already": "The target is passed already",
    "standing_still": "The clock stands still",
    "far_from_due": "Less of the target has gone by than asked",
    "not_promised": "Nothing was promised yet: no policy fitted so far",
    "no_customer": "Nobody knows whose they are (no customer)",
    "repeat_excluded": "Repeat contacts: the same person had asked before",
    "no_bot": "No bot spoke",
    "other_model": "Scored by another model",
    "on_a_ticket": "Calls and chats on a ticket, which count with it",
    "without_rate": "Amounts in a currency without an exchange rate on that day",
    "logged_in_otherwise": "Breaks, meetings and other time logged in",
    "no_end": "Still going on",
}

_PATTERNS = (
    (r"\+ [\d.]+ < p\.as_of$|mature_at < p\.as_of$", "immature"),
    (r"ended_as", "cancelled"),
    (r"passed_at is null", "broken_already"),
    (r"^f\.outcome_at < p\.as_of$", "still_running"),
    (r"^f\.promised_at", "not_promised"),
    (r"^f\.state_no", "standing_still"),
    (r"f\.target_seconds$", "far_from_due"),
    (r"^f\.is_inbound$", "outbound"),
    (r"^not f\.is_inbound$", "inbound"),
    (r"waiting\.ticket_no is not null", "closed_alone"),
    (r"f\.first_bot_at ", "no_bot"),
    (r"^f\.ticket_id is null$", "on_a_ticket"),
    (r"^f\.ended_at >= f\.decided_at$", "still_running"),
    (r"^f\.model = ", "other_model"),
    (r"^f\.score_billionths ", "invalid"),
    (r"^f\.base_minor is not null$", "without_rate"),
    (r"^f\.to_day > f\.from_day$", "invalid"),
    (r"^f\.state = ", "logged_in_otherwise"),
    (r"_touch_at|touch_no", "untouched"),
    (r"reopened_(later_)?at .*<= f\.solved_at \+", "undone"),
    (r"longest_solved_before_s", "lasted_before"),
    (r"k\.is_solved", "case_open"),
    (r"\.reopened_at is null", "reopened"),
    (r"solved_before_at", "solved_before"),
    (r"solve_no = 1", "later_solve"),
    (r"\.responder in", "alternative"),
    (r"closed_at < p\.as_of", "closed_unanswered"),
    (r"answered_at <> |first_response_at\)? < p\.as_of$", "first_response"),
    (r"^f\.starts_contact$", "turn_goes_on"),
    (r"is_live", "live"),
    (r"is_written", "spoken"),
    (r"is_unscored", "unscored"),
    (r"self_served", "self_served"),
    (r"agent_replies > 0", "no_reply"),
    (r"is_invalid", "invalid"),
    (r"replaced_at|passed_over_at", "replaced"),
    (r"f\.from_at = f\.known_at|^\(?f\.to_at is null or f\.to_at >= p\.e\)?$", "alternative"),
    (r"^f\.known_at < p\.e$", "answered_later"),
    (r"^f\.answered_at < p\.", "answered_later"),
    (r"^f\.scope", "other_scope"),
    (r"^f\.delivery", "not_delivered"),
    (r"^f\.(kind|question)", "other_survey"),
    (r"^not .*abandoned", "short_abandon"),
    (r"^f\.outcome", "not_offered"),
    (r"^f\.decided_at < p\.as_of$", "still_running"),
    (r"^f\.(first_contact|handover)_at < p\.|^coalesce\(f\.handover_at, f\.first_contact_at\) < p\.", "before_first_contact"),
    (r"^f\.rule = ", "alternative"),
    (r"placed_at <= f\.ticket_created_at", "too_late"),
    (r"person_no is not null$", "guest"),
    (r"is_internal", "internal"),
    (r"f\.from_at < p\.as_of", "taken_back"),
    (r"^\(?f\.to_at is null or f\.to_at >= p\.as_of\)?$", "taken_back"),
    (r"customer_id is not null$", "anonymous"),
    (r"(agent|solver|replier)_id\)? is not null$", "unassigned"),
    (r"^sold\.ticket_no is not null$", "no_order"),
    (r"is not null$", "unknown"),
    (r">= 0$", "invalid"),
)
_FIELDS = {"n_in_queue": "still_running", "n_short_abandoned": "short_abandon", "n_excluded": "unknown"}

_TOKEN = re.compile(r"'(?:[^']|'')*'|\w+|[^\w\s]|\s+")


def reason_named(key: str) -> Reason:
    """The reason with that key; one without words of its own is called by its key."""
    return Reason(key, _TITLES.get(key, key.replace("_", " ")))


def reason_of(condition: str) -> Reason:
    """Why a row that does not meet the condition is left out; `ALTERNATIVE` when it is not left out at all."""
    for pattern, key in _PATTERNS:
        if re.search(pattern, condition):
            return ALTERNATIVE if key == "alternative" else reason_named(key)
    return Reason("other", f"Does not meet the condition {condition}")


def reason_of_field(name: str) -> Reason:
    """Why rows counted in a companion such as `n_immature` are not in n."""
    return reason_named(_FIELDS.get(name, name.removeprefix("n_")))


def conjuncts(condition: str) -> list[str]:
    """The parts of a condition that must all hold; one part when it is an alternative (`or`).

    >>> conjuncts("f.a and (f.b is null or f.b >= p.e) and true")
    ['f.a', '(f.b is null or f.b >= p.e)']
    """
    whole = _unwrapped(condition.strip())
    parts = _split(whole)
    if parts is None or len(parts) == 1:
        return [whole] if whole not in ("", "true") else []
    return [inner for part in parts for inner in conjuncts(part)]


def _split(condition: str) -> list[str] | None:
    """Cut at every `and` that stands by itself; None when an `or` stands by itself."""
    parts, depth, is_between = [""], 0, False
    for token in _TOKEN.findall(condition):
        word = token.lower()
        depth += (word in ("(", "{", "case")) - (word in (")", "}", "end"))
        if depth == 0 and word == "or":
            return None
        if depth == 0 and word == "and" and not is_between:
            parts.append("")
            continue
        if depth == 0 and word in ("between", "and"):
            is_between = word == "between"
        parts[-1] += token
    return [" ".join(part.split()) for part in parts]


def _unwrapped(condition: str) -> str:
    """Without brackets around all of it, unless an alternative stands in them."""
    if not condition.startswith("(") or not condition.endswith(")"):
        return condition
    depth = 0
    for place, letter in enumerate(condition):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(condition) - 1:
            return condition
    inner = _unwrapped(condition[1:-1].strip())
    return condition if _split(inner) is None else inner
