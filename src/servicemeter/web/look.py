"""The style sheet of colours and marks, for both themes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from servicemeter.show.theme import style_sheet
from servicemeter.web.rules import may

__all__ = ["router"]

router = APIRouter()


@router.get("/look.css", include_in_schema=False)
@may("anyone")
def look() -> Response:
    """The sheet."""
    return Response(style_sheet(), media_type="text/css")
