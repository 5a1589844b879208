"""What a command says beside its answer: remarks on standard error, answers on standard output."""

from __future__ import annotations

import json
import re
import sys
from datetime import date, datetime
from typing import Any

import click

__all__ = ["hint", "plain", "print_bytes", "print_json", "remark"]

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """A text without what a terminal would take for a command, wherever it came from.

    >>> plain("a\x1b[31mb\x07")
    'a[31mb'
    """
    return _COMMANDS.sub("", text)


def remark(text: str) -> None:
    """Say something to the person at the terminal, apart from the answer."""
    click.echo(plain(text), err=True)


def hint(text: str) -> None:
    """The next sensible command, as the last line."""
    click.secho(plain(text), err=True, dim=True)


def print_json(value: Any) -> None:
    """The answer as the API returns it: one line of JSON, instants ISO 8601."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def print_bytes(content: bytes, what: str) -> None:
    """A file as the answer; refused on a terminal, which cannot show it."""
    if sys.stdout.isatty():
        raise click.UsageError(f"{what} is no text for a terminal. Send it to a file: … > answer.{what.lower()}")
    sys.stdout.buffer.write(content)
