"""The application: pages and API over one desk."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import files

from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.staticfiles import StaticFiles

from servicemeter import __version__
from servicemeter.web import api, look
from servicemeter.web.desklike import DeskLike
from servicemeter.web.entrance import Entrance, check_rule
from servicemeter.web.faults import answer_faults
from servicemeter.web.guard import LOOPBACK, Guard
from servicemeter.web.keptpages import KeptPages
from servicemeter.web.navigation import routers
from servicemeter.web.reception import Reception
from servicemeter.web.scoped import ScopedDesk

__all__ = ["DeskLike", "create_app"]

# The framework can export every request to another host when the environment says so; ours never does.
_SILENT: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip


def create_app(
    desk: DeskLike,
    *,
    token: str | None = None,
    allowed_hosts: Collection[str] = LOOPBACK,
    reception: Reception | None = None,
) -> FastAPI:
    """The pages and the API of a desk, behind the entrance.

    While nobody has an account, whoever is at this machine is its owner; with a `token`, whoever brings it: as
    `Authorization: Bearer …`, or in the cookie that `/signin?token=…` sets. With accounts (`reception`) everybody signs in.
    `allowed_hosts` are the names the server answers to (`*` = any); a page of another site that resolves its own name to this
    machine is thereby refused.
    """
    front = reception or Reception(token=token)
    app = FastAPI(title="servicemeter", version=__version__, docs_url=None, redoc_url=None, openapi_url=None, telemetry=_SILENT)
    app.state.desk, app.state.reception, app.state.kept_pages = ScopedDesk(desk), front, KeptPages()
    for router in (*routers(), api.router, look.router):
        app.include_router(router, dependencies=[Depends(check_rule)])
    app.mount("/static", StaticFiles(directory=str(files("servicemeter.web") / "static")), name="static")
    answer_faults(app)
    app.add_middleware(Entrance, reception=front)
    app.add_middleware(Guard, allowed_hosts=tuple(allowed_hosts), is_secure=front.is_secure)
    return app
