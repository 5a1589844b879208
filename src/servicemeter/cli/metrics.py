"""`servicemeter metrics`: the catalogue, or one definition in full."""

from __future__ import annotations

from pathlib import Path

import click

from servicemeter.cli.terminal.options import format_option, home_option, language_option

__all__ = ["verb"]


@click.command("metrics")
@click.argument("metric", required=False)
@language_option
@format_option("table", "json")
@click.option("--write", "folder", metavar="DIR", help="Write a Markdown page a metric and an index into DIR.")
@click.option("--cases", metavar="DIR", help="With --write: end each page with the worked cases of DIR that ask for the metric.")
@home_option(is_used=False)
def verb(metric: str | None, language: str, form: str, folder: str | None, cases: str | None) -> None:
    """List what can be measured, define one METRIC in full, or write all definitions as pages.

    \b
    Examples:
      servicemeter metrics
      servicemeter metrics first_response_time
      servicemeter metrics first_response_time --language nl
      servicemeter metrics --write docs/definitions --cases tests/conformance
    """
    from servicemeter.cli.terminal.definitions import print_catalogue, print_definition
    from servicemeter.cli.terminal.words import hint, print_json
    from servicemeter.metrics.catalog import all_metrics, find_metric
    from servicemeter.show.phrases import say

    chosen = [find_metric(metric)] if metric else list(all_metrics().values())
    if folder:
        from servicemeter.cli.terminal.definition_pages import write_definitions

        count = write_definitions(list(all_metrics().values()), Path(folder), Path(cases) if cases else None)
        click.echo(f"{count} pages written to {folder}.")
    elif form == "json":
        from servicemeter.web.api import metric_dict

        shown = [metric_dict(one) for one in chosen]
        print_json(shown[0] if metric else shown)
    elif metric:
        print_definition(chosen[0], language)
        hint(say(language, "Measure it: {command}", command=f"servicemeter measure {metric}"))
    else:
        print_catalogue(chosen, language)
        hint(say(language, "One of them in full: {command}", command="servicemeter metrics METRIC"))
