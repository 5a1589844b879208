"""What was erased of a person, or would be, as lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["erased_lines"]


def erased_lines(done: Mapping[str, Any]) -> list[str]:
    """Whose rows, how many in each table, and what is left to do."""
    who = ", ".join(f"{a['source']}: {a['customer_id']}" for a in done["accounts"]) or "nobody in the book"
    lines = [f"{'Would be erased' if done['is_dry_run'] else 'Erased'}: {who}"]
    for place in ("book", "office"):
        lines += [f"  {place:<7} {table:<28} {count:>8} row{'s'[: count != 1]}" for table, count in sorted(done[place].items())]
    if done["waiting"]:
        lines.append(f"{done['waiting']} deliveries that name them are not in the book yet: sync, then erase again.")
    if done["files"]:
        lines.append("These files of the folder name them; change them by hand: " + ", ".join(done["files"]))
    return lines
