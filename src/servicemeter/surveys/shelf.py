"""The forms of a data folder while a server runs: read anew when a file changes, and written when a page changes one."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadForm, BadSettings
from servicemeter.ground.settings import write_privately
from servicemeter.office.database import Office
from servicemeter.surveys.asking import version_of
from servicemeter.surveys.formfile import load_forms, read_form
from servicemeter.surveys.forms import Form
from servicemeter.surveys.formtext import toml_text

__all__ = ["Shelf", "file_mark", "own_file", "save_form"]

_LOG = logging.getLogger("servicemeter.surveys")
_WRITING = threading.Lock()


class Shelf(Mapping[str, Form]):
    """Every form by name, as the files are now. A file that cannot be read leaves the forms as they were, and the log says so."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._seen = self._look()
        self._forms = load_forms(folder)

    def __getitem__(self, name: str) -> Form:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def _look(self) -> tuple[tuple[str, int, int], ...]:
        if self._folder is None or not self._folder.is_dir():
            return ()
        found = [(path.name, path.stat()) for path in sorted(self._folder.glob("*.toml"))]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)

    def _now(self) -> dict[str, Form]:
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            try:
                self._forms = load_forms(self._folder)
            except BadForm as error:
                _LOG.error("the survey forms stay as they were: %s", error)
        return self._forms


def own_file(folder: Path | None, name: str) -> Path | None:
    """The file of the folder that holds a form of this name; None where there is none (a shipped one holds then)."""
    if folder is None or not folder.is_dir():
        return None
    found = [p for p in sorted(folder.glob("*.toml")) if read_form(p.read_text(encoding="utf-8"), str(p)).name == name]
    return found[-1] if found else None


def file_mark(folder: Path | None, name: str) -> str:
    """What tells the present text of a form's file from a later one; that of a shipped form is empty."""
    path = own_file(folder, name)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path else ""


def save_form(office: Office, folder: Path, tables: Mapping[str, Any], mark: str, now: datetime) -> tuple[Form, int]:
    """Write a form as its file, and note its version: other questions or words are a new one. `BadForm` leaves all as it was.

    `mark` is that of the text which was edited: what somebody else wrote in the meantime is not written over.
    """
    text = toml_text(tables)
    form = read_form(text, f"The form {tables.get('name', '')}")
    with _WRITING:
        if mark != file_mark(folder, form.name):
            raise BadForm(
                f"The form {form.name} was changed by somebody else in the meantime. Open it again and repeat your change."
            )
        path = own_file(folder, form.name) or folder / f"{form.name}.toml"
        try:
            folder.mkdir(exist_ok=True, mode=0o700)
            write_privately(path, text)
        except OSError as error:
            raise BadSettings(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from error
    return form, version_of(office, form, now)
