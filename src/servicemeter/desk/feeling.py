"""Which model of sentiment is live in a data folder: the lexicon, unless one that did better on the folder's own comments."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home, write_privately
from servicemeter.store.ratings import rated_comments
from servicemeter.text.accuracy import Feel
from servicemeter.text.language import recognise
from servicemeter.text.learning import LEAST_COMMENTS, LEAST_OF_EACH, Comment, Learned, Trial, learn, try_other, try_out
from servicemeter.text.lexicon import LANGUAGES
from servicemeter.text.sentiment import MODEL, feel
from servicemeter.text.transformer import load_transformer

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Lesson", "LiveModel", "learn_sentiment", "live_model"]


@dataclass(frozen=True)
class LiveModel:
    """A model and the name that its scores are kept under."""

    name: str
    feel: Feel


@dataclass(frozen=True)
class Lesson:
    """What came of an attempt at a better model: on how many comments it was tried, how it did, and what is live now."""

    comments: int
    positive: int
    live: str
    is_new: bool
    reason: str
    lexicon_f1: float | None = None
    model_f1: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None


LEXICON = LiveModel(MODEL, feel)


def live_model(home: Home | None) -> LiveModel:
    """The model that a data folder's note names; the lexicon without one. `BadSettings` when what it names is gone or changed."""
    note = _read_note(home) if home else None
    if home is None or note is None:
        return LEXICON
    if note["kind"] == "transformer":
        model = load_transformer(Path(note["folder"]))
        if model.name != note["name"]:
            raise _changed(home, note["folder"])
        return LiveModel(model.name, model.feel)
    learned = _read_weights(home)
    if learned is None or learned.name != note["name"]:
        raise _changed(home, str(home.lessons))
    return LiveModel(learned.name, learned.feel)


def learn_sentiment(desk: Desk, *, seed: int, folder: str | None = None) -> Lesson:
    """Learn from the folder's rated comments, or try the transformer in `folder` on them; live is whatever is better for sure.

    Where it is not, the lexicon is live (again). `BadSettings` for a desk without a data folder.
    """
    if desk.home is None:
        raise BadSettings("A desk in memory keeps no model. Open a data folder.")
    comments = list(_comments(desk))
    positive = sum(comment.is_positive for comment in comments)
    other = load_transformer(Path(folder)) if folder else None
    trial = try_other(comments, other.feel, seed=seed) if other else try_out(comments, seed=seed)
    if trial is None or not trial.is_better:
        desk.home.sentiment.unlink(missing_ok=True)
        return _lesson(comments, positive, MODEL, trial)
    if other:
        _write_note(desk.home, {"kind": "transformer", "name": other.name, "folder": str(Path(folder or "").absolute())})
        return _lesson(comments, positive, other.name, trial)
    learned = learn(comments, seed=seed)
    _write_weights(desk.home, learned)
    _write_note(desk.home, {"kind": "learned", "name": learned.name})
    return _lesson(comments, positive, learned.name, trial)


def _comments(desk: Desk) -> list[Comment]:
    """The rated comments in languages that the lexicon knows."""
    found = []
    for rated in rated_comments(desk.facts_in_book()):
        language = recognise(rated.text) or (rated.language or "")[:2].lower()
        if language in LANGUAGES:
            found.append(Comment(rated.text, language, rated.is_positive))
    return found


def _lesson(comments: list[Comment], positive: int, live: str, trial: Trial | None) -> Lesson:
    counts = (len(comments), positive, live, live != MODEL)
    if trial is None:
        needed = f"{LEAST_COMMENTS} rated comments, {LEAST_OF_EACH} of them good and {LEAST_OF_EACH} bad"
        return Lesson(*counts, f"There are {len(comments)} ({positive} good); it takes {needed}.")
    reason = "It is better beyond chance." if trial.is_better else "It is not better than the lexicon beyond chance."
    return Lesson(*counts, reason, trial.lexicon_f1, trial.model_f1, trial.gain[1], trial.gain[2])


def _read_note(home: Home) -> dict[str, Any] | None:
    try:
        note: dict[str, Any] = json.loads(home.sentiment.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadSettings(f"{home.sentiment} cannot be read ({error}). Delete it to go back to the lexicon.") from error
    return note


def _write_note(home: Home, note: dict[str, str]) -> None:
    write_privately(home.sentiment, json.dumps(note) + "\n")


def _write_weights(home: Home, learned: Learned) -> None:
    """Weights as they are, with nothing in the file that could be run."""
    out = io.BytesIO()
    np.save(out, learned.weights, allow_pickle=False)
    fresh = home.lessons.with_suffix(".fresh")
    fresh.write_bytes(out.getvalue())
    fresh.replace(home.lessons)


def _read_weights(home: Home) -> Learned | None:
    try:
        return Learned(np.load(home.lessons, allow_pickle=False))
    except (OSError, ValueError):
        return None


def _changed(home: Home, what: str) -> BadSettings:
    return BadSettings(
        f"{what} is not the model that {home.sentiment} names. Learn again (servicemeter text learn), or delete {home.sentiment} "
        "to go back to the lexicon."
    )
