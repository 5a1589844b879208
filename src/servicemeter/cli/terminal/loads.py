"""The loads on the terminal."""

from __future__ import annotations

from datetime import UTC

from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.words import hint, print_json, remark
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.opening import open_desk
from servicemeter.ground.errors import UnknownName
from servicemeter.ground.settings import Home
from servicemeter.show.dates import moment
from servicemeter.show.numbers import number
from servicemeter.show.tables import Column, Table
from servicemeter.show.withdrawals import load_state

__all__ = ["print_loads"]


def print_loads(home: Home, source: str | None, form: str) -> None:
    """Every load, or those of a source, oldest first."""
    with open_desk(home) as desk:
        found, tz = loads(desk), desk.report_tz
    names = {str(one["source"]) for one in found}
    if source is not None and source not in names:
        raise UnknownName("source", source, sorted(names - {""}))
    chosen = [one for one in found if source in (None, one["source"])]
    if form == "json":
        print_json(chosen)
        return
    if not chosen:
        remark("Nothing was loaded yet.")
        hint("Load something: servicemeter import FILE")
        return
    columns = [
        Column("load", "right"),
        Column("when"),
        Column("source"),
        Column("rows", "right"),
        Column("what"),
        Column("state"),
    ]
    rows = [
        [
            str(one["data_version"]),
            moment(one["recorded_at"].replace(tzinfo=UTC), tz, with_year=True),
            str(one["source"]),
            "" if one["row_count"] is None else number(one["row_count"]),
            str(one["label"] or ""),
            load_state(one, "en"),
        ]
        for one in chosen
    ]
    print_table(Table(columns, rows))
    hint("Take the last import back: servicemeter undo --dry-run")
