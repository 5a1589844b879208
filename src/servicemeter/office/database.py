"""The application database itself: opened, brought to this program's version, read and written in transactions.

SQLite by default (`office.sqlite` in the data folder; WAL, every commit on the disk), PostgreSQL by URL. Several processes
may have it open. Writing begins with the write lock, on either, so that what was read in a transaction still holds when it is
written: one answer of fifty at once, one sender of a mail. What only reads sees one state and waits for nobody.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import BadOffice
from servicemeter.ground.settings import Home
from servicemeter.office.vault import Vault

__all__ = ["METADATA", "Instant", "Office", "open_office"]

METADATA = sa.MetaData()
_VERSIONS = Path(__file__).with_name("migrations") / "versions"
_WAIT_FOR_LOCK_MS = 15_000
_WRITE_LOCK = 8_321
_TURNS: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
"""Who of this process writes, by database: a thread that waits goes on at once; SQLite lets it look again after up to 100 ms."""


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept as UTC without a zone: the same on every database."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Aware to UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """UTC to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class Office:
    """The application database, opened. The functions of the nouns take it as their first argument. Close it at the end."""

    def __init__(self, url: str, vault: Vault, home: Home | None = None) -> None:
        self.vault, self.home = vault, home
        self.engine = sa.create_engine(_with_driver(url))
        self._turn = _TURNS[url]
        self._look: sa.PoolProxiedConnection | None = None
        self._looking = threading.Lock()
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
        else:
            sa.event.listen(self.engine, "begin", _take_write_lock)
        self._one_state: dict[str, Any] = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        try:
            self._upgrade()
        except sa.exc.DBAPIError as error:
            self.close()
            raise BadOffice(
                f"The application database {self.engine.url!r} cannot be opened: {error.orig}. Check that it is there, "
                "that you may write it, and that the disk is not full."
            ) from error
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Several reads that see one state."""
        with self.engine.connect().execution_options(**self._one_state) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Everything inside is kept at once, or not at all."""
        with (
            self._turn,
            self.engine.connect().execution_options(is_writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    def mark(self) -> int | None:
        """Another number after each commit of whatever process; None where the database does not tell."""
        if self.engine.dialect.name != "sqlite":
            return None
        with self._looking:
            if self._look is None:
                self._look = self.engine.raw_connection()
            return int(self._look.cursor().execute("pragma data_version").fetchone()[0])

    def rewrite(self) -> None:
        """Write the database anew, so that what was deleted is not in its free pages either."""
        if self.engine.dialect.name != "sqlite":
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("vacuum full")
            return
        raw = self.engine.raw_connection()
        try:
            for statement in ("vacuum", "pragma wal_checkpoint(truncate)"):
                raw.cursor().execute(statement).fetchall()
        finally:
            raw.close()

    def close(self) -> None:
        """Let go of the database."""
        with self._looking:
            if self._look is not None:
                self._look.close()
                self._look = None
        self.engine.dispose()

    def _upgrade(self) -> None:
        """Take the migrations that are missing, in one transaction; nothing is done when there are none."""
        versions = sorted(path.stem.split("_")[0].removeprefix("v") for path in _VERSIONS.glob("v*.py"))
        with self.writing() as connection:
            found = _version(connection)
            if found == versions[-1]:
                return
            if found is not None and found not in versions:
                raise BadOffice(
                    f"The application database was written by a newer servicemeter (version {found}, this program knows "
                    f"{versions[-1]}). Nothing was changed. Upgrade servicemeter and try again."
                )
            _migrate(connection)


def open_office(home: Home) -> Office:
    """The application database of a data folder."""
    home.make()
    url = home.office_url()
    if url.startswith("sqlite:///"):
        _make_privately(Path(url.removeprefix("sqlite:///")))
    return Office(url, Vault(home.office_keys()), home)


def _with_driver(url: str) -> str:
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _make_privately(path: Path) -> None:
    """An empty file that only its owner can read; what SQLite keeps beside it takes over its rights.

    A file that is there is not opened: closing it again would take away the locks that this process has on it, whatever holds
    them, and another process would then delete the log (`-wal`) under its hands.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(engine: sa.Engine) -> None:
    def settle(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says, not where the driver guesses
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", f"busy_timeout = {_WAIT_FOR_LOCK_MS}"):
            connection.execute(f"pragma {pragma}").close()

    def begin(connection: sa.Connection) -> None:
        is_writing = connection.get_execution_options().get("is_writing")
        connection.exec_driver_sql("begin immediate" if is_writing else "begin")

    sa.event.listen(engine, "connect", settle)
    sa.event.listen(engine, "begin", begin)


def _take_write_lock(connection: sa.Connection) -> None:
    """PostgreSQL has no lock on the whole database to begin with: one of ours stands for it, until the transaction ends."""
    if connection.get_execution_options().get("is_writing"):
        connection.exec_driver_sql(f"set local lock_timeout = {_WAIT_FOR_LOCK_MS}")
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_WRITE_LOCK})")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def _migrate(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_VERSIONS.parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
