"""The public pages beside a served desk: surveys and the doors of webhooks, on their own socket. What is answered to surveys is
brought into the book every minute; what comes through the doors is taken by the desk's schedule."""

from __future__ import annotations

import logging
import socket
import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from servicemeter.desk.desk import Desk
from servicemeter.desk.surveying import take_answers
from servicemeter.ground.errors import ServicemeterError
from servicemeter.ground.settings import Home
from servicemeter.office.database import open_office
from servicemeter.surveys.shelf import Shelf
from servicemeter.web.guard import LOOPBACK
from servicemeter.web.public import Public
from servicemeter.web.surveys.app import create_survey_app
from servicemeter.web.webhooks.receiver import Receiver

__all__ = ["Surveys"]

_EVERY_S = 60
_LOG = logging.getLogger("servicemeter.surveys")


class Surveys:
    """The survey pages of a home. As long as the block lasts the office is open and answers are taken; at its end once more."""

    def __init__(self, home: Home, desk: Desk, listening: socket.socket, place_header: str | None) -> None:
        self._home, self._desk, self._listening, self._place_header = home, desk, listening, place_header
        self._is_over = threading.Event()
        self._taking = threading.Thread(target=self._keep_taking)

    @property
    def address(self) -> str:
        """Where the pages are on this machine."""
        host, port = self._listening.getsockname()[:2]
        return f"http://{host}:{port}/"

    def __enter__(self) -> tuple[ASGIApp, socket.socket]:
        settings = self._home.survey_settings(own=self.address)
        self._office = open_office(self._home)
        self._forms = Shelf(self._home.surveys)
        hosts = (*LOOPBACK, urlsplit(settings.address).hostname or "")
        per_minute = self._home.webhook_settings().per_minute
        self._receiver = Receiver(self._office, folder=self._home.connectors, per_minute=per_minute)
        self._taking.start()
        pages = create_survey_app(self._home, self._office, allowed_hosts=hosts, place_header=self._place_header)
        return Public(self._receiver, pages), self._listening

    def __exit__(self, *ended: object) -> None:
        self._receiver.close()
        self._is_over.set()
        self._taking.join()
        self._take()
        self._office.close()

    def _keep_taking(self) -> None:
        while not self._is_over.wait(_EVERY_S):
            self._take()

    def _take(self) -> None:
        """What cannot be taken now stays in the inbox and is tried again."""
        try:
            take_answers(self._desk, self._office, self._forms, datetime.now(UTC))
        except ServicemeterError as error:
            _LOG.error("answers could not be taken into the book: %s", error)
