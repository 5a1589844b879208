"""A ticket's clocks as a picture, a lane each: what counted, stood still, lay outside opening hours, and who waited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from servicemeter.model.ticket import Stretch, TicketClock
from servicemeter.show.axes import Axis
from servicemeter.show.charts import hatch, svg
from servicemeter.show.dates import day, moment
from servicemeter.show.durations import duration
from servicemeter.show.phrases import phrase, say
from servicemeter.show.tickets import CLOCK_NAMES

Said = tuple[int, str, str]
"""Something said: when (epoch seconds), by whom (customer, agent, or another), and that in words."""

__all__ = ["WAITING", "clock_facts", "clock_title", "hours_are_drawn", "lanes_chart"]

_LEFT, _RIGHT, _TOP, _LANE, _BAR = 4, 8, 8, 46, 14
_DAY_PX, _SAID = 14, 28
_STEPS_S = (60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
_STEPS_D = (1, 2, 7, 14, 28, 91, 182, 364)
WAITING = {
    "customer": phrase("the customer waits for us"),
    "us": phrase("we wait for the customer"),
    "other": phrase("somebody else"),
}
_KINDS = {"counted": phrase("counted"), "paused": phrase("paused"), "closed": phrase("outside opening hours")}


def clock_title(clock: TicketClock, language: str) -> str:
    """What a clock is called, with the policy it comes from."""
    name = say(language, CLOCK_NAMES.get(clock.name, clock.name))
    return say(language, "{name}, promised by {policy}", name=name, policy=clock.policy) if clock.policy else name


def clock_facts(clock: TicketClock, language: str) -> str:
    """What a clock shows, in words: `3 h 41 min of 4 h`, `14 h 43 min, of which 1 h 7 min in opening hours`, still running."""
    if clock.policy:
        shown = _promised(clock, language)
    else:
        shown = duration(clock.seconds or 0, language=language)
        if clock.open_seconds is not None and clock.open_seconds != clock.seconds:
            opened = duration(clock.open_seconds, language=language)
            shown = say(language, "{time}, of which {opened} in opening hours", time=shown, opened=opened)
    return say(language, "{shown}, still running", shown=shown) if clock.is_running else shown


def _promised(clock: TicketClock, language: str) -> str:
    shown = duration(clock.elapsed_seconds or 0, language=language)
    if clock.target_seconds is None:
        return shown
    return say(language, "{time} of {target}", time=shown, target=duration(clock.target_seconds, language=language))


def lanes_chart(clocks: Sequence[TicketClock], said: Sequence[Said], tz: str, size: tuple[int, int], language: str = "en") -> str:
    """What was said on top, then the lanes over their common time; the height follows from how many there are."""
    width, top = size[0], _TOP + (_SAID if said else 0)
    bottom = top + len(clocks) * _LANE
    across = _across(clocks, width)
    lanes = _spoken(said, across, tz, language)
    lanes += "".join(_lane(clock, top + place * _LANE, across, width, tz, language) for place, clock in enumerate(clocks))
    title = say(language, "The clocks of this ticket")
    return svg("lanes", width, bottom + 26, title, _grid(across, bottom, tz, language, width) + lanes)


def _spoken(said: Sequence[Said], across: Axis, tz: str, language: str) -> str:
    """A mark for everything that was said, the customer's above."""
    out = ""
    for at, who, words in said:
        if across.low <= at <= across.high:
            y = _TOP + (6 if who == "customer" else 18)
            when = moment(datetime.fromtimestamp(at, UTC), tz, language=language)
            title = f"<title>{escape(f'{when} · {words}')}</title>"
            css = {"customer": "waits-customer", "agent": "waits-other"}.get(who, "waits-us")
            out += f'<circle class="{css}" cx="{min(max(across.at(at), 5), across.end):.1f}" cy="{y}" r="4">{title}</circle>'
    return out


def _end(clocks: Sequence[TicketClock]) -> int:
    """Where the axis ends: at the last end, or at a due instant that lies no further off than what has gone by."""
    start, last = min(c.started_at for c in clocks), max(c.ended_at for c in clocks)
    last = max(last, start + 60)
    dues = [c.due_at for c in clocks if c.due_at is not None and c.due_at - last <= last - start]
    return max([last, *dues])


def _grid(across: Axis, bottom: float, tz: str, language: str, width: int) -> str:
    out, before = "", -100.0
    for at, text in _ticks(int(across.low), int(across.high), tz, language, width):
        x = across.at(at)
        out += f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
        wide = len(text) * 3.4
        if x - before > 2 * wide and _LEFT + wide < x < width - wide:
            out += f'<text class="tick x" x="{x:.1f}" y="{bottom + 18}">{escape(text)}</text>'
            before = x
    return out


