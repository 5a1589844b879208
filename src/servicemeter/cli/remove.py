"""`servicemeter remove`: take a source out of the book."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("remove")
@click.argument("source")
@click.option("--start-over", is_flag=True, help="A connected source: keep the connection; its next sync reads everything anew.")
@click.option("--dry-run", is_flag=True, help="Change nothing: say which rows would go.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@format_option("table", "json")
@home_option()
def verb(source: str, start_over: bool, dry_run: bool, yes: bool, form: str, home: Home) -> None:
    """Remove SOURCE: all of its rows with their earlier versions, and where its pulls stood. Other sources stay as they are.

    \b
    Examples:
      servicemeter remove tickets --dry-run
      servicemeter remove tickets
      servicemeter remove zendesk --start-over
    """
    from servicemeter.cli.terminal.withdrawals import take_back

    take_back(home, source, None, is_whole=True, starts_over=start_over, dry_run=dry_run, is_sure=yes, form=form)
