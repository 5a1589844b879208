"""`servicemeter loads`: what was loaded, and when."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("loads")
@click.argument("source", required=False)
@format_option("table", "json")
@home_option()
def verb(source: str | None, form: str, home: Home) -> None:
    """List every load, or those of SOURCE: its number, when it came, from where, how many rows it brought, what became of it.

    \b
    Examples:
      servicemeter loads
      servicemeter loads tickets --format json
    """
    from servicemeter.cli.terminal.loads import print_loads

    print_loads(home, source, form)
