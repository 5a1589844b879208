"""JSON in which dates and instants are ISO 8601; anything else that JSON does not know is an error."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from starlette.responses import JSONResponse

__all__ = ["PlainJSON"]


class PlainJSON(JSONResponse):
    """A response of such JSON."""

    def render(self, content: Any) -> bytes:
        """The content as bytes."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
