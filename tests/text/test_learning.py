"""Learning at home: better where there is something to learn, never live where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from comments import make_comments, shuffled, with_wrong_labels
from servicemeter.text.accuracy import Labelled, measure_accuracy
from servicemeter.text.learning import LEAST_COMMENTS, Comment, Learned, compare, learn, try_other, try_out
from servicemeter.text.sentiment import MODEL, feel, judge


def macro_f1(model: Learned | None, comments: list[Comment]) -> float:
    texts = [Labelled(1 if c.is_positive else -1, c.language, c.text) for c in comments]
    return measure_accuracy(texts, model.feel if model else feel).macro_f1 or 0.0


def test_a_shops_own_words_are_learned() -> None:
    chance = np.random.default_rng(1)
    comments, unseen = make_comments(400, 0.5, chance), make_comments(300, 0.5, chance)
    trial = try_out(comments, seed=1)
    assert trial is not None and trial.is_better
    assert macro_f1(learn(comments, seed=1), unseen) > macro_f1(None, unseen) + 0.03


def test_shuffled_labels_do_not_go_live() -> None:
    """At most 5 % of the trials may let chance through: of 40, more than 6 would be a sign (p < 0.01) of more than that."""
    live = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        share = 0.85 if seed % 2 else 0.5
        trial = try_out(shuffled(make_comments(LEAST_COMMENTS + 20, share, chance), chance), seed=seed)
        live += trial is not None and trial.is_better
    assert live <= 6


def test_wrong_labels_do_no_harm() -> None:
    """85 % praise, one label in ten wrong: what is live afterwards is within a point of the lexicon, or above, in 19 of 20."""
    unseen = make_comments(400, 0.5, np.random.default_rng(99))
    worse = 0
    for seed in range(12):
        chance = np.random.default_rng(seed)
        comments = with_wrong_labels(make_comments(250, 0.85, chance), 0.10, chance)
        trial = try_out(comments, seed=seed)
        if trial is not None and trial.is_better:
            worse += macro_f1(learn(comments, seed=seed), unseen) < macro_f1(None, unseen) - 0.01
    assert worse <= 2


def test_naming_the_larger_class_more_often_is_no_gain() -> None:
    """Of 85 praises and 15 complaints at random: saying "praise" always has the better macro F1, and no better hit rates."""
    truths = np.arange(200) % 20 >= 3
    coin, praise = np.arange(200) // 20 % 2 == 0, np.ones(200, bool)
    trial = compare(truths, coin, praise, seed=1)
    assert trial.gain[0] > 0 and abs(trial.balanced_gain[0]) < 0.05
    assert not trial.is_better


def test_the_gain_is_counted_by_hand() -> None:
    """4 good (3 found, then 4), 4 bad (2 found, then 3): F1 2·3/9, 2·2/7; then 2·4/9, 2·3/7."""
    truths = np.array([1, 1, 1, 1, 0, 0, 0, 0], bool)
    lexicon = np.array([1, 1, 1, 0, 1, 1, 0, 0], bool)
    model = np.array([1, 1, 1, 1, 1, 0, 0, 0], bool)
    trial = compare(truths, lexicon, model, seed=1)
    assert trial.lexicon_f1 == pytest.approx((6 / 9 + 4 / 7) / 2)
    assert trial.model_f1 == pytest.approx((8 / 9 + 6 / 7) / 2)
    assert trial.gain[0] == pytest.approx(trial.model_f1 - trial.lexicon_f1)
    assert trial.balanced_gain[0] == pytest.approx((1 + 3 / 4) / 2 - (3 / 4 + 2 / 4) / 2)


def test_too_few_comments_teach_nothing() -> None:
    chance = np.random.default_rng(1)
    assert try_out(make_comments(LEAST_COMMENTS - 1, 0.5, chance), seed=1) is None
    assert try_out(make_comments(LEAST_COMMENTS, 1.0, chance), seed=1) is None
    assert try_other(make_comments(10, 0.5, chance), feel, seed=1) is None


def test_without_anything_learned_it_is_the_lexicon() -> None:
    blank = Learned(np.zeros(1 << 16, np.float32))
    for text in ("Top!", "Traag en slecht.", "Waar is mijn bestelling?", ""):
        assert blank.feel(text, "nl").score == feel(text, "nl").score
    assert blank.feel("Furchtbar", "de").label == "not analysed"
    assert blank.name != MODEL


def test_the_same_comments_and_seed_make_the_same_model() -> None:
    comments = make_comments(60, 0.5, np.random.default_rng(1))
    assert learn(comments, seed=1).name == learn(comments, seed=1).name != learn(comments[1:], seed=1).name


def test_a_model_from_elsewhere_is_tried_on_the_same_comments() -> None:
    comments = make_comments(200, 0.5, np.random.default_rng(2))
    truths = {c.text: c.is_positive for c in comments}
    knowing = try_other(comments, lambda text, _: judge(2.0 if truths[text] else -2.0), seed=1)
    same = try_other(comments, feel, seed=1)
    assert knowing is not None and knowing.is_better
    assert same is not None and not same.is_better
