"""`servicemeter serve`: the pages and the API of a home."""

from __future__ import annotations

import click

from servicemeter.cli.terminal.options import home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]

_PORT = 8321


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="The port; 0 is any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on.")
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A name this server is reached by; needed for any address but this machine's own.",
)
@click.option("--sign-in", is_flag=True, help="Ask for the token of the printed address; always so for other machines.")
@click.option("--https", "is_secure", is_flag=True, help="People come over https, by a proxy of yours: cookies say so.")
@click.option(
    "--public-port",
    "--survey-port",
    "survey_port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Serve survey pages and receive webhooks too, apart, on this port.",
)
@click.option(
    "--survey-proxy-header", metavar="NAME", help="The header in which your proxy says who asks, such as X-Forwarded-For."
)
@home_option()
def verb(
    port: int, host: str, allowed_hosts: tuple[str, ...], sign_in: bool, is_secure: bool, survey_port: int | None,
    survey_proxy_header: str | None, home: Home,
) -> None:  # fmt: skip
    """Serve the pages and the API, for this machine alone unless told otherwise.

    While it runs it holds the book; the other commands on the same home go through it. Once anybody has an account (see
    `servicemeter people`) everybody signs in; until then this machine's owner needs no account.

    \b
    Examples:
      servicemeter serve
      servicemeter serve --home shop-data --port 9000
      servicemeter serve --public-port 8322
      servicemeter serve --host 0.0.0.0 --allow-host meter.example.com
      servicemeter serve --https --allow-host meter.example.com
    """
    from servicemeter.cli.terminal.serving import serve_home
    from servicemeter.web.server import bind, is_loopback

    if not is_loopback(host) and not allowed_hosts:
        raise click.UsageError(
            f"{host} lets other machines in. Say by which name they may come: --allow-host NAME. They have to sign in."
        )
    serve_home(
        home,
        lambda: bind(host, port),
        allowed_hosts=allowed_hosts,
        needs_sign_in=sign_in or is_secure or not is_loopback(host),
        is_secure=is_secure,
        listen_for_surveys=None if survey_port is None else lambda: bind("127.0.0.1", survey_port),
        place_header=survey_proxy_header,
    )
