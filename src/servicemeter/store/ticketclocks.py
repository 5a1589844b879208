"""The clocks of one ticket as the facts have them: first response, turns, resolution, promises; and the spans they run over."""

from __future__ import annotations

from typing import Any

from servicemeter.store.build import FAR_OFF, LONG_AGO, Facts
from servicemeter.store.sqlfiles import sql_files

__all__ = ["openings_between", "read_clocks", "ticket_number"]


def ticket_number(facts: Facts, source: str, ticket_id: str) -> int | None:
    """The number of the merge group that a ticket belongs to; None for one that is in no figure."""
    text = facts.engine.dialect.text
    sql = f"select ticket_no from {facts.schema}.members where source = {text(source)} and ticket_id = {text(ticket_id)}"
    found = facts.rows(sql)
    return int(found[0][0]) if found else None


def read_clocks(facts: Facts, number: int, at: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of each file in `ticketclocks/` for one ticket at a moment (epoch seconds throughout, nulls left out)."""
    found = {}
    for file in sql_files("ticketclocks").values():
        if file.name == "calendars" and not facts.calendars.has_spans:
            found[file.name] = [{"calendar_id": facts.calendars.default, "from_at": LONG_AGO, "to_at": FAR_OFF}]
            continue
        sql = facts.render(file.text.replace("$number", str(number)).replace("$e", str(at)))
        rows = facts.records(sql)
        found[file.name] = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return found


def openings_between(facts: Facts, calendar_id: str, since: int, until: int) -> list[tuple[int, int]]:
    """The opening hours of a calendar within [since, until), as instants; neighbouring ones are joined."""
    text = facts.engine.dialect.text
    sql = (
        f"select * from {facts.schema}.cal_days where calendar_id = {text(calendar_id)} "
        f"and day_start > {since - 86400} and day_start < {until} order by day_start"
    )
    found: list[tuple[int, int]] = []
    for row in facts.records(sql):
        for k in range(1, facts.calendars.openings + 1):
            opens = max(since, row["day_start"] + row[f"f{k}"])
            closes = min(until, row["day_start"] + row[f"t{k}"])
            if closes <= opens:
                continue
            if found and found[-1][1] == opens:
                found[-1] = (found[-1][0], closes)
            else:
                found.append((opens, closes))
    return found
