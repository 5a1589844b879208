"""A transaction that is interrupted is undone as a whole, also when the undoing is interrupted in its turn."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from servicemeter.engines.duckdb import DuckDB
from servicemeter.ground.errors import Stopped


class _InterruptedAt:
    """A connection on which one statement is interrupted the first times it is said; the transaction is then as it was."""

    def __init__(self, own: Any, statement: str, times: int) -> None:
        self._own, self._statement, self.left = own, statement, times

    def execute(self, sql: str) -> Any:
        if sql == self._statement and self.left:
            self.left -= 1
            raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")
        return self._own.execute(sql)

    def register(self, name: str, rows: pa.Table) -> None:
        self._own.register(name, rows)

    def unregister(self, name: str) -> None:
        if not self.left:
            raise duckdb.TransactionException("Current transaction is aborted (please ROLLBACK)")
        self._own.unregister(name)

    def close(self) -> None:
        self._own.close()


def test_rows_that_were_being_written_are_said_to_be_stopped() -> None:
    """And not that the transaction failed, which the interruption made of it."""
    engine = DuckDB(None)
    engine.run("create table kept (one integer)")
    own = engine._connection
    engine._connection = _InterruptedAt(own, "insert into kept by name select * from staged_rows", 1)
    with pytest.raises(Stopped), engine.transaction():
        engine.stage("kept", pa.table({"one": [1]}))
    engine._connection = own
    engine.stage("kept", pa.table({"one": [2]}))
    assert engine.rows("select one from kept") == [(2,)]
    engine.close()


@pytest.mark.parametrize(("statement", "times"), [("rollback", 2), ("commit", 1)])
def test_nothing_of_it_stays(statement: str, times: int) -> None:
    engine = DuckDB(None)
    engine.run("create table kept as select 1 as one")
    held = _InterruptedAt(engine._connection, statement, times)
    engine._connection = held
    with pytest.raises(Stopped if statement == "commit" else ZeroDivisionError), engine.transaction():
        engine.run("insert into kept values (2)")
        if statement == "rollback":
            raise ZeroDivisionError
    assert held.left == 0
    assert engine.rows("select one from kept") == [(1,)]
    with engine.transaction():
        engine.run("insert into kept values (3)")
    assert engine.rows("select one from kept order by one") == [(1,), (3,)]
    engine.close()


@pytest.mark.parametrize("at", ["select * from range(5)", "reset disabled_optimizers"])
def test_what_is_planned_as_written_is_stopped_and_planned_as_usual_again(at: str) -> None:
    """A transaction that failed lets nothing be set back until it is undone; that it was stopped is said all the same."""
    engine = DuckDB(None)
    own = engine._connection

    class Failing(_InterruptedAt):
        """The real engine fails the transaction with the statement that is interrupted, until it is rolled back."""

        has_failed = False

        def execute(self, sql: str) -> Any:
            if self.has_failed and sql != "rollback":
                raise duckdb.TransactionException("Current transaction is aborted (please ROLLBACK)")
            self.has_failed = bool(sql == at and self.left)
            return super().execute(sql)

    engine._connection = Failing(own, at, 1)
    with pytest.raises(Stopped), engine.transaction(), engine.as_written():
        engine.run("select * from range(5)")
    assert own.execute("select current_setting('disabled_optimizers')").fetchall() == [("",)]
    with engine.transaction(), engine.as_written():
        assert own.execute("select current_setting('disabled_optimizers')").fetchall() != [("",)]
        engine.run("select * from range(5)")
    assert own.execute("select current_setting('disabled_optimizers')").fetchall() == [("",)]
    engine.close()
