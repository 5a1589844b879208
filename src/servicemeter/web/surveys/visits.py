"""The widget's side of the server."""

from starlette.routing import Route

__all__ = ["routes"]


def routes() -> list[Route]:
    return []
