"""`servicemeter people`: who has an account, from the terminal of whoever has the data folder."""

from __future__ import annotations

from typing import cast

import click

from servicemeter.cli.terminal.options import home_option
from servicemeter.ground.settings import Home
from servicemeter.model.person import ROLES, Role

__all__ = ["verb"]

_ROLE = click.Choice(ROLES)
_ADDRESS = "http://127.0.0.1:8321"


@click.group("people")
def verb() -> None:
    """Accounts: list, invite, change, disable; verify the logs. Whoever may write the data folder may do all of it.

    \b
    Examples:
      servicemeter people list
      servicemeter people invite lead@example.com --role lead --team returns
      servicemeter people verify
    """


@verb.command("list")
@home_option()
def list_(home: Home) -> None:
    """Everybody who has an account."""
    from servicemeter.cli.terminal.people import print_people

    print_people(home)


@verb.command()
@click.argument("email")
@click.option("--role", type=_ROLE, default="viewer", show_default=True)
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source; may be repeated.")
@click.option("--brand", "brands", multiple=True, metavar="NAME", help="Only this brand; may be repeated.")
@click.option("--team", "teams", multiple=True, metavar="ID", help="Only this team; a lead needs one.")
@click.option("--agent", "agents", multiple=True, metavar="ID", help="Only this agent's work; an agent needs one.")
@click.option("--address", default=_ADDRESS, show_default=True, help="Where people find the pages, for the link.")
@home_option()
def invite(
    email: str, role: str, sources: tuple[str, ...], brands: tuple[str, ...], teams: tuple[str, ...], agents: tuple[str, ...],
    address: str, home: Home,
) -> None:  # fmt: skip
    """Make an account and print its link, which is used once and lasts seven days."""
    from servicemeter.cli.terminal.people import invite_person

    invite_person(home, email, cast(Role, role), address, sources=sources, brands=brands, teams=teams, agents=agents)


@verb.command()
@click.argument("email")
@click.option("--drop-second-factor", is_flag=True, help="Also take the second factor away, because the app is lost.")
@click.option("--address", default=_ADDRESS, show_default=True, help="Where people find the pages, for the link.")
@home_option()
def link(email: str, drop_second_factor: bool, address: str, home: Home) -> None:
    """Print a fresh link to set a password with."""
    from servicemeter.cli.terminal.people import print_link

    print_link(home, email, address, drops_second_factor=drop_second_factor)


@verb.command("disable")
@click.argument("email")
@home_option()
def disable_(email: str, home: Home) -> None:
    """Let nobody in with this account any more; whoever is signed in with it is out at once."""
    from servicemeter.cli.terminal.people import switch_person

    switch_person(home, email, is_on=False)


@verb.command("enable")
@click.argument("email")
@home_option()
def enable_(email: str, home: Home) -> None:
    """Let the account in again."""
    from servicemeter.cli.terminal.people import switch_person

    switch_person(home, email, is_on=True)


@verb.command()
@home_option()
def verify(home: Home) -> None:
    """Say whether the audit log and the log of exports are as they were written; ends with 1 when not."""
    from servicemeter.cli.terminal.people import verify_logs

    verify_logs(home)
