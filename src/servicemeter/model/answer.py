"""What every face gets: rows of one metric, with what they rest on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from servicemeter.model.question import Question

__all__ = ["NULL_REASONS", "Answer", "PeriodStatus", "Row"]

PeriodStatus = Literal["complete", "in_progress", "not_started", "no_data", "partial_coverage"]
NULL_REASONS = ("empty", "immature", "no_data", "not_started", "not_measured", "mixed_scales", "invalid_dimension")

Row = dict[str, Any]
"""One group and period: `period_start`, the dimensions, then `value`, `numerator`, `n`, `ci_low`, `ci_high`, `ci_method`,
`n_immature`, `n_censored`, `n_excluded`, `n_invalid`, `low_sample`, `partial`, `period_status`, `null_reason`, the
statistics (`mean`, `median`, `p90`, …) and the metric's companions. Durations in seconds, rates 0 to 1, money in minor
units. `value` is None when nothing was measured, and `null_reason` says why."""


@dataclass(frozen=True)
class Answer:
    """The rows of one question, with the data version and the instant they hold for."""

    metric: str
    unit: str
    question: Question
    rows: list[Row]
    data_version: int
    as_of: datetime
    report_tz: str
    params_hash: str = ""
    lagging_sources: tuple[str, ...] = ()
    missing_sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    drawn: ClassVar[Callable[[Answer, str, str], Any] | None] = None
    """Draws an answer; the room that has the pictures and the definitions says it, for it is on a higher floor."""

    def __repr__(self) -> str:
        """Short, for a prompt or a notebook: the only value, or how many rows there are."""
        told = [f"{len(self.rows)} rows: .rows, .to_pandas(), .to_arrow(), .chart()"]
        if len(self.rows) == 1:
            told = [f"{key}={value!r}" for key in ("value", "n", "null_reason") if (value := self.rows[0].get(key)) is not None]
        return f"<Answer {self.metric} ({self.unit}): {', '.join(told)}; as of {self.as_of.isoformat()}>"

    @property
    def row(self) -> Row:
        """The only row of an answer without grain and dimensions."""
        if len(self.rows) != 1:
            raise ValueError(f"this answer has {len(self.rows)} rows; look at .rows")
        return self.rows[0]

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready values, as the API returns it: instants ISO 8601 with offset."""
        return {
            "metric": self.metric,
            "unit": self.unit,
            "question": self.question.to_dict(),
            "data_version": self.data_version,
            "as_of": self.as_of.isoformat(),
            "report_tz": self.report_tz,
            "params_hash": self.params_hash,
            "lagging_sources": list(self.lagging_sources),
            "missing_sources": list(self.missing_sources),
            "notes": list(self.notes),
            "rows": self.rows,
        }

    def chart(self, language: str = "en", theme: str = "light") -> Any:
        """The answer as a picture: a line over time for each group, or a dot for each row with its interval.

        A notebook shows it; `.save("wait.png")` (or `.svg`) writes it, `.svg` is its text. `language` is en, nl or ro, `theme`
        light or dark.
        """
        if self.drawn is None:
            raise NotImplementedError("Only the answers of a desk can be drawn.")
        return self.drawn(language, theme)

    def to_arrow(self) -> Any:
        """The rows as an Arrow table."""
        import pyarrow as pa

        names: list[str] = []
        for row in self.rows:
            names += [n for n in row if n not in names]
        return pa.table({n: [row.get(n) for row in self.rows] for n in names})

    def to_pandas(self) -> Any:
        """The rows as a pandas frame; pandas must be installed."""
        return self.to_arrow().to_pandas()
