"""Libraries that take long to import, and that most commands never touch: imported when something of them is first used."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["when_used"]


class _WhenUsed:
    """Stands for a library until it is used, and hands on what it has."""

    def __init__(self, name: str) -> None:
        self._library = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(importlib.import_module(self._library), attribute)
        setattr(self, attribute, found)  # from now on without a detour
        return found


def when_used(library: str) -> Any:
    """A library under the name it is imported by, as a module writes at its top beside the import that types are read from:

        if TYPE_CHECKING:
            import numpy as np
        else:
            np = when_used("numpy")

    Nothing of it may be used while the module itself is imported: that imports it there and then.

    >>> when_used("colorsys").rgb_to_hsv(0, 0, 0)
    (0.0, 0.0, 0)
    """
    return _WhenUsed(library)
