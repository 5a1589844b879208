"""`servicemeter check`: what is wrong with the data."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("check")
@click.option("--kept-aside", is_flag=True, help="List every row that was kept aside, with its file, row, column and value.")
@click.option("--export", metavar="FILE.csv", help="Write the rows kept aside as they came, to be mended and imported again.")
@format_option("table", "json")
@home_option()
def verb(kept_aside: bool, export: str | None, form: str, home: Home) -> None:
    """Say what is wrong with the data, what it touches and what to do about it.

    \b
    Examples:
      servicemeter check
      servicemeter check --kept-aside
      servicemeter check --export mend.csv, then: servicemeter import mend.csv
    """
    from servicemeter.cli.terminal.faults import export_rows, print_findings, print_kept_aside
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import print_json

    with reading(home, or_kept_aside=True) as desk:
        if export is not None:
            export_rows(desk.kept_aside(to_mend=True), export)
            return
        found = desk.kept_aside() if kept_aside else desk.findings()
        tz = desk.report_tz
    if form == "json":
        print_json(found)
    elif kept_aside:
        print_kept_aside(found)
    else:
        print_findings(found, tz)
