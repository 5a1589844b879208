"""A condition as people write it, `channel=email,chat` or `team!=returns`: the same in Python, terminal, address and API."""

from __future__ import annotations

import csv
import io

from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Filter

__all__ = ["condition", "condition_text"]


def condition(text: str) -> Filter:
    """A condition written `channel=email,chat` or `team!=returns`; a value with a comma stands in double quotes."""
    negated = text.partition("=")[0].endswith("!")
    dimension, mark, values = text.partition("!=" if negated else "=")
    if not dimension or not mark or not values:
        raise BadQuestion(f"where={text!r} is not a condition. Write channel=email,chat or team!=returns.")
    return Filter(dimension.strip(), tuple(next(csv.reader([values]))), negated)


def condition_text(held: Filter) -> str:
    """A condition as the address writes it; `condition` reads it back."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(held.values)
    return f"{held.dimension}{'!=' if held.negated else '='}{out.getvalue()}"
