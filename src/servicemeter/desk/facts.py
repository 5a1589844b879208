"""Which facts a question is read from: the ones that are kept, or scratch ones for a past moment or other parameters.

Facts are kept in the book, or on an engine beyond it, which then gets the book's rows first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from servicemeter.desk.making import Piece
from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.ground.clock import moment
from servicemeter.metrics.plan import Plan
from servicemeter.store.build import Facts, Horizon
from servicemeter.store.copies import copy_book
from servicemeter.store.touched import EVERYTHING
from servicemeter.store.variants import FOR_ALL

__all__ = ["FactsKeeper", "FactsKeeperBeyond"]

_CORRECTIONS = "('is_spam', 'is_test', 'is_deleted', 'merged_into', 'reason', 'is_complaint')"


class FactsKeeper:
    """Keeps the facts of a book up to date and makes scratch facts, once per data version and need.

    `kept` are the facts that questions are usually read from; they are there after `refresh` or `ensure`.
    """

    kept: Facts
    _knows_touched = True

    def __init__(self, engine: Engine, *, on_demand: bool = False) -> None:
        self._engine = engine
        self._on_demand = on_demand
        self._settings: dict[str, str] = {}
        self._scratch: dict[str, Facts] = {}
        self._past: dict[int, bool] = {}

    def refresh(self, settings: dict[str, str], *, version_before: int, version: int) -> bool:
        """Bring the kept facts to `version`, or say that `ensure` must; call inside the transaction of the load.

        Scratch facts are dropped before it begins: they are in a database of their own, and a transaction writes to one.
        """
        self._settings = settings
        fresh = Facts(self._engine, settings, on_demand=self._on_demand)
        definition = fresh.definition()
        noted = self._noted()
        if self._on_demand:
            fresh.build()
        elif noted.get("definition") == definition and noted.get("data_version") == str(version_before):
            fresh.update(version_before)
        else:
            fresh.build()
        self._note(definition=definition, data_version=str(version))
        self.kept = fresh
        return True

    def ensure(self, settings: dict[str, str], version: int) -> None:
        """Build the facts if they are missing, belong to an earlier data version, or were defined differently."""
        self._settings = settings
        self._past = {}
        noted = self._noted()
        fresh = Facts(self._engine, settings, on_demand=self._on_demand)
        is_same = not self._on_demand and noted.get("definition") == fresh.definition()
        if is_same and noted.get("data_version") == str(version):
            fresh.read_calendar()
            self.kept = fresh
            return
        self.drop_scratch()
        with self._engine.transaction():
            if is_same and self._knows_touched:
                fresh.update(int(noted["data_version"]))
            else:
                fresh.build()
            self._note(definition=fresh.definition(), data_version=str(version))
        self.kept = fresh

    def pieces(self, settings: dict[str, str], version: int) -> list[Piece] | None:
        """What makes all the kept facts anew, piece by piece; None where they need not be, or are made when they are asked for.

        From now on until the last piece is done there are no facts, whoever looks.
        """
        fresh = Facts(self._engine, settings, on_demand=self._on_demand)
        noted = self._noted()
        if self._on_demand or (noted.get("definition") == fresh.definition() and not self._all_touched(noted["data_version"])):
            return None
        self.drop_scratch()
        self._note(definition="", data_version="")

        def end() -> None:
            self._note(definition=fresh.definition(), data_version=str(version))

        return [partial(self._at_once, work) for _, work in (*fresh.pieces(), ("note", end))]

    def _all_touched(self, since: str) -> bool:
        """Whether a load after a data version touched everything."""
        touched = f"select 1 from meta.touched where data_version > {int(since)} and kind = '{EVERYTHING}' limit 1"
        return bool(self._engine.rows(touched))

    def _at_once(self, work: Callable[[], None]) -> None:
        with self._engine.transaction():
            work()

    def facts_for(self, one: Plan) -> Facts:
        """The facts a plan is read from."""
        needs_past = self._needs_past(one)
        if not needs_past and one.question.known_at is None and not one.building:
            return self.kept
        as_of = moment(one.as_of) if needs_past else None
        horizon = Horizon(as_of, one.question.known_at)
        said = repr((horizon, one.building))
        name = "scratch_" + hashlib.sha256(said.encode()).hexdigest()[:12]
        if name not in self._scratch:
            schema = self._engine.scratch(name)
            is_lent = not self._on_demand and horizon == Horizon() and not any(name in FOR_ALL for name, _ in one.building)
            building = dict(one.building)
            facts = Facts(self._engine, self._settings, schema=schema, horizon=horizon, building=building, on_demand=not is_lent)
            if is_lent:
                facts.build_beside(self.kept, list(building))
            else:
                facts.build()
            self._scratch[name] = facts
        return self._scratch[name]

    def before_load(self) -> None:
        """Make ready for a transaction that writes the book: nothing may be written to scratch within it."""
        self.drop_scratch()

    def drop_scratch(self) -> None:
        """Forget the scratch facts: the data has moved on."""
        for facts in self._scratch.values():
            self._engine.drop_schema(facts.schema)
        self._scratch = {}
        self._past = {}

    def _needs_past(self, one: Plan) -> bool:
        """Whether rows after `as_of` would show in the kept facts; worked out once a data version and moment."""
        if one.as_of not in self._past:
            self._past[one.as_of] = self._shows_later(one)
        return self._past[one.as_of]

    def _shows_later(self, one: Plan) -> bool:
        """Whether there are corrections after `as_of`, or contacts handed on since."""
        literal = self._engine.dialect.literal
        as_of = literal(moment(one.as_of).replace(tzinfo=None))
        later = f"select 1 from ticket_events where field in {_CORRECTIONS} and occurred_at >= {as_of} limit 1"
        if self._engine.rows(later):
            return True
        handed_on = (
            f"select 1 from {self.kept.schema}.contacts where leg_count > 1 and started_at < {one.as_of} "
            f"and last_at >= {one.as_of} limit 1"
        )
        return bool(self.kept.rows(handed_on))

    def _noted(self) -> dict[str, str]:
        return dict(self._engine.rows(f"select name, value from {self._notes}"))

    def _note(self, **said: str) -> None:
        rows = self._engine.dialect.values(said.items(), ["name", "value"])
        self._engine.keep_rows(self._notes, f"select name, value from {rows} as said")

    @property
    def _notes(self) -> str:
        """The table that says of which data version, by which definition, the facts are."""
        return f"{self._engine.dialect.schema('meta')}.facts"


class FactsKeeperBeyond(FactsKeeper):
    """Keeps the facts on an engine beyond the book: after a load the rows are copied there when a question is asked.

    `book_id` tells books apart that use one engine in turn; empty for one that is never met again.
    """

    _knows_touched = False

    def __init__(self, book: BookEngine, engine: Engine, book_id: str, *, on_demand: bool = False) -> None:
        super().__init__(engine, on_demand=on_demand)
        self._book = book
        self._book_id = book_id

    def before_load(self) -> None:
        """Nothing: the scratch facts are on another engine, which a load does not ask; `ensure` drops them."""

    def refresh(self, settings: dict[str, str], *, version_before: int, version: int) -> bool:
        """Bring nothing yet: what a load may still undo is not copied."""
        return False

    def pieces(self, settings: dict[str, str], version: int) -> list[Piece] | None:
        """None: they are made there when a question is asked."""
        return None

    def ensure(self, settings: dict[str, str], version: int) -> None:
        """Copy the book and build the facts there, unless they are of this data version and definition."""
        self.drop_scratch()
        self._engine.make_schema(self._engine.dialect.schema("meta"))
        noted = self._noted() if self._engine.has_table(self._notes) else {}
        if not self._book_id or (noted.get("book"), noted.get("data_version")) != (self._book_id, str(version)):
            self._engine.make_table(self._notes, {"name": "text", "value": "text"})
            copy_book(self._book, self._engine)
        super().ensure(settings, version)

    def _note(self, **said: str) -> None:
        super()._note(**said, book=self._book_id)
