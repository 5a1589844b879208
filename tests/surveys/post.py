"""A mail server of the tests' own, and what it caught."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from servicemeter.ground.settings import MailServer


@dataclass
class Caught:
    """The mails that arrived. `says` makes the answer to the data of a mail; `refuses` are addresses it does not know."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    says: Any = None
    server: MailServer = field(default_factory=lambda: MailServer("127.0.0.1", "care@example.com"))

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        """Whether the server knows an address."""
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.recipients += envelope.rcpt_tos
        return str(await self.says(server)) if self.says else "250 OK"


@contextmanager
def post_office() -> Iterator[Caught]:
    """A mail server on a free port of this machine."""
    caught = Caught()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(caught, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        caught.server = MailServer("127.0.0.1", "care@example.com", port=port, security="none", timeout_s=2)
        yield caught
    finally:
        controller.stop()


def links_in(message: EmailMessage) -> list[str]:
    """Every address in a mail: of both its parts, and of its head."""
    found = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            found += re.findall(r"https?://[^\s\"<>]+", part.get_content())
    return list(dict.fromkeys([*found, *re.findall(r"<(https?://[^>]+)>", str(message["List-Unsubscribe"]))]))
