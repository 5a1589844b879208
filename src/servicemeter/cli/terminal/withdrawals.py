"""Taking loads back on the terminal: what it would do, and doing it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import click

from servicemeter.cli.terminal.words import hint, print_json
from servicemeter.desk.methods.plan_withdrawal import plan_withdrawal
from servicemeter.desk.methods.withdraw import withdraw
from servicemeter.desk.opening import open_desk
from servicemeter.ground.settings import Home
from servicemeter.model.withdrawal import Withdrawal
from servicemeter.show.withdrawals import told_withdrawal

__all__ = ["take_back"]


def take_back(
    home: Home,
    source: str | None,
    load: int | None,
    *,
    is_whole: bool,
    starts_over: bool,
    dry_run: bool,
    is_sure: bool,
    form: str,
) -> None:
    """Say what would go and ask, unless one is sure; then do it and say what was done."""
    now = datetime.now(UTC)
    with open_desk(home) as desk:
        found = plan_withdrawal(desk, source=source, load=load, is_whole=is_whole, starts_over=starts_over)
        tz = desk.report_tz
        if not dry_run:
            if not is_sure:
                _say(found, tz, to_error=True)
                click.confirm("Take all of this out?", abort=True, err=True)
            first = None if is_whole or not found.loads else found.loads[-1].data_version
            found = withdraw(
                desk, source=found.source, load=first, is_whole=is_whole, seen=found.mark, now=now, starts_over=starts_over
            )
    if form == "json":
        print_json({**dataclasses.asdict(found), "is_dry_run": dry_run})
        return
    if dry_run or is_sure:
        _say(found, tz, to_error=False)
    if dry_run:
        hint("Nothing was changed. To do it: the same without --dry-run.")
    else:
        click.echo(f"Done. The data version is {found.data_version} now.")
        if starts_over:
            hint(f"Read it anew: servicemeter sync {found.source}")


def _say(found: Withdrawal, tz: str, *, to_error: bool) -> None:
    told = told_withdrawal(found, "en", tz)
    for line in (told.headline, *(f"  {line}" for line in told.loads), *(f"  {line}" for line in told.rows), *told.remarks):
        click.echo(line, err=to_error)
