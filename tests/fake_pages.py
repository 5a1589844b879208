"""What the hand-made desk gives to the pages about people, targets, loyalty, sources, settings and views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from servicemeter.desk.columnform import ColumnFault, ColumnForm, ColumnShown, Filled
from servicemeter.desk.importing import ImportReport
from servicemeter.desk.setting import CHANGEABLE, PlannedChange, SettingsShown, Value
from servicemeter.desk.states import SourceStates
from servicemeter.desk.targets import Kind
from servicemeter.desk.uploads import Look, Reading, Upload
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.answer import Answer, Row
from servicemeter.model.comparison import Comparison, Group, Limits, OwnWork, Standing
from servicemeter.model.loyalty import BaseRate, DecidingWord, Feelings, Loyalty
from servicemeter.model.scorecard import Family, Scorecard
from servicemeter.model.target import Aims, Goal, KeptGoal, Note, Target
from servicemeter.office.views import SavedView
from servicemeter.store.book import LoadReport
from servicemeter.store.versions import Merged

# (name, cases, share, expected, estimate, standing, is far): every state that a group can be in.
GROUPS: list[tuple[str, int, float, float, float, Standing, bool]] = [
    ("t0", 310, 0.81, 0.70, 0.78, "better", True),
    ("t1", 180, 0.72, 0.71, 0.71, "within", False),
    ("t2", 240, 0.60, 0.69, 0.63, "worse", False),
    ("files", 12, 0.92, 0.70, 0.73, "few", False),
]


_ORDERS, _MARKS = ("day-first", "month-first", "year-first"), (".", ",")
_WORDS = [("t0", "solved"), ("t1", "")]
_FORM = ColumnForm(
    "t0", "Europe/Amsterdam", "ticket",
    [
        ColumnShown(0, "t0", ["t1", "t2"], 12, "ticket_id", repeated=3),
        ColumnShown(1, "t1", ["t3"], 1, "created_at", _ORDERS, "day-first", fault=ColumnFault("date", "t3")),
        ColumnShown(2, "t2", ["t4"], 2900, "status", words=_WORDS, offered=("new", "solved"), more_words=2898,
                    others="=keep aside", other_choices=("=keep aside", "solved")),
        ColumnShown(3, "t3", ["t5"], 5, "amount", marks=_MARKS, unit="major", is_unused=True),
        ColumnShown(4, "t4", ["t6"], 5, "rating", scales=("csat_5", "csat_7"), scale="csat_7"),
        ColumnShown(5, "t5", [], 0),
    ],
    17, 10_000, True, ColumnFault("zone"),
)  # fmt: skip


class FakeUploads:
    """Two files that were sent: one whose mapping is proposed, and one that was known."""

    def open(self, file_name: str, now: datetime) -> Upload:
        raise BadQuestion("This desk keeps nothing.")

    def look_at(self, token: str, reading: Reading, *, now: datetime) -> Look:
        if token == "proposed":
            return Look(token, "t0", 1234567, ["t0", "t1"], [["t0", "t1"]], mapping="t0", is_proposed=True, form=_FORM)
        return Look(token, "t0", 1234567, ["t0", "t1"], [["t0", "t1"]], "files", "files", ["t2"], "t0", False, True)

    def fill_columns(self, token: str, reading: Reading, filled: Filled, *, now: datetime) -> Look:
        raise BadQuestion("This desk keeps nothing.")

    def keep_mapping(self, token: str, text: str) -> None:
        raise BadQuestion("This desk keeps nothing.")

    def take(
        self, token: str, reading: Reading, *, now: datetime, dry_run: bool, again: bool = False, remember: bool = False
    ) -> ImportReport:
        tables = {"tickets": Merged(1200, 4, 0, 31)}
        load = LoadReport(8, "files", tables, 3, {"t0": 2, "t1": 1}, ["t2"], dry_run)
        return ImportReport("t0.csv", "files", None, load, None, ["t1"], {"t2": 5})

    def drop(self, token: str) -> None:
        raise BadQuestion("This desk keeps nothing.")


class FakePages:
    """Mixed into the hand-made desk."""

    hides_individuals = is_making_facts = False
    scorecard: Callable[..., Scorecard]

    covers: list[Any]
    uploads: Any = FakeUploads()

    def assist(self, **asked: Any) -> dict[str, Any]:
        raise BadQuestion("This desk reads no texts.")

    def coverage(self) -> list[Any]:
        return list(self.covers)

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
        return OwnWork(agent, "t0", card, card)

    report_tz = chosen_tz = "Europe/Amsterdam"

    def source_states(self, now: datetime) -> SourceStates:
        run = {
            "new_rows": 1204, "changed_rows": 31, "kept_aside": 2, "error": "t0", "remarks": ["t1"], "missing": ["2026-11-03"],
            "counts": {"2026-11-03": [904, 900]},
        }  # fmt: skip
        at = datetime(2026, 11, 21, 9, tzinfo=UTC)
        failed = {"name": "shop", "kind": "files", "address": "t2", "state": "failed", "every_s": 900, "next_run_at": at,
                  "last_success_at": at, "through": at, "lag_seconds": 7200, "last_run": run, "what_to_do": "t2"}  # fmt: skip
        fresh = {**failed, "name": "files", "state": "never pulled", "every_s": None, "last_success_at": None, "last_run": None,
                 "lag_seconds": None}  # fmt: skip
        loaded = {"name": "files", "loaded_from": at, "loaded_through": at, "loads": 3, "last_load_at": at, "kept_aside": 2}
        return SourceStates([failed, fresh], [loaded])

    def pull_soon(self, name: str, now: datetime) -> None:
        raise BadQuestion("This desk keeps nothing.")

    def views(self, owner: str | None = None) -> list[SavedView]:
        return [SavedView(1, "t0", "/?period=last_month", datetime(2026, 11, 21, 9, tzinfo=UTC))]

    def save_view(self, name: str, address: str, *, owner: str | None = None, now: datetime) -> SavedView:
        raise BadQuestion("This desk keeps nothing.")

    def drop_view(self, view_id: int, *, owner: str | None = None, now: datetime) -> SavedView:
        raise BadQuestion("This desk keeps nothing.")

    def put_view_back(self, view_id: int, *, owner: str | None = None) -> SavedView:
        raise BadQuestion("This desk keeps nothing.")

    def settings(self) -> SettingsShown:
        values: dict[str, Value] = {one.name: one.default for one in CHANGEABLE}
        policy = {
            "policy_id": "t0",
            "metric": "first_response",
            "priority": None,
            "channel": None,
            "target_s": 14400,
            "clock": "business",
        }
        week = [(1, "09:00", "17:00")]
        calendar = {"calendar_id": "t0", "name": None, "tz": self.report_tz, "hours": week, "exceptions": 2}
        return SettingsShown(
            self.report_tz, "", [calendar], [policy],
            [{"team_id": "t1", "name": None, "tier": 2}], {**values, "privacy.redact": ["t2"]}, "servicemeter.toml", "", "ab",
        )  # fmt: skip

    def plan_change(self, wanted: Mapping[str, str]) -> PlannedChange:
        return PlannedChange([("-", "t0"), ("+", "t1"), (" ", "t2")], "ab", needs_restart=True)

    def change_settings(self, wanted: Mapping[str, str], *, seen: str) -> PlannedChange:
        raise BadQuestion("This desk keeps nothing.")

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
