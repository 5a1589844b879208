"""Database servers of the tests' own: each on loopback, in a temporary folder, ended with its test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

__all__ = ["postgresql", "spark", "spark_cluster"]

_PATIENCE_S = 240
_QUICKLY = {
    "spark.ui.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.executor.memory": "512m",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
}
_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


@contextmanager
def postgresql(_: Path) -> Iterator[str]:
    """A PostgreSQL server; its address. Its folder is its own user's, who may not look into the one given."""
    programs, port = _postgresql_programs(), _free_port()
    with tempfile.TemporaryDirectory(prefix="servicemeter-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"
        _as_postgres([programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _as_postgres([programs / "pg_ctl", "-w", "-D", data, "-o", options, "-l", f"{folder}/log", "start"])
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _as_postgres([programs / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop"])


def _postgresql_programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders or not (folders[-1] / "initdb").exists():
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    return folders[-1]


def _as_postgres(command: Sequence[str | Path]) -> None:
    """Run a command; PostgreSQL refuses to be run by root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=_PATIENCE_S)


@contextmanager
def spark(folder: Path, master: str = "local[2]") -> Iterator[str]:
    """A Spark Connect server; its address."""
    home, port = _spark_home(), _free_port()
    settings = {**_QUICKLY, "spark.connect.grpc.binding.port": str(port), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    logging = folder / "log4j2.properties"
    logging.write_text(_LOGGING, encoding="utf-8")
    java = f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.configurationFile=file:{logging}"
    command: list[str | Path] = [
        home / "bin/spark-submit",
        "--master",
        master,
        "--driver-memory",
        "2g",
        "--driver-java-options",
        java,
    ]
    for name, value in settings.items():
        command += ["--conf", f"{name}={value}"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    with _running(command, folder, port):
        yield f"sc://127.0.0.1:{port}"


@contextmanager
def spark_cluster(folder: Path) -> Iterator[str]:
    """A standalone cluster of a master and two workers, and a Spark Connect server on it; the server's address."""
    home, port = _spark_home(), _free_port()
    deploy = home / "bin/spark-class"
    master: list[str | Path] = [
        deploy,
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--webui-port",
        "0",
    ]
    with ExitStack() as running:
        running.enter_context(_running(master, folder, port))
        for name in ("one", "two"):
            work, own = folder / name, _free_port()
            worker: list[str | Path] = [
                deploy,
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                "127.0.0.1",
                "--port",
                str(own),
            ]
            worker += ["--webui-port", "0", "--cores", "1", "--memory", "1g", "--work-dir", work, f"spark://127.0.0.1:{port}"]
            running.enter_context(_running(worker, folder, own))
        yield running.enter_context(spark(folder, f"spark://127.0.0.1:{port}"))


def _spark_home() -> Path:
    home = os.environ.get("SPARK_HOME")
    if not home:
        pytest.skip("Spark is not installed, or SPARK_HOME does not say where")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java (apt-get install openjdk-17-jre-headless)")
    return Path(home)


@contextmanager
def _running(command: Sequence[str | Path], folder: Path, port: int) -> Iterator[None]:
    """A program that is ready when it listens on its port, and ends with all it started."""
    log = folder / f"{port}.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    patience = time.monotonic() + _PATIENCE_S
    while time.monotonic() < patience and process.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.3)
    raise AssertionError(f"{process.args!r} does not listen on {port}: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
