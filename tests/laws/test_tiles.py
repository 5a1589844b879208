"""Figures from tiles are the figures that reading the rows gives, whatever is asked of whatever history."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from laws.compare import opened
from laws.histories import history, join
from laws.questions import ask_of, moments_of
from laws.seasons import configuration, settings
from servicemeter.desk.conformance import question_of
from servicemeter.desk.desk import Desk
from servicemeter.ground.errors import ServicemeterError
from servicemeter.metrics.measure import measure, tile
from servicemeter.metrics.tiled import Tiled
from servicemeter.model.answer import Answer
from servicemeter.model.question import Filter, Question, Scope

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 40))]


class _Counting(Tiled):
    """Tiles that count how often they were asked for, and how often they were there."""

    asked = found = 0

    def field(self, *of: Any) -> Any:
        given = super().field(*of)
        self.asked, self.found = self.asked + 1, self.found + (given is not None)
        return given

    def spread(self, *of: Any) -> Any:
        given = super().spread(*of)
        self.asked, self.found = self.asked + 1, self.found + (given is not None)
        return given


@pytest.mark.parametrize("is_odd", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("seed", SEEDS)
def test_tiles_give_what_rows_give(seed: int, is_odd: bool) -> None:
    rng = Random(f"{seed} {is_odd}")
    season = rng.randrange(3)
    made = [history(rng, f"b{i}", season, rng.randrange(1, 9), is_odd=is_odd) for i in range(3)]
    case = {"settings": settings(season), "tables": {**configuration(), **join(made)}}
    as_ofs = moments_of(rng, season, 2)
    asks = [ask_of(rng, season, brands=rng.random() < 0.5, as_ofs=as_ofs) for _ in range(60 if seed else 30)]
    tiled = _Counting()
    of_split = _Counting()
    with opened(case) as desk:
        questions = [question for ask in asks if _can_be_asked(desk, question := question_of(ask))]
        known = (desk.book.settings(), desk._sources(), desk._keeper.facts_for)
        for question in questions:
            for piece in tile([question], *known, tiled):
                piece()
        for question in questions:
            [by_rows] = measure([question], *known, 1)
            [by_tiles] = measure([question], *known, 1, tiled)
            _are_alike(by_rows, by_tiles)
            if question.by and not question.where:
                for piece in tile([question], *known, of_split):
                    piece()
                for one in rng.sample(narrowed := _narrowed(question, by_rows), min(len(narrowed), 2)):
                    [by_rows] = measure([one], *known, 1)
                    [by_tiles] = measure([one], *known, 1, of_split)
                    _are_alike(by_rows, by_tiles)
    assert tiled.found > tiled.asked / 3
    assert of_split.found > of_split.asked / 5


def _narrowed(question: Question, by_it: Answer) -> list[Question]:
    """The question of each group alone: as a condition, or as what the asker may see."""
    dimension = question.by[-1]
    alone = replace(question, by=question.by[:-1])
    found = []
    for value in {str(row[dimension]): None for row in by_it.rows if dimension in row}:
        found.append(replace(alone, where=(Filter(dimension, (value,)),)))
        scopes = {"brand": Scope(brands=(value,)), "team": Scope(teams=(value,)), "agent": Scope(agents=(value,))}
        scopes["source"] = Scope(sources=(value,))
        if dimension in scopes:
            found.append(replace(alone, scope=scopes[dimension]))
    return found


def _are_alike(by_rows: Answer, by_tiles: Answer) -> None:
    assert len(by_rows.rows) == len(by_tiles.rows), by_rows.question
    for one, other in zip(by_rows.rows, by_tiles.rows, strict=True):
        assert other == _nearly(one), by_rows.question


def _can_be_asked(desk: Desk, question: Question) -> bool:
    try:
        desk.measure_all([question])
    except ServicemeterError:
        return False
    return True


def _nearly(row: dict[str, Any]) -> dict[str, Any]:
    """A row in which numbers may differ in how they were added up."""
    return {name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value for name, value in row.items()}
