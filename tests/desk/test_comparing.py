"""Agents and teams compared: worked by hand on a handful of groups, and hidden where the settings ask for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk import comparing
from servicemeter.desk.comparing import _by_name
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.compare import compare
from servicemeter.desk.methods.own_work import own_work
from servicemeter.desk.privacy import discretion_of
from servicemeter.ground.errors import BadQuestion, BadSettings, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.answer import Answer
from servicemeter.model.question import Filter, Question
from servicemeter.model.scorecard import Card, Family, Scorecard

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
SPAN: dict[str, Any] = {"since": date(2026, 1, 1), "until": date(2026, 2, 1)}
# Two kinds of cases: everybody together solves 160 of 200 chats (.8) and 80 of 200 mails (.4).
CASES = {
    ("a1", "chat"): (90, 100), ("a1", "email"): (0, 0),
    ("a2", "chat"): (70, 100), ("a2", "email"): (0, 0),
    ("a3", "chat"): (0, 0), ("a3", "email"): (45, 100),
    ("a4", "chat"): (0, 0), ("a4", "email"): (35, 80),
    ("a5", "chat"): (0, 0), ("a5", "email"): (0, 20),
    ("robot", "chat"): (50, 50), ("(unassigned)", "chat"): (1, 9),
}  # fmt: skip


class _Stub:
    """A desk with these cases, and with names for its agents."""

    home: Home | None = None

    def scorecard(self, *, metrics: list[str], **span: Any) -> Scorecard:
        question = Question(metrics[0], SPAN["since"], SPAN["until"])
        card = Card(metrics[0], question, {"value": 0.6, "n": 400}, None, [])
        families = [Family("voice", [card])]
        return Scorecard(SPAN["since"], SPAN["until"], SPAN["since"], SPAN["since"], "month", AS_OF, 3, "UTC", families)

    def measure_all(self, questions: list[Question]) -> list[Answer]:
        return [Answer(q.metric, "fraction", q, self._rows(q), 3, AS_OF, "UTC") for q in questions]

    def _rows(self, question: Question) -> list[dict[str, Any]]:
        by = question.by[0]
        counted: dict[tuple[str, ...], list[int]] = {}
        for (agent, channel), (hits, n) in CASES.items():
            key = (agent, channel) if len(question.by) == 2 else (agent,)
            held = counted.setdefault(key, [0, 0])
            held[0], held[1] = held[0] + hits, held[1] + n
        return [
            {by: key[0], **({"channel": key[1]} if len(key) == 2 else {}), "numerator": hits, "n": n, "value": hits / n}
            for key, (hits, n) in counted.items()
            if n
        ]

    def on_rows(self, work: Any) -> list[tuple[Any, ...]]:
        return [(f"a{i}", f"Agent {i}", "human", i == 4) for i in range(1, 6)] + [("robot", "Robot", "bot", False)]


def test_by_hand() -> None:
    """Common share (robots and nobody left out): (90 + 70 + 45 + 35 + 0)/(100 + 100 + 100 + 80 + 20) = 240/400 = .6; chats
    160/200 = .8, mails 80/200 = .4. Agent 1 has chats only: expected .8, adjusted .6 + .9 - .8 = .7. Agent 3: .6 + .45 - .4 =
    .65; Agent 4: 35/80 = .4375, adjusted .6375; Agent 5: 0 of 20, adjusted .6 - .4 = .2, but 20 cases are too few to judge.

    Bin(100, .6) lies within 60 ± 1.96 x 4.9 = 50.4 to 69.6 about: Agent 1 at 70 is beyond it, P(at least 70) = .0248."""
    found = comparing.compare(_Stub(), "agent", "csat", **SPAN)  # type: ignore[arg-type]
    by_name = {group.name: group for group in found.groups}
    assert list(by_name) == ["Agent 1", "Agent 2", "Agent 3", "Agent 5", "Agent 4 (deleted)"]
    assert found.common == pytest.approx(0.6) and found.factor == 1 and not found.is_hidden
    expected = {name: group.expected for name, group in by_name.items()}
    assert expected == pytest.approx({"Agent 1": 0.8, "Agent 2": 0.8, "Agent 3": 0.4, "Agent 5": 0.4, "Agent 4 (deleted)": 0.4})
    adjusted = {name: group.adjusted for name, group in by_name.items()}
    assert adjusted == pytest.approx(
        {"Agent 1": 0.7, "Agent 2": 0.5, "Agent 3": 0.65, "Agent 5": 0.2, "Agent 4 (deleted)": 0.6375}
    )
    standings = {name: (group.standing, group.is_far) for name, group in by_name.items()}
    assert standings == {
        "Agent 1": ("better", False),
        "Agent 2": ("within", False),
        "Agent 3": ("within", False),
        "Agent 5": ("few", False),
        "Agent 4 (deleted)": ("within", False),
    }


def test_without_a_mix_the_common_share_is_expected_and_less_is_better_where_it_is() -> None:
    """Agent 1: 90 of 100 against .6 is far outside (more than six standard deviations); for a reopen rate that is worse."""
    for metric, standing in (("csat", "better"), ("reopen_rate", "worse")):
        groups = {g.name: g for g in comparing.compare(_Stub(), "agent", metric, mix="none", **SPAN).groups}  # type: ignore[arg-type]
        first = groups["Agent 1"]
        assert first.adjusted == pytest.approx(0.9)
        assert (first.expected, first.standing, first.is_far) == (None, standing, True)
        assert first.estimate is not None and 0.6 < first.estimate < 0.9


def test_what_cannot_be_compared_is_refused() -> None:
    for by, metric, mix in (("channel", "csat", "none"), ("agent", "backlog", "none"), ("agent", "csat", "weather")):
        with pytest.raises(UnknownName):
            comparing.compare(_Stub(), by, metric, mix=mix, **SPAN)  # type: ignore[arg-type]


def test_names_are_in_the_order_people_expect() -> None:
    names = ["Zoe", "Agent 10", "(small teams)", "Agent 2", "anna"]
    assert sorted(names, key=_by_name) == ["Agent 2", "Agent 10", "anna", "Zoe", "(small teams)"]


@pytest.mark.parametrize("line", ['hide_individuals = "yes"', "smallest_team = 1", "smallest_team = true", "hide_people = true"])
def test_a_slip_of_the_pen_does_not_show_what_was_to_be_hidden(tmp_path: Path, line: str) -> None:
    home = Home(tmp_path)
    home.settings.write_text(f"[privacy]\n{line}\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"\[privacy\]"):
        discretion_of(home)


def test_a_real_book_adds_up_and_works_council_mode_hides_people_and_small_teams(own_shop: Path) -> None:
    home = Home(own_shop)
    span: dict[str, Any] = {"since": date(2026, 1, 1), "until": date(2026, 3, 1)}
    with Desk(home) as desk:
        open_one = compare(desk, "agent", "first_contact_resolution_rate", **span)
        whole = desk.measure("first_contact_resolution_rate", by=["agent"], **span).rows
        assert sum(g.n for g in open_one.groups) == sum(r["n"] for r in whole if r["agent"] != "(unassigned)")
        agent = open_one.groups[0].key
        assert own_work(desk, agent, **span).scorecard.families
        with pytest.raises(BadQuestion, match="no agent"):
            own_work(desk, "nobody", **span)
        teams = compare(desk, "team", "first_contact_resolution_rate", **span)
        home.settings.write_text("[privacy]\nhide_individuals = true\nsmallest_team = 8\n", encoding="utf-8")
        hidden, work = compare(desk, "agent", "first_contact_resolution_rate", **span), own_work(desk, agent, **span)
        assert (hidden.is_hidden, hidden.groups, hidden.answers) == (True, [], [])
        assert (work.is_hidden, work.name, work.scorecard.families) == (True, "", [])
        assert own_work(desk, "nobody", **span).is_hidden
        for asked in ({"by": ["agent"]}, {"where": [Filter("agent", (agent,))]}):
            with pytest.raises(BadQuestion, match="Works-council mode"):
                desk.measure("csat", **span, **asked)
        fewer = compare(desk, "team", "first_contact_resolution_rate", **span)
        assert 0 < fewer.small_teams < len(teams.groups) + 1
        assert sum(g.n for g in fewer.groups) == sum(g.n for g in teams.groups)
        assert fewer.answers == [] and teams.answers
        assert "(small teams)" in {g.key for g in fewer.groups}


def test_what_no_source_measures_has_no_groups_and_no_intents() -> None:
    """Tickets without messages: first contact resolution is not measured, for nobody in particular."""
    with Desk(None, on_demand=True) as desk:
        desk.load(tickets=[{"ticket_id": "1", "created_at": "2026-01-05T09:00:00Z"}], tz="UTC", source="desk")
        for by in ("agent", "team"):
            found = compare(desk, by, "first_contact_resolution_rate", mix="channel", **SPAN)
            assert (found.groups, found.common) == ([], None)
        assert desk.surveys.intents(SPAN["since"], SPAN["until"]).intents == []
