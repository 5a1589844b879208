"""`servicemeter measure`: one or several metrics over a period."""

from __future__ import annotations

import shlex
from typing import Any

import click

from servicemeter.cli.terminal.options import format_option, home_option, question_options
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("measure")
@click.argument("metrics", nargs=-1, required=True, metavar="METRIC…")
@question_options
@format_option("table", "json", "csv", "parquet")
@home_option()
def verb(metrics: tuple[str, ...], form: str, home: Home, **given: Any) -> None:
    """Measure METRIC over a period: its value, interval and n.

    Without --from and --to it is the month in which the data ends. `servicemeter metrics` lists what can be measured.

    \b
    Examples:
      servicemeter measure first_response_time --from 2026-11-01 --to 2026-12-01
      servicemeter measure csat reopen_rate --grain month --from 2026-01-01 --to 2027-01-01 --format csv
      servicemeter measure first_response_time --by channel --where team!=returns --set clock=business
    """
    from servicemeter.cli.terminal.answers import print_answers
    from servicemeter.cli.terminal.asked import Options, asked_again, questions
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import hint

    with reading(home) as desk:
        answers = desk.measure_all(questions(desk, metrics, Options(**given)))
        declared = {metric.name: metric for metric in desk.metrics()}
    print_answers(answers, declared, form)
    if form == "table":
        hint(f"The rows behind it: servicemeter explain {shlex.join(metrics)}{asked_again()}")
