"""`servicemeter undo`: take back an import."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("undo")
@click.argument("source", required=False)
@click.option("--load", "load", type=int, metavar="NUMBER", help="Back to before this load; those after it go too.")
@click.option("--dry-run", is_flag=True, help="Change nothing: say which rows would go.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@format_option("table", "json")
@home_option()
def verb(source: str | None, load: int | None, dry_run: bool, yes: bool, form: str, home: Home) -> None:
    """Take back the last import, or the last of SOURCE: its rows go, and what they changed is as it was before.

    The loads of a source go in order, the latest first; `servicemeter loads` lists them. What was pulled or sent is not taken
    back, because the source would send it again: `servicemeter remove` takes out a whole source.

    \b
    Examples:
      servicemeter undo --dry-run
      servicemeter undo tickets --yes
      servicemeter undo tickets --load 12
    """
    from servicemeter.cli.terminal.withdrawals import take_back

    take_back(home, source, load, is_whole=False, starts_over=False, dry_run=dry_run, is_sure=yes, form=form)
