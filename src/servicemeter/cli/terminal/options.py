"""The options that verbs share: the home, the format, and the question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from servicemeter.ground.settings import DEFAULT_HOME, Home
from servicemeter.model.question import GRAINS

__all__ = ["format_option", "home_option", "language_option", "question_options", "span_options"]

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
_LANGUAGES = ("en", "nl", "ro")


def home_option(default: str = DEFAULT_HOME) -> Callable[[_Verb], _Verb]:
    """`--home`: the data folder, as a `Home`."""

    def to_home(ctx: click.Context, param: click.Parameter, value: str) -> Home:
        return Home(Path(value))

    return click.option(
        "--home",
        default=default,
        envvar="SERVICEMETER_HOME",
        metavar="DIR",
        callback=to_home,
        show_default=True,
        show_envvar=True,
        help="The data folder.",
    )


def format_option(*formats: str) -> Callable[[_Verb], _Verb]:
    """`--format`: a table for people, the rest for programs."""
    return click.option(
        "--format", "form", type=click.Choice(formats), default=formats[0], show_default=True, help="How the answer is printed."
    )


def language_option(verb: _Verb) -> _Verb:
    """`--language` of names and words."""
    option = click.option("--language", type=click.Choice(_LANGUAGES), default="en", show_default=True, help="The language.")
    return option(verb)


def span_options(verb: _Verb) -> _Verb:
    """`--from`, `--to` and `--where`."""
    for option in (
        click.option(
            "--where",
            multiple=True,
            metavar="COND",
            help="Only what meets COND: channel=email,chat or team!=returns. A list is OR, a repeated option AND.",
        ),
        click.option("--to", "until", metavar="DATE", help="The first local day after the period."),
        click.option("--from", "since", metavar="DATE", help="The first local day of the period, such as 2026-11-01."),
    ):
        verb = option(verb)
    return verb


def question_options(verb: _Verb) -> _Verb:
    """Every option of a question."""
    for option in (
        click.option(
            "--set", "options", multiple=True, metavar="NAME=VALUE", help="An option of the metric, such as clock=business."
        ),
        click.option("--at", metavar="INSTANT", help="The moment to measure at, instead of a period."),
        click.option("--known-at", metavar="INSTANT", help="Leave out rows recorded later: the report as it was then."),
        click.option("--as-of", metavar="INSTANT", help="Answer as of this moment; later facts do not exist."),
        click.option("--by", multiple=True, metavar="DIMENSION", help="A row for each channel, team, agent, …; may be repeated."),
        click.option("--grain", type=click.Choice(GRAINS), help="A row for each day, week, …"),
    ):
        verb = option(verb)
    return span_options(verb)
