"""What every metric made of one ticket: the rows of it that count, or why they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from servicemeter.ground.clock import local_day, moment
from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.contributions import Part, parts_of
from servicemeter.metrics.explain import counted_rows
from servicemeter.metrics.leftouts import left_out
from servicemeter.metrics.plan import Plan, Source, plan
from servicemeter.model.question import Question
from servicemeter.store.build import Facts
from servicemeter.store.factfiles import fact_files

__all__ = ["made_of_ticket"]

_MOST = 100
_DAY = timedelta(days=1)


def made_of_ticket(
    number: int, since: int, at: int, settings: Mapping[str, str], sources: list[Source], facts_for: Callable[[Plan], Facts]
) -> list[dict[str, Any]]:
    """For every metric of tickets: the `rows` of this one that it counts over its whole life up to `at`, or why not.

    Metrics of a moment are read at `at`. Those that nobody can measure, or that have nothing to do with the ticket, are left out.
    """
    tz = settings.get("report_tz", "UTC")
    first, last = local_day(since, tz), local_day(at, tz) + _DAY
    found = []
    for metric in all_metrics().values():
        when = {"moment": moment(at)} if metric.at_moment else {"since": first, "until": last}
        one = replace(plan(Question(metric.name, as_of=moment(at), **when), settings, sources), ticket_no=number)
        if one.is_measured and any(_is_of_tickets(part) for part in parts_of(one.measure)):
            told = _told(one, facts_for(one))
            found += [{"metric": metric.name, "unit": metric.unit, **told}] if told["rows"] or told["left_out"] else []
    return found


def _is_of_tickets(part: Part) -> bool:
    return fact_files()[part.tally.over].through == "ticket_no"


def _told(one: Plan, facts: Facts) -> dict[str, Any]:
    parts = parts_of(one.measure)
    rows = counted_rows(one, facts, parts, _MOST)
    # A measure that also counts calls may count this ticket there: nothing can then be said to be left out.
    is_whole = all(_is_of_tickets(part) for part in parts)
    missed = [] if rows or not is_whole else left_out(one, facts, parts)[0]
    return {"rows": rows, "left_out": [{"reason": part.reason, "title": part.title, "count": part.count} for part in missed]}
