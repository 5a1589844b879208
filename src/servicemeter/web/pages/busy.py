"""Busiest times: arrivals, and the work they bring, for every hour of the week and every channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.answer import Row
from servicemeter.model.condition import condition
from servicemeter.model.watch import BusyTimes
from servicemeter.show.busy import busiest, busy_cells, hours_chart, per_hour_words
from servicemeter.show.dates import weekday_names
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.durations import duration
from servicemeter.show.heat import heat_chart
from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.show.retelling import retold_notes
from servicemeter.web.asked import PERIODS, day_from, instant_from
from servicemeter.web.exports import FIGURES, FORMS, Taken, take_along
from servicemeter.web.pages import Page
from servicemeter.web.panels import SIZES
from servicemeter.web.paper import picture
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Busiest times"), "/busy", "work", 30, may="see_figures")
router = APIRouter()
_KEYS = ("show", "day")
_API_KEYS = ("period", "from", "to", "where", "as_of")
_SHOWS = {"arrivals": phrase("arrivals an hour"), "load": phrase("people kept busy")}
_FIELDS = {"arrivals": "per_hour", "load": "load"}


@router.get("/api/busy_times")
def busy_api(request: Request) -> Response:
    """Arrivals and load as JSON, over `period`, or `from` and `to` (half-open)."""
    params = request.query_params
    for key in params:
        if key not in _API_KEYS:
            raise UnknownName("parameter of busy times", key, _API_KEYS)
    period, has_span = params.get("period"), "from" in params or "to" in params
    if has_span and (period or "from" not in params or "to" not in params):
        raise BadQuestion("Give a period, or both from and to; not more, not less.")
    if period is not None and (period not in PERIODS or period == "custom"):
        raise UnknownName("period", period, [name for name in PERIODS if name != "custom"])
    found = busy_times(
        request.app.state.desk,
        since=day_from(params["from"], "from") if has_span else None,
        until=day_from(params["to"], "to") if has_span else None,
        period=None if has_span else period or "this_month",
        where=tuple(condition(text) for text in params.getlist("where")),
        as_of=instant_from(params["as_of"], "as_of") if params.get("as_of") else None,
    )
    return PlainJSON(found.to_dict())


@dataclass(frozen=True)
class _View:
    """What the page is about: the answer, what is shown of it, and of which day the line is (None: any)."""

    seen: Visit
    found: BusyTimes
    show: str
    day: int | None

    @property
    def field(self) -> str:
        """The field of a cell that is shown."""
        return _FIELDS[self.show]

    @property
    def whole(self) -> list[Row]:
        """The hours of the week of all channels."""
        return [cell for cell in self.found.cells if cell["channel"] is None and cell["weekday"] is not None]

    @property
    def lines(self) -> list[tuple[str, list[Row]]]:
        """The hours of the day that was chosen: of each channel that has them, then of all."""
        names = [str(row["channel"]) for row in self.found.channels]
        chosen = [cell for cell in self.found.cells if cell["weekday"] == self.day]
        own = [(name, [c for c in chosen if c["channel"] == name]) for name in names] if len(names) > 1 else []
        found = [*own, ("", [cell for cell in chosen if cell["channel"] is None])]
        return [(name, cells) for name, cells in found if any(cell[self.field] is not None for cell in cells)]

    def draw_heat(self, size: tuple[int, int]) -> str:
        """The hours of the week as a picture."""
        return heat_chart(busy_cells(self.whole, self.field, self.seen.language), size[0], self.seen.language)

    def draw_line(self, size: tuple[int, int]) -> str:
        """The hours of the day as a picture."""
        language = self.seen.language
        named = [
            (dimension_value("channel", name, language) if name else say(language, "all"), cells) for name, cells in self.lines
        ]
        return hours_chart(named, self.field, size, language)


def _view(request: Request) -> _View:
    seen = visit(request, _KEYS)
    show, day = seen.address.own.get("show", "arrivals"), seen.address.own.get("day", "")
    if show not in _SHOWS:
        raise UnknownName("figure of busy times", show, _SHOWS)
    if day not in ("", *"1234567"):
        raise BadQuestion(f"day={day!r} is no day of the week: 1 is Monday, 7 is Sunday.")
    call = {**seen.address.scorecard_call(), "where": tuple(seen.address.where)}
    return _View(seen, busy_times(seen.desk, **call), show, int(day) if day else None)


@router.api_route("/busy", methods=["GET", "HEAD"])
def busy_page(request: Request) -> Response:
    """The page."""
    view = _view(request)
    seen, found, language = view.seen, view.found, view.seen.language
    cells = busy_cells(view.whole, view.field, language)
    over = seen.over(found.scorecard)
    without = [row for row in found.channels if row["arrivals_without_handle_time"]]
    return seen.page(
        "busy.html",
        here="busy",
        found=found,
        show=view.show,
        day=view.day,
        finding=busiest(view.whole, view.field, language),
        unit=say(language, _SHOWS[view.show]),
        shows={key: (say(language, text), seen.address.here(show=key)) for key, text in _SHOWS.items()},
        days=[(say(language, "any day"), seen.address.here(day=None), view.day is None)]
        + [(name, seen.address.here(day=place), view.day == place) for place, name in enumerate(weekday_names(language), 1)],
        cells=cells,
        turned=list(zip(*cells, strict=True)),
        has_cells=any(cell.step is not None for day in cells for cell in day),
        charts=[(css, picture(view.draw_line(size))) for css, size in SIZES.items()] if view.lines else [],
        hours=_hour_rows(view),
        heads=[dimension_value("channel", name, language) if name else say(language, "all") for name, _ in view.lines],
        channels=[_channel(row, language) for row in found.channels],
        without=[dimension_value("channel", row["channel"], language) for row in without],
        files=[(form.upper(), seen.address.beside(f"/busy.{form}")) for form in FORMS if form in FIGURES or view.lines],
        zone=found.scorecard.report_tz,
        **over,
    )


@router.api_route("/busy.{form}", methods=["GET", "HEAD"])
@may("see_figures", is_export=True)
def busy_file(request: Request, form: str) -> Response:
    """The hours of the week by channel, as figures; as a picture the map of the hours."""
    view = _view(request)
    seen, card = view.seen, view.found.scorecard
    over = seen.over(card)
    title = busiest(view.whole, view.field, seen.language) or say(seen.language, "Busiest times")
    about = [
        ("title", title),
        ("period", over["title"]),
        ("filters", ", ".join(f"{name} {value}" for name, value in seen.address.filters.items())),
        ("notes", retold_notes(seen.language, card.notes)),
        ("data", over["reach"]),
        ("data_version", str(card.data_version)),
        ("address", seen.address.beside("/busy")),
    ]
    taken = Taken(
        f"busy-{card.since.isoformat()}",
        [cell for cell in view.found.cells if cell["weekday"] is not None],
        about,
        view.found.to_dict(),
        view.draw_heat if view.lines else None,
        title,
        f"{over['title']} · {say(seen.language, _SHOWS[view.show])} · {card.report_tz}",
        f"servicemeter · {over['reach']}",
    )
    return take_along(taken, form)


def _hour_rows(view: _View) -> list[tuple[str, list[str]]]:
    """The table behind the lines: each hour with what every line has there."""
    by_hour: dict[int, list[str]] = {}
    for place, (_, cells) in enumerate(view.lines):
        for cell in cells:
            row = by_hour.setdefault(int(cell["hour_of_day"]), [])
            row += ["–"] * (place - len(row))
            row.append(per_hour_words(cell, view.field, view.seen.language))
    return [(f"{hour}:00", values) for hour, values in sorted(by_hour.items())]


def _channel(row: dict[str, Any], language: str) -> tuple[str, str, str, str]:
    """A channel: its name, its arrivals, the work of one, and all of it."""
    one, whole = row["handle_seconds_per_arrival"], row["handle_seconds"]
    return (
        dimension_value("channel", row["channel"], language),
        number(row["arrivals"], language=language),
        duration(one, language=language) if one is not None else say(language, "not measured"),
        f"{number(whole / 3600, language=language)} h" if whole is not None else "–",
    )
