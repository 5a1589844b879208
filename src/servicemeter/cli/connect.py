"""`servicemeter connect`: a source that is pulled by itself from now on."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]

_MINUTE_S = 60


def _options(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in given)
    if "" in pairs or not all("=" in text for text in given):
        raise click.BadParameter("Write NAME=VALUE, such as since=2026-01-01.")
    return pairs


@click.command("connect")
@click.argument("kind")
@click.option("--name", metavar="NAME", help="How the source is called from now on (default: the kind).")
@click.option("--address", metavar="URL", help="Where the account is.")
@click.option("--email", metavar="ADDRESS", help="Whose token it is, where the source asks for that.")
@click.option(
    "--token",
    envvar="SERVICEMETER_TOKEN",
    show_envvar=True,
    metavar="TOKEN",
    help="The token; - reads it from standard input. Others can see a token on a command line: better the environment or -.",
)
@click.option("--option", "options", multiple=True, callback=_options, metavar="NAME=VALUE", help="since=2026-01-01 and others.")
@click.option("--every", "every_min", type=click.IntRange(1), default=15, show_default=True, metavar="MINUTES",
              help="How often a running server pulls it.")  # fmt: skip
@click.option("--by-hand", is_flag=True, help="Pull it only when asked: servicemeter sync.")
@click.option("--no-test", is_flag=True, help="Keep it without asking the source first.")
@click.option("--remove", is_flag=True, help="Forget this connection and its token; its rows stay.")
@click.option("--webhook", is_flag=True, help="Show where the vendor sends what happens, and with which secret.")
@click.option("--rotate", is_flag=True, help="With --webhook: a fresh secret; the old one holds for 24 hours more.")
@click.option("--secret", metavar="SECRET", help="With --webhook: the secret, where the vendor makes it; - reads standard input.")
@click.option("--unsigned", is_flag=True, help="With --webhook: nothing is signed; the address alone is the secret.")
@format_option("table", "json")
@home_option()
def verb(
    kind: str,
    name: str | None,
    address: str | None,
    email: str | None,
    token: str | None,
    options: dict[str, str],
    every_min: int,
    by_hand: bool,
    no_test: bool,
    remove: bool,
    webhook: bool,
    rotate: bool,
    secret: str | None,
    unsigned: bool,
    form: str,
    home: Home,
) -> None:
    """Connect a help desk, phone system or shop: asks for its address and token, tests them, says what will be missing.

    KIND is the vendor (zendesk, …), or one of your own in the data folder's connectors/. The token is kept sealed.

    \b
    Examples:
      servicemeter connect zendesk
      servicemeter connect zendesk --address example --email lead@example.com --token - < token.txt
      servicemeter connect zendesk --name second-desk --option since=2026-01-01 --every 60
      servicemeter connect zendesk --remove
      servicemeter connect zendesk --webhook
      servicemeter connect webhook --name crm --webhook
    """
    from servicemeter.cli.terminal.sources import connect_source, remove_source
    from servicemeter.cli.terminal.webhooks import has_connection, show_webhook

    if (rotate or secret or unsigned) and not webhook:
        raise click.UsageError("--rotate, --secret and --unsigned belong to --webhook.")
    if webhook and has_connection(home, name or kind):
        show_webhook(home, name or kind, secret=secret, is_turned=rotate, is_unsigned=unsigned, form=form)
        return

    if remove:
        remove_source(home, name or kind)
        return
    given = {**options, **{k: v for k, v in {"address": address, "email": email, "token": token}.items() if v is not None}}
    connect_source(
        home,
        kind,
        name or kind,
        given,
        every_s=None if by_hand else every_min * _MINUTE_S,
        is_tested=not no_test,
        form="none" if webhook and form == "json" else form,
    )
    if webhook:
        show_webhook(home, name or kind, secret=secret, is_turned=rotate, is_unsigned=unsigned, form=form)
