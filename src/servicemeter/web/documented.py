"""What the addresses of the API take, as OpenAPI writes it: given to a route as `openapi_extra`, beside its function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicemeter.model.person import SCOPED
from servicemeter.model.question import GRAINS
from servicemeter.web.asked import PERIODS

__all__ = ["ASSIST", "ASSIST_TEXT", "MEASURE", "MEASURE_POSTED", "SCORECARD", "takes"]

_DAY = {"type": "string", "format": "date", "example": "2026-11-01"}
_INSTANT = {"type": "string", "format": "date-time", "example": "2026-11-21T17:40:00+01:00"}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def takes(**said: tuple[Mapping[str, Any], str]) -> dict[str, Any]:
    """Parameters of an address: each with its schema and what it says; a trailing `_` in a name is left out."""
    return {
        "parameters": [
            {"name": name.rstrip("_"), "in": "query", "required": False, "schema": dict(schema), "description": about}
            for name, (schema, about) in said.items()
        ]
    }


MEASURE = takes(
    metric=(_TEXTS, "One metric or several; /api/metrics lists them."),
    from_=(_DAY, "The first local day."),
    to=(_DAY, "The local day after the last."),
    at=(_INSTANT, "The moment, for metrics of a moment, in place of from and to."),
    grain=({"type": "string", "enum": list(GRAINS)}, "A row a period of this length."),
    by=(_TEXTS, "Dimensions to split by, such as channel."),
    where=(_TEXTS, "Conditions such as channel=email,chat or team!=returns."),
    as_of=(_INSTANT, "As it was known to have happened then."),
    known_at=(_INSTANT, "As it was recorded then."),
    set=(_TEXTS, "Options of the definition, such as clock=business."),
    format=({"type": "string", "enum": ["json", "csv"]}, "json, or csv for one metric."),
)
SCORECARD = takes(
    period=(
        {"type": "string", "enum": [name for name in PERIODS if name != "custom"]},
        "A named period; this_month without one.",
    ),
    from_=(_DAY, "The first local day, in place of a period."),
    to=(_DAY, "The local day after the last."),
    where=(_TEXTS, "Conditions such as channel=email,chat."),
    as_of=(_INSTANT, "As it was known to have happened then."),
)
ASSIST = takes(ticket=(_TEXT, "The ticket's id."), source=(_TEXT, "Its source, where several have the id."))

_SOME = {**_TEXTS, "minItems": 1}
_FILTER = {
    "type": "object",
    "required": ["dimension", "values"],
    "properties": {"dimension": _TEXT, "values": _SOME, "not": {"type": "boolean"}},
}
_QUESTION = {
    "type": "object",
    "required": ["metric"],
    "additionalProperties": False,
    "properties": {
        "metric": _TEXT,
        "from": _DAY,
        "to": _DAY,
        "at": _INSTANT,
        "grain": {"type": "string", "enum": list(GRAINS)},
        "by": _TEXTS,
        "where": {"type": "array", "items": {"oneOf": [_TEXT, _FILTER]}},
        "as_of": _INSTANT,
        "known_at": _INSTANT,
        "params": {"type": "object"},
        "scope": {
            "type": "object",
            "properties": dict.fromkeys(SCOPED, _SOME),
            "additionalProperties": False,
        },
    },
}


def _body(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": dict(schema)}}}}


MEASURE_POSTED = _body({"oneOf": [_QUESTION, {"type": "array", "minItems": 1, "items": _QUESTION}]})
ASSIST_TEXT = _body(
    {"type": "object", "required": ["text"], "additionalProperties": False, "properties": {"text": _TEXT, "language": _TEXT}}
)
