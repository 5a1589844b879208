"""`servicemeter export`: everything that is kept about a person, as one file."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from servicemeter.cli.terminal.options import home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("export")
@click.argument("customer", metavar="CUSTOMER")
@click.option("--source", metavar="NAME", help="The source whose key it is, where several know one of that name.")
@click.option("--to", "target", metavar="FILE.json", help="Write it there, for its owner's eyes alone; else it is printed.")
@home_option()
def verb(customer: str, source: str | None, target: str | None, home: Home) -> None:
    """Hand out everything about a customer as JSON: the book in all versions, surveys and mails, and the files that name them.

    \b
    Examples:
      servicemeter export ann@example.com --to ann.json
      servicemeter export 4711 --source shop
    """
    from servicemeter.cli.terminal.words import remark
    from servicemeter.desk.methods.export_customer import export_customer
    from servicemeter.desk.opening import open_desk
    from servicemeter.ground.settings import write_privately

    with open_desk(home) as desk:
        found = export_customer(desk, customer, source)
    text = json.dumps(found, indent=2, ensure_ascii=False, default=_plain)
    if target is None:
        click.echo(text)
        return
    write_privately(Path(target), text + "\n")
    remark(f"Written: {target}.")


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "(sealed)" if isinstance(value, bytes) else str(value)
