"""What the hand-made desk gives to the pages about people, targets, loyalty, sources, settings and views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from servicemeter.desk.targets import Kind
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.answer import Answer, Row
from servicemeter.model.comparison import Comparison, Group, Limits, OwnWork, Standing
from servicemeter.model.loyalty import BaseRate, DecidingWord, Feelings, Loyalty
from servicemeter.model.scorecard import Family, Scorecard
from servicemeter.model.target import Aims, Goal, KeptGoal, Note, Target

# (name, cases, share, expected, estimate, standing, is far): every state that a group can be in.
GROUPS: list[tuple[str, int, float, float, float, Standing, bool]] = [
    ("Agent 1", 310, 0.81, 0.70, 0.78, "better", True),
    ("Agent 2", 180, 0.72, 0.71, 0.71, "within", False),
    ("Agent 3", 240, 0.60, 0.69, 0.63, "worse", False),
    ("Agent 10", 12, 0.92, 0.70, 0.73, "few", False),
]


class FakePages:
    """Mixed into the hand-made desk."""

    hides_individuals = False
    scorecard: Callable[..., Scorecard]

    def compare(self, by: str, metric: str, *, mix: str = "channel", **span: Any) -> Comparison:
        card = self.scorecard(**span, metrics=[metric])
        if by == "agent" and self.hides_individuals:
            return Comparison(by, metric, mix, card, is_hidden=True)
        lines = [
            Limits(n, 0.7 - 1.55 / n**0.5, 0.7 - 0.9 / n**0.5, 0.7 + 0.9 / n**0.5, 0.7 + 1.4 / n**0.5) for n in range(10, 320, 10)
        ]
        groups = [
            Group(f"a{i}", name, _row(by, n, share), expected, 0.7 + share - expected, estimate, standing, is_far)
            for i, (name, n, share, expected, estimate, standing, is_far) in enumerate(GROUPS)
        ]
        return Comparison(by, metric, mix, card, groups, 0.7, 1.4, lines, small_teams=1 if by == "team" else 0)

    def own_work(self, agent: str, **span: Any) -> OwnWork:
        card = self.scorecard(**span, metrics=["first_response_time", "csat", "reopen_rate"])
        if self.hides_individuals:
            nothing = replace(card, families=[])
            return OwnWork("", "", nothing, nothing, is_hidden=True)
        return OwnWork(agent, "Agent 1", card, card)

    def loyalty(self, **span: Any) -> Loyalty:
        card = self.scorecard(**span, metrics=["nps", "contact_rate", "sla_compliance_rate"])
        return Loyalty(card, _row("x", 5838, 0.294), BaseRate(0.059, 5, 6), is_short=True)

    def feelings(self, **span: Any) -> Feelings:
        card = self.scorecard(**span, metrics=["nps"])
        shares = {"positive": 0.55, "neutral": 0.17, "negative": 0.28, "coverage": 0.93, "shift": -0.01}
        told = card.families[0].cards[0]
        trend = [{**row, **shares} for row in told.trend]
        now = {**told.now, **shares}
        whole = replace(card, families=[Family("voice", [replace(told, trend=trend, now=now)])])
        parts = [{**now, "channel": name} for name in ("email", "chat")]
        answer = Answer("nps", "score", told.question, parts, 7, card.as_of, card.report_tz)
        words = [DecidingWord("t0", 12, -2.1), DecidingWord("t1", 9, 1.4)]
        return Feelings(whole, {"channel": answer}, words, 240)

    def aims(self) -> Aims:
        late = Goal("csat", Target(">=", 0.9), "chat", date(2026, 11, 1))
        goals = [KeptGoal(Goal("csat", Target(">=", 0.85)), "file", None, True), KeptGoal(late, "page", 3)]
        return Aims(goals, self.notes())

    def notes(self, metric: str | None = None) -> list[Note]:
        return [Note(1, date(2026, 10, 7), "t0", None), Note(2, date(2026, 11, 3), "t1", "csat")]

    def set_target(
        self, metric: str, goal: str, *, channel: str | None = None, month: str | None = None, now: datetime
    ) -> tuple[KeptGoal, int | None]:
        raise BadQuestion("This desk keeps nothing.")

    def note(self, happened_on: date, text: str, *, metric: str | None = None, now: datetime) -> Note:
        raise BadQuestion("This desk keeps nothing.")

    def drop(self, kind: Kind, number: int, *, now: datetime) -> None:
        raise BadQuestion("This desk keeps nothing.")

    def put_back(self, kind: Kind, number: int, *, now: datetime) -> None:
        raise BadQuestion("This desk keeps nothing.")


def _row(by: str, n: int, share: float) -> Row:
    low, high = max(0.0, share - 0.9 / n**0.5), min(1.0, share + 0.9 / n**0.5)
    told = {"low_sample": n < 30, "period_status": "complete", "null_reason": None}
    return {by: "x", "value": share, "n": n, "numerator": round(share * n), "ci_low": low, "ci_high": high, **told}
