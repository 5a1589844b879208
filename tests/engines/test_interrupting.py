"""A transaction that is interrupted is undone as a whole, also when the undoing is interrupted in its turn."""

from __future__ import annotations

from typing import Any

import duckdb
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

    def close(self) -> None:
        self._own.close()


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
