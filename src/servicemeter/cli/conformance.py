"""`servicemeter conformance`: case files, with exact answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from servicemeter.cli.terminal.options import format_option, home_option

__all__ = ["verb"]


@click.command("conformance")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--engine", "address", default="duckdb:", show_default=True, metavar="ADDRESS", help="The engine that answers.")
@click.option("--allow-missing", is_flag=True, help="Metrics that are not there yet are no failure.")
@format_option("table", "json")
@home_option(is_used=False)
@click.pass_context
def verb(ctx: click.Context, files: tuple[str, ...], address: str, allow_missing: bool, form: str) -> None:
    """Run case files: rows, questions and exact answers; one line a question.

    Ends with 0 only if no answer differs and none is "not yet".

    \b
    Examples:
      servicemeter conformance tests/conformance/*.yaml
      servicemeter conformance cases.yaml --engine postgresql://me@localhost/scratch --allow-missing
    """
    from servicemeter.cli.terminal.words import print_json
    from servicemeter.desk.conformance import run_file
    from servicemeter.desk.desk import Desk
    from servicemeter.engines.opening import open_engine

    engine = open_engine(address)
    name_of_engine = engine.dialect.name if engine else "duckdb"
    counts: Counter[str] = Counter()
    told = []
    for name in files:
        for outcome in run_file(Path(name), lambda: Desk(None, engine=engine, on_demand=True)):
            counts[outcome.result] += 1
            if form == "json":
                told.append({"file": name, **vars(outcome)})
            else:
                details = f": {outcome.details}" if outcome.details else ""
                click.echo(f"{outcome.result:8} {outcome.case} {outcome.asked}{details}")
    if form == "json":
        print_json(told)
    else:
        click.echo(f"{counts['pass']} pass, {counts['differs']} differ, {counts['not yet']} not yet ({name_of_engine})")
    ctx.exit(1 if counts["differs"] or (counts["not yet"] and not allow_missing) else 0)
