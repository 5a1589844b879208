"""A number that explains itself: the rows it counted, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from servicemeter.model.answer import Answer, Row

__all__ = ["Explanation", "LeftOut"]


@dataclass(frozen=True)
class LeftOut:
    """Rows that were not counted for one reason: `reason` is its key, `title` says it in words.

    `examples` are rows like those of the explanation. `count` counts rows of the fact they stand in (`fact`).
    """

    reason: str
    title: str
    fact: str
    count: int
    examples: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Explanation:
    """The rows behind an answer, at most as many as asked for, and the sums over all of them.

    A row has `period_start` (or `at_moment`), the dimensions asked, `fact`, the ids of what was counted (`source` with
    `ticket_id`, `contact_id`, `invitation_id`, …), `at` (the instant that puts it into its period, ISO 8601 in UTC), `n`
    (what it adds to the answer's n) and, where there is one, `value` (seconds or points), `unit` (what n counts, when
    that is not the row; `unit_of` says agent where it is one), `numerator` (what it adds) and for shares `in_numerator`.
    `totals` has for every row of the answer the `rows`, `n` and `numerator` added up; they equal the answer's, or `notes`
    says that they do not.
    """

    answer: Answer
    rows: list[Row]
    row_count: int
    totals: list[Row]
    left_out: list[LeftOut]
    statements: list[str]
    notes: tuple[str, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than are shown."""
        return self.row_count > len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        return {
            "answer": self.answer.to_dict(),
            "rows": self.rows,
            "row_count": self.row_count,
            "is_cut": self.is_cut,
            "totals": self.totals,
            "left_out": [part.to_dict() for part in self.left_out],
            "statements": self.statements,
            "notes": list(self.notes),
        }
