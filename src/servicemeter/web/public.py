"""The public application: webhooks at their doors, survey pages everywhere else. It knows the office and never the book."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from servicemeter.desk.webhooks import PREFIX

__all__ = ["Public"]


class Public:
    """Two applications on one address, each guarded on its own."""

    def __init__(self, receiver: ASGIApp, pages: ASGIApp) -> None:
        self.receiver, self.pages = receiver, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_webhook = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self.receiver if is_webhook else self.pages)(scope, receive, send)
