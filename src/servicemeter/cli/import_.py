"""`servicemeter import`: files of any shape into the book."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


def _options(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """`column.key=value` pairs as a mapping."""
    pairs = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not name or not mark:
            raise click.BadParameter(f"{text!r} is not an option. Write column.date_order=day-first, or delimiter=;")
        pairs[name] = value
    return pairs


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--as", "known_as", metavar="NAME", help="The files are this known export.")
@click.option("--map", "mapping", metavar="FILE", help="Read the files by this mapping.")
@click.option("--schema", metavar="NAME", help="The schema of a database that holds the tables.")
@click.option("--source", metavar="NAME", help="Name the source; files that belong together share a name.")
@click.option("--tz", metavar="ZONE", help="The zone of times without an offset, such as Europe/Amsterdam.")
@click.option(
    "--through",
    metavar="DATE",
    help="The last day of which the file has everything, such as 2026-03-31. Later rows are kept, and count once a later file "
    "reaches them.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    callback=_options,
    metavar="COLUMN.KEY=VALUE",
    help="How to read a column or the file: created.date_order=day-first, delimiter=;",
)
@click.option("--dry-run", is_flag=True, help="Do everything and undo it: says what would be taken.")
@click.option("--strict", is_flag=True, help="End with status 1 when a row is kept aside.")
@click.option("--again", is_flag=True, help="Take a file that was taken before.")
@click.option(
    "--propose",
    is_flag=False,
    flag_value="-",
    metavar="FILE",
    help="Import nothing; write a mapping to start from, to FILE or (without FILE, as the last option) to the terminal.",
)
@format_option("table", "json")
@home_option()
@click.pass_context
def verb(
    ctx: click.Context,
    paths: tuple[str, ...],
    known_as: str | None,
    mapping: str | None,
    schema: str | None,
    source: str | None,
    tz: str | None,
    through: str | None,
    options: dict[str, str],
    dry_run: bool,
    strict: bool,
    again: bool,
    propose: str | None,
    form: str,
    home: Home,
) -> None:
    """Take files, or folders of files of one source: CSV, TSV, JSON lines, Parquet, XLSX; tables of PostgreSQL; a dlt source.

    Each PATH is taken as a whole or not at all. Rows that cannot be taken are kept aside and said; a file that was
    taken before is skipped.

    \b
    Examples:
      servicemeter import tickets.csv --tz Europe/Amsterdam
      servicemeter import march.csv --through 2026-03-31
      servicemeter import export/ --as zendesk --source helpdesk
      servicemeter import postgresql://reader@db.example.com/warehouse --schema zendesk --as zendesk_warehouse
      servicemeter import dlt:shop.py:orders --map mappings/shop
      servicemeter import odd.csv --propose odd.toml, then: servicemeter import odd.csv --map odd.toml
    """
    from servicemeter.cli.terminal.imports import Imports, propose_mappings
    from servicemeter.desk.importing import ImportRequest
    from servicemeter.sources.places import whole_place

    if known_as and mapping:
        raise click.UsageError("Give --as NAME or --map FILE, not both.")
    if tz:
        options["tz"] = tz
    if through:
        options["through"] = through
    if propose is not None:
        propose_mappings(paths, options, propose)
        return
    requests = [ImportRequest(whole_place(path), known_as, mapping, source, options, dry_run, again, schema) for path in paths]
    imports = Imports(home, form)
    imports.take(requests)
    ctx.exit(imports.status(strict=strict))
