"""Contact reasons proposed from what customers write, kept in `reasons.toml`, and given to tickets that have none.

The file is the user's: proposals are appended to it, and nothing that stands in it is ever written over.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from servicemeter.desk.judging import Judge, Verdict, judge_tickets
from servicemeter.ground.errors import BadQuestion, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.store.texts import Said, said_anew, tags_of
from servicemeter.text.language import conversation_languages
from servicemeter.text.reasons import Reason, Reasons, suggest
from servicemeter.text.topics import LANGUAGES, find_topics

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["file_of", "propose_reasons", "read_reasons", "reason_of", "sort_by_reason"]

_MOST_READ = 5_000
_LEAST, _LEAST_SHARE = 15, 0.01
_SEED = 1
_KEYS = {"id": str, "name": str, "language": str, "words": list, "tags": list, "tickets": int}
_HEAD = """\
# Why customers write. This file is yours: names, words and tags may be changed, and new proposals are only ever added below.
#   name    what the reason is called; reasons of one name are one reason, so that is how to merge them; "" puts one aside
#   words   a message has the reason whose words it has most of
#   tags    tickets with one of these tags have it too, before any words; a star stands for anything: tags = ["return*"]
#   id      how the program knows it again; leave it as it is
"""


def file_of(home: Home | None) -> Path:
    """Where a desk keeps its reasons; `BadQuestion` for one in memory, which keeps none."""
    if home is None:
        raise BadQuestion("Reasons are kept in a file of the data folder, and this desk has none. Open one with a folder.")
    return home.reasons


def read_reasons(path: Path) -> Reasons:
    """The reasons of a file, none where there is no file; `BadSettings` names the reason and key at fault."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Reasons(())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}. Mend that line.") from error
    given = found.get("reason", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadSettings(f"{path}: every reason begins with the line [[reason]].")
    reasons = [_reason(path, number, one) for number, one in enumerate(given, start=1)]
    ids = [reason.reason_id for reason in reasons]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise BadSettings(f"{path}: the id {twice[0]!r} stands twice. Give one of them another.")
    return Reasons(reasons)


def _reason(path: Path, number: int, given: dict[str, Any]) -> Reason:
    where = f"{path}, reason {number} ({given.get('name') or given.get('id') or 'without a name'})"
    for key, value in given.items():
        if key not in _KEYS:
            raise BadSettings(f"{where}: there is no key {key!r}. Known: {', '.join(_KEYS)}.")
        if not isinstance(value, _KEYS[key]) or (isinstance(value, list) and not all(isinstance(v, str) for v in value)):
            raise BadSettings(
                f"{where}: {key} is {value!r}; it must be a {_KEYS[key].__name__}{' of texts' * (key in 'words tags')}."
            )
    language = given.get("language")
    if given.get("words") and language not in LANGUAGES:
        raise BadSettings(f"{where}: words need a language, one of {', '.join(LANGUAGES)}; not {language!r}.")
    name = str(given.get("name", "")).strip()
    words, tags = (tuple(given.get(key, ())) for key in ("words", "tags"))
    return Reason(str(given.get("id") or name), name, language, words, tags, int(given.get("tickets", 0)))


def propose_reasons(desk: Desk, path: Path, *, least: int | None = None) -> dict[str, Any]:
    """Group the tickets that no reason explains yet, and append what they have in common to the file as new reasons.

    Topics of fewer than `least` tickets (15, or one in a hundred of the language, unless given) are not proposed. Of more than
    5,000 such tickets in a language that many are read, drawn at random from a fixed seed; `read` and `unexplained` say it.
    """
    known = read_reasons(path)
    open_texts, others = _openings(desk, known)
    new: list[Reason] = []
    read: dict[str, int] = {}
    for language, texts in sorted(open_texts.items()):
        drawn = _drawn(texts)
        read[language] = len(drawn)
        enough = least or max(_LEAST, int(_LEAST_SHARE * len(drawn)))
        new += suggest(
            find_topics(drawn, language, least=enough, seed=_SEED, others=_drawn(others.get(language, []))),
            language,
            (*known.reasons, *new),
        )
    if new:
        _append(path, new)
    unexplained = {language: len(texts) for language, texts in sorted(open_texts.items())}
    return {
        "file": str(path),
        "known": len(known.reasons),
        "new": [_plain(r) for r in new],
        "read": read,
        "unexplained": unexplained,
    }


def sort_by_reason(desk: Desk, path: Path, *, now: datetime) -> dict[str, Any]:
    """Give every ticket on which nobody else says a reason the one that its tags or words stand for."""
    reasons = read_reasons(path)
    if not reasons.reasons:
        raise BadSettings(f"There are no reasons in {path} yet. Propose some with: servicemeter text reasons --propose")
    tags = desk.on_rows(tags_of)

    def decide(said: Said) -> Verdict:
        found = reason_of(said, reasons, tags.get((said.source, said.ticket_id), ()))
        return Verdict(found.name, found.reason_id) if found else Verdict(None, "no_reason")

    return judge_tickets(desk, Judge("reason", f"reasons/{reasons.version}", None, decide), now=now).to_dict()


def reason_of(said: Said, reasons: Reasons, tags: Iterable[str] = ()) -> Reason | None:
    """The reason of a ticket: by its tags, else by the words of its subject and first message."""
    if found := reasons.by_tags(tags):
        return found
    language, text = _opening(said)
    return reasons.by_words(text, language) if language in reasons.languages else None


def _opening(said: Said) -> tuple[str, str]:
    """The language (or empty) and the words of subject and first message."""
    texts = [text for text in (said.subject, *said.messages[:1]) if text.strip()]
    languages = conversation_languages(texts, said.language)
    return next((one for one in reversed(languages) if one), ""), "\n".join(texts)


def _openings(desk: Desk, known: Reasons) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The openings of tickets on which nobody else says a reason, by language: those no reason explains, and the others."""
    unexplained: dict[str, list[str]] = {}
    explained: dict[str, list[str]] = {}
    tags = desk.on_rows(tags_of)
    for said in _without_reason(desk):
        language, text = _opening(said)
        if language in LANGUAGES:
            reason = reason_of(said, known, tags.get((said.source, said.ticket_id), ()))
            (explained if reason else unexplained).setdefault(language, []).append(text)
    return unexplained, explained


def _without_reason(desk: Desk) -> Iterator[Said]:
    batches: list[list[Said]] = desk.on_rows(lambda engine: list(said_anew(engine, "reason", "")))
    return chain.from_iterable(batches)


def _drawn(texts: list[str]) -> list[str]:
    if len(texts) <= _MOST_READ:
        return texts
    places = np.random.default_rng(_SEED).choice(len(texts), _MOST_READ, replace=False)
    return [texts[place] for place in sorted(places)]


def _append(path: Path, reasons: Iterable[Reason]) -> None:
    blocks = "".join(f"\n[[reason]]\n{_lines(reason)}" for reason in reasons)
    try:
        is_new = not path.exists()
        with path.open("a", encoding="utf-8") as file:
            file.write((_HEAD if is_new else "") + blocks)
    except OSError as error:
        raise BadSettings(f"{path} cannot be written: {error.strerror}. Nothing was proposed.") from error


def _lines(reason: Reason) -> str:
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in _plain(reason).items())


def _plain(reason: Reason) -> dict[str, Any]:
    return {
        "id": reason.reason_id,
        "name": reason.name,
        "language": reason.language,
        "words": list(reason.words),
        "tickets": reason.tickets,
    }
