"""Settings of a data folder: `servicemeter.toml`, where its files are, and the key that hashes identities. Read nowhere else."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadSettings

__all__ = ["DEFAULT_HOME", "Home", "MailServer", "SurveySettings", "WebhookSettings", "write_privately"]

DEFAULT_HOME = "servicemeter-data"
_KEY_BYTES = 32


@dataclass(frozen=True)
class MailServer:
    """The mail server of `[mail]`: `security` is `starttls`, `tls` or `none`; the password comes from the environment."""

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""
    timeout_s: float = 30.0


@dataclass(frozen=True)
class SurveySettings:
    """What `[surveys]` says: `address` is where people reach the survey pages, such as https://survey.example.com."""

    address: str
    organisation: str = ""
    privacy_address: str = ""


@dataclass(frozen=True)
class WebhookSettings:
    """What `[webhooks]` says: `address` is where the public pages are reached, empty where nobody said.

    `keep_days` is how long a delivery is kept once it was taken, `per_minute` how many of one connection are accepted.
    """

    address: str = ""
    keep_days: int = 30
    per_minute: int = 60_000


@dataclass(frozen=True)
class Home:
    """A data folder and the names of what is in it."""

    folder: Path

    @property
    def book(self) -> Path:
        """The book's file."""
        return self.folder / "book.duckdb"

    @property
    def connectors(self) -> Path:
        """The user's own connectors."""
        return self.folder / "connectors"

    @property
    def reasons(self) -> Path:
        """The contact reasons that were proposed, and the user's edits of them."""
        return self.folder / "reasons.toml"

    @property
    def mappings(self) -> Path:
        """The user's own mappings."""
        return self.folder / "mappings"

    @property
    def settings(self) -> Path:
        """What the user sets: `servicemeter.toml`."""
        return self.folder / "servicemeter.toml"

    def section(self, name: str, known: Collection[str] | None = None) -> dict[str, Any]:
        """One section of the settings, empty when it is not there; `BadSettings` where it is unreadable or not `known`."""
        try:
            said = tomllib.loads(self.settings.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadSettings(f"{self.settings} cannot be read: {error}. Mend the file; nothing was changed.") from error
        found = said.get(name, {})
        if not isinstance(found, dict):
            raise BadSettings(f"{name} in {self.settings} is no section. Write [{name}] on a line of its own.")
        wrong = sorted(set(found) - set(known)) if known is not None else []
        if wrong:
            raise BadSettings(f"{self.settings}: [{name}] knows no {', '.join(wrong)}; known: {', '.join(sorted(known or ()))}.")
        return found

    @property
    def sentiment(self) -> Path:
        """The note that names the live model of sentiment, where it is not the lexicon."""
        return self.folder / "sentiment.json"

    @property
    def lessons(self) -> Path:
        """What was learned from this folder's rated comments."""
        return self.folder / "sentiment.npy"

    @property
    def uploads(self) -> Path:
        """Where files lie that are sent through a page, until they are imported or forgotten."""
        return self.folder / "uploads"

    @property
    def exports(self) -> Path:
        """The log of exports: who took which rows along."""
        return self.folder / "exports.jsonl"

    @property
    def last_seen(self) -> Path:
        """When sessions and keys were last used."""
        return self.folder / "last_seen.json"

    @property
    def server(self) -> Path:
        """Where a running server leaves its address and token, readable by the owner alone."""
        return self.folder / "server.json"

    @property
    def surveys(self) -> Path:
        """The user's own survey forms."""
        return self.folder / "surveys"

    def survey_key(self) -> bytes:
        """The key that survey links and visitors are signed with: made at first use."""
        path = self.folder / "survey.key"
        if not path.exists():
            write_privately(path, secrets.token_hex(_KEY_BYTES) + "\n")
        return _key(path.read_text(encoding="ascii"), str(path))

    def survey_settings(self, own: str = "") -> SurveySettings:
        """`[surveys]` of the settings, with `own` for an address; `BadSettings` when there is none that people could open."""
        said = self.section("surveys", {"address", "organisation", "privacy_address"})
        address = str(said.get("address", own)).rstrip("/")
        if not address.startswith(("http://", "https://")):
            raise BadSettings(
                f'{self.settings}: people need an address to answer at. Add:  [surveys]  address = "https://survey.example.com"'
            )
        return SurveySettings(address, str(said.get("organisation", "")), str(said.get("privacy_address", "")))

    def webhook_settings(self) -> WebhookSettings:
        """`[webhooks]` of the settings; without an address that of `[surveys]`, which are served at the same place."""
        said = self.section("webhooks", {"address", "keep_days", "per_minute"})
        address = said.get("address", self.section("surveys").get("address", ""))
        whole = {name: said.get(name, default) for name, default in (("keep_days", 30), ("per_minute", 60_000))}
        for name, value in whole.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise BadSettings(f"{self.settings}: [webhooks] {name} is a whole number above 0; not {value!r}.")
        return WebhookSettings(str(address).rstrip("/"), **whole)

    def mail_server(self) -> MailServer:
        """`[mail]` of the settings, with the password from `SERVICEMETER_MAIL_PASSWORD`; `BadSettings` where it is unusable."""
        said = self.section("mail", {"host", "sender", "port", "security", "user", "timeout_s"})
        missing = [name for name in ("host", "sender") if not said.get(name)]
        if missing:
            raise BadSettings(f"{self.settings}: [mail] needs {' and '.join(missing)}. Add them, or send the links yourself.")
        if said.get("security", "starttls") not in ("starttls", "tls", "none"):
            raise BadSettings(f"{self.settings}: [mail] security must be starttls, tls or none.")
        return MailServer(**said, password=os.environ.get("SERVICEMETER_MAIL_PASSWORD", ""))

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

    def office_url(self) -> str:
        """Where the application database is: `SERVICEMETER_OFFICE`, else a SQLite file in the folder."""
        return os.environ.get("SERVICEMETER_OFFICE") or f"sqlite:///{(self.folder / 'office.sqlite').absolute()}"

    def has_office(self) -> bool:
        """Whether there is an application database already, without opening it."""
        return "SERVICEMETER_OFFICE" in os.environ or (self.folder / "office.sqlite").exists()

    def office_keys(self) -> list[bytes]:
        """The keys that secrets are sealed with, the sealing one first; a first one is made.

        From `SERVICEMETER_KEYS` (64 hex digits each, commas between), else a line each of the file that
        `SERVICEMETER_KEY_FILE` names, else of `office.key` in the folder.
        """
        given = os.environ.get("SERVICEMETER_KEYS")
        if given:
            return [_key(text, "SERVICEMETER_KEYS") for text in given.split(",")]
        path = self._key_file
        if not path.exists():
            write_privately(path, secrets.token_hex(32) + "\n", is_first=True)
        _check_private(path)
        return [_key(line, str(path)) for line in path.read_text(encoding="ascii").split()]

    def turn_office_key(self) -> None:
        """Put a fresh key before the others in the key file; `BadSettings` where the keys come from the environment."""
        if os.environ.get("SERVICEMETER_KEYS"):
            raise BadSettings("The keys come from SERVICEMETER_KEYS: put a fresh one first there, then repeat the command.")
        self.office_keys()
        write_privately(self._key_file, secrets.token_hex(32) + "\n" + self._key_file.read_text(encoding="ascii"))

    @property
    def _key_file(self) -> Path:
        return Path(os.environ.get("SERVICEMETER_KEY_FILE") or self.folder / "office.key")


def _key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadSettings(f"{where}: a key is {2 * _KEY_BYTES} hex digits. Make one with: openssl rand -hex {_KEY_BYTES}")
    return key


def _check_private(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise BadSettings(f"{path} can be read by others, and it opens every secret. Let nobody else: chmod 600 {path}")


def write_privately(path: Path, text: str, *, is_first: bool = False) -> None:
    """Write a file that only its owner can read, replacing it at once; with `is_first` one that is there stays."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if not is_first:
        os.replace(fresh, path)
        return
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process made it in the meantime, and what it wrote holds
    finally:
        os.unlink(fresh)
