"""The same events by other definitions: one line for every value that an option of the metric may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from servicemeter.ground.errors import ServicemeterError, Stopped
from servicemeter.model.answer import Row
from servicemeter.model.metric import Parameter
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import unit_words
from servicemeter.web.lines import Line, line_of
from servicemeter.web.panels import Panel
from servicemeter.web.subject import Subject

__all__ = ["IS_LATE", "PLACE", "TITLE", "build"]

PLACE = 50
TITLE = phrase("By other definitions")
IS_LATE = True


@dataclass(frozen=True)
class _Variant:
    """One option with one of its values: the line that it gives, or why it gives none."""

    parameter: Parameter
    value: object
    line: Line | None
    fault: str
    href: str
    is_chosen: bool


def build(subject: Subject) -> Panel | None:
    """Every option with choices, one at a time; None for a metric without them."""
    metric, language = subject.metric, subject.language
    asked = [(p, value) for p in metric.parameters for value in p.options]
    if not asked or subject.nature:
        return None
    rows: list[Row] = []
    variants = [_variant(subject, parameter, value, rows) for parameter, value in asked]
    return Panel(
        "variants",
        say(language, TITLE),
        say(language, "the same events, one option changed at a time · {unit}", unit=unit_words(metric, language)),
        rows,
        [],
        None,
        {"variants": variants},
    )


def _variant(subject: Subject, parameter: Parameter, value: Any, rows: list[Row]) -> _Variant:
    options = {**subject.options, parameter.name: value}
    name = f"{parameter.name}={_word(value)}"
    said = {p.name: options[p.name] for p in subject.metric.parameters if options.get(p.name, p.default) != p.default}
    text = ",".join(f"{key}={_word(held)}" for key, held in said.items())
    href = subject.seen.address.beside(f"/metric/{subject.metric.name}", set=text or None)
    is_chosen = value == subject.options.get(parameter.name, parameter.default)
    try:
        row = subject.measure(params=said).rows[0]
    except Stopped:
        raise
    except ServicemeterError as fault:
        return _Variant(parameter, value, None, str(fault), href, is_chosen)
    rows.append({"metric": subject.metric.name, "option": parameter.name, "set_to": _word(value), **row})
    return _Variant(parameter, value, line_of(subject.metric, row, name, subject.language), "", href, is_chosen)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
