"""Connected sources on the terminal: connecting, pulling, and how they are doing."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from servicemeter.cli.terminal.progress import telling_sync
from servicemeter.cli.terminal.tables import print_table
from servicemeter.cli.terminal.webhooks import retry_failed, tell_deliveries
from servicemeter.cli.terminal.words import hint, print_json, remark
from servicemeter.desk.connecting import Reachable, connect
from servicemeter.desk.opening import open_desk
from servicemeter.desk.states import connected_states
from servicemeter.desk.webhooks import webhook_states
from servicemeter.ground.settings import Home
from servicemeter.office.connections import find_connection, list_connections, remove_connection, seal_anew
from servicemeter.office.database import open_office
from servicemeter.office.doors import remove_door, seal_doors_anew
from servicemeter.office.people import seal_people_anew
from servicemeter.office.runs import SyncRun
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number
from servicemeter.show.phrases import counted
from servicemeter.show.tables import Column, Table
from servicemeter.sources.finding import connector_names, find_connector
from servicemeter.sources.source import Source

__all__ = ["connect_source", "print_kinds", "print_sources", "remove_source", "sync_sources", "turn_the_key"]


def connect_source(
    home: Home, kind: str, name: str, given: Mapping[str, str], *, every_s: int | None, is_tested: bool, form: str
) -> None:
    """Ask for what is lacking, test it, keep it, and say what may be read (as `form`; nothing on standard output for `none`)."""
    made = find_connector(kind, home.connectors)
    answers = _asked(made, dict(given))
    office = open_office(home)
    try:
        found = connect(
            office,
            name,
            kind,
            answers,
            now=datetime.now(UTC),
            every_s=every_s,
            folder=home.connectors,
            is_tested=is_tested,
        )
    finally:
        office.close()
    if form == "json":
        print_json({"name": name, "kind": kind, **(dataclasses.asdict(found) if found else {})})
        return
    remark(f"{name} is connected ({made.title}).")
    if found:
        _tell(found)
    if made.is_pulled:
        hint(f"Pull it now: servicemeter sync {name}")


def _asked(made: type[Source], answers: dict[str, str]) -> dict[str, str]:
    """The answers with what is lacking asked for, on a terminal; a secret of `-` is read from standard input."""
    for asked in made.asks:
        if answers.get(asked.name) == "-":
            answers[asked.name] = sys.stdin.readline().strip()
        elif asked.name not in answers and sys.stdin.isatty():
            answers[asked.name] = click.prompt(asked.prompt, default=asked.default, hide_input=asked.is_secret, err=True)
    return answers


def _tell(found: Reachable) -> None:
    click.echo(f"Account: {found.account}")
    click.echo(f"May be read: {', '.join(found.readable)}")
    for stream, why in found.left_out.items():
        click.echo(f"Left out: {stream}. {why}")
    if found.missing:
        click.echo(f"Not measured for want of it: {', '.join(found.missing)}")


def remove_source(home: Home, name: str) -> None:
    """Forget a connection."""
    office = open_office(home)
    try:
        find_connection(office, name)
        remove_connection(office, name)
        remove_door(office, name)
    finally:
        office.close()
    remark(f"{name} is forgotten with its token. Its rows stay in the book.")


def turn_the_key(home: Home) -> None:
    """A fresh key before the others, and every secret sealed with it."""
    home.turn_office_key()
    office = open_office(home)
    try:
        count = seal_anew(office)
        seal_doors_anew(office)
        seal_people_anew(office)
    finally:
        office.close()
    remark(f"{counted('en', count, '{n} connection is', '{n} connections are')} sealed with a fresh key.")


def print_kinds(home: Home, form: str) -> None:
    """What can be connected."""
    names = connector_names(home.connectors)
    made = [(name, find_connector(name, home.connectors)) for name in names]
    if form == "json":
        print_json([{"kind": n, "title": m.title, "asks": [dataclasses.asdict(a) for a in m.asks]} for n, m in made])
        return
    print_table(Table([Column("kind"), Column("title"), Column("brings")], [[n, m.title, m.about] for n, m in made]))


def sync_sources(home: Home, name: str | None, since: datetime | None, *, form: str, again: bool = False) -> int:
    """Pull one source or all; the status is 1 when one of them failed. With `again`, deliveries that failed are tried again."""
    office = open_office(home)
    try:
        names = [find_connection(office, name).name] if name else [c.name for c in list_connections(office)]
    finally:
        office.close()
    if not names:
        remark("No source is connected yet.")
        hint("What can be: servicemeter sources --kinds")
        return 1
    for one in names if again else ():
        remark(f"{one}: {counted('en', retry_failed(home, one), '{n} delivery is', '{n} deliveries are')} tried again.")
    runs = []
    with open_desk(home) as desk:
        for one in names:
            with telling_sync(one) as told:
                runs.append(desk.sync(one, clock=_now, since=since, progress=told))
            if form == "table":
                _tell_run(runs[-1])
    if form == "json":
        print_json([_as_dict(run) for run in runs])
    elif all(run.state == "done" for run in runs):
        hint("Look at it: servicemeter scorecard")
    return int(any(run.state != "done" for run in runs))


def _tell_run(run: SyncRun) -> None:
    took = duration((run.ended_at - run.started_at).total_seconds()) if run.ended_at else ""
    rows = f"{number(run.new_rows)} new, {number(run.changed_rows)} changed"
    if run.state == "done":
        click.echo(f"{run.connection}: {rows} rows in {counted('en', run.calls, '{n} call', '{n} calls')}, {took}")
    else:
        remark(f"{run.connection}: {run.error}")
        remark(f"{run.connection}: {rows} rows were taken before that and stay.")
    for text in run.remarks:
        remark(f"{run.connection}: {text}")
    if run.kept_aside:
        remark(f"{run.connection}: {counted('en', run.kept_aside, '{n} row was', '{n} rows were')} kept aside: "
               "servicemeter check --kept-aside")  # fmt: skip
    for day, difference in run.missing.items():
        there, here = run.counts[day]
        remark(f"{run.connection}: {day}: {number(there)} at the source, {number(here)} in the book ({difference:+}).")
    if run.missing:
        first = min(run.missing)
        remark(f"What to do: servicemeter sync {run.connection} --since {first}")


def _now() -> datetime:
    return datetime.now(UTC)


def print_sources(home: Home, form: str) -> None:
    """Every connection with its last success, its lag and its last trouble."""
    office, now = open_office(home), _now()
    try:
        told, strays = connected_states(office, now, home.connectors), webhook_states(office, now).get("")
    finally:
        office.close()
    if form == "json":
        print_json(told)
        return
    _print_table_of(told)
    if strays:
        remark(f"{number(strays['refused_in_7_days'])} requests of 7 days went to addresses that are no (longer a) webhook's.")


def _print_table_of(told: list[dict[str, Any]]) -> None:
    if not told:
        remark("No source is connected yet.")
        hint("What can be: servicemeter sources --kinds")
        return
    columns = [Column("name"), Column("kind"), Column("state"), Column("last success"), Column("behind", "right"),
               Column("new rows", "right"), Column("kept aside", "right")]  # fmt: skip
    print_table(Table(columns, [_row(one) for one in told]))
    for one in told:
        last = one["last_run"]
        if last and last["error"]:
            remark(f"{one['name']}: {last['error']}")
        if one["what_to_do"]:
            remark(f"{one['name']}: what to do: {one['what_to_do']}")
        tell_deliveries(one)


def _row(one: Mapping[str, Any]) -> list[str]:
    last, at, lag_s = one["last_run"] or {}, one["last_success_at"], one["lag_seconds"]
    return [
        one["name"],
        one["kind"],
        one["state"],
        at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "",
        duration(lag_s) if lag_s is not None else "",
        number(last.get("new_rows", 0)) if last else "",
        number(last.get("kept_aside", 0)) if last else "",
    ]


def _as_dict(run: SyncRun) -> dict[str, Any]:
    return {**vars(run), "missing": run.missing}
