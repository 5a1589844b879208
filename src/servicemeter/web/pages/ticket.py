"""One ticket: its clocks drawn, what happened and was said, who had it, and what each metric made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from servicemeter.desk.methods.measure_ticket import measure_ticket
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.ground.clock import moment
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.metric import Metric
from servicemeter.model.ticket import TicketClock, TicketStory
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.durations import duration
from servicemeter.show.lanes import WAITING, clock_facts, clock_title, hours_are_drawn, lanes_chart
from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.show.retelling import retold_notes
from servicemeter.show.sentences import data_status
from servicemeter.show.story import said_on, ticket_lines
from servicemeter.show.tickets import agent_words, at_words
from servicemeter.show.words import value_words
from servicemeter.web.asked import instant_from
from servicemeter.web.exports import FORMS, Taken, take_along
from servicemeter.web.pages.tickets import ticket_line
from servicemeter.web.panels import SIZES
from servicemeter.web.paper import picture
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may
from servicemeter.web.subject import OF_ITS_OWN
from servicemeter.web.visit import Visit, visit

__all__ = ["router"]

router = APIRouter()
_KEYS = ("id", "of")
_API_KEYS = ("id", "of", "as_of")
_ENDINGS = {
    "met": phrase("kept"),
    "breached": phrase("target passed"),
    "unanswered": phrase("closed without an answer"),
    "withdrawn": phrase("withdrawn"),
    "answered": phrase("answered"),
    "solved": phrase("solved"),
}


def _asked(request: Request) -> dict[str, Any]:
    params = request.query_params
    for key in params:
        if key not in _API_KEYS:
            raise UnknownName("parameter of a ticket", key, _API_KEYS)
    if not params.get("id"):
        raise BadQuestion("Name the ticket: id=NUMBER, and of=SOURCE where several sources have it.")
    as_of = instant_from(params["as_of"], "as_of") if params.get("as_of") else None
    return {"ticket_id": params["id"], "source": params.get("of") or None, "as_of": as_of}


@router.get("/api/ticket")
@may("see_rows", is_export=True)
def ticket_api(request: Request) -> Response:
    """One ticket (`id`, and `of` its source) with its entries, clocks and spans."""
    return PlainJSON(tell_ticket(request.app.state.desk, **_asked(request)).to_dict())


@router.get("/api/ticket/metrics")
@may("see_rows")
def ticket_metrics_api(request: Request) -> Response:
    """What each metric made of it."""
    return PlainJSON(measure_ticket(request.app.state.desk, **_asked(request)))


def _call(seen: Visit) -> dict[str, Any]:
    own = seen.address.own
    if not own.get("id"):
        raise BadQuestion("Name the ticket: id=NUMBER, and of=SOURCE where several sources have it.")
    return {"ticket_id": own["id"], "source": own.get("of"), "as_of": seen.address.as_of}


@router.api_route("/ticket", methods=["GET", "HEAD"])
@may("see_rows")
def ticket_page(request: Request) -> Response:
    """The ticket's page; what the metrics made of it is fetched after."""
    seen = visit(request, _KEYS)
    story = tell_ticket(seen.desk, **_call(seen))
    about, language, tz = story.about, seen.language, story.report_tz
    said = said_on(story.entries, story.agents, language)
    return seen.page(
        "ticket.html",
        here="tickets",
        story=story,
        name=str(about["ticket_id"]),
        heading=str(about.get("subject") or say(language, "Ticket {name}", name=about["ticket_id"])),
        line=None if about.get("is_aside") else ticket_line(about, story, seen),
        facts=_facts(story, language),
        charts=[(css, picture(lanes_chart(story.clocks, said, tz, size, language))) for css, size in SIZES.items()]
        if story.clocks
        else [],
        key=_key(story, language),
        has_hours=bool(story.clocks) and hours_are_drawn(story.clocks, SIZES["wide"]),
        clocks=[_clock_row(clock, tz, language) for clock in story.clocks],
        lines=ticket_lines(story.entries, story.agents, story.teams, tz, language),
        columns=_columns(story, language),
        has_words=any("text" in entry for entry in story.entries),
        metrics_href=seen.address.beside("/ticket/metrics"),
        files=[
            (form.upper(), seen.address.beside(f"/ticket.{form}")) for form in FORMS if story.clocks or form not in ("png", "svg")
        ],
        reach=data_status(story.as_of, tz, (), language),
    )


