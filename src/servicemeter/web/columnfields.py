"""The columns of a file as fields of a form, and the fields as what was filled in; what a column can mean, in words.

`c3.means` is the meaning of the fourth column, `c3.order` and `c3.mark` how its dates and numbers are read, `c3.said.0` a value
of it and `c3.word.0` the word of ours for that, `c3.others` what every other value becomes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from servicemeter.desk.columnform import ColumnFault, ColumnFilled, Filled
from servicemeter.model.scales import USUAL_SCALES
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.phrases import phrase, say
from servicemeter.show.story import outcome_words
from servicemeter.sources.choiceback import Beyond
from servicemeter.sources.choices import GROUPS

__all__ = [
    "KIND_WORDS",
    "beyond_words",
    "fault_words",
    "meaning_words",
    "other_words",
    "read_columns",
    "scale_words",
    "unit_words",
    "word_words",
]

_PLACE = re.compile(r"c(\d{1,4})\.means")
_MOST_NAME = 60
_GROUPS = {
    "ticket": phrase("Ticket"),
    "customer": phrase("Customer"),
    "answer": phrase("Answer of a customer"),
    "call": phrase("Call"),
    "order": phrase("Order"),
    "agent": phrase("Agent or team"),
}
KIND_WORDS = {
    "ticket": phrase("Each row is taken as a ticket."),
    "answer": phrase("Each row is taken as an answer to a survey."),
    "call": phrase("Each row is taken as a call."),
    "order": phrase("Each row is taken as an order."),
    "customer": phrase("Each row is taken as a customer."),
    "contract": phrase("Each row is taken as a contract of a customer."),
    "agent": phrase("Each row is taken as an agent."),
    "team": phrase("Each row is taken as a team."),
}
_MEANINGS = {
    "ticket_id": phrase("ticket number"),
    "created_at": phrase("created at"),
    "first_reply_at": phrase("first reply at"),
    "first_reply_after": phrase("time from creation to first reply"),
    "solved_at": phrase("solved at"),
    "solved_after": phrase("time from creation to solution"),
    "status": phrase("status"),
    "channel": phrase("channel"),
    "priority": phrase("priority"),
    "reason": phrase("reason"),
    "agent": phrase("agent"),
    "team": phrase("team"),
    "subject": phrase("subject"),
    "language": phrase("language"),
    "brand": phrase("brand"),
    "customer_id": phrase("customer number"),
    "customer_email": phrase("customer’s e-mail address"),
    "customer_name": phrase("customer’s name"),
    "segment": phrase("customer segment"),
    "country": phrase("country"),
    "birth_year": phrase("year of birth"),
    "first_seen_at": phrase("customer since"),
    "started_on": phrase("contract began on"),
    "ended_on": phrase("first day without the contract"),
    "rating": phrase("satisfaction (score)"),
    "recommends": phrase("would recommend, 0 to 10"),
    "effort": phrase("effort (score)"),
    "comment": phrase("comment beside the score"),
    "rated_at": phrase("answered the survey at"),
    "call_id": phrase("number of the call"),
    "leg": phrase("leg of the call"),
    "direction": phrase("received or made"),
    "started_at": phrase("call began at"),
    "answered_at": phrase("call answered at"),
    "ended_at": phrase("call ended at"),
    "wait": phrase("waiting time of the call"),
    "talk": phrase("talk time"),
    "hold": phrase("time on hold"),
    "wrap_up": phrase("work after the call"),
    "outcome": phrase("how the call ended"),
    "order_id": phrase("order number"),
    "placed_at": phrase("ordered at"),
    "amount": phrase("amount"),
    "currency": phrase("currency"),
    "agent_id": phrase("agent number"),
    "agent_name": phrase("agent’s name"),
    "team_id": phrase("team number"),
    "team_name": phrase("team’s name"),
    "tier": phrase("tier of the team"),
}
_DIRECTIONS = {"inbound": phrase("received"), "outbound": phrase("made")}
_UNITS = {
    "major": phrase("whole units of money"),
    "minor": phrase("cents"),
    "milliseconds": phrase("milliseconds"),
    "seconds": phrase("seconds"),
    "minutes": phrase("minutes"),
    "hours": phrase("hours"),
    "days": phrase("days"),
    "h:m": phrase("hours and minutes (1:30)"),
    "m:s": phrase("minutes and seconds (1:30)"),
}
_SCALE = phrase("{low} to {high}, {better}")
_OTHERS = {"=keep aside": phrase("keep the row aside"), "=pass": phrase("as it is"), "=empty": phrase("leave empty")}
_FAULTS = {
    "date": phrase("These are no dates: {examples}. Choose another meaning, or the column that holds the dates."),
    "number": phrase("These are no numbers: {examples}. Choose another meaning, or the column that holds the numbers."),
    "order": phrase("Day and month can be read either way here: {examples}. Choose the order."),
    "mark": phrase("The decimal mark can be read either way here: {examples}. Choose it."),
    "twice": phrase("“{examples}” has the same meaning. Choose it for one of the two only."),
    "zone": phrase("The times have no time zone. Say which clock they were read from."),
    "zone_name": phrase("“{examples}” is no time zone. Write one such as Europe/Amsterdam."),
    "no_id": phrase(
        "Nothing says what a row is yet. Choose the column that is the ticket number; for calls their number and when they "
        "began, for orders their number and date, for answers the score and when it was given."
    ),
}
_BEYOND = {
    "log": phrase("The rows are steps of a case (an event log)."),
    "drop": phrase("Rows are left out on purpose."),
    "derived": phrase("A column is made of others: {detail}"),
    "coverage": phrase("It says from when to when the file is complete."),
    "reading": phrase("A column is read in a way of its own: {detail}"),
    "block": phrase(
        "Rows made in a way of their own (a condition, joined columns, a table that the form does not have): {detail}"
    ),
    "order": phrase("The rows are made in another order."),
    "key": phrase("It says more in: {detail}"),
    "missing": phrase("It needs a column that this file does not have: {detail}"),
    "twice": phrase("One column has two meanings."),
}


def read_columns(fields: Mapping[str, str]) -> Filled:
    """What was filled in."""
    places = [int(found[1]) for name in fields if (found := _PLACE.fullmatch(name))]
    return Filled(
        fields.get("name", "").strip()[:_MOST_NAME],
        fields.get("tz", "").strip()[:_MOST_NAME],
        {place: _column(fields, f"c{place}.") for place in places},
    )


def _column(fields: Mapping[str, str], at: str) -> ColumnFilled:
    words: dict[str, str] = {}
    while f"{at}said.{len(words)}" in fields:
        words[fields[f"{at}said.{len(words)}"]] = fields.get(f"{at}word.{len(words)}", "")
    return ColumnFilled(
        means=fields.get(f"{at}means", ""),
        order=fields.get(f"{at}order"),
        mark=fields.get(f"{at}mark"),
        scale=fields.get(f"{at}scale", ""),
        unit=fields.get(f"{at}unit", ""),
        words_of=fields.get(f"{at}of", ""),
        words=words,
        others=fields.get(f"{at}others", ""),
    )


def meaning_words(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column can mean, in groups, for a list to choose from."""
    return [
        (say(language, _GROUPS[group]), [(role, say(language, _MEANINGS[role])) for role in roles])
        for group, roles in GROUPS.items()
    ]


