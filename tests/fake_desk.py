"""A desk with hand-made rows: every state a card can be in, and nothing worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fake_live import answer_live
from fake_pages import FakePages
from fake_surveys import FakeSurveys
from servicemeter.analysis.targets import judge
from servicemeter.ground.errors import BadQuestion, UnknownMetric
from servicemeter.model.answer import Answer, Row
from servicemeter.model.curve import Curve
from servicemeter.model.explanation import Explanation, LeftOut
from servicemeter.model.metric import Measure, Metric, Parameter, Params
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.scorecard import Card, Family, Scorecard
from servicemeter.model.target import Target

AS_OF = datetime(2026, 11, 21, 16, 40, tzinfo=UTC)
TZ = "Europe/Amsterdam"
MONDAYS = [date(2026, 8, 24) + timedelta(weeks=i) for i in range(13)]
CHANNELS = ["email", "chat", "phone", "social"]
HOSTILE = '<script>alert("x")</script>'


def _nothing(params: Params) -> Measure:
    return Measure(tallies=(), finish=dict)


def make_metric(name: str, family: str, label: str, unit: Any, better: Any, **more: Any) -> Metric:
    """A metric whose texts are made from its name; `target` is a pair of sign and value."""
    target = more.pop("target", None)
    return Metric(
        name=name,
        family=family,
        names={"en": (label, f"{label} (also)"), "nl": (f"{label} nl",), "ro": (f"{label} ro",)},
        asks={"en": f"What about {label.lower()}?"},
        formula=f"sum of {name} / n",
        counted=f"rows of {name}",
        unit=unit,
        better=better,
        measure=_nothing,
        leaves_out="spam and tests",
        target=Target(target[0], target[1], "common practice") if target else None,
        **more,
    )


_CLOCK = Parameter("clock", "calendar", ("calendar", "business"), "which clock runs")
METRICS = [
    make_metric("first_response_time", "speed", "First response time", "seconds", "lower", headline="median",
                target=("<=", 14400), parameters=(_CLOCK,), peers="Others begin at ticket creation.",
                beside=("response_time", "unknown_metric"), needs=("messages",)),
    make_metric("response_time", "speed", "Average response time", "seconds", "lower", headline="median"),
    make_metric("resolution_time", "speed", "Average resolution time", "seconds", "lower", headline="median",
                target=("<=", 28800)),
    make_metric("sla_compliance_rate", "sla", "SLA compliance", "fraction", "higher", target=(">=", 0.93)),
    make_metric("tickets_created", "volume", "Number of tickets", "count", "neither"),
    make_metric("backlog", "volume", "Unresolved tickets", "count", "lower", at_moment=True),
    make_metric("contact_rate", "volume", "Tickets per order", "ratio", "lower"),
    make_metric("volume_by_channel", "volume", "Volume per channel", "count", "neither"),
    make_metric("first_contact_resolution_rate", "resolution", "First contact resolution", "fraction", "higher",
                target=(">=", 0.7)),
    make_metric("replies_per_resolution", "resolution", "Replies per resolution", "replies", "lower"),
    make_metric("reopen_rate", "resolution", "Reopen rate", "fraction", "lower", target=("<=", 0.05)),
    make_metric("automated_resolution_rate", "resolution", "Solved without a person", "fraction", "higher"),
    make_metric("csat", "voice", "CSAT", "fraction", "higher", target=(">=", 0.85), needs=("survey_answers",),
                beside=("survey_response_rate",)),
    make_metric("nps", "voice", "NPS", "score", "higher", needs=("survey_answers",)),
    make_metric("ces", "voice", "Customer effort score", "score", "higher", needs=("survey_answers",)),
    make_metric("survey_response_rate", "voice", "Survey response rate", "fraction", "higher",
                needs=("survey_invitations",)),
    make_metric("abandonment_rate", "calls", "Abandonment rate", "fraction", "lower"),
    make_metric("average_handle_time", "calls", "Average handle time", "seconds", "neither", headline="mean"),
    make_metric("visitor_intent_share", "voice", "Visit intent", "fraction", "neither"),
    make_metric("intent_fulfilled_rate", "voice", "Task completion", "fraction", "higher"),
    make_metric("macro_share", "volume", "Standard answers", "fraction", "neither"),
]  # fmt: skip


def row(value: float | None, n: int | None, low: float | None = None, high: float | None = None, **more: Any) -> Row:
    """A row of a period in progress, unless told otherwise."""
    base: Row = {"value": value, "n": n, "ci_low": low, "ci_high": high, "low_sample": n is not None and n < 30}
    return {**base, "period_status": "in_progress", "null_reason": None, **more}


def series(values: Sequence[float | None], half: float | None = None) -> list[Row]:
    """A row a week; the last one is still in progress."""
    rows = []
    for monday, value in zip(MONDAYS, values, strict=True):
        low, high = (None, None) if half is None or value is None else (value - half, value + half)
        status = "in_progress" if monday == MONDAYS[-1] else "complete"
        rows.append(row(value, 300, low, high, period_start=monday.isoformat(), period_status=status))
    return rows


def _walk(start: float, end: float, wobble: float) -> list[float]:
    pattern = (0, 1, -1, 2, 0, -2, 1, 0, 2, -1, 0, 1, 0)
    return [round(start + (end - start) * i / 12 + wobble * p, 6) for i, p in enumerate(pattern)]


def _cards() -> dict[str, tuple[Row, Row | None, list[Row]]]:
    return {
        "tickets_created": (row(4990, 4990), row(4602, 4602), series(_walk(1480, 1720, 40))),
        "backlog": (row(312, 312, n_unassigned=41, n_unanswered=31), row(240, 240), series(_walk(220, 312, 8))),
        "contact_rate": (row(0.084, 59405, 0.0817, 0.0863, numerator=4990), row(0.0841, 54700, 0.0818, 0.0865),
                         series(_walk(0.085, 0.084, 0.001), 0.004)),
        "first_response_time": (row(7800, 4812, 7440, 8220, mean=19400.0, p90=70200, n_unanswered_open=31),
                                row(8880, 4500, 8520, 9240), series(_walk(11400, 7800, 300), 700)),
        "response_time": (row(5520, 11904, 5340, 5700, mean=15100.0, p90=50400, n_turns_closed_unanswered=18),
                          row(5580, 11200, 5400, 5760), series(_walk(5600, 5520, 300), 500)),
        "resolution_time": (row(34800, 4377, 33120, 36300, mean=76500.0, p90=224640),
                            row(30900, 4200, 29400, 32000), series(_walk(28000, 34800, 900), 1800)),
        "first_contact_resolution_rate": (row(0.714, 3650, 0.699, 0.728, numerator=2606, n_immature=412),
                                          row(0.709, 3500, 0.694, 0.724), series(_walk(0.70, 0.714, 0.006), 0.03)),
        "replies_per_resolution": (row(2.31, 4377, 2.26, 2.37), row(2.29, 4200, 2.24, 2.34),
                                   series(_walk(2.28, 2.31, 0.03), 0.11)),
        "reopen_rate": (row(0.068, 4121, 0.061, 0.076, numerator=280, reopen_events=305),
                        row(0.049, 4010, 0.0427, 0.0561), series(_walk(0.045, 0.068, 0.003), 0.012)),
        "automated_resolution_rate": (row(0.182, 4990, 0.171, 0.193, numerator=908),
                                      row(0.16, 4600, 0.1497, 0.1709), series(_walk(0.14, 0.182, 0.006), 0.02)),
        "csat": (row(0.84, 412, 0.80, 0.87, numerator=346, csat_mean=4.3), row(0.89, 430, 0.857, 0.916),
                 series(_walk(0.89, 0.84, 0.008), 0.05)),
        "nps": (row(38.2, 156, 28.6, 47.1, promoters=0.52, detractors=0.14), row(41.0, 160, 31.5, 50.0),
                series(_walk(35, 38, 2), 12)),
        "ces": (row(5.6, 12, 4.9, 6.3, easy_share=0.78), row(5.4, 40, 5.1, 5.7), series([None] * 12 + [5.6])),
        "survey_response_rate": (row(0.14, 2940, 0.128, 0.153, numerator=412), row(0.139, 3000, 0.127, 0.152),
                                 series(_walk(0.14, 0.14, 0.004), 0.02)),
        "abandonment_rate": (row(None, 0, null_reason="not_measured"), None, series([None] * 13)),
        "average_handle_time": (row(None, 0, null_reason="empty"), row(260, 90), series([300.0] * 5 + [None] * 8)),
        "sla_compliance_rate": (row(0.931, 4812, 0.923, 0.938, numerator=4480, breached=332, running=44),
                                row(0.917, 4500, 0.9086, 0.9247), series(_walk(0.90, 0.931, 0.005), 0.012)),
    }  # fmt: skip


def make_scorecard() -> Scorecard:
    """November so far, against the same 21 days of October."""
    families: dict[str, list[Card]] = {}
    by_name = {metric.name: metric for metric in METRICS}
    for name, (now, before, trend) in _cards().items():
        question = Question(name, since=date(2026, 11, 1), until=date(2026, 12, 1))
        aim = by_name[name].target
        card = Card(name, question, now, before, trend, aim, judge(by_name[name], now, aim))
        families.setdefault(by_name[name].family, []).append(card)
    return Scorecard(
        since=date(2026, 11, 1), until=date(2026, 12, 1), before_since=date(2026, 10, 1),
        before_until=date(2026, 10, 22),
        grain="week", as_of=AS_OF, data_version=7, report_tz=TZ,
        families=[Family(name, cards) for name, cards in families.items()], lagging_sources=("shop",),
    )  # fmt: skip


@dataclass
class FakeDesk(FakePages):
    """Gives what it was given, and remembers what it was asked."""

    card: Scorecard = field(default_factory=make_scorecard)
    channels: list[str] = field(default_factory=lambda: list(CHANNELS))
    found: list[Any] | None = field(default_factory=list)
    covers: list[Any] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    fault: Exception | None = None
    surveys: Any = field(default_factory=FakeSurveys)

    def mark(self) -> None:
        """Nothing is kept of it: each page is asked anew."""

    def scorecard(
        self,
        *,
        since: date | None,
        until: date | None,
        period: str | None,
        where: list[Filter],
        as_of: datetime | None,
        metrics: Sequence[str] | None = None,
        scope: Scope | None = None,
    ) -> Scorecard:
        self.asked.append({"since": since, "until": until, "period": period, "where": where, "as_of": as_of})
        if self.fault:
            raise self.fault
        card = replace(self.card, since=since, until=until) if since and until else self.card
        return replace(card, families=[Family("asked", self._cards(card, metrics))]) if metrics else card

    def _cards(self, scorecard: Scorecard, metrics: Sequence[str]) -> list[Card]:
        """The cards of these metrics; one that the scorecard does not have is made of a row of its own."""
        held = {card.metric: card for family in scorecard.families for card in family.cards}
        plain = row(0.4, 500, 0.36, 0.44)
        span: dict[str, Any] = {"since": scorecard.since, "until": scorecard.until}
        trend = series(_walk(0.3, 0.4, 0.01), 0.03)
        return [held.get(name) or Card(name, Question(name, **span), plain, plain, trend) for name in metrics]

    def curve(self, question: Question) -> Curve | None:
        self.asked.append(question)
        if self.metric(question.metric).unit != "seconds":
            return None
        steps = [(60.0 * 2**i, i / 12) for i in range(1, 13)]
        is_open = question.params.get("attribution") == "created"
        return Curve(question, steps, 240, 12 if is_open else 0, 3840.0, 122880.0, is_open, 7, AS_OF)

    def explain_question(self, question: Question, limit: int = 100) -> Explanation:
        self.asked.append(question)
        rows = [
            {"fact": "tickets", "source": "files", "ticket_id": f"t{i}", "happened_at": f"2026-11-02T0{i}:30:00+00:00", "n": 1,
             "value": 60 * i} for i in range(3)
        ]  # fmt: skip
        left = LeftOut("spam", "Spam", "tickets", 27, [])
        return Explanation(self.measure(question), rows[:limit], 4812, [], [left], ["select 1 as one"])

    def statements(self, question: Question) -> list[str]:
        return ["select 1 as one"]

    def measure(self, question: Question) -> Answer:
        self.asked.append(question)
        metric = self.metric(question.metric)
        if "agent" in question.by and metric.name == "abandonment_rate":
            raise BadQuestion("abandonment_rate has no agent.")
        return Answer(metric.name, metric.unit, question, self._rows(question, metric), 7, AS_OF, TZ)

    def _rows(self, question: Question, metric: Metric) -> list[Row]:
        if "intent" in question.by:
            return self._intents(question)
        held = _cards().get(metric.name)
        now = held[0] if held else row(0.4, 500, 0.36, 0.44)
        if question.grain:
            return held[2] if held else series(_walk(0.3, 0.4, 0.01), 0.03)
        if "weekday" in question.by:
            hours = [(day, hour) for day in range(1, 8) for hour in range(8, 20)]
            return [
                {"weekday": d, "hour_of_day": h, **now, "value": 600 * h + d, "n": 9 * h, "low_sample": h < 10} for d, h in hours
            ]
        if "channel" in question.by or metric.name == "volume_by_channel":
            factors = (1.0, 0.4, 1.3, 0.8)
            return [self._part(now, c, f) for c, f in zip(self.channels, factors, strict=False)]
        return [now]

    def _intents(self, question: Question) -> list[Row]:
        """Two intents, in each of two parts where it is asked by one."""
        by = [d for d in question.by if d != "intent"]
        parts = {"hour_of_day": [9, 14], "weekday": [1, 7]}.get(by[0], ["/help", "(unknown)"]) if by else [None]
        starts = [monday.isoformat() for monday in MONDAYS[-2:]] if question.grain else [None]
        return [
            row(k / 180, 180, k / 180 - 0.05, k / 180 + 0.05, numerator=k, intent=intent, period_start=start,
                **({by[0]: part} if by else {}))
            for intent, k in (("track", 120), ("buy", 60)) for part in parts for start in starts
        ]  # fmt: skip

    def _part(self, now: Row, channel: str, factor: float) -> Row:
        if now["value"] is None:
            return {"channel": channel, **now}
        low, high = (None if now[k] is None else now[k] * factor for k in ("ci_low", "ci_high"))
        n = 12 if channel == "phone" else 1200
        part = {**now, "value": now["value"] * factor, "ci_low": low, "ci_high": high, "n": n}
        return {"channel": channel, **part, "low_sample": n < 30}

    def metric(self, name: str) -> Metric:
        for metric in METRICS:
            if metric.name == name:
                return metric
        raise UnknownMetric(name, [m.name for m in METRICS])

    def metrics(self) -> list[Metric]:
        return list(METRICS)

    def dimension_values(self, dimension: str) -> list[str]:
        return list(self.channels) if dimension == "channel" else []

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        if hasattr(FakePages, name):
            return getattr(self, name)(**arguments)
        self.asked.append((name, dict(arguments)))
        if self.fault:
            raise self.fault
        since, until = arguments.get("since"), arguments.get("until")
        return answer_live(name, arguments, replace(self.card, since=since, until=until) if since and until else self.card)

    def findings(self) -> Sequence[Any]:
        return list(self.found or ())

    def findings_within(self, patience_s: float) -> Sequence[Any] | None:
        return None if self.found is None else list(self.found)
