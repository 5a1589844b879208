"""`servicemeter explain`: the rows behind an answer."""

from __future__ import annotations

from typing import Any

import click

from servicemeter.cli.terminal.options import format_option, home_option, question_options
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("explain")
@click.argument("metrics", nargs=-1, required=True, metavar="METRIC…")
@question_options
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="How many rows to show, at most.")
@click.option("--sql", is_flag=True, help="Print the statement behind the answer instead.")
@format_option("table", "json")
@home_option()
def verb(metrics: tuple[str, ...], limit: int, sql: bool, form: str, home: Home, **given: Any) -> None:
    """Show the rows that METRIC counted, and what it left out and why.

    It is asked like `servicemeter measure`, with the same options.

    \b
    Examples:
      servicemeter explain first_response_time --from 2026-11-01 --to 2026-12-01
      servicemeter explain reopen_rate --where team=returns --limit 100
      servicemeter explain csat --sql
    """
    from servicemeter.cli.terminal.asked import Options, questions
    from servicemeter.cli.terminal.explanations import print_explanation
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import print_json

    with reading(home) as desk:
        asked = questions(desk, metrics, Options(**given))
        if sql:
            statements = {question.metric: desk.statements(question) for question in asked}
        else:
            explained = [desk.explain_question(question, limit) for question in asked]
        declared = {metric.name: metric for metric in desk.metrics()}
    if sql and form == "json":
        print_json(statements)
    elif sql:
        click.echo("\n\n".join(statement + ";" for found in statements.values() for statement in found))
    elif form == "json":
        shown = [explanation.to_dict() for explanation in explained]
        print_json(shown[0] if len(shown) == 1 else shown)
    else:
        for explanation in explained:
            print_explanation(explanation, declared[explanation.answer.metric])
