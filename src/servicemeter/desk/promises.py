"""Promises (SLA policies): what is set, what a wish would change, and how long a text says.

A promise that is changed ends, and another begins: what was promised before stays what it was. Those that another source brought
are shown and left to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from servicemeter.desk.ownrows import Row, changed_row, mark_of, metrics_of_promises, planned, read_rows, today_in
from servicemeter.ground.clock import epoch, local_day, local_midnight, moment
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.hours import OURS, Change, SettingPlan
from servicemeter.model.promises import PAUSES, PROMISED, PromiseHeld, PromiseKey, PromisesHeld, PromiseWish

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["hold_promises", "plan_promise_wish", "seconds_said"]

_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*(s|sec|min|m|h|d)", re.ASCII)
_SECONDS = {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_FILTERS = ("channel", "brand", "segment", "reason")
_LONGEST_S = 366 * 86400
_MOST_LETTERS = 60
Rows = Mapping[str, Sequence[Row]]


def seconds_said(text: str) -> int:
    """How many seconds a text says; `BadQuestion` when it is none, or longer than a year.

    >>> seconds_said("4h"), seconds_said("1 h 30 min"), seconds_said("0.5 h")
    (14400, 5400, 1800)
    """
    is_short = len(text) <= _MOST_LETTERS  # in a long one the parts are looked for at every letter again
    parts = _PART.findall(text.lower()) if is_short else []
    rest = _PART.sub("", text.lower()).strip() if is_short else text
    seconds = round(sum(float(figure.replace(",", ".")) * _SECONDS[unit] for figure, unit in parts))
    if rest or not 1 <= seconds <= _LONGEST_S:
        raise BadQuestion(f"within: {text!r} is no time to promise. Write 30min, 4h, 1h 30min or 2d; at most a year.")
    return seconds


def hold_promises(desk: Desk, now: datetime) -> PromisesHeld:
    """Every promise in the order in which they are tried."""
    rows, tz = read_rows(desk), desk.report_tz
    today = today_in(tz, now)
    found = [_held(row, tz, today) for row in rows["sla_policies"]]
    order = sorted(found, key=lambda p: (PROMISED.index(p.metric), p.rank is None, p.rank or 0, p.policy_id, p.target_s))
    return PromisesHeld(order, tz, mark_of(rows))


def _held(row: Row, tz: str, today: date) -> PromiseHeld:
    since, until = _day(row["valid_from"], tz), _day(row["valid_to"], tz)
    state = "to_come" if since and since > today else "over" if until and until <= today else "holds"
    filters = {name: row[name] for name in _FILTERS}
    return PromiseHeld(
        row["policy_id"], row["metric"], row["priority"], row["rank"], int(row["target_s"]), row["clock"], row["calendar_id"],
        row["pause_states"], **filters, since=since, until=until, state=state, source=row["source"],
        is_ours=row["source"] == OURS,
    )  # fmt: skip


def _day(at: datetime | None, tz: str) -> date | None:
    return local_day(epoch(at.replace(tzinfo=UTC)), tz) if at else None


def plan_promise_wish(desk: Desk, wish: PromiseWish, now: datetime) -> SettingPlan:
    """What a wish would change; `BadQuestion` says what cannot be and what would be right. Nothing is written."""
    rows, tz = read_rows(desk), desk.report_tz
    today = today_in(tz, now)
    since = wish.since
    changes: list[Change | None] = []
    if wish.ends or wish.instead_of:
        since = since or today
        changes.append(_ended(rows, wish.ends or wish.instead_of or ("", "", None), since, tz))
    if not wish.ends:
        changes.append(changed_row(rows, "sla_policies", _made(rows, wish, since, tz)))
    return planned(
        rows, changes, since=since, is_always=since is None, reaches=metrics_of_promises(), today=today,
    )  # fmt: skip


def _ended(rows: Rows, key: PromiseKey, on: date, tz: str) -> Change | None:
    name = f"{key[0]} ({key[1]}{f', {key[2]}' if key[2] else ''})"
    row = next((r for r in rows["sla_policies"] if (r["policy_id"], r["metric"], r["priority"]) == key), None)
    if row is None:
        raise BadQuestion(f"There is no promise {name}. Look at the list of those that hold.")
    if row["source"] != OURS:
        raise BadQuestion(
            f"The promise {name} comes with the data of {row['source']!r}. Change it there: its next load says it again."
        )
    after = {column: row[column] for column in row if column != "source"}
    # One that begins later than it ends never holds at all.
    return changed_row(rows, "sla_policies", {**after, "valid_to": _instant(on, tz)})


def _made(rows: Rows, wish: PromiseWish, since: date | None, tz: str) -> Row:
    _check(rows, wish)
    held = rows["sla_policies"]
    name = wish.policy_id.strip() or (wish.instead_of[0] if wish.instead_of else _usual_name(wish))
    keys = {(r["policy_id"], r["metric"], r["priority"]) for r in held}
    foreign = {r["policy_id"] for r in held if r["source"] != OURS}
    if wish.instead_of or not wish.policy_id.strip():
        name = _free(name, keys, foreign, wish)
    elif (name, wish.metric, wish.priority) in keys or name in foreign:
        raise BadQuestion(f"policy: there is a promise called {name!r} already. Give another name, or change that one.")
    ranks = [int(r["rank"]) for r in held if r["rank"] is not None]
    old = next((r for r in held if (r["policy_id"], r["metric"], r["priority"]) == wish.instead_of), None)
    rank = wish.rank if wish.rank is not None else old["rank"] if old else max(ranks, default=0) + 1
    return {
        "policy_id": name, "rank": rank, "metric": wish.metric,
        **{column: getattr(wish, column) or None for column in _FILTERS}, "priority": wish.priority or None,
        "target_s": wish.within_s, "clock": wish.clock, "calendar_id": wish.calendar_id or None, "pause_states": wish.pauses,
        "valid_from": _instant(since, tz) if since else None, "valid_to": None,
    }  # fmt: skip


def _usual_name(wish: PromiseWish) -> str:
    given = [wish.metric, wish.priority, *(getattr(wish, column) for column in _FILTERS)]
    return " ".join(one for one in given if one)[:60]


def _free(name: str, keys: set[PromiseKey], foreign: set[str], wish: PromiseWish) -> str:
    """The name, with the first number that nobody has."""
    plain = re.sub(r" \(\d+\)$", "", name)
    number, tried = 1, name
    while (tried, wish.metric, wish.priority or None) in keys or tried in foreign:
        number += 1
        tried = f"{plain} ({number})"
    return tried


def _check(rows: Rows, wish: PromiseWish) -> None:
    known = {row["calendar_id"] for row in rows["business_calendars"]}
    for kind, said, choices in (
        ("promise", wish.metric, PROMISED),
        ("clock", wish.clock, ("calendar", "business")),
        ("pause", wish.pauses or "none", PAUSES),
        ("calendar", wish.calendar_id, [*known, None, ""]),
    ):
        if said not in choices:
            raise UnknownName(kind, str(said), [one for one in choices if one])
    if not 1 <= wish.within_s <= _LONGEST_S:
        raise BadQuestion(f"within: {wish.within_s:,} seconds cannot be promised; give 1 second to a year.")
    if wish.calendar_id and wish.clock != "business":
        raise BadQuestion(
            "clock: a promise with a calendar runs by the clock 'business'. Leave the calendar out, or choose that."
        )
    if not all(len(one) <= 60 and one.isprintable() for one in (wish.policy_id, *(getattr(wish, c) or "" for c in _FILTERS))):
        raise BadQuestion("policy: a name is one line of at most 60 letters, and so is what it is for.")


def _instant(on: date, tz: str) -> datetime:
    """The beginning of a local day as the book keeps instants (naive UTC)."""
    return moment(local_midnight(on, tz)).replace(tzinfo=None)
