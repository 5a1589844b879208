"""The application database: migrations, sealed secrets, and an inbox that forgets nothing it acknowledged."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from servicemeter import office as room
from servicemeter.ground.errors import BadOffice, BadSettings, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, find_connection, keep_connection, reveal_secrets
from servicemeter.office.database import METADATA, open_office
from servicemeter.office.inbox import receive, settle, waiting_items
from servicemeter.office.vault import Vault

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def test_migrations_end_at_what_the_nouns_declare(tmp_path: Path) -> None:
    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"{room.__name__}.{module.name}")
    office = open_office(Home(tmp_path))
    with office.reading() as on:
        assert compare_metadata(MigrationContext.configure(on), METADATA) == []
    office.close()


@pytest.mark.sqlite
def test_opening_it_twice_keeps_its_locks(tmp_path: Path) -> None:
    """A server opens it for its pages and for webhooks; a command that comes and goes must not take the log away from it."""
    first, second = open_office(Home(tmp_path)), open_office(Home(tmp_path))
    keep_connection(first, Connection("desk", "zendesk", "https://a.example", {}, NOW), {})
    look = (
        "import sqlite3, sys; on = sqlite3.connect(sys.argv[1]); "
        "print(*on.execute('select address from connections')); on.close()"
    )
    for address in ("https://b.example", "https://c.example"):
        keep_connection(second, Connection("desk", "zendesk", address, {}, NOW), {})
        seen = subprocess.run([sys.executable, "-c", look, str(tmp_path / "office.sqlite")], capture_output=True, check=True)
        assert address.encode() in seen.stdout
        assert find_connection(first, "desk").address == address
    for office in (first, second):
        office.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    office = open_office(Home(tmp_path))
    with office.writing() as on:
        on.exec_driver_sql("update alembic_version set version_num = '9999'")
    office.close()
    with pytest.raises(BadOffice, match="newer servicemeter"):
        open_office(Home(tmp_path))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_office(Home(tmp_path)).close()
    (tmp_path / "office.key").chmod(0o644)
    with pytest.raises(BadSettings, match="chmod 600"):
        open_office(Home(tmp_path))


def test_secrets_open_only_where_they_were_sealed(tmp_path: Path) -> None:
    office = open_office(Home(tmp_path))
    keep_connection(office, Connection("desk", "zendesk", "https://a.example", {}, NOW), {"token": "canary-123"})
    assert reveal_secrets(office, "desk") == {"token": "canary-123"}
    office.close()
    assert all(b"canary-123" not in path.read_bytes() for path in tmp_path.iterdir())
    vault = Vault([os.urandom(32)])
    with pytest.raises(BadSettings, match="changed from outside"):
        vault.open(vault.seal(b"x", "one row"), "another row")
    with pytest.raises(BadSettings, match="another key"):
        Vault([os.urandom(32)]).open(vault.seal(b"x", "row"), "row")


def test_an_unknown_connection_says_how_to_make_one(tmp_path: Path) -> None:
    office = open_office(Home(tmp_path))
    with pytest.raises(UnknownName, match="servicemeter connect NAME"):
        find_connection(office, "desk")
    office.close()


def test_a_delivery_is_kept_once(tmp_path: Path) -> None:
    office = open_office(Home(tmp_path))
    first = receive(office, "desk", "d1", b"body", NOW)
    again, other = receive(office, "desk", "d1", b"body", NOW), receive(office, "desk", "d1", b"tampered", NOW)
    assert (first.is_new, again.is_new, again.is_same, other.is_same) == (True, False, True, False)
    [item] = waiting_items(office)
    assert (item.delivery_id, item.body, item.received_at) == ("d1", b"body", NOW)
    settle(office, [item.item_id], "taken")
    assert waiting_items(office) == []
    office.close()


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from servicemeter.ground.settings import Home
from servicemeter.office.database import open_office
from servicemeter.office.inbox import receive
office = open_office(Home(Path(sys.argv[1])))
for number in range(100_000):
    receive(office, sys.argv[2], str(number), b"said", datetime.now(UTC))
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    acknowledged = 0
    for turn in range(3):
        given = [sys.executable, "-c", WRITER, str(tmp_path), f"s{turn}"]
        with subprocess.Popen(given, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                last = int(line)
                if last == 40 + turn:
                    process.kill()
        acknowledged += last + 1
        office = open_office(Home(tmp_path))
        assert len(waiting_items(office)) >= acknowledged
        office.close()
