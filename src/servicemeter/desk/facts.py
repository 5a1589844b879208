"""Which facts a question is read from: the ones kept in the book, or scratch ones for a past moment or other parameters."""

from __future__ import annotations

import hashlib

from servicemeter.engines.engine import Engine
from servicemeter.ground.clock import moment
from servicemeter.metrics.plan import Plan
from servicemeter.store.build import Facts, Horizon
from servicemeter.store.variants import FOR_ALL

__all__ = ["FactsKeeper"]

_CORRECTIONS = "('is_spam', 'is_test', 'is_deleted', 'merged_into', 'reason', 'is_complaint')"


class FactsKeeper:
    """Keeps the facts of a book up to date and makes scratch facts, once per data version and need."""

    def __init__(self, engine: Engine, settings: dict[str, str]) -> None:
        self._engine = engine
        self._settings = settings
        self._scratch: dict[str, Facts] = {}
        self.kept = Facts(engine, settings)

    def refresh(self, settings: dict[str, str], *, version_before: int, version: int) -> None:
        """Bring the kept facts to `version`; call inside the transaction of the load."""
        self._settings = settings
        self.drop_scratch()
        fresh = Facts(self._engine, settings)
        definition = fresh.definition()
        noted = dict(self._engine.rows("select name, value from meta.facts"))
        if noted.get("definition") == definition and noted.get("data_version") == str(version_before):
            fresh.update(version_before)
        else:
            fresh.build()
        self._note(definition, version)
        self.kept = fresh

    def ensure(self, settings: dict[str, str], version: int) -> None:
        """Build the facts if they are missing, belong to another data version, or were defined differently."""
        noted = dict(self._engine.rows("select name, value from meta.facts"))
        fresh = Facts(self._engine, settings)
        if noted.get("definition") == fresh.definition() and noted.get("data_version") == str(version):
            fresh.read_calendar()
            self.kept = fresh
            return
        with self._engine.transaction():
            fresh.build()
            self._note(fresh.definition(), version)
        self.kept = fresh

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
            facts = Facts(self._engine, self._settings, schema=schema, horizon=horizon, building=dict(one.building))
            if horizon == Horizon() and not any(name in FOR_ALL for name, _ in one.building):
                facts.build_beside(self.kept, [name for name, _ in one.building])
            else:
                facts.build()
            self._scratch[name] = facts
        return self._scratch[name]

    def drop_scratch(self) -> None:
        """Forget the scratch facts: the data has moved on."""
        for facts in self._scratch.values():
            self._engine.run(f"drop schema if exists {facts.schema} cascade")
        self._scratch = {}

    def _needs_past(self, one: Plan) -> bool:
        """Whether rows after `as_of` would show in the kept facts: corrections, and contacts handed on since."""
        literal = self._engine.dialect.literal
        as_of = literal(moment(one.as_of).replace(tzinfo=None))
        later = f"select 1 from ticket_events where field in {_CORRECTIONS} and occurred_at >= {as_of} limit 1"
        if self._engine.rows(later):
            return True
        epoch_s = one.as_of
        handed_on = (
            f"select 1 from {self.kept.schema}.contacts where leg_count > 1 and started_at < {epoch_s} "
            f"and (ended_at is null or ended_at >= {epoch_s}) limit 1"
        )
        return bool(self._engine.rows(handed_on))

    def _note(self, definition: str, version: int) -> None:
        text = self._engine.dialect.text
        self._engine.run("delete from meta.facts")
        self._engine.run(f"insert into meta.facts values ('definition', {text(definition)}), ('data_version', '{version}')")
