"""Files to take along: exactly what a part of a page shows, as figures (CSV, XLSX, JSON) or as a picture (SVG, PNG)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.responses import Response

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.scorecard import Scorecard
from servicemeter.show.files import png_bytes, xlsx_bytes
from servicemeter.show.tables import rows_csv
from servicemeter.show.theme import poster
from servicemeter.web.panels import Panel
from servicemeter.web.plain import PlainJSON
from servicemeter.web.subject import Subject
from servicemeter.web.visit import Visit

__all__ = ["FORMS", "PICTURES", "about_file", "export", "files_of", "send"]

PICTURES = ("png", "svg")
About = Sequence[tuple[str, str]]
"""What a file says about itself: names and texts."""
_PICTURE_SIZE = (1120, 320)


def export(subject: Subject, panel: Panel, form: str) -> Response:
    """The part of a metric's page as a file of the form asked for."""
    options = ", ".join(f"{name}={value}" for name, value in subject.options.items())
    about = about_file(subject.seen, subject.scorecard, subject.metric.label(subject.language), panel, options)
    return send(panel, form, about, f"{subject.metric.name}-{panel.name}-{subject.scorecard.since.isoformat()}")


def send(panel: Panel, form: str, about: About, name: str) -> Response:
    """A part as a file of that name; it is always downloaded and never run."""
    if form not in FORMS:
        raise UnknownName("form of a file", form, FORMS)
    if form in PICTURES and panel.draw is None:
        raise BadQuestion("This part has no picture. Take it as csv, xlsx or json.")
    response = FORMS[form](about, panel)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def files_of(panel: Panel, href: Callable[[str], str]) -> list[tuple[str, str]]:
    """The forms that a part can be taken along in, each with its address."""
    return [(form.upper(), href(form)) for form in FORMS if panel.draw or form not in PICTURES]


def _csv(about: About, panel: Panel) -> Response:
    return Response("\N{BYTE ORDER MARK}" + rows_csv(panel.rows), media_type="text/csv; charset=utf-8")


def _json(about: About, panel: Panel) -> Response:
    return PlainJSON({**dict(about), "rows": panel.rows, "answers": [answer.to_dict() for answer in panel.answers]})


def _xlsx(about: About, panel: Panel) -> Response:
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(xlsx_bytes(panel.rows, about), media_type=media)


def _svg(about: About, panel: Panel) -> Response:
    return Response(_poster(about, panel), media_type="image/svg+xml")


def _png(about: About, panel: Panel) -> Response:
    return Response(png_bytes(_poster(about, panel)), media_type="image/png")


def _poster(about: About, panel: Panel) -> str:
    assert panel.draw is not None
    said = dict(about)
    return poster(
        panel.draw(_PICTURE_SIZE),
        f"{said['metric']}: {panel.title}",
        f"{said['period']} · {panel.subtitle}" + (f" · {said['filters']}" if said["filters"] else ""),
        f"servicemeter · {said['data']}",
    )


def about_file(seen: Visit, scorecard: Scorecard, label: str, panel: Panel, options: str = "") -> About:
    """What a file says about itself."""
    over = seen.over(scorecard)
    return [
        ("metric", label),
        ("title", panel.title),
        ("subtitle", panel.subtitle),
        ("period", over["title"]),
        ("filters", ", ".join(f"{name} {value}" for name, value in seen.address.filters.items())),
        ("options", options),
        ("data", over["reach"]),
        ("data_version", str(scorecard.data_version)),
        ("address", seen.address.here()),
    ]


FORMS: dict[str, Callable[[About, Panel], Response]] = {"csv": _csv, "xlsx": _xlsx, "json": _json, "png": _png, "svg": _svg}
"""Every form of file, by its ending."""
