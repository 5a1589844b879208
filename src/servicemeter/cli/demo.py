"""`servicemeter demo`: a made-up shop with a year of data, and its pages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from servicemeter.cli.terminal.options import home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]

_PORT = 8321


@click.command("demo")
@click.option("--tickets", type=click.IntRange(1), default=30_000, show_default=True, help="How many tickets the year has.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another number makes another shop.")
@click.option("--until", metavar="INSTANT", help="Where the year ends; the last midnight in Amsterdam without it.")
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@click.option("--no-serve", is_flag=True, help="Make the shop and show its scorecard here, no more.")
@click.option("--parquet", metavar="DIR", help="Only write the shop's tables as Parquet files into DIR.")
@home_option("servicemeter-demo")
def verb(tickets: int, seed: int, until: str | None, no_browser: bool, no_serve: bool, parquet: str | None, home: Home) -> None:
    """Make up a web shop's year of customer service, show its scorecard, and serve its pages.

    \b
    Examples:
      servicemeter demo
      servicemeter demo --tickets 3000 --no-serve
      servicemeter demo --parquet shop/ --until 2026-11-01
    """
    from servicemeter.cli.terminal.demonstration import Wanted, make_shop, show_shop, write_shop

    wanted = Wanted(tickets, seed, until, datetime.now().astimezone())
    if parquet is not None:
        write_shop(wanted, Path(parquet))
        return
    make_shop(home, wanted)
    show_shop(home, serves=not no_serve, opens_browser=not no_browser, port=_PORT)