def word_words(role: str, word: str, language: str) -> str:
    """One of our words for a value."""
    if role == "outcome":
        return outcome_words(word, language)
    if role == "direction" and word in _DIRECTIONS:
        return say(language, _DIRECTIONS[word])
    return dimension_value(role, word, language) if role in ("status", "channel", "priority") else word


def other_words(role: str, choice: str, language: str) -> str:
    """What every other value can become."""
    return say(language, _OTHERS[choice]) if choice in _OTHERS else word_words(role, choice, language)


def fault_words(fault: ColumnFault, language: str) -> str:
    """What is wrong, in the reader's language; what we have no words for stands as it was said."""
    english = _FAULTS.get(fault.kind)
    return say(language, english, examples=fault.examples) if english else fault.text


def scale_words(name: str, language: str) -> str:
    """A scale by its ends and its better one."""
    scale = USUAL_SCALES.get(name)
    if scale is None:
        return name
    better = say(language, phrase("high is good") if scale.is_high_good else phrase("low is good"))
    return say(language, _SCALE, low=scale.min_value, high=scale.max_value, better=better)


def unit_words(name: str, language: str) -> str:
    """What a column is counted in."""
    return say(language, _UNITS[name]) if name in _UNITS else name


def beyond_words(beyond: Beyond, language: str) -> str:
    """A part of a mapping that the form cannot show."""
    return say(language, _BEYOND[beyond.kind], detail=beyond.detail)
