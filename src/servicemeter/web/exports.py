"""Files to take along: exactly what a page or a part of one shows, as figures (CSV, XLSX, JSON) or as a picture (SVG, PNG)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.answer import Row
from servicemeter.model.scorecard import Scorecard
from servicemeter.show.files import png_bytes, xlsx_bytes
from servicemeter.show.retelling import retold_notes
from servicemeter.show.tables import rows_csv
from servicemeter.show.theme import poster
from servicemeter.web.panels import Panel
from servicemeter.web.plain import PlainJSON
from servicemeter.web.subject import Subject
from servicemeter.web.visit import Visit

__all__ = ["FIGURES", "FORMS", "PICTURES", "Taken", "about_file", "export", "files_of", "send", "take_along"]

PICTURES = ("png", "svg")
About = Sequence[tuple[str, str]]
"""What a file says about itself: names and texts."""
_PICTURE_SIZE = (1120, 320)


@dataclass(frozen=True)
class Taken:
    """What is taken along: rows, what they are (`about`), the whole as JSON, and perhaps a picture with its title and foot.

    What was remarked beside the figures stands in `about` under `notes`, and below a picture.
    """

    name: str
    rows: Sequence[Row]
    about: About
    whole: Any
    draw: Callable[[tuple[int, int]], str] | None = None
    title: str = ""
    subtitle: str = ""
    foot: str = ""

    @property
    def poster(self) -> str:
        """The picture, dressed."""
        assert self.draw is not None
        foot = [text for text in (self.foot, dict(self.about).get("notes", "")) if text]
        return poster(self.draw(_PICTURE_SIZE), self.title, self.subtitle, foot)


def take_along(taken: Taken, form: str) -> Response:
    """The file of the form asked for; it is always downloaded and never run."""
    if form not in FORMS:
        raise UnknownName("form of a file", form, FORMS)
    if form in PICTURES and taken.draw is None:
        raise BadQuestion("This part has no picture. Take it as csv, xlsx or json.")
    response = FORMS[form](taken)
    response.headers["Content-Disposition"] = f'attachment; filename="{taken.name}.{form}"'
    return response


def export(subject: Subject, panel: Panel, form: str) -> Response:
    """A part of a metric's page as a file."""
    options = ", ".join(f"{name}={value}" for name, value in subject.options.items())
    about = about_file(subject.seen, subject.scorecard, subject.metric.label(subject.language), panel, options)
    return send(panel, form, about, f"{subject.metric.name}-{panel.name}-{subject.scorecard.since.isoformat()}")


def send(panel: Panel, form: str, about: About, name: str) -> Response:
    """A part as a file of that name."""
    said = dict(about)
    taken = Taken(
        name,
        panel.rows,
        about,
        {**said, "rows": panel.rows, "answers": [answer.to_dict() for answer in panel.answers]},
        panel.draw,
        f"{said['metric']}: {panel.title}",
        f"{said['period']} · {panel.subtitle}" + (f" · {said['filters']}" if said["filters"] else ""),
        f"servicemeter · {said['data']}",
    )
    return take_along(taken, form)


def files_of(panel: Panel, href: Callable[[str], str]) -> list[tuple[str, str]]:
    """The forms that a part can be taken along in, each with its address."""
    return [(form.upper(), href(form)) for form in FORMS if panel.draw or form not in PICTURES]


def _csv(taken: Taken) -> Response:
    return Response("\N{BYTE ORDER MARK}" + rows_csv(taken.rows), media_type="text/csv; charset=utf-8")


def _json(taken: Taken) -> Response:
    return PlainJSON(taken.whole)


def _xlsx(taken: Taken) -> Response:
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(xlsx_bytes(taken.rows, taken.about), media_type=media)


def _svg(taken: Taken) -> Response:
    return Response(taken.poster, media_type="image/svg+xml")


def _png(taken: Taken) -> Response:
    return Response(png_bytes(taken.poster), media_type="image/png")


def about_file(seen: Visit, scorecard: Scorecard, label: str, panel: Panel, options: str = "") -> About:
    """What a file says about itself."""
    over = seen.over(scorecard)
    notes = (*scorecard.notes, *(note for answer in panel.answers for note in answer.notes))
    return [
        ("metric", label),
        ("title", panel.title),
        ("subtitle", panel.subtitle),
        ("period", over["title"]),
        ("filters", ", ".join(f"{name} {value}" for name, value in seen.address.filters.items())),
        ("options", options),
        ("notes", retold_notes(seen.language, notes)),
        ("data", over["reach"]),
        ("data_version", str(scorecard.data_version)),
        ("address", seen.address.here()),
    ]


FIGURES: dict[str, Callable[[Taken], Response]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}
"""The forms of figures, by their ending."""

FORMS: dict[str, Callable[[Taken], Response]] = {**FIGURES, "png": _png, "svg": _svg}
"""Every form of file, by its ending."""
