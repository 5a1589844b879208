"""What the clock of a promise shows at a moment, as SQL over `sla_spans`: said once, for metrics and for lists of tickets."""

from __future__ import annotations

__all__ = ["elapsed_at", "hours_at"]


def hours_at(alias: str, moment: str) -> str:
    """The join of the opening hours of a moment's day, for the calendar of a span (alias `alias`)."""
    return f"""left join {{{{ facts }}}}.cal_days as at_day
        on at_day.calendar_id = {alias}.calendar_id and at_day.day_start = {moment} - {moment} % 86400"""


def elapsed_at(alias: str, moment: str) -> str:
    """What the clock of a span shows at a moment in it."""
    reading = f"case when {alias}.calendar_id is null then {moment} else {{{{ m.reading('at', '{moment}') }}}} end"
    return (
        f"{alias}.elapsed_seconds + case when {alias}.state_no <> 0 or {alias}.state_no is null then 0 "
        f"else {reading} - {alias}.from_reading end"
    )
