"""Loads on the terminal: which there are, what taking one back would do, and doing it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import click

from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import hint, print_json, remark
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.plan_withdrawal import plan_withdrawal
from servicemeter.desk.methods.withdraw import withdraw
from servicemeter.desk.opening import open_desk
from servicemeter.ground.errors import UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.withdrawal import Withdrawal
from servicemeter.show.dates import moment
from servicemeter.show.numbers import number
from servicemeter.show.tables import Column, Table
from servicemeter.show.withdrawals import load_state, told_withdrawal

__all__ = ["print_loads", "take_back"]


def print_loads(home: Home, source: str | None, form: str) -> None:
    """Every load, or those of a source, oldest first."""
    with open_desk(home) as desk:
        found, tz = loads(desk), desk.report_tz
    names = {str(one["source"]) for one in found}
    if source is not None and source not in names:
        raise UnknownName("source", source, sorted(names - {""}))
    chosen = [one for one in found if source in (None, one["source"])]
    if form == "json":
        print_json(chosen)
        return
    if not chosen:
        remark("Nothing was loaded yet.")
        hint("Load something: servicemeter import FILE")
        return
    columns = [
        Column("load", "right"),
        Column("when"),
        Column("source"),
        Column("rows", "right"),
        Column("what"),
        Column("state"),
    ]
    rows = [
        [
            str(one["data_version"]),
            moment(one["recorded_at"].replace(tzinfo=UTC), tz, with_year=True),
            str(one["source"]),
            "" if one["row_count"] is None else number(one["row_count"]),
            str(one["label"] or ""),
            load_state(one, "en"),
        ]
        for one in chosen
    ]
    print_table(Table(columns, rows))
    hint("Take the last import back: servicemeter undo --dry-run")


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
