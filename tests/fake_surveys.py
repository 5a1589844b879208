"""Surveys with hand-made results: one that asked, one that did not, and an answer held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from servicemeter.analysis.nonresponse import WeightedShare
from servicemeter.desk.surveydesk import FormFile, Intents
from servicemeter.desk.surveying import Saving
from servicemeter.ground.errors import UnknownName
from servicemeter.office.answers import Held
from servicemeter.surveys.answering import Taken
from servicemeter.surveys.formfile import load_forms, read_form
from servicemeter.surveys.forms import Form
from servicemeter.surveys.formtext import form_tables, toml_text
from servicemeter.surveys.results import Difference, Intent, Results, Score, Step

__all__ = ["FakeSurveys"]

_FUNNEL = [("happened", 400), ("eligible", 360), ("reachable", 300), ("sampled", 150), ("not_quarantined", 120),
           ("delivered", 118), ("seen", 60), ("rated", 40), ("complete", 30)]  # fmt: skip


def _asked() -> Results:
    counts = [n for _, n in _FUNNEL]
    steps = [Step(name, n, n / counts[i - 1] if i else None) for i, (name, n) in enumerate(_FUNNEL)]
    score = Score(40, 10, 0.75, 0.598, 0.858, WeightedShare(0.7, 0.54, 0.83, 31.4), 0.0833, 0.9722, 0.7, 0.76, 0.71)
    far = Difference("language", "nl", 0.5, 0.3, 0.417, True)
    near = Difference("channel", "<b>chat</b>", 0.1, 0.12, -0.064, False)
    return Results("csat", steps, 40 / 360, 40 / 118, {"sampled_out": 150, "quarantined": 30}, score, [far, near], [], 1)


@dataclass
class FakeSurveys:
    """What `desk.surveys` answers."""

    released: list[str] = field(default_factory=list)

    def forms(self) -> dict[str, Form]:
        return load_forms()

    def form(self, name: str) -> Form:
        if name not in self.forms():
            raise UnknownName("survey", name, self.forms())
        return self.forms()[name]

    def results(self, name: str, since: date, until: date, where: Mapping[str, str] | None = None) -> Results | None:
        if name == "csat":
            return _asked()
        return Results(name, [Step(step, 0, None) for step, _ in _FUNNEL], None, None, {}, Score(0, 0), [])

    def intents(self, since: date, until: date, where: Sequence[Any] = ()) -> Intents:
        known = [Intent("track", 120, 80, 20), Intent("buy", 60, 50, 45)]
        return Intents(known, [Saving("track", 120, 0.75, 200, 300.0, 45000.0), Saving("buy", 60, 0.1, 0, None, None)])

    def held(self, name: str | None = None) -> list[Held]:
        content = {"content": {"score": 4, "comment": "<i>fast</i>"}, "is_complete": False}
        return [Held("h1", "i1", "too_fast", datetime(2026, 11, 20, 9, tzinfo=UTC), "held", content)] if name == "csat" else []

    def turned_away(self) -> dict[tuple[date, str], int]:
        return {(date(2026, 11, 20), "too_often"): 7}

    def release(self, held_id: str) -> Any:
        self.released.append(held_id)
        return Taken("taken") if held_id == "h1" else None

    def form_file(self, name: str) -> FormFile:
        return FormFile(form_tables(self.form(name)), "", False, 2 if name == "csat" else None)

    def draft(self, tables: Mapping[str, Any]) -> Form:
        return read_form(toml_text(tables), "The form")
