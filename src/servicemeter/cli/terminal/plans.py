"""Opening hours and promises on the terminal: what is set, what would change, and saving it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import click

from servicemeter.cli.terminal.progress import telling_facts
from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import hint, print_json, remark
from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.promises import promises
from servicemeter.ground.clock import holidays_of
from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.weektext import parse_span, week_text
from servicemeter.model.hours import CalendarHeld, DayWish, SettingPlan
from servicemeter.model.promises import PromiseHeld
from servicemeter.show.durations import duration
from servicemeter.show.plans import told_plan
from servicemeter.show.tables import Column, Table

__all__ = ["carry_out", "date_said", "days_said", "print_hours", "print_promises"]


def print_hours(desk: AnyDesk, form: str) -> None:
    """Every calendar: its weeks from when on, its days, who runs by it."""
    held = hours(desk)
    if form == "json":
        print_json(
            {"default": held.default, "calendars": [_calendar(one) for one in held.calendars], "data_version": desk.data_version}
        )
        return
    for one in held.calendars:
        of = "" if one.is_ours else f", comes with the data of {one.source}"
        click.echo(f"{one.name} ({one.tz}){', the default' if one.is_default else ''}{of}")
        for week in one.weeks:
            click.echo(f"  {f'from {week.valid_from}' if week.valid_from else 'always':<16} {week_text(week.openings)}")
        for day in one.days:
            click.echo(f"  {f'on {day.on}':<16} {' '.join(f'{a}-{b}' for a, b in day.openings) or 'closed'}")
    if not held.calendars:
        remark("No opening hours are set: business time is all of the time.")
        hint("Set them: servicemeter hours set --calendar Support --tz Europe/Amsterdam --week 'mon-fri 09:00-17:30'")


def _calendar(one: CalendarHeld) -> dict[str, object]:
    return {
        "calendar_id": one.calendar_id, "name": one.name, "tz": one.tz, "source": one.source, "is_default": one.is_default,
        "weeks": [{"valid_from": week.valid_from, "openings": week.openings} for week in one.weeks],
        "days": [{"on": day.on, "openings": day.openings} for day in one.days],
    }  # fmt: skip


def print_promises(desk: AnyDesk, form: str, now: datetime) -> None:
    """Every promise in the order in which they are tried."""
    found = promises(desk, now=now)
    held = found.promises
    if form == "json":
        names = ("policy_id", "metric", "priority", "rank", "target_s", "clock", "calendar_id", "pauses", "channel", "brand",
                 "segment", "reason", "since", "until", "state", "source")  # fmt: skip
        print_json({"promises": [{name: getattr(one, name) for name in names} for one in held], "notes": list(found.notes)})
        return
    titles = ("rank", "promise", "of", "within", "clock", "for", "from", "until", "source")
    columns = [Column(title, "right" if title in ("rank", "within") else "left") for title in titles]
    print_table(Table(columns, [_promise(one) for one in held]))
    for note in found.notes:
        remark(note)
    if not held:
        remark("Nothing is promised.")
        hint("Promise something: servicemeter promises set --metric first_response --within 4h --clock business")


def _promise(one: PromiseHeld) -> list[str]:
    whom = ", ".join(text for text in (one.priority, one.channel, one.brand, one.segment, one.reason) if text)
    clock = (one.calendar_id or "business") if one.clock == "business" else "calendar"
    return [
        str(one.rank if one.rank is not None else "-"), one.policy_id, one.metric, duration(one.target_s), clock, whom or "all",
        str(one.since or "always"), str(one.until or "-"), one.source,
    ]  # fmt: skip


def carry_out(desk: AnyDesk, plan: SettingPlan, save: Callable[[], SettingPlan], form: str, *, dry_run: bool) -> None:
    """Say what changes, row by row, and then save it, unless it is only to be said; the facts are made here or by the server."""
    told = told_plan(plan, "en", desk.report_tz, {metric.name: metric.label("en") for metric in desk.metrics()})
    done = plan if dry_run or not plan.changes else save()
    if done.data_version and isinstance(desk, Desk):
        with telling_facts() as tell:
            desk.prepare(tell)
    if form == "json":
        print_json(done.to_dict())
        return
    for sign, text in told.lines:
        click.echo(f"{sign} {text}")
    if not plan.changes:
        remark("It is so already; nothing was written.")
        return
    if told.differs:
        remark(f"Against the week before: {'; '.join(told.differs)}.")
    remark(f"{told.headline} " + (f"It may change: {', '.join(plan.reaches)}." if plan.reaches else "No figure changes."))
    if plan.is_past:
        remark("It reaches days that are over; their figures change too.")
    remark("Nothing was written (--dry-run)." if dry_run else f"Saved as data version {done.data_version}.")
    if done.data_version and not isinstance(desk, Desk):
        remark("The server works all figures out anew; its pages show them again when that is done.")


def date_said(text: str | None, option: str) -> date | None:
    """A date of an option; `always` and nothing are None."""
    if text in (None, "always"):
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise BadQuestion(f"{option} {text!r} is no date. Write it as 2026-12-25.") from None


def days_said(
    closed: tuple[str, ...], opened: tuple[str, ...], usual: tuple[str, ...], holidays: tuple[str, ...]
) -> tuple[DayWish, ...]:
    """The dates of the options as wishes; hours of a date that is named several times are all of its openings."""
    found: dict[date, list[tuple[str, str]]] = {}
    for text in holidays:
        country, _, year = text.partition("=")
        if not (year.isascii() and year.isdigit() and 1970 <= int(year) <= 2099):
            raise BadQuestion(f"--holidays {text!r} says no country and year. Write it as NL=2027.")
        found |= {on: [] for on in holidays_of(country, [int(year)])}
    found |= {_day(text, "--closed"): [] for text in closed}
    for text in opened:
        on, _, span = text.strip().partition(" ")
        found.setdefault(_day(on, "--open"), []).append(parse_span(span))
    back = [DayWish(_day(text, "--usual"), is_usual=True) for text in usual]
    return (*(DayWish(on, tuple(spans)) for on, spans in sorted(found.items())), *back)


def _day(text: str, option: str) -> date:
    on = date_said(text, option)
    if on is None:
        raise BadQuestion(f"{option} {text!r} is no date. Write it as 2026-12-25.")
    return on
