"""Every conformance case on every engine: the expected answers, and DuckDB's own, to 1e-9."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engines.servers import postgresql, spark, spark_cluster
from engines.test_literals import ODD
from laws.histories import history, join
from laws.questions import ask_of
from laws.seasons import configuration, settings
from servicemeter.desk import facts
from servicemeter.desk.cases import cases_of
from servicemeter.desk.conformance import _Rows, question_of, run_file
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.timeline import timeline
from servicemeter.engines.duckdb import DuckDB
from servicemeter.engines.engine import Engine
from servicemeter.engines.opening import open_engine
from servicemeter.ground.settings import Home
from servicemeter.model.answer import Answer
from servicemeter.model.question import Question

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("default")]

FILES = sorted((Path(__file__).parents[1] / "conformance").glob("*.yaml"))
NEEDS = {"spark": "pyspark", "postgresql": "psycopg", "chdb": "chdb", "spark cluster": "pyspark"}

_SERVERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "postgresql": postgresql,
    "spark": spark,
    "spark cluster": spark_cluster,
}


@pytest.fixture(scope="module", params=[pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in NEEDS])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on a server of its own; skipped where its package or its program is not installed."""
    kind = str(request.param)
    pytest.importorskip(NEEDS[kind], reason=f"the package {NEEDS[kind]} is not installed (uv sync --all-extras)")
    if kind == "chdb":
        yield from _opened("chdb:")
        return
    with _SERVERS[kind](tmp_path_factory.mktemp("server")) as address:
        yield from _opened(address)


def _opened(address: str) -> Iterator[Engine]:
    engine = open_engine(address)
    assert engine
    try:
        yield engine
    finally:
        engine.close()


class _Noting(Desk):
    """A desk that notes what it answered."""

    def __init__(self, engine: Engine | None, noted: list[Answer]) -> None:
        super().__init__(None, threads=1, engine=engine, on_demand=True)
        self._noted = noted

    def measure_all(self, questions: Sequence[Question]) -> list[Answer]:
        answers = super().measure_all(questions)
        self._noted += answers
        return answers


def _answers(path: Path, case: str, engine: Engine | None) -> list[Answer]:
    """All answers to a case's questions; they must be the expected ones."""
    noted: list[Answer] = []
    wrong = [o for o in run_file(path, lambda: _Noting(engine, noted), only=[case]) if o.result == "differs"]
    assert not wrong, wrong
    return noted


@cache
def _of_duckdb(path: Path, case: str) -> list[Answer]:
    return _answers(path, case, None)


def _cases() -> Iterator[tuple[Path, str, frozenset[str]]]:
    """Every case: its file, its name, and the engines that run it without --every-case.

    A case takes a second on PostgreSQL, two with chDB, ten and more on Spark: those that ask for a metric that none before them
    asks for; the first of each file; and on a cluster the first one of all.
    """
    met: set[str] = set()
    for path in FILES:
        asking = [case for case in cases_of(path) if case.metrics]
        for case in cases_of(path):
            tried = set[str]() if met.issuperset(case.metrics) else {"postgresql", "chdb"}
            if asking and case.case_id == asking[0].case_id:
                tried |= {"spark", "spark cluster"} if path == FILES[0] else {"spark"}
            met.update(case.metrics)
            yield path, case.case_id, frozenset(tried)


CASES = list(_cases())


@pytest.mark.parametrize(("path", "case", "tried"), CASES, ids=[f"{path.stem}:{case}" for path, case, _ in CASES])
def test_the_same_answers(engine: Engine, path: Path, case: str, tried: frozenset[str], request: pytest.FixtureRequest) -> None:
    _leave_out_unless(request, tried)
    for theirs, ours in zip(_answers(path, case, engine), _of_duckdb(path, case), strict=True):
        assert _is_same(theirs.rows, ours.rows), (ours.question, theirs.rows, ours.rows)


def _leave_out_unless(request: pytest.FixtureRequest, tried: Collection[str]) -> None:
    if not (request.config.getoption("every_case") or request.node.callspec.params["engine"] in tried):
        pytest.skip("left out unless --every-case")


@pytest.mark.parametrize("seed", [1, 2])
def test_awkward_histories(engine: Engine, seed: int, request: pytest.FixtureRequest) -> None:
    """Ties, reopenings, merge chains, late flags, changes before creation: one answer everywhere."""
    _leave_out_unless(request, ("postgresql", "chdb"))
    rng = Random(seed)
    made = [history(rng, f"b{i}", seed % 3, rng.randrange(1, 9), is_odd=seed > 1) for i in range(4)]
    case = {"settings": settings(seed % 3), "tables": {**configuration(), **join(made)}}
    asks = [ask_of(rng, seed % 3, brands=True, as_ofs=[None]) for _ in range(60)]
    questions = [question_of(ask) for ask in asks if not _BUILDING & set(ask["params"])]
    answers = []
    for answering in (engine, None):
        with Desk(None, threads=1, engine=answering, on_demand=True) as desk:
            desk.take(_Rows(case, case["settings"]), now=datetime(2027, 1, 1, tzinfo=UTC))
            answers.append(desk.measure_all(questions))
    for theirs, ours in zip(*answers, strict=True):
        assert _is_same(theirs.rows, ours.rows), (ours.question, theirs.rows, ours.rows)


_BUILDING = {"merge_start", "calendar_mode"}  # each combination is a build of its own, which takes a minute on Spark
TEXTS = ["", "m1", "A-0017", "é", "it's", "back\\slash", "x" * 100]


def test_a_tie_is_broken_by_the_same_number(engine: Engine) -> None:
    numbers = []
    for dialect, rows in ((engine.dialect, engine.rows), (DuckDB.dialect, DuckDB().rows)):
        texts = ", ".join(f"{dialect.tie(dialect.text(text))} as t{i}" for i, text in enumerate(TEXTS))
        numbers.append(rows(f"select {texts}"))
    assert numbers[0] == numbers[1]


def test_a_book_is_copied_once_a_version_and_explained_alike(
    engine: Engine, shop: Path, own_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Question("reopen_rate", since=date(2026, 1, 1), until=date(2026, 3, 1), by=("channel",))
    with Desk(Home(shop)) as desk:
        expected = desk.explain_question(asked)
        story = timeline(desk, "demo", "t1")
    with Desk(Home(own_shop), engine=engine) as desk:
        found = desk.explain_question(asked)
        assert _is_same([found.rows, found.totals], [expected.rows, expected.totals])
        assert [part.to_dict() for part in found.left_out] == [part.to_dict() for part in expected.left_out]
        assert timeline(desk, "demo", "t1") == story
    copied: list[object] = []
    monkeypatch.setattr(facts, "copy_book", lambda *_: copied.append(1))
    with Desk(Home(own_shop), engine=engine) as desk:
        desk.prepare()
    assert not copied


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(_is_same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool) or not isinstance(one, int | float):
        return bool(one == other)
    return isinstance(other, int | float) and abs(one - other) <= 1e-9 * max(1.0, abs(other))


def test_a_value_is_what_was_written(engine: Engine) -> None:
    text = engine.dialect.text
    assert engine.rows("select " + ", ".join(f"{text(value)} as v{place}" for place, value in enumerate(ODD))) == [ODD]
