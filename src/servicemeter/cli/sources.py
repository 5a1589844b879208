"""`servicemeter sources`: what is connected and how it is doing."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("sources")
@click.option("--kinds", is_flag=True, help="List what can be connected instead.")
@click.option("--turn-key", is_flag=True, help="Seal every token with a fresh key; the old key stays in the key file.")
@format_option("table", "json")
@home_option()
def verb(kinds: bool, turn_key: bool, form: str, home: Home) -> None:
    """Say of every connected source when it was last pulled, how far it is behind, what went wrong and what to do.

    \b
    Examples:
      servicemeter sources
      servicemeter sources --kinds
      servicemeter sources --format json
    """
    from servicemeter.cli.terminal.sources import print_kinds, print_sources, turn_the_key

    if turn_key:
        turn_the_key(home)
    elif kinds:
        print_kinds(home, form)
    else:
        print_sources(home, form)
