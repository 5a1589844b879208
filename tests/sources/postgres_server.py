"""A PostgreSQL server of the tests' own: on loopback, in a folder that goes when it goes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

_PATIENCE_S = 60


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, or None where it is not installed."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return debian[-1].parent if debian else Path(found).resolve().parent if found else None


@contextmanager
def server(bin_folder: Path, more_settings: Sequence[str] = ()) -> Iterator[str]:
    """Start a server and give the address of its database; as user postgres where we run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="servicemeter-pg-", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        data = f"{folder}/data"
        made = [str(bin_folder / "initdb"), "-D", data, "-A", "trust", "-U", "reader", "--no-sync", "-E", "UTF8", "--locale", "C"]
        subprocess.run(made, check=True, capture_output=True, user=user, cwd=folder)
        port = _free_port()
        settings = (
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "fsync=off",
            *more_settings,
        )
        command = [str(bin_folder / "postgres"), "-D", data, *(word for one in settings for word in ("-c", one))]
        with Path(folder, "log").open("wb") as log:
            running = subprocess.Popen(command, user=user, stdout=log, stderr=log, cwd=folder)
            try:
                address = f"postgresql://reader@127.0.0.1:{port}/postgres"
                _wait_for(address)
                yield address
            finally:
                running.terminate()
                running.wait(_PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str) -> None:
    last = time.monotonic() + _PATIENCE_S
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > last:
                raise
            time.sleep(0.1)
        else:
            return
