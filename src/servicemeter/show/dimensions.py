"""Dimensions in the reader's words: what they are called, and their values where these are ours and not the organisation's."""

from __future__ import annotations

import re

from servicemeter.show.dates import weekday_names
from servicemeter.show.phrases import phrase, say

__all__ = ["an_agent", "dimension_name", "dimension_value"]

_NAMES = {
    "source": phrase("source"),
    "brand": phrase("brand"),
    "channel": phrase("channel"),
    "channel_class": phrase("kind of channel"),
    "language": phrase("language"),
    "customer_segment": phrase("customer segment"),
    "agent": phrase("agent"),
    "team": phrase("team"),
    "priority": phrase("priority"),
    "reason": phrase("reason"),
    "hour_of_day": phrase("hour of the day"),
    "weekday": phrase("day of the week"),
    "status": phrase("status"),
    "queue": phrase("queue"),
    "scale": phrase("scale"),
    "macro_id": phrase("standard answer"),
    "country": phrase("country"),
    "age_group": phrase("age group"),
    "intent": phrase("intent"),
    "location": phrase("place"),
    "metric": phrase("what was promised"),
    "page": phrase("page"),
    "policy": phrase("agreement"),
}
_VALUES = {
    "(unknown)": phrase("(unknown)"),
    "(unassigned)": phrase("(unassigned)"),
    "(agent)": phrase("an agent"),
    "email": phrase("e-mail"),
    "phone": phrase("phone"),
    "chat": phrase("chat"),
    "messaging": phrase("messaging"),
    "social": phrase("social media"),
    "web_form": phrase("web form"),
    "web": phrase("web"),
    "video": phrase("video"),
    "in_person": phrase("in person"),
    "review": phrase("review"),
    "sms": phrase("text message"),
    "letter": phrase("letter"),
    "other": phrase("other"),
    "synchronous": phrase("at once (calls, chats)"),
    "asynchronous": phrase("in writing"),
    "low": phrase("low"),
    "normal": phrase("normal"),
    "high": phrase("high"),
    "urgent": phrase("urgent"),
    "new": phrase("new"),
    "open": phrase("open"),
    "pending": phrase("pending"),
    "on_hold": phrase("on hold"),
    "solved": phrase("solved"),
    "closed": phrase("closed"),
    "first_response": phrase("first response"),
    "next_response": phrase("next response"),
    "resolution": phrase("resolution"),
}
_OURS = ("channel", "channel_class", "priority", "status", "metric")
_NUMBERED = re.compile(r"\(agent (\d+)\)")


def an_agent(one: str, language: str = "en") -> str:
    """Somebody who works here by their id, where the desk hides who it is: `an agent`, `agent 2`; others as they stand."""
    numbered = _NUMBERED.fullmatch(one)
    if numbered:
        return say(language, "agent {n}", n=numbered[1])
    return say(language, _VALUES["(agent)"]) if one == "(agent)" else one


def dimension_name(dimension: str, language: str = "en") -> str:
    """What a dimension is called: `customer segment`; one of the user's own by its name."""
    return say(language, _NAMES.get(dimension, dimension.replace("_", " ")))


def dimension_value(dimension: str, value: object, language: str = "en") -> str:
    """What one value of a dimension is called: `e-mail`, `Monday`, `9–10 h`; names the organisation gave stand as they are."""
    text = an_agent(str(value), language)
    if dimension == "weekday" and text.isdigit():
        return weekday_names(language)[int(text) - 1]
    if dimension == "hour_of_day" and text.isdigit():
        return f"{int(text)}:00"
    if dimension in _OURS or text.startswith("("):
        return say(language, _VALUES.get(text, text))
    return text
