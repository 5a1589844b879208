"""Settings of a data folder: `servicemeter.toml`, where its files are, and the key that hashes identities. Read nowhere else."""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadSettings

__all__ = ["DEFAULT_HOME", "Home", "write_privately"]

DEFAULT_HOME = "servicemeter-data"


@dataclass(frozen=True)
class Home:
    """A data folder and the names of what is in it."""

    folder: Path

    @property
    def book(self) -> Path:
        """The book's file."""
        return self.folder / "book.duckdb"

    @property
    def settings(self) -> Path:
        """The user's settings; they may be missing."""
        return self.folder / "servicemeter.toml"

    @property
    def reasons(self) -> Path:
        """The contact reasons that were proposed, and the user's edits of them."""
        return self.folder / "reasons.toml"

    @property
    def mappings(self) -> Path:
        """The user's own mappings."""
        return self.folder / "mappings"

    @property
    def sentiment(self) -> Path:
        """The note that names the live model of sentiment, where it is not the lexicon."""
        return self.folder / "sentiment.json"

    @property
    def lessons(self) -> Path:
        """What was learned from this folder's rated comments."""
        return self.folder / "sentiment.npy"

    @property
    def server(self) -> Path:
        """Where a running server leaves its address and token, readable by the owner alone."""
        return self.folder / "server.json"

    def section(self, name: str) -> dict[str, Any]:
        """One table of `servicemeter.toml`, empty when it is not there; `BadSettings` when it cannot be read."""
        try:
            found = tomllib.loads(self.settings.read_text(encoding="utf-8")).get(name, {})
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(f"{self.settings} cannot be read: {error}. Mend the file or take it away.") from error
        except tomllib.TOMLDecodeError as error:
            raise BadSettings(f"{self.settings} is not TOML: {error}. Mend that line.") from error
        if not isinstance(found, dict):
            raise BadSettings(f"{self.settings}: {name} is a table; write [{name}] and its keys below it.")
        return found

    def make(self) -> None:
        """Create the folder for its owner alone; `BadSettings` when it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BadSettings(
                f"The data folder {self.folder} cannot be made: {error.strerror}. Give another with --home DIR."
            ) from error
        if not self.folder.is_dir() or not os.access(self.folder, os.W_OK):
            raise BadSettings(f"The data folder {self.folder} cannot be written to. Give another with --home DIR.")

    def identity_key(self) -> bytes:
        """The key that identities are hashed with: made at first use, kept beside the book and never in it."""
        path = self.folder / "identity.key"
        if not path.exists():
            write_privately(path, secrets.token_hex(32))
        return bytes.fromhex(path.read_text(encoding="ascii").strip())


def write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner can read, replacing it at once."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(fresh, path)
