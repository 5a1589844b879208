"""`servicemeter metrics`: the catalogue, or one definition in full."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, language_option

__all__ = ["verb"]


@click.command("metrics")
@click.argument("metric", required=False)
@language_option
@format_option("table", "json")
def verb(metric: str | None, language: str, form: str) -> None:
    """List what can be measured, or define one METRIC in full.

    \b
    Examples:
      servicemeter metrics
      servicemeter metrics first_response_time
      servicemeter metrics first_response_time --language nl
    """
    from servicemeter.cli.terminal.definitions import print_catalogue, print_definition
    from servicemeter.cli.terminal.words import hint, print_json
    from servicemeter.metrics.catalog import all_metrics, find_metric

    chosen = [find_metric(metric)] if metric else list(all_metrics().values())
    if form == "json":
        from servicemeter.web.api import metric_dict

        shown = [metric_dict(one) for one in chosen]
        print_json(shown[0] if metric else shown)
    elif metric:
        print_definition(chosen[0], language)
        hint(f"Measure it: servicemeter measure {metric}")
    else:
        print_catalogue(chosen, language)
        hint("One of them in full: servicemeter metrics METRIC")
