"""The scorecard on the terminal: a line a card where there is room, two lines where there is not."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from servicemeter.cli.terminal.sparks import sparks
from servicemeter.cli.terminal.tables import WIDE, console, lines, print_rows, styled
from servicemeter.model.metric import Metric
from servicemeter.model.scorecard import Card, Scorecard
from servicemeter.show.changes import compare, is_compared, shown_outcome, target_words
from servicemeter.show.dates import compared_with, period_title
from servicemeter.show.numbers import number
from servicemeter.show.sentences import data_status
from servicemeter.show.tables import Column
from servicemeter.show.words import family_title, interval_words, null_words, shown_value, value_words

__all__ = ["print_scorecard"]

_WIDE = [
    Column("metric"), Column("value", "right"), Column("95 % interval", "right"), Column("n", "right"),
    Column("before", "right"), Column("change"), Column("target"), Column("trend"),
]  # fmt: skip
_NARROW = [Column("metric"), Column("value", "right"), Column("n", "right"), Column("change"), Column("trend")]


def print_scorecard(scorecard: Scorecard, metrics: Mapping[str, Metric]) -> None:
    """All families; the heading says which days are compared with which, the last line how far the data reaches."""
    on = console()
    tz = scorecard.report_tz
    span, before = (scorecard.since, scorecard.until), (scorecard.before_since, scorecard.before_until)
    on.print(Text(period_title(*span, scorecard.as_of, tz), style="bold"))
    on.print(Text(compared_with(span, before, scorecard.as_of, tz, is_compared=is_compared(scorecard, metrics))))
    on.print()
    _print_cards(scorecard, metrics, on)
    on.print()
    for note in scorecard.notes:
        on.print(Text(note))
    on.print(Text(f"{data_status(scorecard.as_of, tz, scorecard.lagging_sources)} Times in {tz}.", style="dim"))


def _print_cards(scorecard: Scorecard, metrics: Mapping[str, Metric], on: Console) -> None:
    is_wide = on.width >= WIDE
    rows: list[list[Text]] = []
    width = len(_WIDE if is_wide else _NARROW)
    for family in scorecard.families:
        if rows:
            rows.append([Text()] * width)
        rows.append([Text(family_title(family.name), style="bold"), *[Text()] * (width - 1)])
        for card in family.cards:
            cells = _Cells(card, metrics[card.metric])
            rows.append(cells.wide() if is_wide else cells.narrow())
    print_rows(_WIDE if is_wide else _NARROW, rows, on)


class _Cells:
    """The texts of one card."""

    def __init__(self, card: Card, metric: Metric) -> None:
        now, change = card.now, compare(metric, card.now, card.before)
        is_null = shown_value(metric, now) is None
        n = now.get("n")
        self.label = metric.label()
        self.value = value_words(metric, now)
        self.interval = interval_words(metric, now)
        self.n = "" if n is None else number(n)
        self.before = value_words(metric, card.before) if card.before else ""
        self.change = Text(null_words(metric, now))
        if change:
            words = ", ".join(w for w in (change.words, change.verdict) if w)
            self.change = styled(f"{change.arrow} {words}", change.standing)
        self.target = styled(target_words(metric, card), shown_outcome(metric, card) or "")
        self.trend = sparks(card.trend, metric)
        self.is_low = bool(now.get("low_sample")) and not is_null

    def _value(self) -> Text:
        return Text(self.value, style="dim" if self.is_low else "")

    def wide(self) -> list[Text]:
        """A line of its own for each card."""
        texts = [Text(t) for t in (self.label, self.interval, self.n, self.before, self.trend)]
        label, interval, n, before, trend = texts
        return [label, self._value(), interval, n, before, self.change, self.target, trend]

    def narrow(self) -> list[Text]:
        """Two lines: target, interval and earlier value stand below."""
        before = f"before {self.before}" if self.before else ""
        return [
            lines(Text(self.label), self.target),
            lines(self._value(), self.interval),
            Text(self.n),
            lines(self.change, before),
            Text(self.trend),
        ]
