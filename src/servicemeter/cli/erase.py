"""`servicemeter erase`: take a person out of everything that is kept, and leave what is counted."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("erase")
@click.argument("customer", metavar="CUSTOMER")
@click.option("--source", metavar="NAME", help="The source whose key it is, where several know one of that name.")
@click.option("--dry-run", is_flag=True, help="Change nothing: say whose rows they are, and how many.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@format_option("table", "json")
@home_option()
def verb(customer: str, source: str | None, dry_run: bool, yes: bool, form: str, home: Home) -> None:
    """Erase a customer: names, addresses and words, in the book with all earlier versions, in surveys, mails and deliveries.

    CUSTOMER is their key in a source, an e-mail address, a phone number or an account; all their accounts go together. An alias
    takes the place of their keys, so that every figure stays. Wishes not to be asked again stay, as keyed hashes. What the
    source still has comes again with its next sync: erase it there first. Backups are yours to look after.

    \b
    Examples:
      servicemeter erase ann@example.com --dry-run
      servicemeter erase 4711 --source shop --yes
    """
    from servicemeter.cli.terminal.persons import erased_lines
    from servicemeter.cli.terminal.words import print_json
    from servicemeter.desk.methods.erase_customer import erase_customer
    from servicemeter.desk.opening import open_desk

    now = datetime.now(UTC)
    with open_desk(home) as desk:
        if not dry_run and not yes:
            click.echo("\n".join(erased_lines(erase_customer(desk, customer, source, now=now, dry_run=True))), err=True)
            click.confirm("Erase all of this? It cannot be undone.", abort=True, err=True)
        done = erase_customer(desk, customer, source, now=now, dry_run=dry_run)
    if form == "json":
        print_json(done)
    else:
        click.echo("\n".join(erased_lines(done)))
