"""`servicemeter text`: what customers write, read by the machine itself. More of its verbs stand in `texts/`, one a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from servicemeter.cli.terminal.options import format_option, home_option
from servicemeter.cli.terminal.verbs import Verbs
from servicemeter.ground.settings import Home

__all__ = ["verb"]

_HELP = """Read what customers write: language, sentiment, reasons, complaints, personal data. Nothing leaves the machine.

\b
Examples:
  servicemeter text analyse                 score how the messages sound that have not been read yet
  servicemeter text learn                   learn from comments that came with a rating
  servicemeter text score labelled.tsv      how often the sentiment is right on texts that people have labelled
  servicemeter text redact mail.txt         the text as it would be stored, personal data masked
  servicemeter text complaints --apply      flag the complaints among the tickets, by rules
  servicemeter text reasons --propose       group the tickets by what they are about
"""

verb = Verbs("text", "servicemeter.cli.texts", _HELP)


@verb.command("analyse")
@format_option("table", "json")
@home_option()
def analyse(form: str, home: Home) -> None:
    """Score how the messages of customers sound that have not been read yet; the metric `sentiment` rests on it.

    It may be stopped at any time: what was read is kept, and the next run goes on from there.

    \b
    Examples:
      servicemeter text analyse
      servicemeter measure sentiment --by channel
    """
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.texts import analyse_all, print_analysis
    from servicemeter.cli.terminal.words import print_json

    with reading(home) as desk:
        found = analyse_all(desk)
    if form == "json":
        print_json(asdict(found))
    else:
        print_analysis(found)


@verb.command("learn")
@click.option("--transformer", "folder", metavar="DIR", help="Try the model in this folder instead of learning one.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number looks at the comments in another order.")
@format_option("table", "json")
@home_option()
def learn(folder: str | None, seed: int, form: str, home: Home) -> None:
    """Learn how your customers sound from the comments that came with a rating.

    What was learned goes live only if it is better than the lexicon beyond chance, on comments it had not seen; otherwise the
    lexicon stays, or is live again. The next `servicemeter text analyse` then scores all messages anew.

    \b
    Examples:
      servicemeter text learn
      servicemeter text learn --transformer models/sentiment
    """
    from servicemeter.cli.terminal.reading import reading
    from servicemeter.cli.terminal.texts import print_lesson
    from servicemeter.cli.terminal.words import print_json
    from servicemeter.desk.methods.learn_sentiment import learn_sentiment

    with reading(home) as desk:
        found = learn_sentiment(desk, seed=seed, folder=str(Path(folder).absolute()) if folder else None)
    if form == "json":
        print_json(asdict(found))
    else:
        print_lesson(found)


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
