"""`servicemeter sync`: pull the connected sources now."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


def _instant(ctx: click.Context, param: click.Parameter, given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is no date. Write it like 2026-11-01.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@click.command("sync")
@click.argument("name", required=False)
@click.option("--since", callback=_instant, metavar="DATE", help="Pull again everything that changed from this day (UTC) on.")
@click.option("--retry", is_flag=True, help="Try again what was sent to us and could not be read.")
@format_option("table", "json")
@home_option()
@click.pass_context
def verb(ctx: click.Context, name: str | None, since: datetime | None, retry: bool, form: str, home: Home) -> None:
    """Pull a connected source, or all of them, up to now. What was pulled stays, whatever ends it.

    What was sent to us by webhook in the meantime is taken too.

    At the end the days are counted at the source and in the book; a difference is shown.

    \b
    Examples:
      servicemeter sync
      servicemeter sync zendesk
      servicemeter sync zendesk --since 2026-11-01
    """
    from servicemeter.cli.terminal.sources import sync_sources

    ctx.exit(sync_sources(home, name, since, form=form, again=retry))
