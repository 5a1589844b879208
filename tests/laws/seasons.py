"""When and where made-up histories happen: the seasons, the configuration, and the instants that rows share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

__all__ = ["AGENTS", "CHANNELS", "SEASONS", "Row", "Tables", "Times", "agreements", "configuration", "settings", "stamp"]

Row = dict[str, Any]
Tables = dict[str, list[Row]]

_DAY = [["09:00", "12:30"], ["13:00", "17:00"]]
_SETTINGS: dict[str, Any] = {
    "report_tz": "Europe/Amsterdam",
    "default_calendar": "office",
    "calendars": {
        "office": {
            "tz": "Europe/Amsterdam",
            "weekly": dict.fromkeys(range(1, 8), _DAY),
            "exceptions": {"2026-03-27": [], "2026-10-26": [["10:00", "11:15"]]},
        },
        "night": {"tz": "Europe/Amsterdam", "weekly": {d: [["00:00", "06:00"], ["22:00", "24:00"]] for d in range(1, 8)}},
        "gap": {"tz": "Europe/Amsterdam", "weekly": {6: [["01:00", "02:30"]], 7: [["02:30", "06:00"]]}},
        "east": {"tz": "Europe/Bucharest", "weekly": {d: [["08:00", "20:00"]] for d in range(1, 6)}},
    },
}
# two weeks around the days on which the clocks change, and the ends of months
_POLICIES: list[dict[str, Any]] = [
    {"policy_id": "vip", "rank": 1, "metric": "first_response", "segment": "vip", "target_s": 3600, "clock": "calendar"},
    {"policy_id": "mail", "rank": 2, "metric": "first_response", "channel": "email", "priority": "high", "target_s": 3600,
     "clock": "business", "calendar_id": "office"},
    {"policy_id": "mail", "rank": 2, "metric": "first_response", "channel": "email", "target_s": 12600, "clock": "business",
     "calendar_id": "office"},
    {"policy_id": "any", "rank": 3, "metric": "first_response", "target_s": 7200, "clock": "business"},
    {"policy_id": "next", "rank": 1, "metric": "next_response", "target_s": 3600, "clock": "business", "calendar_id": "east"},
    {"policy_id": "done", "rank": 1, "metric": "resolution", "channel": "chat", "target_s": 86400,
     "pause_states": "pending,on_hold"},
    {"policy_id": "done2", "rank": 2, "metric": "resolution", "priority": "high", "target_s": 14400, "clock": "business",
     "calendar_id": "office"},
    {"policy_id": "done2", "rank": 2, "metric": "resolution", "priority": "low", "target_s": 50400, "clock": "business",
     "calendar_id": "office"},
    {"policy_id": "done2", "rank": 2, "metric": "resolution", "target_s": 28800, "clock": "business", "calendar_id": "office"},
]  # fmt: skip
SEASONS = (datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC), datetime(2026, 7, 28, tzinfo=UTC))
CHANNELS = ("email", "chat", "phone", "email", None)
AGENTS = ("a1", "a1", "a2", "a3", "bot1", None)


def settings(season: int, policies: list[Row] | None = None, lagging: int | None = None) -> Row:
    """The configuration of a case: its source is loaded from long before the season to well after it.

    A second source is there when it is said how many days into the season it reaches.
    """
    start = int(SEASONS[season].timestamp())
    since = stamp(start - 60 * 86400)
    sources = [{"source": "test", "loaded_from": since, "loaded_through": stamp(start + 40 * 86400)}]
    if lagging is not None:
        sources.append({"source": "other", "loaded_from": since, "loaded_through": stamp(start + lagging * 86400)})
    return {**_SETTINGS, "sources": sources, "base_currency": "EUR", "sla_policies": _POLICIES if policies is None else policies}


def agreements(rng: Random, season: int) -> list[Row]:
    """Policies as awkward as they may be: that come late, end, fit few tickets, or have a target for some priorities alone."""
    found: list[Row] = []
    start = int(SEASONS[season].timestamp())
    filters = {
        "channel": ("email", "chat", "phone"),
        "brand": ("b0", "b1"),
        "segment": ("vip", "plain"),
        "reason": ("return", "invoice"),
    }
    for number in range(rng.choice((1, 3, 5))):
        row: Row = {"policy_id": f"p{number}", "rank": rng.randrange(4)}
        row["metric"] = rng.choice(("first_response", "next_response", "resolution"))
        row |= {name: rng.choice(values) for name, values in filters.items() if rng.random() < 0.15}
        row["clock"] = rng.choice(("calendar", "business"))
        row |= {
            "calendar_id": rng.choice((None, "office", "east")),
            "pause_states": rng.choice((None, "pending,on_hold", "none")),
        }
        ends = [stamp(start + rng.randrange(9) * 86400 + rng.choice((0, 9, 15, 22)) * 3600) for _ in range(2)]
        row |= {name: end for name, end in zip(("valid_from", "valid_to"), sorted(ends), strict=True) if rng.random() < 0.3}
        for priority in rng.choice(((None,), ("high",), ("low", "high"), ("high", None), ("low", "high", None))):
            found.append({**row, "priority": priority, "target_s": rng.choice((30, 3600, 12600, 28800, 86400))})
    return [{k: v for k, v in row.items() if v is not None} for row in found]


def stamp(at: int) -> str:
    """An instant as the case format writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def configuration(source: str = "test") -> Tables:
    """Agents, teams and who is where, for all histories of a source."""
    turn = stamp(int(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp()))
    back = stamp(int(datetime(2026, 3, 31, 9, tzinfo=UTC).timestamp()))
    found: Tables = {
        "agents": [{"agent_id": a} for a in ("a1", "a2", "a3")] + [{"agent_id": "bot1", "kind": "bot"}],
        "teams": [{"team_id": "t1", "tier": 1}, {"team_id": "t2", "tier": 2, "calendar_id": "night"}, {"team_id": "t3"}],
        "agent_teams": [
            {"agent_id": "a1", "team_id": "t1", "valid_to": turn},
            {"agent_id": "a1", "team_id": "t2", "valid_from": turn},
            {"agent_id": "a2", "team_id": "t2"},
            {"agent_id": "a2", "team_id": "t1", "valid_from": turn, "valid_to": back},
            {"agent_id": "a1-b0", "team_id": "t1", "valid_to": turn},
            {"agent_id": "a1-b0", "team_id": "t2", "valid_from": turn},
            {"agent_id": "a2-b0", "team_id": "t2"},
            {"agent_id": "a2-b0", "team_id": "t3", "valid_from": turn, "valid_to": back},
        ],
    }
    return {name: [{**row, "source": source} for row in rows] for name, rows in found.items()}


