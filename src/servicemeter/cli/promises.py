"""`servicemeter promises`: agreements (SLA policies), shown, made, changed and ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home
from servicemeter.model.promises import PAUSES, PROMISED, PromiseWish

__all__ = ["verb"]


@click.group("promises")
def verb() -> None:
    """Agreements: what is promised to customers within which time. Of each kind the first that fits holds, by rank.

    \b
    Examples:
      servicemeter promises show
      servicemeter promises set --metric first_response --within 4h --clock business --calendar Support
      servicemeter promises set --metric resolution --within 2d --priority high --channel email --name "urgent mail"
      servicemeter promises set --metric resolution --within 1d --instead-of "urgent mail" --priority high
      servicemeter promises end --name "urgent mail" --metric resolution --priority high --on 2026-12-31
    """


@verb.command()
@format_option("table", "json")
@home_option()
def show(form: str, home: Home) -> None:
    """Every agreement in the order in which they are tried."""
    from servicemeter.cli.terminal.plans import print_promises
    from servicemeter.desk.opening import open_desk

    with open_desk(home) as desk:
        print_promises(desk, form, datetime.now(UTC))


@verb.command("set")
@click.option("--metric", required=True, type=click.Choice(PROMISED), help="What is promised.")
@click.option("--within", required=True, metavar="TIME", help="Within which time: 30min, 4h, 1h 30min, 2d.")
@click.option("--clock", type=click.Choice(("calendar", "business")),
              help="All of the time (calendar, the usual), or opening hours only.")  # fmt: skip
@click.option("--calendar", "calendar_id", metavar="NAME", help="Whose opening hours; those of the ticket, where none is named.")
@click.option("--priority", metavar="WORD", help="Only tickets of this priority.")
@click.option("--channel", metavar="NAME", help="Only this channel.")
@click.option("--brand", metavar="NAME", help="Only this brand.")
@click.option("--segment", metavar="NAME", help="Only customers of this segment.")
@click.option("--reason", metavar="NAME", help="Only this contact reason.")
@click.option("--pauses", type=click.Choice(PAUSES), help="States in which the clock stands still; resolutions: pending.")
@click.option("--rank", type=click.IntRange(0), help="Its place in the order; last, where none is given.")
@click.option("--name", default="", metavar="NAME", help="What it is called.")
@click.option("--from", "since", metavar="DATE", help="The first day; all times, where none is given.")
@click.option("--instead-of", metavar="NAME", help="End this one of the same metric and priority on that day (today).")
@click.option("--dry-run", is_flag=True, help="Write nothing: say what would change.")
@format_option("table", "json")
@home_option()
def set_(
    metric: str,
    within: str,
    name: str,
    priority: str | None,
    since: str | None,
    instead_of: str | None,
    dry_run: bool,
    form: str,
    home: Home,
    **more: Any,
) -> None:
    """Promise something, or change what is promised: the one before ends and stays what it was.

    With --instead-of what is not given is as in the one before.
    """
    from servicemeter.cli.terminal.plans import date_said
    from servicemeter.desk.promises import seconds_said

    wish = PromiseWish(
        metric,
        seconds_said(within),
        name,
        priority=priority,
        since=date_said(since, "--from"),
        instead_of=(instead_of, metric, priority) if instead_of else None,
        **{column: value for column, value in more.items() if value is not None},
    )
    by_clock = more["clock"] == "calendar"  # which has no calendar to take over
    missing = tuple(name for name, value in more.items() if value is None and not (by_clock and name == "calendar_id"))
    _carry_out(wish, form, home, dry_run=dry_run, missing=missing)


@verb.command()
@click.option("--name", required=True, metavar="NAME", help="What it is called.")
@click.option("--metric", required=True, type=click.Choice(PROMISED), help="What it promises.")
@click.option("--priority", metavar="WORD", help="Its priority, where it has one.")
@click.option("--on", metavar="DATE", help="The first day on which it no longer holds; today, where none is given.")
@click.option("--dry-run", is_flag=True, help="Write nothing: say what would change.")
@format_option("table", "json")
@home_option()
def end(name: str, metric: str, priority: str | None, on: str | None, dry_run: bool, form: str, home: Home) -> None:
    """Let an agreement end; what was kept or broken before stays so."""
    from servicemeter.cli.terminal.plans import date_said

    wish = PromiseWish(since=date_said(on, "--on"), ends=(name, metric, priority))
    _carry_out(wish, form, home, dry_run=dry_run)


def _carry_out(wish: PromiseWish, form: str, home: Home, *, dry_run: bool, missing: tuple[str, ...] = ()) -> None:
    """Plan and save; `missing` columns are those of the promise that it takes the place of."""
    from dataclasses import replace

    from servicemeter.cli.terminal.plans import carry_out
    from servicemeter.desk.methods.plan_promise import plan_promise
    from servicemeter.desk.methods.promises import promises
    from servicemeter.desk.methods.save_promise import save_promise
    from servicemeter.desk.opening import open_desk

    now = datetime.now(UTC)
    with open_desk(home) as desk:
        held = promises(desk, now=now).promises if wish.instead_of else []
        old = next((one for one in held if one.key == wish.instead_of), None)
        if old:
            wish = replace(wish, **{column: getattr(old, column) for column in missing})
        plan = plan_promise(desk, wish=wish, now=now)
        carry_out(desk, plan, lambda: save_promise(desk, wish=wish, seen=plan.mark, now=now), form, dry_run=dry_run)
