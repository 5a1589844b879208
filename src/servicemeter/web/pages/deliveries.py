"""Where a shop says by API that orders were delivered, so that surveys ask about them. It answers to POST alone."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.ground.errors import BadQuestion
from servicemeter.web.api import read_json
from servicemeter.web.asked import instant_from
from servicemeter.web.desklike import DeskLike
from servicemeter.web.plain import PlainJSON
from servicemeter.web.rules import may

__all__ = ["router"]

router = APIRouter()
_RIGHT = '{"source": "shop", "orders": [{"order_id": "1001", "delivered_at": "2026-11-20T14:00:00+01:00"}]}'
_LONGEST_KEY = 200


@router.post("/api/orders/delivered")
@may("load_data")
async def delivered(request: Request) -> Response:
    """Note deliveries; answers how many were told and how many of them were new."""
    source, orders = _read(await read_json(request))
    desk: DeskLike = request.app.state.desk
    fresh = await run_in_threadpool(desk.surveys.note_deliveries, source, orders)
    return PlainJSON({"told": len(orders), "new": fresh})


def _read(sent: object) -> tuple[str, dict[str, datetime]]:
    source = sent.get("source") if isinstance(sent, dict) else None
    told = sent.get("orders") if isinstance(sent, dict) else None
    if not isinstance(source, str) or not source or not isinstance(told, list):
        raise BadQuestion(f"Send {_RIGHT}.")
    orders: dict[str, datetime] = {}
    for one in told:
        key, at = (one.get("order_id"), one.get("delivered_at")) if isinstance(one, dict) else (None, None)
        if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY or not isinstance(at, str):
            raise BadQuestion(f"{one!r} is no delivery; nothing was noted. Send {_RIGHT}.")
        orders.setdefault(key, instant_from(at, "delivered_at"))
    return source, orders
