"""Handing one mail to a mail server, and knowing afterwards whether it may have left."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType
from typing import Literal

from servicemeter.ground.errors import BadMail
from servicemeter.ground.settings import MailServer

__all__ = ["Outcome", "PostOffice"]

Fate = Literal["sent", "bounced", "refused", "later", "unknown"]
_NO_SUCH_ADDRESS = (550, 551, 553)
_GONE = (smtplib.SMTPServerDisconnected, OSError)


@dataclass(frozen=True)
class Outcome:
    """`sent`: the server took it. `bounced`: there is no such address. `refused`: it does not want this mail. `later`: not now.

    `unknown`: the data went out and no answer came, so that nobody can tell. `says` are the server's words.
    """

    state: Fate
    says: str = ""


class PostOffice:
    """One connection to the mail server, made at the first mail and anew where it broke. Use it in a `with`."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._line: smtplib.SMTP | None = None

    def __enter__(self) -> PostOffice:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._hang_up()

    def connect(self) -> None:
        """Reach the server and sign in; `BadMail` when that fails, before any mail is touched."""
        if self._line is not None:
            return
        server = self._server
        try:
            make = smtplib.SMTP_SSL if server.security == "tls" else smtplib.SMTP
            self._line = make(server.host, server.port, timeout=server.timeout_s)
            self._line.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                self._line.starttls(context=ssl.create_default_context())
            if server.user:
                self._line.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise BadMail(
                f"The mail server {server.host}:{server.port} cannot be used: {_words(error)}. Nothing was sent. Check [mail] in "
                "servicemeter.toml and try again."
            ) from error

    def post(self, message: EmailMessage, sender: str, recipient: str) -> Outcome:
        """Hand over one mail. Up to the data everything can be repeated; once the data went out, only the server knows."""
        self.connect()
        assert self._line is not None
        try:
            outcome = self._address(sender, recipient)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Outcome("later", _words(error))
        return outcome or self._deliver(message)

    def _address(self, sender: str, recipient: str) -> Outcome | None:
        assert self._line is not None
        code, says = self._line.mail(sender)
        fate: Fate = "later"  # what a server has against the sender is nothing against this mail
        if code < 400:
            code, says = self._line.rcpt(recipient)
            fate = "bounced" if code in _NO_SUCH_ADDRESS else _fate(code)
        if code < 400:
            return None
        self._line.rset()
        return Outcome(fate, f"{code} {says.decode(errors='replace')}")

    def _deliver(self, message: EmailMessage) -> Outcome:
        assert self._line is not None
        try:
            code, says = self._line.data(message.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:  # refused before the first byte of it
            return Outcome(_fate(error.smtp_code), _words(error))
        except _GONE as error:
            self._hang_up()
            return Outcome("unknown", _words(error))
        return Outcome("sent") if code < 400 else Outcome(_fate(code), f"{code} {says.decode(errors='replace')}")

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _fate(code: int) -> Fate:
    return "refused" if code >= 500 else "later"


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
