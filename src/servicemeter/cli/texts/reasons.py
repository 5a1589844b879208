"""`servicemeter text reasons`: groups tickets by what they are about, and gives them their reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("reasons")
@click.option("--propose", "is_proposed", is_flag=True, help="Add what unexplained tickets have in common to reasons.toml.")
@click.option("--least", type=click.IntRange(min=2), help="Propose topics from this many tickets on.")
@click.option("--apply", "is_applied", is_flag=True, help="Give tickets without a reason the one of reasons.toml they belong to.")
@format_option("table", "json")
@home_option()
def verb(is_proposed: bool, least: int | None, is_applied: bool, form: str, home: Home) -> None:
    """Propose contact reasons from what customers write, and apply them.

    Reasons stand in reasons.toml of the data folder. Names, words and tags there are yours to edit: nothing in it is ever
    written over, and later proposals are only of what no reason explains yet. What the source itself says always holds.

    \b
    Examples:
      servicemeter text reasons --propose
      servicemeter text reasons --apply, then: servicemeter measure contact_reason_share
      servicemeter text reasons --propose --least 50
    """
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import hint, print_json
    from servicemeter.desk.methods.propose_reasons import propose_reasons
    from servicemeter.desk.methods.sort_by_reason import sort_by_reason

    if not is_proposed and not is_applied:
        raise click.UsageError("Give --propose, --apply or both.")
    told: dict[str, Any] = {}
    with reading(home) as desk:
        if is_proposed:
            told["proposed"] = propose_reasons(desk, least)
        if is_applied:
            told["sorted"] = sort_by_reason(desk, now=datetime.now().astimezone())
    if form == "json":
        print_json(told)
        return
    if is_proposed:
        _print_proposed(told["proposed"])
        if told["proposed"]["new"]:
            hint(f"Read and edit {told['proposed']['file']}, then: servicemeter text reasons --apply")
    if is_applied:
        _print_sorted(told["sorted"])
        hint("Now: servicemeter measure contact_reason_share")


def _print_proposed(told: dict[str, Any]) -> None:
    from servicemeter.cli.terminal.tables import print_table
    from servicemeter.cli.terminal.words import remark
    from servicemeter.show.numbers import number
    from servicemeter.show.tables import Column, Table

    columns = [Column("name"), Column("language"), Column("tickets", "right"), Column("words")]
    rows = [[r["name"], r["language"], number(r["tickets"]), ", ".join(r["words"])] for r in told["new"]]
    print_table(Table(columns, rows))
    for language, count in told["unexplained"].items():
        remark(f"{language}: {number(told['read'][language])} of {number(count)} tickets without a reason were read.")
    if not told["new"]:
        remark("Nothing new: no topic that is not in the file yet comes often enough.")


def _print_sorted(told: dict[str, Any]) -> None:
    from servicemeter.cli.terminal.tables import print_table
    from servicemeter.show.numbers import number
    from servicemeter.show.tables import Column, Table

    rows = [[value or "(unknown)", number(count)] for value, count in told["values"].items()]
    print_table(Table([Column("reason"), Column("tickets", "right")], rows))