@router.api_route("/ticket.{form}", methods=["GET", "HEAD"])
@may("see_rows", is_export=True)
def ticket_file(request: Request, form: str) -> Response:
    """What happened, as a file; the clocks as a picture."""
    seen = visit(request, _KEYS)
    story = tell_ticket(seen.desk, **_call(seen))
    language, name = seen.language, str(story.about["ticket_id"])
    said = said_on(story.entries, story.agents, language)
    title = say(language, "Ticket {name}", name=name)
    about = [
        ("title", title),
        *((key, str(value)) for key, value in story.about.items() if key != "tickets"),
        ("notes", retold_notes(language, story.notes)),
        ("data", data_status(story.as_of, story.report_tz, (), language)),
        ("data_version", str(story.data_version)),
        ("address", seen.address.beside("/ticket")),
    ]

    def draw(size: tuple[int, int]) -> str:
        return lanes_chart(story.clocks, said, story.report_tz, size, language)

    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    taken = Taken(
        f"ticket-{plain}", story.entries, about, story.to_dict(), draw if story.clocks else None, title,
        say(language, "The clocks of this ticket"), f"servicemeter · {dict(about)['data']}",
    )  # fmt: skip
    return take_along(taken, form)


@router.api_route("/ticket/metrics", methods=["GET", "HEAD"])
@may("see_rows")
def ticket_metrics(request: Request) -> Response:
    """What each metric made of the ticket, as a page of its own."""
    seen = visit(request, _KEYS)
    made = measure_ticket(seen.desk, **_call(seen))
    metrics = {metric.name: metric for metric in seen.desk.metrics()}
    tz = str(made[0]["report_tz"]) if made else "UTC"
    return seen.page(
        "ticketmetrics.html",
        here="tickets",
        name=seen.address.own["id"],
        back=seen.address.beside("/ticket"),
        made=[_made(one, metrics[one["metric"]], seen, tz) for one in made if one["metric"] in metrics],
    )


@dataclass(frozen=True)
class _Made:
    """One metric's reading of the ticket."""

    label: str
    href: str
    value: str
    when: str
    why_not: str


def _made(one: dict[str, Any], metric: Metric, seen: Visit, tz: str) -> _Made:
    language, rows = seen.language, one["rows"]
    href = seen.address.to(f"/metric/{metric.name}", id=None, of=None)
    if not rows:
        why = ", ".join(say(language, part["title"]) for part in one["left_out"])
        return _Made(metric.label(language), href, "", "", why)
    whens = list(dict.fromkeys(at_words(row.get("happened_at"), tz, language) for row in rows))
    values = list(dict.fromkeys(_value(row, metric, language) for row in rows))
    return _Made(metric.label(language), href, _few(values), _few(whens), "")


def _few(texts: list[str]) -> str:
    return ", ".join(texts[:3]) + (" …" if len(texts) > 3 else "")


def _value(row: dict[str, Any], metric: Metric, language: str) -> str:
    """What a row of a metric says of the ticket: its seconds or score, whether it is one of those counted, or that it counts."""
    if metric.name in OF_ITS_OWN:
        return dimension_value(OF_ITS_OWN[metric.name], row.get(OF_ITS_OWN[metric.name]), language)
    if metric.unit == "fraction" and "in_numerator" in row:
        return say(language, "yes") if row["in_numerator"] else say(language, "no")
    if "value" in row and metric.unit == "seconds":
        return value_words(metric, {**row, "null_reason": None, "period_status": "complete"}, language)
    if "value" in row and metric.unit == "count":
        return say(language, "over by {time}", time=duration(row["value"], language=language))
    if "value" in row:
        return number(row["value"], 0 if float(row["value"]).is_integer() else 2, language=language)
    return say(language, "counted")


