"""The usual scales of survey answers (METRICS.md 5.5): from where to where, which way is good, and which answers are good ones.

Facts judge answers by them, forms show them; an organisation's own stand in the table `survey_scales`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["USUAL_SCALES", "Scale"]


@dataclass(frozen=True)
class Scale:
    """A scale of whole numbers from `min_value` to `max_value`; those from `positive_from` to `positive_to` are the good ones."""

    scale: str
    min_value: int
    max_value: int
    positive_from: int
    positive_to: int
    is_high_good: bool

    @property
    def values(self) -> range:
        """Every answer there is, the lowest first."""
        return range(self.min_value, self.max_value + 1)

    def is_positive(self, value: int) -> bool:
        """Whether an answer is a good one: satisfied, easy, a promoter."""
        return self.positive_from <= value <= self.positive_to


USUAL_SCALES: dict[str, Scale] = {
    one.scale: one
    for one in (
        Scale("csat_2", 1, 2, 2, 2, True),
        Scale("csat_3", 1, 3, 3, 3, True),
        Scale("csat_5", 1, 5, 4, 5, True),
        Scale("csat_7", 1, 7, 6, 7, True),
        Scale("csat_10", 1, 10, 8, 10, True),
        Scale("ces2_7", 1, 7, 5, 7, True),
        Scale("ces1_5", 1, 5, 1, 2, False),
        Scale("ces_0_10", 0, 10, 0, 3, False),
        Scale("ease_5", 1, 5, 4, 5, True),
        Scale("nps_0_10", 0, 10, 9, 10, True),
    )
}
