"""`servicemeter text complaints`: flags complaints by rules, and says how right the rules are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("complaints")
@click.option(
    "--apply", "is_applied", is_flag=True, help="Write the flags into the book, where neither source nor person says it."
)
@click.option("--against", metavar="FILE.csv", help="Compare with what people corrected: ticket_id, is_complaint (and source).")
@click.option("--source", default="files", show_default=True, help="The source of corrections that do not name one.")
@format_option("table", "json")
@home_option()
def verb(is_applied: bool, against: str | None, source: str, form: str, home: Home) -> None:
    """Say which tickets are complaints, by rules that anybody can read; without --apply nothing is written.

    A complaint is dissatisfaction with a response expected (ISO 10002), never a bad mood alone. Each flag keeps the rule that
    gave it. Precision and recall are of the tickets on which the source or a person says it too, or of FILE.csv.

    \b
    Examples:
      servicemeter text complaints
      servicemeter text complaints --apply, then: servicemeter measure complaint_ratio
      servicemeter text complaints --against corrected.csv --source helpdesk
    """
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import hint, print_json
    from servicemeter.desk.complaints import read_corrections
    from servicemeter.desk.methods.judge_complaints import judge_complaints
    from servicemeter.desk.methods.rate_complaints import rate_complaints

    corrections = read_corrections(against, source) if against else None
    with reading(home) as desk:
        told: dict[str, Any] = {"judged": judge_complaints(desk, now=datetime.now().astimezone()) if is_applied else None}
        told["rating"] = rate_complaints(desk, corrections)
    if form == "json":
        print_json(told)
        return
    if told["judged"]:
        _print_judged(told["judged"])
    _print_rating(told["rating"])
    hint(
        "Now: servicemeter measure complaint_ratio" if is_applied else "To write the flags: servicemeter text complaints --apply"
    )


def _print_judged(judged: dict[str, Any]) -> None:
    from servicemeter.cli.terminal.tables import print_table
    from servicemeter.show.numbers import number
    from servicemeter.show.tables import Column, Table

    click.echo(
        f"{number(judged['tickets'])} tickets judged, {number(judged['values'].get('true', 0))} of them complaints; "
        f"{number(judged['not_judged'])} could not be read"
    )
    rules = [[rule, number(count)] for rule, count in judged["rules"].items() if rule != "no_rule"]
    print_table(Table([Column("rule"), Column("tickets", "right")], rules))


def _print_rating(rating: dict[str, Any]) -> None:
    from servicemeter.show.numbers import number

    if not rating["tickets"]:
        click.echo("Precision and recall: not measured, nobody has said of any ticket with words whether it is a complaint.")
        return
    for name, of in (("precision", "found"), ("recall", "complaints")):
        value, low, high = (rating[f"{name}{part}"] for part in ("", "_ci_low", "_ci_high"))
        said = "nothing to divide by" if value is None else f"{value:.2f} ({low:.2f} to {high:.2f})"
        click.echo(f"{name}: {said}, n {number(rating[of])}")
