"""`servicemeter text redact`: what would be masked in a text, and masking what is stored already."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.ground.settings import Home

__all__ = ["verb"]


@click.command("redact")
@click.argument("file", default="-", metavar="[FILE]")
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind (email, iban, cnp, card, bsn, phone, address)."
)
@click.option("--stored", is_flag=True, help="Mask what is stored already, in every version of it; there is no way back.")
@format_option("text", "table", "json")
@home_option()
def verb(file: str, kinds: tuple[str, ...], stored: bool, form: str, home: Home) -> None:
    """Show a text as it would be stored with masking switched on. Reads FILE, or standard input; stores nothing.

    Masking is switched on in servicemeter.toml of the data folder, before anything is imported:

    \b
      [privacy]
      redact = true

    \b
    Examples:
      servicemeter text redact mail.txt
      echo "Call 06-12345678" | servicemeter text redact --format table
      servicemeter text redact mail.txt --kind iban --kind card
      servicemeter text redact --stored
    """
    from servicemeter.cli.terminal.words import print_json, remark
    from servicemeter.ground.errors import UnknownName
    from servicemeter.text.redact import KINDS, redact

    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName("kind", kind, KINDS)
    if stored:
        _mask_stored(home)
        return
    lines = _read(file).splitlines()
    found = _found(lines, kinds or KINDS)
    if form == "json":
        print_json(found)
    elif form == "table":
        _print(found)
    else:
        for line in lines:
            click.echo(redact(line, kinds or KINDS))
    counts = Counter(one["kind"] for one in found)
    remark(", ".join(f"{count} × {kind}" for kind, count in counts.most_common()) or "Nothing in it would be masked.")


def _read(file: str) -> str:
    from servicemeter.ground.errors import BadFile

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{file} is no text in UTF-8 (byte {error.start}). Save it as UTF-8 and try again.") from error


def _found(lines: list[str], kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    from servicemeter.text.redact import find_personal

    return [
        {"line": number, "kind": one.kind, "start": one.start, "end": one.end, "text": line[one.start : one.end]}
        for number, line in enumerate(lines, start=1)
        for one in find_personal(line, kinds)
    ]


def _print(found: list[dict[str, Any]]) -> None:
    from servicemeter.cli.terminal.tables import print_table
    from servicemeter.show.tables import Column, Table

    columns = [Column("line", "right"), Column("kind"), Column("text")]
    print_table(Table(columns, [[str(one["line"]), one["kind"], one["text"]] for one in found]))


def _mask_stored(home: Home) -> None:
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.words import remark
    from servicemeter.desk.methods.mask_stored import mask_stored
    from servicemeter.ground.errors import BadSettings
    from servicemeter.text.masking import mask_of

    if mask_of(home) is None:
        raise BadSettings(f"Masking is not switched on. Write [privacy] and redact = true into {home.settings} first.")
    with reading(home) as desk:
        changed = mask_stored(desk)
    for table, count in changed.items():
        click.echo(f"{table}: {count} masked")
    remark("Done." if changed else "Nothing that is stored needed masking.")
