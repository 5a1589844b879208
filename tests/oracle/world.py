"""What is known at an instant: rows before it, tickets joined into merge groups, contacts joined into chains."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from oracle.clock import Hours, second
from oracle.persons import Persons
from oracle.rows import Row, read
from oracle.ticket import Ticket

__all__ = ["Contact", "World"]

Key = tuple[str, str]


class Contact:
    """A call, chat or visit: the legs that share a root, as known at `as_of`."""

    def __init__(self, legs: list[Row]) -> None:
        self.legs = sorted(legs, key=lambda leg: (leg["started_at"], leg["interaction_id"]))
        root = [leg for leg in self.legs if leg["interaction_id"] == leg["root_interaction_id"]]
        self.root = root[0] if root else self.legs[0]
        self.last = self.legs[-1]
        self.started_at = min(leg["started_at"] for leg in self.legs)
        queued = [leg["queued_at"] for leg in self.legs if leg.get("queued_at") is not None]
        self.queued_at = min(queued) if queued else None
        self.is_inbound = self.root["direction"] == "inbound"

    @property
    def outcome(self) -> str | None:
        """The outcome of the last leg."""
        outcome: str | None = self.last.get("outcome")
        return outcome

    @property
    def wait(self) -> int | None:
        """The sum of the legs' waits in queues; None where nobody knows when one ended."""
        total = 0
        for leg in self.legs:
            out = leg["answered_at"] if leg.get("answered_at") is not None else leg.get("ended_at")
            if leg.get("queued_at") is not None and out is None:
                return None
            if leg.get("queued_at") is not None and out is not None:
                total += out - leg["queued_at"]
        return total


class World:
    """The rows of a case as they stand at `as_of`."""

    def __init__(self, case: dict[str, Any], as_of: int | None, known_at: int | None, merge_start: str = "earliest") -> None:
        settings = case["settings"]
        self.settings = settings
        self.hours = Hours(settings["calendars"])
        self.sources = settings.get("sources") or []
        self.rows = read(case.get("tables") or {}, known_at)
        self.as_of = self._latest() if as_of is None else as_of
        self.merge_start = merge_start
        self.bots = {(a["source"], a["agent_id"]) for a in self.rows["agents"] if a["kind"] == "bot"}
        self.persons = Persons(self.rows)
        self.memory: dict[Any, Any] = {}
        self.contacts = self._contacts()
        self.tickets = self._tickets()
        self.valid = [t for t in self.tickets if t.is_valid]

    def _latest(self) -> int:
        through = [second(s["loaded_through"]) or 0 for s in self.sources if s.get("loaded_through")]
        instants = [
            v for rows in self.rows.values() for row in rows for k, v in row.items() if k.endswith("_at") and isinstance(v, int)
        ]
        return max(through) if through else max(instants, default=0) + 36500 * 86400

    def until(self, as_of: int | None) -> int:
        """The instant a question of periods is read as of: nothing is known after the end of what is loaded."""
        return self.as_of if as_of is None else min(as_of, self._latest())

    def cut(self, source: str) -> int:
        """The instant at which the facts of a source stop: `as_of`, or where its loading stopped."""
        through = [second(s["loaded_through"]) for s in self.sources if s["source"] == source and s.get("loaded_through")]
        return min([self.as_of, *(t for t in through if t is not None)])

    def seen(self, name: str, column: str) -> list[Row]:
        """The rows of a table whose instant is null or lies before the cut."""
        return [r for r in self.rows[name] if r.get(column) is None or r[column] < self.cut(r["source"])]

    def is_human(self, kind: str | None, source: str, agent: str | None) -> bool:
        """Whether an author or actor is a person of the service: a listed bot is none, whatever it writes as."""
        return kind == "agent" and (source, agent) not in self.bots

    def is_handled(self, leg: Row) -> bool:
        """Whether a person answered a leg."""
        return leg.get("answered_at") is not None and self.is_human("agent", leg["source"], leg.get("agent_id"))

    def caller(self, contact: Contact) -> Key | None:
        """The person who called: whom the call names, else whose ticket it is on."""
        own = self.persons.of(contact.root)
        on = [self.persons.of(t.row) for t in self.valid if contact in t.contacts]
        return own if own is not None or not on else on[0]

    def is_bot(self, kind: str | None, source: str, agent: str | None) -> bool:
        """Whether an author is a bot."""
        return kind == "bot" or (kind == "agent" and (source, agent) in self.bots)

    def team_of(self, source: str, agent: str | None, at: int) -> str | None:
        """The team an agent was in at an instant: of several memberships the latest begun."""
        found = []
        for row in self.rows["agent_teams"]:
            since, until = row.get("valid_from"), row.get("valid_to")
            is_then = (since is None or since <= at) and (until is None or at < until)
            if (row["source"], row["agent_id"]) == (source, agent) and is_then:
                found.append((-(10**12) if since is None else since, str(row["team_id"])))
        return max(found)[1] if found else None

    def turns_of_team(self, source: str, agent: str) -> list[int]:
        """The instants at which an agent may change teams."""
        own = [r for r in self.rows["agent_teams"] if (r["source"], r["agent_id"]) == (source, agent)]
        return sorted({at for r in own for at in (r.get("valid_from"), r.get("valid_to")) if at is not None})

    def _contacts(self) -> list[Contact]:
        chains = defaultdict(list)
        for leg in self.seen("interactions", "started_at"):
            chains[leg["source"], leg["root_interaction_id"]].append(self._known(leg))
        return [Contact(legs) for _, legs in sorted(chains.items())]

    def _known(self, leg: Row) -> Row:
        """A leg as it stood at the cut: what came later is not there yet, nor the outcome it led to."""
        cut = self.cut(leg["source"])
        late = {k for k in ("queued_at", "answered_at", "ended_at") if leg.get(k) is not None and leg[k] >= cut}
        if not late:
            return leg
        known = {**leg, **dict.fromkeys(late)}
        if leg.get("outcome") == "self_served":
            return known
        if "answered_at" in late or ("ended_at" in late and known.get("answered_at") is None):
            known["outcome"] = "in_queue" if known.get("queued_at") is not None else "in_progress"
        elif "ended_at" in late:
            known["outcome"] = "answered"
        return known

    def _tickets(self) -> list[Ticket]:
        rows = {(r["source"], r["ticket_id"]): r for r in self.seen("tickets", "created_at")}
        events = defaultdict(list)
        for event in self.seen("ticket_events", "occurred_at"):
            events[event["ticket_source"], event["ticket_id"]].append(event)
        for own in events.values():
            own.sort(key=lambda e: (-1 if e.get("occurred_at") is None else e["occurred_at"], e["seq"], e["event_id"]))
        target = {}
        for key, own in events.items():
            into = [e.get("value") for e in own if e["field"] == "merged_into"]
            if into and into[-1]:
                target[key] = (key[0], into[-1])
        groups: dict[Key, list[Key]] = defaultdict(list)
        for key in rows:
            groups[_survivor(key, target)].append(key)
        return [Ticket(self, rows, keys, survivor, events) for survivor, keys in sorted(groups.items()) if survivor in rows]


def _survivor(key: Key, target: dict[Key, Key]) -> Key:
    """The ticket at the end of a chain of mergers; a ring has no end, so its tickets stand alone."""
    passed, last = {key}, key
    while last in target:
        last = target[last]
        if last in passed:
            return key
        passed.add(last)
    return last
