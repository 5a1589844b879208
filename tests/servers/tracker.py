"""A Request Tracker 5 of the tests' own (Debian's package), and its doors: REST2 and the gateway for mail."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from servers.running import free_port, running

__all__ = ["Tracker", "tracker"]

_CONFIG = """
Set($rtname, 'test'); Set($Organization, 'test');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt.sqlite');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($CanonicalizeRedirectURLs, 0); Set($RestrictReferrer, 0); Set($Timezone, 'Europe/Amsterdam');
Set($MailCommand, 'testfile'); Set($LogToSyslog, undef); Set($LogToFile, undef); Set($LogToSTDERR, 'warning');
$RT::MasonDataDir = '{folder}/mason'; $RT::MasonSessionDir = '{folder}/sessions';
1;
"""
_STAFF = ("SeeQueue", "ShowTicket", "ShowTicketComments", "OwnTicket", "ModifyTicket", "ReplyToTicket", "CommentOnTicket",
          "CreateTicket", "DeleteTicket", "TakeTicket", "StealTicket")  # fmt: skip
_DATA = """
@Queues = ({{ Name => 'Returns', CorrespondAddress => 'returns@desk.example' }});
@Users = ({{ Name => 'ann', RealName => 'Ann', EmailAddress => 'ann@desk.example', Privileged => 1, Password => 'pass word' }});
@ACL = (
  (map {{ {{ GroupDomain => 'SystemInternal', GroupType => 'Everyone', Right => $_ }} }} qw(SeeQueue CreateTicket ReplyToTicket)),
  (map {{ {{ GroupDomain => 'SystemInternal', GroupType => 'Privileged', Right => $_ }} }} qw({staff})),
);
1;
"""


@dataclass
class Tracker:
    """A running Request Tracker."""

    folder: Path
    address: str
    _mails: int = 0

    def rest(self, method: str, path: str, user: str = "root", **given: Any) -> Any:
        """A call of REST2 as a member of staff."""
        password = "password" if user == "root" else "pass word"
        given = {"ContentType": "text/plain", **given} if method == "POST" else given
        url = f"{self.address}/REST/2.0/{path}"
        response = httpx.request(method, url, auth=(user, password), json=given, timeout=60, trust_env=False)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None

    def mail(self, sender: str, subject: str, words: str, queue: str = "General") -> None:
        """A customer's mail, through the gateway for mail."""
        self._mails += 1
        message = (
            f"From: {sender}\nTo: desk@desk.example\nSubject: {subject}\nMessage-Id: <{self._mails}@mail.example>\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
        )
        form = {"queue": queue, "action": "correspond", "message": message, "SessionType": "REST"}
        url = f"{self.address}/REST/1.0/NoAuth/mail-gateway"
        response = httpx.post(url, data=form, timeout=60, trust_env=False)
        assert response.text.startswith("ok"), response.text

    def rows(self, sql: str) -> list[Any]:
        """What its own database says."""
        with sqlite3.connect(f"file:{self.folder}/rt.sqlite?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()


@contextmanager
def tracker() -> Iterator[Tracker]:
    """A Request Tracker with two queues, its root and an agent; skipped where it is not installed."""
    home = Path(os.environ.get("REQUEST_TRACKER") or "/nowhere")
    server = home / "libexec/standalone_httpd"
    if not server.exists():
        pytest.skip("Request Tracker is not installed, or REQUEST_TRACKER does not say where (make servers)")
    with tempfile.TemporaryDirectory(prefix="servicemeter-") as place:
        folder, port = Path(place), free_port()
        (folder / "config").mkdir()
        for name in ("mason", "sessions"):
            (folder / name).mkdir()
        config = folder / "config/test.pm"
        config.write_text(_CONFIG.format(folder=folder, port=port), encoding="utf-8")
        (folder / "data").write_text(_DATA.format(staff=" ".join(_STAFF)), encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, "www-data")
        env = {"RT_SITE_CONFIG": str(config), "RT_SITE_CONFIG_DIR": str(config.parent)}
        setup: list[str | Path] = ["/usr/sbin/rt-setup-database-5", "--action"]
        _run([*setup, "init"], env)
        _run([*setup, "insert", "--datafile", folder / "data"], env)
        with running([*_user(), server, "--port", str(port), "--host", "127.0.0.1"], folder, port, env):
            yield Tracker(folder, f"http://127.0.0.1:{port}")


def _user() -> list[str | Path]:
    """Whoever may read the package's configuration."""
    return ["runuser", "-u", "www-data", "--"] if os.geteuid() == 0 else []


def _run(command: Sequence[str | Path], env: dict[str, str]) -> None:
    done = subprocess.run(
        [*_user(), *command], cwd="/", env={**os.environ, **env}, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