def _ticks(first: int, last: int, tz: str, language: str, width: int) -> Iterator[tuple[int, str]]:
    """Round local times: so many that they can be read."""
    most = max(2, width // 120)
    step = next((s for s in _STEPS_S if (last - first) / s <= most), None)
    zone = ZoneInfo(tz)
    begin = datetime.fromtimestamp(first, UTC).astimezone(zone)
    if step is not None:
        at = first - (first + int((begin.utcoffset() or timedelta()).total_seconds())) % step + step
        while at <= last:
            local = datetime.fromtimestamp(at, UTC).astimezone(zone)
            yield (
                at,
                day(local.date(), language=language, with_year=False) if local.hour == local.minute == 0 else f"{local:%H:%M}",
            )
            at += step
        return
    days = next((d for d in _STEPS_D if (last - first) / 86400 / d <= most), 364)
    on = begin.date() + timedelta(days=1)
    while days >= 7 and on.weekday() != 0:
        on += timedelta(days=1)
    while (at := int(datetime(on.year, on.month, on.day, tzinfo=zone).timestamp())) <= last:
        yield at, day(on, language=language, with_year=days > 100)
        on += timedelta(days=days)


def _lane(clock: TicketClock, y: float, across: Axis, width: int, tz: str, language: str) -> str:
    top = y + 18
    title, facts = clock_title(clock, language), clock_facts(clock, language)
    words = f'<text class="label" x="{_LEFT}" y="{y + 12}"><tspan class="strong">{escape(title)}</tspan> {escape(facts)}</text>'
    if len(title) + len(facts) > width / 6.4:
        words = f'<text class="label" x="{_LEFT}" y="{y + 12}">{escape(_short(clock, language))}</text>'
    stretches = clock.stretches if _shows_hours(across) else _without_hours(clock.stretches)
    bars = "".join(_bar(part, top, across, tz, language) for stretch in stretches for part in _split(stretch, clock.passed_at))
    return words + bars + _due(clock, top, across, tz, language)


def _shows_hours(across: Axis) -> bool:
    """Whether a day is wide enough that its opening hours can be told apart."""
    return (across.high - across.low) / 86400 * _DAY_PX <= across.end - across.start


def _without_hours(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches with the hours outside opening as part of what they interrupt."""
    found: list[Stretch] = []
    for one in stretches:
        kind = "counted" if one.kind == "closed" else one.kind
        since = found.pop().from_at if found and (found[-1].kind, found[-1].who) == (kind, one.who) else one.from_at
        found.append(Stretch(since, one.to_at, kind, one.who))
    return found


def hours_are_drawn(clocks: Sequence[TicketClock], size: tuple[int, int]) -> bool:
    """Whether a picture of this size has the opening hours; over a long time they would be too small to see."""
    return _shows_hours(_across(clocks, size[0]))


def _across(clocks: Sequence[TicketClock], width: int) -> Axis:
    return Axis(min(c.started_at for c in clocks), _end(clocks), _LEFT, width - _RIGHT)


def _short(clock: TicketClock, language: str) -> str:
    """What a narrow lane says."""
    name = say(language, CLOCK_NAMES.get(clock.name, clock.name))
    shown = _promised(clock, language) if clock.policy else duration(clock.seconds or 0, language=language)
    return f"{name} {shown}" + (" …" if clock.is_running else "")


Part = tuple[Stretch, bool]


def _split(stretch: Stretch, passed_at: int | None) -> list[Part]:
    """A stretch, cut where the target was passed; the part after it is late."""
    if passed_at is None or passed_at >= stretch.to_at:
        return [(stretch, False)]
    if passed_at <= stretch.from_at:
        return [(stretch, True)]
    before = Stretch(stretch.from_at, passed_at, stretch.kind, stretch.who)
    return [(before, False), (Stretch(passed_at, stretch.to_at, stretch.kind, stretch.who), True)]


def _bar(part: Part, top: float, across: Axis, tz: str, language: str) -> str:
    stretch, is_late = part
    left, right = across.at(stretch.from_at), across.at(stretch.to_at)
    right = max(right, left + 0.6)
    kind = "late" if is_late and stretch.kind == "counted" else stretch.kind
    name = f"waits-{stretch.who}" if kind == "counted" and stretch.who in WAITING else f"lane-{kind}"
    box = f'x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{_BAR}"'
    title = f"<title>{escape(_bar_words(stretch, is_late, tz, language))}</title>"
    drawn = f'<rect class="{name}" {box}>{title}</rect>'
    if stretch.kind == "closed" and right - left > 3:
        drawn += hatch(left, right, top, top + _BAR, 5)
    return drawn


def _bar_words(stretch: Stretch, is_late: bool, tz: str, language: str) -> str:
    since, until = (moment(datetime.fromtimestamp(at, UTC), tz, language=language) for at in (stretch.from_at, stretch.to_at))
    said = [
        f"{since} – {until}",
        duration(stretch.to_at - stretch.from_at, language=language),
        say(language, _KINDS[stretch.kind]),
    ]
    if stretch.who in WAITING:
        said.append(say(language, WAITING[stretch.who]))
    return " · ".join([*said, *([say(language, "after the target")] if is_late else [])])


def _due(clock: TicketClock, top: float, across: Axis, tz: str, language: str) -> str:
    """A mark where a promise was due; an arrow at the edge where that lies beyond the axis."""
    if clock.due_at is None:
        return ""
    when = moment(datetime.fromtimestamp(clock.due_at, UTC), tz, language=language)
    text = f"<title>{escape(say(language, 'due {when}', when=when))}</title>"
    if clock.due_at > across.high:
        x = across.end - 1
        return f'<path class="due" d="M{x - 5:.1f} {top}l5 {_BAR / 2}l-5 {_BAR / 2}">{text}</path>'
    x = across.at(clock.due_at)
    return f'<path class="due" d="M{x:.1f} {top - 3}v{_BAR + 6}">{text}</path>'
