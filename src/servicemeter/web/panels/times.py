"""When: the metric for every hour of the week."""

from __future__ import annotations

from servicemeter.show.heat import heat_cells, heat_chart
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import unit_words
from servicemeter.web.panels import Panel
from servicemeter.web.subject import Subject

__all__ = ["IS_LATE", "PLACE", "TITLE", "build"]

PLACE = 30
TITLE = phrase("By hour of the week")
IS_LATE = True


def build(subject: Subject) -> Panel | None:
    """The heat map; None for a metric of a moment or one that never has hours, and when nothing happened."""
    metric, language = subject.metric, subject.language
    if metric.at_moment or subject.nature or {"weekday", "hour_of_day"} & set(metric.invalid):
        return None
    answer = subject.measure(by=("weekday", "hour_of_day"))
    cells = heat_cells(answer.rows, metric, language)
    coloured = [cell for day in cells for cell in day if cell.step is not None]
    if not coloured:
        return None
    zone = subject.scorecard.report_tz

    def draw(size: tuple[int, int]) -> str:
        return heat_chart(cells, size[0], language)

    return Panel(
        "times",
        say(language, TITLE),
        say(language, "stronger is more · {unit} · times of {zone}", unit=unit_words(metric, language), zone=zone),
        [{"metric": metric.name, **row} for row in answer.rows],
        [answer],
        draw,
        {"cells": cells, "turned": list(zip(*cells, strict=True))},
    )