class Times:
    """A handful of instants that many rows share, so that ties and edges are the rule."""

    def __init__(self, rng: Random, season: int) -> None:
        self.rng = rng
        self._answering: dict[int, tuple[str, str | None]] = {}
        self._feeling: dict[int, float] = {}
        start = SEASONS[season]
        self.pool = []
        for _ in range(9):
            day = start + timedelta(days=rng.randrange(9))
            hour = rng.choice((0, 1, 2, 8, 9, 12, 15, 16, 21, 22, 23))
            self.pool.append(int(day.timestamp()) + hour * 3600 + rng.choice((0, 0, 0, 1, 59, 1800)))
        self.pool.sort()
        self.start = int(start.timestamp())

    def any(self) -> int:
        return self.rng.choice(self.pool) + self.rng.choice((0, 0, 0, 0, 1, 5, 30))

    def answering(self, at: int) -> tuple[str, str | None]:
        """Who answers at an instant; one and the same for all answers of a second, whose order nothing tells."""
        kind = self.rng.choice(("agent", "agent", "agent", "bot"))
        return self._answering.setdefault(at, (kind, self.rng.choice(AGENTS) if kind == "agent" else None))

    def feeling(self, at: int) -> float:
        """How a customer sounds at an instant; the same in all messages of a second, whose order nothing tells."""
        return self._feeling.setdefault(at, self.rng.choice((-0.6, -0.05, 0.0, 0.05, 0.3, 1.0, 1.5)))

    def after(self, at: int) -> int:
        later = [t for t in self.pool if t >= at] or [at]
        return self.rng.choice(later) + self.rng.choice((0, 0, 0, 1, 5, 30))
