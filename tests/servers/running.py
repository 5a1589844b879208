"""Programs of the tests' own: started on a free port of loopback, ended with all they started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["free_port", "running"]

_PATIENCE_S = 180


@contextmanager
def running(command: Sequence[str | Path], folder: Path, port: int, env: Mapping[str, str]) -> Iterator[None]:
    """A program that is ready when it listens on its port."""
    log = folder / f"{port}.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, env={**os.environ, **env}, stdout=said, stderr=said, start_new_session=True
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    patience = time.monotonic() + _PATIENCE_S
    while time.monotonic() < patience and process.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"{process.args!r} does not listen on {port}: {log.read_text()[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
