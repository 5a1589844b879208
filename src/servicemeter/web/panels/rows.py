"""What is behind the figure: the rows that were counted, what was left out and why, and the SQL."""

from __future__ import annotations

from servicemeter.ground.errors import BadQuestion
from servicemeter.model.answer import Row
from servicemeter.show.dates import local_instant
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.tables import field_names
from servicemeter.web.panels import Panel
from servicemeter.web.subject import Subject

__all__ = ["IS_LATE", "MAY", "MOST_IN_FILE", "PLACE", "SHOWN", "TITLE", "build", "build_file"]

PLACE = 60
TITLE = phrase("The rows behind this")
IS_LATE = True
MAY = "see_rows"
SHOWN = 12
MOST_IN_FILE = 200_000


def build(subject: Subject) -> Panel:
    """The first rows, for the page."""
    return _panel(subject, SHOWN)


def build_file(subject: Subject) -> Panel:
    """All rows, for a file; `BadQuestion` where they are more than a file holds, because nothing is cut silently."""
    panel = _panel(subject, MOST_IN_FILE)
    count: int = panel.values["row_count"]
    if count > MOST_IN_FILE:
        raise BadQuestion(
            f"{count:,} rows are behind this, a file holds {MOST_IN_FILE:,}. Take a shorter period or a filter, or: "
            f"servicemeter explain {subject.metric.name}"
        )
    return panel


def _panel(subject: Subject, limit: int) -> Panel:
    language = subject.language
    found = subject.seen.desk.explain_question(subject.question(), limit)
    shown = number(min(limit, found.row_count), language=language)
    return Panel(
        "rows",
        say(language, TITLE),
        counted(
            language, found.row_count, "{shown} of {n} row that was counted", "{shown} of {n} rows that were counted", shown=shown
        ),
        [{"metric": subject.metric.name, **row} for row in found.rows],
        [found.answer],
        None,
        {
            "fields": field_names(found.rows),
            "rows": [_shown(row, found.answer.report_tz) for row in found.rows],
            "row_count": found.row_count,
            "left_out": [(say(language, part.title), number(part.count, language=language)) for part in found.left_out],
            "notes": found.notes,
            "statements": subject.seen.desk.statements(subject.question()),
        },
    )


def _shown(row: Row, tz: str) -> Row:
    """A row as people read it: its instants in the zone of the page's other times. Files keep theirs as the API gives them."""
    return {name: local_instant(value, tz) for name, value in row.items()}
