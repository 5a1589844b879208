"""The application: pages and API over one desk."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from servicemeter import __version__
from servicemeter.show.theme import style_sheet
from servicemeter.web import api, signin
from servicemeter.web.desklike import DeskLike
from servicemeter.web.faults import answer_faults
from servicemeter.web.guard import LOOPBACK, Guard
from servicemeter.web.navigation import routers

__all__ = ["DeskLike", "create_app"]

# The framework can export every request to another host when the environment says so; ours never does.
_SILENT: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip


def create_app(desk: DeskLike, *, token: str | None = None, allowed_hosts: Collection[str] = LOOPBACK) -> FastAPI:
    """The pages and the API of a desk, all of them reading only.

    With a `token`, every request but `/health` and the style sheet carries it: as `Authorization: Bearer …`, or in the
    cookie that `/signin?token=…` sets. `allowed_hosts` are the names the server answers to (`*` = any); a page of
    another site that resolves its own name to this machine is thereby refused.
    """
    app = FastAPI(title="servicemeter", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, telemetry=_SILENT)
    app.state.desk, app.state.token = desk, token
    for router in (*routers(), api.router, signin.router):
        app.include_router(router)
    app.add_api_route("/look.css", lambda: Response(style_sheet(), media_type="text/css"), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=str(files("servicemeter.web") / "static")), name="static")
    answer_faults(app)
    app.add_middleware(Guard, allowed_hosts=tuple(allowed_hosts), token=token)
    return app
