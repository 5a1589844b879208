"""Laws of learning at home, at full length: `python benchmarks/learning.py [--trials 1000] [--runs 200]`.

Shuffled labels: how often a model that learned nothing would go live (at most 5 % of the trials). Wrong labels: 85 % praise, one
label in ten wrong; how often the score that is live afterwards is more than a point below the lexicon on balanced comments with
right labels (at most 5 % of the runs).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from comments import make_comments, shuffled, with_wrong_labels
from servicemeter.text.accuracy import Labelled, measure_accuracy
from servicemeter.text.learning import Comment, learn, try_out
from servicemeter.text.sentiment import Sentiment, feel


def goes_live_on_nothing(seed: int, n: int, positive_share: float) -> bool:
    """Whether comments with shuffled labels let a model go live."""
    chance = np.random.default_rng(seed)
    trial = try_out(shuffled(make_comments(n, positive_share, chance), chance), seed=seed)
    return trial is not None and trial.is_better


def points_gained(seed: int, n: int, tested: Sequence[Comment]) -> tuple[float, bool]:
    """Macro F1 of what is live after learning from noisy comments, less that of the lexicon; and whether the model is live."""
    chance = np.random.default_rng(seed)
    comments = with_wrong_labels(make_comments(n, 0.85, chance), 0.10, chance)
    trial = try_out(comments, seed=seed)
    if trial is None or not trial.is_better:
        return 0.0, False
    return _macro_f1(tested, learn(comments, seed=seed).feel) - _macro_f1(tested, feel), True


def _macro_f1(comments: Sequence[Comment], model: Callable[[str, str], Sentiment]) -> float:
    found = measure_accuracy([Labelled(1 if c.is_positive else -1, c.language, c.text) for c in comments], model)
    return found.macro_f1 or 0.0


def main() -> None:
    """Run both laws and print what was found."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--trials", type=int, default=1000)
    wanted.add_argument("--runs", type=int, default=200)
    wanted.add_argument("--comments", type=int, default=500)
    given = wanted.parse_args()
    for share in (0.5, 0.85):
        began = time.perf_counter()
        live = sum(goes_live_on_nothing(seed, given.comments // 2, share) for seed in range(given.trials))
        print(
            f"shuffled labels, {share:.0%} praise, {given.comments // 2} comments: live in {live} of {given.trials} trials",
            end="",
        )
        print(f" ({time.perf_counter() - began:.0f} s)", flush=True)
    tested = make_comments(1000, 0.5, np.random.default_rng(987))
    found = [points_gained(seed, given.comments, tested) for seed in range(given.runs)]
    gains = np.array([gain for gain, _ in found])
    print(
        f"85 % praise, 10 % wrong labels, {given.comments} comments: "
        f"live in {sum(live for _, live in found)} of {given.runs} runs; ",
        end="",
    )
    print(f"within a point of the lexicon or above in {(gains >= -0.01).sum()}; gain {gains.min():+.3f} to {gains.max():+.3f}")
    print(f"lexicon on the balanced comments: macro F1 {_macro_f1(tested, feel):.3f}")


if __name__ == "__main__":
    main()
