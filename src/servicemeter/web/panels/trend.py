"""How it is going: the metric over time with its interval, the target, and the unfinished period hatched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from servicemeter.desk.methods.notes import notes
from servicemeter.ground.clock import period_end
from servicemeter.model.answer import Row
from servicemeter.show.charts import trend_chart
from servicemeter.show.dates import day, period_label
from servicemeter.show.phrases import phrase, say
from servicemeter.show.sentences import trend_sentence
from servicemeter.show.words import shown_value, unit_words
from servicemeter.web.lines import Line, line_of
from servicemeter.web.panels import Panel
from servicemeter.web.subject import GRAINS, Subject

__all__ = ["IS_LATE", "PLACE", "TITLE", "build"]

PLACE = 10
TITLE = phrase("Over time")
IS_LATE = False
_BY = {
    "day": phrase("by day"),
    "week": phrase("by week"),
    "month": phrase("by month"),
    "quarter": phrase("by quarter"),
    "year": phrase("by year"),
}


def build(subject: Subject) -> Panel | None:
    """The series; None for a metric without a value of its own, or when no period has one."""
    if subject.card is None:
        return None
    metric, language, grain = subject.metric, subject.language, subject.grain
    answer = replace(subject.measure(), question=subject.series_question(), rows=subject.series())
    if all(shown_value(metric, row) is None for row in answer.rows):
        return None
    target = subject.card.target
    noted = [note for note in notes(subject.seen.desk, metric.name) if _is_within(note.happened_on, answer.rows, grain)]

    def draw(size: tuple[int, int]) -> str:
        return trend_chart(answer.rows, metric, grain=grain, language=language, target=target, size=size, notes=noted)

    return Panel(
        "trend",
        trend_sentence(answer.rows, metric, grain, language) or say(language, "Over time"),
        f"{say(language, _BY[grain])} · {unit_words(metric, language)}",
        [{"metric": metric.name, **row} for row in answer.rows],
        [answer],
        draw,
        {
            "lines": [_line(subject, row) for row in reversed(answer.rows)],
            "grains": {name: say(language, _BY[name]) for name in GRAINS},
            "grain": grain,
            "notes": [(day(note.happened_on, language=language), note.text) for note in noted],
            "note_href": subject.seen.address.to("/targets", metric=metric.name) + "#notes",
        },
    )


def _is_within(on: date, rows: list[Row], grain: str) -> bool:
    """Whether a day lies in the periods shown."""
    starts = [date.fromisoformat(str(row["period_start"])[:10]) for row in rows]
    return starts[0] <= on < period_end(starts[-1], grain)


def _line(subject: Subject, row: Row) -> Line:
    name = period_label(date.fromisoformat(str(row["period_start"])[:10]), subject.grain, language=subject.language)
    return line_of(subject.metric, row, name[:1].upper() + name[1:], subject.language, is_period=True)
