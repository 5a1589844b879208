"""A better model of sentiment, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk import feeling
from servicemeter.desk.feeling import Lesson
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "learn_sentiment"]

SENDS = (Lesson,)


@method(writes=True)
def learn_sentiment(desk: Desk, *, seed: int = 1, folder: str | None = None) -> Lesson:
    """Learn from rated comments, or try a transformer; live is what is better; see `desk.feeling`."""
    return feeling.learn_sentiment(desk, seed=seed, folder=folder)
