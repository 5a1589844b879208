"""A bar: how much of a whole, beside the number that says it."""

from __future__ import annotations

__all__ = ["share_bar"]

_WIDTH, _HEIGHT = 120, 12


def share_bar(part: float, whole: float) -> str:
    """The part of a whole as the length of a bar; nothing without a whole. The number stands beside it, so it has no label."""
    if whole <= 0:
        return ""
    length = _WIDTH * min(max(part / whole, 0.0), 1.0)
    inside = f'<rect class="band" width="{_WIDTH}" height="{_HEIGHT}" rx="3"/>'
    inside += f'<rect class="dot" width="{length:.1f}" height="{_HEIGHT}" rx="3"/>'
    return f'<svg class="bar-mark" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">{inside}</svg>'
