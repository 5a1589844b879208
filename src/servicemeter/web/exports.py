"""Files to take along: exactly what a part of a page shows, as figures (CSV, XLSX, JSON) or as a picture (SVG, PNG)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.show.files import png_bytes, xlsx_bytes
from servicemeter.show.tables import rows_csv
from servicemeter.show.theme import poster
from servicemeter.web.panels import Panel
from servicemeter.web.plain import PlainJSON
from servicemeter.web.subject import Subject

__all__ = ["FORMS", "PICTURES", "export"]

PICTURES = ("png", "svg")
_PICTURE_SIZE = (1120, 320)


def export(subject: Subject, panel: Panel, form: str) -> Response:
    """The part as a file of the form asked for; it is always downloaded and never run."""
    if form not in FORMS:
        raise UnknownName("form of a file", form, FORMS)
    if form in PICTURES and panel.draw is None:
        raise BadQuestion("This part has no picture. Take it as csv, xlsx or json.")
    response = FORMS[form](subject, panel)
    name = f"{subject.metric.name}-{panel.name}-{subject.scorecard.since.isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(subject: Subject, panel: Panel) -> Response:
    return Response("\N{BYTE ORDER MARK}" + rows_csv(panel.rows), media_type="text/csv; charset=utf-8")


def _json(subject: Subject, panel: Panel) -> Response:
    about = dict(_about(subject, panel))
    return PlainJSON({**about, "rows": panel.rows, "answers": [answer.to_dict() for answer in panel.answers]})


def _xlsx(subject: Subject, panel: Panel) -> Response:
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(xlsx_bytes(panel.rows, _about(subject, panel)), media_type=media)


def _svg(subject: Subject, panel: Panel) -> Response:
    return Response(_poster(subject, panel), media_type="image/svg+xml")


def _png(subject: Subject, panel: Panel) -> Response:
    return Response(png_bytes(_poster(subject, panel)), media_type="image/png")


def _poster(subject: Subject, panel: Panel) -> str:
    assert panel.draw is not None
    about = dict(_about(subject, panel))
    return poster(
        panel.draw(_PICTURE_SIZE),
        f"{about['metric']}: {panel.title}",
        f"{about['period']} · {panel.subtitle}" + (f" · {about['filters']}" if about["filters"] else ""),
        f"servicemeter · {about['data']}",
    )


def _about(subject: Subject, panel: Panel) -> list[tuple[str, str]]:
    """What a file says about itself."""
    seen = subject.seen
    over = seen.over(subject.scorecard)
    return [
        ("metric", subject.metric.label(subject.language)),
        ("title", panel.title),
        ("subtitle", panel.subtitle),
        ("period", over["title"]),
        ("filters", ", ".join(f"{name} {value}" for name, value in seen.address.filters.items())),
        ("options", ", ".join(f"{name}={value}" for name, value in subject.options.items())),
        ("data", over["reach"]),
        ("data_version", str(subject.scorecard.data_version)),
        ("address", seen.address.here()),
    ]


FORMS: dict[str, Callable[[Subject, Panel], Response]] = {"csv": _csv, "xlsx": _xlsx, "json": _json, "png": _png, "svg": _svg}
"""Every form of file, by its ending."""
