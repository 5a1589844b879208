"""`servicemeter scorecard`: every metric at one look."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option, span_options
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("scorecard")
@click.option("--period", metavar="NAME", help="this_month, last_week, last_30_days, …; this_month without it.")
@span_options
@click.option("--as-of", metavar="INSTANT", help="Answer as of this moment; later facts do not exist.")
@format_option("table", "json")
@home_option()
def verb(
    period: str | None,
    since: str | None,
    until: str | None,
    where: tuple[str, ...],
    as_of: str | None,
    form: str,
    home: Home,
) -> None:
    """Show every metric: value, interval, n, the period before, change, target and trend.

    \b
    Examples:
      servicemeter scorecard
      servicemeter scorecard --period last_week --where channel=email
      servicemeter scorecard --from 2026-10-01 --to 2026-11-01 --format json
    """
    from servicemeter.cli.terminal.asked import conditions, day_of, instant_of
    from servicemeter.cli.terminal.cards import print_scorecard
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import hint, print_json

    if period and (since or until):
        raise click.UsageError("Give --period, or --from and --to.")
    with reading(home) as desk:
        card = desk.scorecard(
            since=day_of(since, "from"),
            until=day_of(until, "to"),
            period=period,
            where=conditions(where),
            as_of=instant_of(as_of, desk.report_tz) if as_of else None,
        )
        metrics = {metric.name: metric for metric in desk.metrics()}
    if form == "json":
        print_json(card.to_dict())
        return
    print_scorecard(card, metrics)
    hint("One of them in full: servicemeter measure METRIC; what it means: servicemeter metrics METRIC")
