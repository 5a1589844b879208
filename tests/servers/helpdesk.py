"""A django-helpdesk of the tests' own, and its doors: the API, the public form, mail, and the pages of its staff."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from servers.running import free_port, running

__all__ = ["Helpdesk", "helpdesk"]

_SETTINGS = """
from pathlib import Path
HERE = Path(__file__).parent
SECRET_KEY = "of a test"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"
LANGUAGE_CODE = "en-us"
STATIC_URL = "/static/"
MEDIA_ROOT = HERE / "media"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/dashboard/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
HELPDESK_ENABLE_ATTACHMENTS = False
HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_TEAMS_MODEL = "auth.User"
HELPDESK_TEAMS_MIGRATION_DEPENDENCIES = []
HELPDESK_KBITEM_TEAM_GETTER = lambda item: None
INSTALLED_APPS = ["django.contrib." + name for name in (
    "admin", "auth", "contenttypes", "sessions", "messages", "sites", "humanize", "staticfiles")]
INSTALLED_APPS += ["bootstrap4form", "rest_framework", "helpdesk"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
    "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages", "django.template.context_processors.media",
    "django.template.context_processors.static"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "desk.sqlite", "OPTIONS": {"timeout": 20}}}
"""
_URLS = """
from django.contrib import admin
from django.urls import include, path
urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls"))]
"""
_FIRST = """
from django.contrib.auth import get_user_model
from helpdesk.models import Queue
User = get_user_model()
User.objects.create_superuser("lead", "lead@desk.example", "pass word")
User.objects.create_user("ann", "ann@desk.example", "pass word", is_staff=True)
Queue.objects.create(title="Orders", slug="orders", allow_public_submission=True, allow_email_submission=True,
    email_address="orders@desk.example", email_box_type="local", email_box_local_dir={box!r}, email_box_interval=0)
"""


@dataclass
class Helpdesk:
    """A running django-helpdesk. `box` is the folder in which mail arrives."""

    python: str
    folder: Path
    address: str
    _mails: int = 0

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [self.python, "-m", "django", *command], cwd=self.folder, env=_env(self.folder), capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def api(self, method: str, path: str, user: str = "lead", **given: Any) -> Any:
        """A call of the REST API as a member of staff."""
        response = httpx.request(method, f"{self.address}/api/{path}", auth=(user, "pass word"), json=given, trust_env=False)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None

    def mail(self, sender: str, subject: str, words: str) -> None:
        """A customer sends mail, which waits until it is fetched."""
        self._mails += 1
        text = (
            f"From: {sender}\nTo: orders@desk.example\nSubject: {subject}\nMessage-Id: <{self._mails}@mail.example>\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
        )
        (self.folder / "box" / f"{self._mails:03}.eml").write_text(text, encoding="utf-8")

    def fetch(self) -> None:
        """Fetch the mail, as its timed job does."""
        self.manage("get_email")

    def pages(self, user: str | None = None) -> httpx.Client:
        """The pages, for a visitor or for a member of staff."""
        client = httpx.Client(base_url=self.address, follow_redirects=True, trust_env=False)
        if user:
            self.post(client, "/login/", username=user, password="pass word")
        return client

    def post(self, client: httpx.Client, path: str, form: str | None = None, **given: str) -> httpx.Response:
        """Fill in a form: `form` is the page it stands on."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(form or path).text)
        assert found, "no form there"
        response = client.post(path, data={**given, "csrfmiddlewaretoken": found[1]}, headers={"Referer": self.address})
        assert response.status_code < 300, response.text[-2000:]
        return response

    def rows(self, sql: str) -> list[Any]:
        """What its own database says."""
        with sqlite3.connect(self.folder / "desk.sqlite") as database:
            return database.execute(sql).fetchall()


@contextmanager
def helpdesk(folder: Path) -> Iterator[Helpdesk]:
    """A django-helpdesk with a queue and two members of staff; skipped where it is not installed."""
    python = os.environ.get("DJANGO_HELPDESK_PYTHON", "")
    if not python:
        pytest.skip("django-helpdesk is not installed, or DJANGO_HELPDESK_PYTHON does not say where (make servers)")
    for name, text in (("settings.py", _SETTINGS), ("urls.py", _URLS)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "box").mkdir()
    port = free_port()
    desk = Helpdesk(python, folder, f"http://127.0.0.1:{port}")
    desk.manage("migrate", "--verbosity", "0")
    desk.manage("shell", "--command", _FIRST.format(box=str(folder / "box")))
    with running([python, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"], folder, port, _env(folder)):
        yield desk


def _env(folder: Path) -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
