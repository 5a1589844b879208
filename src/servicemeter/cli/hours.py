"""`servicemeter hours`: opening hours, shown and set."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.group("hours")
def verb() -> None:
    """Opening hours: what counts as business time. A change is a load with its own data version; nothing is overwritten.

    \b
    Examples:
      servicemeter hours show
      servicemeter hours set --calendar Support --tz Europe/Amsterdam --week "mon-fri 09:00-17:30"
      servicemeter hours set --calendar Support --week "mon-fri 09:00-17:30; sat 10:00-14:00" --from 2026-12-01
      servicemeter hours set --calendar Support --holidays NL=2027 --open "2027-12-24 09:00-13:00" --dry-run
    """


@verb.command()
@format_option("table", "json")
@home_option()
def show(form: str, home: Home) -> None:
    """Every calendar with its weeks, its days, and who runs by it."""
    from servicemeter.cli.terminal.plans import print_hours
    from servicemeter.desk.opening import open_desk

    with open_desk(home) as desk:
        print_hours(desk, form)


@verb.command("set")
@click.option("--calendar", required=True, metavar="NAME", help="The calendar; a name that there is not yet makes one.")
@click.option("--tz", metavar="ZONE", help="Its time zone, such as Europe/Amsterdam.")
@click.option("--week", metavar="HOURS", help="The whole week: 'mon-fri 09:00-17:30; sat 10:00-14:00'. Other days are closed.")
@click.option("--from", "since", metavar="DATE", help="The first day of that week; today, but always for a new calendar.")
@click.option("--closed", multiple=True, metavar="DATE", help="Closed on this day; may be repeated.")
@click.option("--open", "opened", multiple=True, metavar="'DATE HOURS'", help="Other hours on a day: '2026-12-24 09:00-13:00'.")
@click.option("--usual", multiple=True, metavar="DATE", help="An ordinary day again; may be repeated.")
@click.option("--holidays", multiple=True, metavar="COUNTRY=YEAR", help="Closed on the public holidays of a country: NL=2027.")
@click.option("--take-back", multiple=True, metavar="DATE", help="Take back the week that begins on this day.")
@click.option("--default", "is_default", is_flag=True, help="Let it be the calendar of tickets without another.")
@click.option("--dry-run", is_flag=True, help="Write nothing: say what would change.")
@format_option("table", "json")
@home_option()
def set_(
    calendar: str, tz: str | None, week: str | None, since: str | None, closed: tuple[str, ...], opened: tuple[str, ...],
    usual: tuple[str, ...], holidays: tuple[str, ...], take_back: tuple[str, ...], is_default: bool, dry_run: bool, form: str,
    home: Home,
) -> None:  # fmt: skip
    """Set a calendar's week from a day on, days with other hours, or which calendar is the default; says what changed."""
    from servicemeter.cli.terminal.plans import carry_out, date_said, days_said
    from servicemeter.desk.methods.hours import hours
    from servicemeter.desk.methods.plan_hours import plan_hours
    from servicemeter.desk.methods.save_hours import save_hours
    from servicemeter.desk.opening import open_desk
    from servicemeter.ground.clock import epoch, local_day
    from servicemeter.ground.weektext import parse_week
    from servicemeter.model.hours import HoursWish

    now = datetime.now(UTC)
    days = days_said(closed, opened, usual, holidays)
    begins = date_said(since, "--from")
    back = tuple(on for text in take_back if (on := date_said(text, "--take-back")))
    with open_desk(home) as desk:
        known = next((one for one in hours(desk).calendars if calendar in (one.calendar_id, one.name)), None)
        calendar = known.calendar_id if known else calendar
        if since is None and known is not None:
            begins = local_day(epoch(now), known.tz)
        wish = HoursWish(
            calendar, None, tz, tuple(parse_week(week)) if week is not None else None, begins, back, days, is_default
        )  # fmt: skip
        plan = plan_hours(desk, wish=wish, now=now)
        carry_out(desk, plan, lambda: save_hours(desk, wish=wish, seen=plan.mark, now=now), form, dry_run=dry_run)
