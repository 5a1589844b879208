"""Ten metrics by week in servicemeter, PostgreSQL, pandas and Polars, from the same canonical rows, in one run on one machine.

    uv run python benchmarks/peers.py [--tickets 200000 | --folder DIR] [--memory 3GB]

What a peer answers must equal our answers before its time is printed. Each works from the raw rows: `load` reads them (ours
checks and versions them too), `prepare` makes what several questions share (ours: the facts), `questions` answers the ten.
PostgreSQL runs on loopback in a folder of its own; pandas and Polars read only the columns they need.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from in_pandas import PANDAS
from in_polars import POLARS
from in_postgres import POSTGRES
from ten import TABLES, TEN, Answers, Weeks

from ground import TZ, UNTIL, Folder, Spent, demo_folder, forget_answers, least, say, scratch_folder, timed
from servicemeter.desk.desk import Desk
from servicemeter.ground.clock import epoch, periods
from servicemeter.ground.settings import Home
from servicemeter.model.answer import Answer
from servicemeter.model.question import Question

_PRECISION = 1e-9
_STEPS = ("load", "prepare", "questions")
_FIRST = (UNTIL - timedelta(days=367)).date()
SINCE = _FIRST - timedelta(days=_FIRST.weekday())
TO = UNTIL.date() + timedelta(days=7 - UNTIL.weekday())


def ours(folder: Path, memory: str) -> tuple[Answers, Mapping[str, Spent]]:
    """Our own answers from the same tables."""
    questions = [Question(name, SINCE, TO, grain="week") for name in TEN]
    with scratch_folder() as home, Desk(Home(home), memory=memory, threads=2) as desk:
        load, _ = timed(lambda: desk.book.load(Folder(folder, TABLES), now=datetime.now(UTC)))
        prepare, _ = timed(desk.prepare)
        first, answers = timed(lambda: desk.measure_all(questions))
        forget_answers(desk)
        again, _ = timed(lambda: desk.measure_all(questions))
    found = {answer.metric: _values(answer) for answer in answers}
    return found, {"load": load, "prepare": prepare, "questions": least((first, again))}


def _values(answer: Answer) -> dict[int, float]:
    return {week: float(row["value"]) for week, row in enumerate(answer.rows) if row["value"] is not None}


def differences(mine: Answers, theirs: Answers) -> list[str]:
    """Where two sets of answers differ; a count of nothing may be left out."""
    found = []
    for name in TEN:
        for week in sorted(mine[name].keys() | theirs[name].keys()):
            one, other = (answers[name].get(week, 0.0) for answers in (mine, theirs))
            is_lacking = "tickets" not in name and (week in mine[name]) != (week in theirs[name])
            if is_lacking or abs(one - other) > _PRECISION * max(1.0, abs(one)):
                found.append(f"{name}, week {week}: {mine[name].get(week)} by ours, {theirs[name].get(week)} by theirs")
    return found


def say_steps(name: str, steps: Mapping[str, Spent], own: Mapping[str, Spent] | None) -> None:
    """Print what each step took, the whole, and both against our own."""
    for step in _STEPS:
        ratio = f"{steps[step].over(own[step])} of ours" if own else ""
        say(f"{f'{name}: {step}':<28}{steps[step]}  {ratio}".rstrip())
    whole = _whole(steps)
    say(f"{f'{name}: from raw rows':<28}{whole}  {f'{whole.over(_whole(own))} of ours' if own else ''}".rstrip())


def _whole(steps: Mapping[str, Spent]) -> Spent:
    return sum((steps[step] for step in _STEPS), Spent(0, 0))


def run(folder: Path, memory: str) -> None:
    """Measure ourselves, then each peer that is installed."""
    spans = periods(SINCE, TO, "week", TZ)
    weeks = Weeks((*(p.p0 for p in spans), spans[-1].p1), epoch(UNTIL))
    mine, own = ours(folder, memory)
    say(f"{len(TEN)} metrics, {sum(map(len, mine.values()))} values in {weeks.count} weeks")
    say_steps("servicemeter", own, None)
    for peer in (POSTGRES, PANDAS, POLARS):
        missing = peer.missing()
        if missing:
            say(f"{peer.name}: left out, {missing}")
            continue
        theirs, steps = peer.measure(folder, weeks)
        wrong = differences(mine, theirs)
        if wrong:
            raise SystemExit("\n".join([f"{peer.name} answers otherwise in {len(wrong)} places:", *wrong[:20]]))
        say_steps(peer.name, steps, own)


def main() -> None:
    """Read the options, make the demo's files if none are given, and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=200_000)
    options.add_argument("--folder", type=Path, help="Parquet files of a demo")
    options.add_argument("--memory", default="3GB", help="memory limit of our own database")
    asked = options.parse_args()
    with demo_folder(asked.tickets, asked.folder) as folder:
        run(folder, asked.memory)


if __name__ == "__main__":
    main()
