"""`servicemeter text`: what customers write, read by the machine itself. More of its verbs stand in `texts/`, one a file."""

from __future__ import annotations

from pathlib import Path

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.cli.terminal.verbs import Verbs

__all__ = ["verb"]

_HELP = """Read what customers write: language, sentiment, reasons, complaints, personal data. Nothing leaves the machine.

\b
Examples:
  servicemeter text score labelled.tsv      how often the sentiment is right on texts that people have labelled
  servicemeter text redact mail.txt         the text as it would be stored, personal data masked
  servicemeter text complaints --apply      flag the complaints among the tickets, by rules
  servicemeter text reasons --propose       group the tickets by what they are about
"""

verb = Verbs("text", "servicemeter.cli.texts", _HELP)


@verb.command("score")
@click.argument("file", metavar="FILE")
@click.option("--json", "is_json", is_flag=True, help="The same as --format json.")
@format_option("table", "json")
@home_option(is_used=False)
def score(file: str, is_json: bool, form: str) -> None:
    """Say how often the sentiment is right on FILE, a table of texts that people have labelled.

    FILE has the columns label (-1, 0 or 1), language (en, nl or ro) and text, with tabs or commas between. Where a language has
    no text labelled 0, the sentiment has to choose between positive and negative.

    \b
    Examples:
      servicemeter text score labelled.tsv
      servicemeter text score labelled.tsv --json
    """
    from servicemeter.cli.terminal.texts import print_scores
    from servicemeter.cli.terminal.words import print_json
    from servicemeter.desk.labelled import score_file

    found = score_file(Path(file))
    if is_json or form == "json":
        print_json(found)
    else:
        print_scores(found)