def _facts(story: TicketStory, language: str) -> list[tuple[str, str, str]]:
    """What the ticket is: title, text, and the name of the dimension or empty."""
    about, tz = story.about, story.report_tz
    pairs = [
        (say(language, "Created"), at_words(about.get("created_at"), tz, language)),
        (say(language, "Solved"), at_words(about.get("solved_at"), tz, language)),
        (say(language, "Who has it"), "" if about.get("is_aside") else agent_words(about, language)),
        (say(language, "Team"), str(about.get("team_name") or about.get("team_id") or "")),
        (say(language, "Channel"), dimension_value("channel", about["channel"], language) if about.get("channel") else ""),
        (say(language, "Reason"), str(about.get("reason") or "")),
        (say(language, "Priority"), dimension_value("priority", about["priority"], language) if about.get("priority") else ""),
        (say(language, "Brand"), str(about.get("brand") or "")),
        (say(language, "Segment"), str(about.get("customer_segment") or "")),
        (say(language, "Source"), str(about.get("source") or "")),
    ]
    return [(title, text, "") for title, text in pairs if text]


def _key(story: TicketStory, language: str) -> list[tuple[str, str]]:
    """What the colours of the picture mean, as far as it has them: the class of the mark, and words."""
    stretches = [(clock, part) for clock in story.clocks for part in clock.stretches]
    found = [
        (f"waits-{who}", say(language, text)) for who, text in WAITING.items() if any(part.who == who for _, part in stretches)
    ]
    if any(clock.policy for clock in story.clocks):
        found.append(("lane-counted", say(language, "the clock of a promise runs")))
    if any(part.kind == "paused" for _, part in stretches):
        found.append(("lane-paused", say(language, "paused")))
    if any(part.kind == "closed" for _, part in stretches) and hours_are_drawn(story.clocks, SIZES["wide"]):
        found.append(("lane-closed", say(language, "outside opening hours")))
    if any(clock.passed_at for clock in story.clocks):
        found.append(("lane-late", say(language, "after the target")))
    return found


def _clock_row(clock: TicketClock, tz: str, language: str) -> tuple[str, str, str, str, str]:
    """A clock in figures: its name, what it shows, from when to when, when it was due, and how it ended."""
    start, end = (at_words(moment(at).isoformat(), tz, language) for at in (clock.started_at, clock.ended_at))
    due = at_words(moment(clock.due_at).isoformat(), tz, language) if clock.due_at is not None else ""
    ended = say(language, _ENDINGS[clock.ended_as]) if clock.ended_as in _ENDINGS else say(language, "still running")
    return clock_title(clock, language), clock_facts(clock, language), f"{start} – {end}", due, ended


Column = tuple[str, list[tuple[str, str, str]]]


def _columns(story: TicketStory, language: str) -> list[Column]:
    """The spans of status, agent, team and priority: title, and for each what it was, since when, and how long."""
    names = {"agent": story.agents, "team": story.teams}
    titles = {
        "status": say(language, "Status"),
        "agent": say(language, "Who had it"),
        "team": say(language, "Team"),
        "priority": say(language, "Priority"),
    }
    found = []
    for name, title in titles.items():
        rows = [
            (
                _span_value(name, span.get("value"), names.get(name, {}), language),
                at_words(moment(span["from_at"]).isoformat(), story.report_tz, language, with_year=False),
                duration(max(0, span["to_at"] - span["from_at"]), language=language),
            )
            for span in story.spans[name]
        ]
        if rows:
            found.append((title, rows))
    return found


def _span_value(name: str, value: object, names: dict[str, str], language: str) -> str:
    if value is None:
        return say(language, "(unassigned)") if name == "agent" else say(language, "(unknown)")
    return names.get(str(value)) or dimension_value(name, value, language)
