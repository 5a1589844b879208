"""Time per state (METRICS.md 5.2): who was waiting until a ticket was solved, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from servicemeter.metrics.kinds import CLOCK, POPULATION, UNRESOLVED, duration, population, span, unresolved
from servicemeter.model.metric import Measure, Metric, Params, Tally

__all__ = ["METRICS"]


def _time_in(*parts: str) -> Callable[[Params], Measure]:
    """The measure of a sum of columns of `solves`, each with a sign; a solve before the creation is invalid, as its span is."""

    def measure(p: Params) -> Measure:
        seconds = " ".join(f"{part[0]} f.{part[1:]}_{span(p, 'seconds', 'open_seconds')}" for part in parts)
        whole = span(p, "f.solve_seconds", "f.solve_open_seconds")
        return duration(
            Tally("solves", {}, at="f.solved_at", where=f"{population(p)} and (f.reopened_at is null or f.reopened_at >= p.e)"),
            f"case when {whole} >= 0 then {seconds.removeprefix('+ ')} else {whole} end",
            unresolved(p),
            companions=UNRESOLVED,
        )

    return measure


def _metric(
    name: str, names: dict[str, tuple[str, ...]], asks: dict[str, str], states: str, leaves_out: str, parts: Sequence[str]
) -> Metric:
    return Metric(
        name,
        "speed",
        names,
        asks,
        f"over solved tickets: seconds before the last solve in {states}; mean, median, p90",
        "the period of the last solve",
        "seconds",
        "lower",
        _time_in(*parts),
        needs=("tickets", "status_history", "creation"),
        leaves_out=leaves_out,
        headline="median",
        parameters=(CLOCK, POPULATION),
        beside=UNRESOLVED,
        peers="The same states as Zendesk, which reads them by the schedule at each change and the whole by one, so that its "
        "differences can be negative; here the parts add up to the resolution time in both clocks.",
    )


_SOLVED = "Open tickets, outbound tickets, and the time solved before a reopening."

METRICS = (
    _metric(
        "requester_wait_time",
        {
            "en": ("Requester wait time", "waiting time"),
            "nl": ("Wachttijd klant",),
            "ro": ("Timp de așteptare al clientului",),
        },
        {
            "en": "How long does the customer wait for us, in all?",
            "nl": "Hoe lang wacht de klant in totaal op ons?",
            "ro": "Cât așteaptă clientul, în total, după noi?",
        },
        "new, open or on hold",
        f"{_SOLVED} The time pending, when we wait for the customer.",
        ("+solve", "-pending", "-solved"),
    ),
    _metric(
        "agent_wait_time",
        {
            "en": ("Agent wait time", "pending time"),
            "nl": ("Wachttijd op klant",),
            "ro": ("Timp de așteptare al agentului",),
        },
        {
            "en": "How long do we wait for the customer?",
            "nl": "Hoe lang wachten wij op de klant?",
            "ro": "Cât așteptăm noi după client?",
        },
        "pending",
        _SOLVED,
        ("+pending",),
    ),
    _metric(
        "on_hold_time",
        {
            "en": ("On-hold time",),
            "nl": ("Tijd in de wacht",),
            "ro": ("Timp în așteptare",),
        },
        {
            "en": "How long does a request wait for somebody else?",
            "nl": "Hoe lang wacht een vraag op een derde?",
            "ro": "Cât așteaptă o solicitare după un terț?",
        },
        "on hold",
        _SOLVED,
        ("+on_hold",),
    ),
    _metric(
        "agent_work_time",
        {
            "en": ("Agent work time",),
            "nl": ("Werktijd",),
            "ro": ("Timp de lucru",),
        },
        {
            "en": "How long is a request on our own desk?",
            "nl": "Hoe lang ligt een vraag op ons eigen bord?",
            "ro": "Cât timp stă o solicitare pe biroul nostru?",
        },
        "new or open",
        f"{_SOLVED} The time pending and on hold.",
        ("+solve", "-pending", "-on_hold", "-solved"),
    ),
)
