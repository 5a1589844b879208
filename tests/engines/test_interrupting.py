"""A transaction that is interrupted is undone as a whole, also when the undoing is interrupted in its turn."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from servicemeter.engines.duckdb import DuckDB
from servicemeter.ground.errors import BadBook, Stopped


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


class _FailingAt(_InterruptedAt):
    """One on which the transaction fails with what is interrupted, as it does in the middle of a statement."""

    def execute(self, sql: str) -> Any:
        if sql == self._statement and self.left:
            with suppress(duckdb.Error):
                self._own.execute("select error('interrupted in the middle')")
        return super().execute(sql)


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


@pytest.mark.parametrize("times", [0, 2])
def test_joins_go_by_the_estimate_again_after_what_was_stopped_in_a_transaction(times: int) -> None:
    """And it is said to be stopped: setting this back fails while the transaction is not undone, or is interrupted itself."""
    engine = DuckDB(None)
    own = engine._connection
    with pytest.raises(Stopped), engine.transaction(), engine.as_written():
        assert _disabled(engine) != ""
        with suppress(duckdb.Error):
            own.execute("select error('the transaction fails here')")
        engine._connection = _InterruptedAt(own, "reset disabled_optimizers", times)
        raise Stopped("somebody wanted a turn")
    engine._connection = own
    assert _disabled(engine) == "" and engine.rows("select 1") == [(1,)]
    with engine.as_written():
        assert _disabled(engine) != ""
    assert _disabled(engine) == ""
    engine.close()


def test_what_was_written_as_it_stands_is_there_or_said_to_be_stopped() -> None:
    """An interruption while the joins are set back fails the transaction, whose commit would undo it without a word."""
    engine = DuckDB(None)
    engine.run("create table kept as select 1 as one")
    own = engine._connection
    with pytest.raises(Stopped), engine.transaction():
        with engine.as_written():
            engine.run("create or replace table kept as select 2 as one")
            engine._connection = _FailingAt(own, "reset disabled_optimizers", 1)
        pytest.fail("this is not reached")
    assert engine.rows("select one from kept") == [(1,)] and _disabled(engine) == ""
    engine._connection = own
    engine.close()


def test_a_transaction_that_failed_unseen_is_never_taken_for_done() -> None:
    engine = DuckDB(None)
    engine.run("create table kept as select 1 as one")
    with pytest.raises(BadBook, match="aborted"), engine.transaction():
        engine.run("insert into kept values (2)")
        with suppress(duckdb.Error):
            engine._connection.execute("select error('and somebody passes over it')")
    assert engine.rows("select one from kept") == [(1,)]
    engine.close()


def _disabled(engine: DuckDB) -> str:
    return str(engine.rows("select current_setting('disabled_optimizers')")[0][0])
