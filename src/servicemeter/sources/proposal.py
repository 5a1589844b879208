"""A mapping to start from, guessed from the names and contents of a file's columns, for a person to correct."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from servicemeter.sources.dates import DATE_ORDERS, readings
from servicemeter.sources.files import open_table
from servicemeter.sources.options import FileOptions, parse_options
from servicemeter.sources.table import Cell, RawTable, text_of
from servicemeter.sources.vocabulary import CHANNELS, STATUSES, highest_said, role_of, word_for

__all__ = ["propose"]

_SAMPLE_BATCHES = 1
_WORDS_SHOWN = 25
_INSTANTS = frozenset(
    {
        *("created_at", "first_reply_at", "solved_at"),
        *("started_at", "answered_at", "ended_at", "placed_at", "rated_at"),
    }
)
_SCORES = {"rating": "csat", "recommends": "nps", "effort": "ces"}
_OF_TICKETS = {"status", "solved_at", "first_reply_at", "subject", "priority"}  # a file of answers alone has none of them
_TICKET_EVENTS = {"agent": "assignee_id", "team": "team_id", "priority": "priority", "reason": "reason"}


@dataclass(frozen=True)
class _Seen:
    """The columns of a file with their first values, and the roles they were given."""

    samples: dict[str, list[Cell]]
    columns: dict[str, str]
    now: datetime

    def has(self, role: str) -> bool:
        return role in self.columns

    def quoted(self, role: str) -> str:
        """The value that takes a role's column as it is."""
        name = self.columns[role]
        return _quoted(name) if "{" not in name else f"{{ column = {_quoted(name)} }}"

    def key(self, role: str, ending: str) -> str:
        """An id made of a role's column."""
        name = self.columns[role].replace("{", "{{").replace("}", "}}")
        return _quoted("{" + name + "}" + ending)

    def filled(self, role: str, truth: str = "false") -> str:
        return f"{{ column = {_quoted(self.columns[role])}, empty = {truth} }}"


def propose(path: Path | str, *, now: datetime, options: Mapping[str, str] | None = None) -> str:
    """Write the text of a mapping for a file that none fits; reads its first rows. Raises `BadFile`.

    It says what was guessed and from what, lists the columns it has no use for, and leaves open what nobody can guess.
    """
    path, given = Path(path), parse_options(options or {})
    raw = open_table(path, FileOptions(**given.file))
    samples = _samples(raw)
    seen = _Seen(samples, _roles(samples, now), now)
    zone = given.all_columns.time_zone
    lines = [*_top(path, raw, zone, given.file, _supplied(seen)), *_unsure(seen), *_blocks(seen), *_left(seen)]
    return "\n".join(lines) + "\n"


def _samples(raw: RawTable) -> dict[str, list[Cell]]:
    samples: dict[str, list[Cell]] = {name: [] for name in raw.names}
    for batch in islice(raw.batches(), _SAMPLE_BATCHES):
        for name, cells in batch.columns.items():
            samples[name] += [cell for cell in cells if text_of(cell).strip()]
    return samples


def _roles(samples: dict[str, list[Cell]], now: datetime) -> dict[str, str]:
    """The column of each role: the one with the surest name whose contents do not speak against it.

    Without any id by name, the first column whose values are all different is taken for the ticket's.
    """
    best: dict[str, tuple[int, str]] = {}
    for name, cells in samples.items():
        guess = role_of(name)
        if guess is None or (guess[0] in _INSTANTS and not _are_dates(cells, now)):
            continue
        role, rank = guess
        if role not in best or rank < best[role][0]:
            best[role] = (rank, name)
    columns = {role: name for role, (_, name) in best.items()}
    if not {"ticket_id", "call_id", "order_id"} & set(columns):
        unique = (name for name, cells in samples.items() if name not in columns.values() and _are_ids(cells, now))
        columns |= dict(zip(["ticket_id"], unique, strict=False))
    return columns


def _are_ids(cells: list[Cell], now: datetime) -> bool:
    return bool(cells) and len(set(map(text_of, cells))) == len(cells) and not _are_dates(cells, now)


def _are_dates(cells: list[Cell], now: datetime) -> bool:
    some = cells[:200]
    numbers = {"excel", "seconds", "milliseconds"}
    found = sum(bool(set(readings(cell, now)) - numbers) for cell in some)
    return found > len(some) / 2 and found >= min(0.9 * len(some), len(some) - 1)  # one that does not exist is in many a column


def _top(path: Path, raw: RawTable, zone: str | None, file: Mapping[str, object], supplied: tuple[str, ...]) -> Iterator[str]:
    yield f"# A proposal for {path.name}, guessed from its columns. Read it, correct it, then:"
    yield "#"
    yield f"#   servicemeter import {path.name} --map THIS-FILE.toml"
    yield "#"
    yield "# What every key means: docs/mappings.md."
    yield ""
    yield f"name = {_quoted(re.sub(r'[^a-z0-9]+', '_', path.name.split('.')[0].casefold()).strip('_') or 'import')}"
    yield "# Which clock the times were read from (not needed if every time carries its offset):"
    yield f"time_zone = {_quoted(zone)}" if zone else '# time_zone = "Europe/Amsterdam"'
    yield f"recognise = [{', '.join(map(_quoted, raw.names))}]"
    if supplied:
        yield "# What the file tells. It shows tickets as they are: not every reply, reopening and change of hands. What needs"
        yield '# those is "not measured". Are they in it? Then messages, status_history, assignment_history.'
        yield f"capabilities = [{', '.join(map(_quoted, supplied))}]"
    if file:
        yield ""
        yield "[format]"
        yield from (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in file.items())


def _supplied(seen: _Seen) -> tuple[str, ...]:
    """What a file with one row a ticket can tell (METRICS.md section 7); of other files the tables say it."""
    if _is_survey(seen) or not seen.has("ticket_id"):
        return ()
    told = {
        "tickets": True,
        "first_replies": seen.has("first_reply_at"),
        "last_solves": seen.has("solved_at"),
        "last_assignees": seen.has("agent"),
        "customer_identity": seen.has("customer_id") or seen.has("customer_email"),
        "survey_answers": any(map(seen.has, _SCORES)),
    }
    return tuple(name for name, is_told in told.items() if is_told)


def _is_survey(seen: _Seen) -> bool:
    """Whether the file has scores and nothing that only tickets have."""
    return any(map(seen.has, _SCORES)) and _rated_at(seen) is not None and not any(map(seen.has, _OF_TICKETS))


def _rated_at(seen: _Seen) -> str | None:
    return next((role for role in ("rated_at", "answered_at", "created_at") if seen.has(role)), None)


def _unsure(seen: _Seen) -> Iterator[str]:
    """Columns whose dates could be read in more than one way within the rows looked at."""
    for role, name in seen.columns.items():
        if role not in _INSTANTS:
            continue
        fits = set(DATE_ORDERS)
        for cell in seen.samples[name]:
            fits &= set(readings(cell, seen.now))
        if len(fits) > 1:
            yield ""
            yield f"# Could be {' or '.join(sorted(fits))}, for example {text_of(seen.samples[name][0])}: say which."
            yield f"[columns.{_quoted(name)}]"
            yield f"# date_order = {_quoted(min(fits))}"


def _blocks(seen: _Seen) -> Iterator[str]:
    if _is_survey(seen):
        yield from _answers(seen)
    elif seen.has("ticket_id"):
        yield from _tickets(seen)
    elif seen.has("call_id") and (seen.has("started_at") or seen.has("created_at")):
        yield from _calls(seen)
    elif seen.has("order_id") and (seen.has("placed_at") or seen.has("created_at")):
        yield from _orders(seen)
    else:
        yield ""
        yield "# No column looks like an id. Name the columns that are one; a row of tickets needs its ticket_id."
        yield from _block("tickets", None, {"ticket_id": '"?"'})


def _tickets(seen: _Seen) -> Iterator[str]:
    columns = {"ticket_id": seen.quoted("ticket_id")}
    columns |= {name: seen.quoted(name) for name in ("created_at", "language", "brand") if seen.has(name)}
    if seen.has("channel"):
        columns["channel"] = _translated(seen, "channel", CHANNELS, "pass")
    customer = next((role for role in ("customer_id", "customer_email") if seen.has(role)), None)
    if customer == "customer_id":
        columns["customer_id"] = seen.quoted(customer)
    elif customer is not None:
        columns["customer_id"] = seen.key("ticket_id", "").replace('"{', '"ticket-{', 1)
    yield from _block("tickets", None, columns)
    if not seen.has("created_at"):
        dated = [name for name, cells in seen.samples.items() if _are_dates(cells, seen.now)]
        yield f"# created_at: no column is called so. Columns with dates: {', '.join(map(_quoted, dated)) or 'none'}"
    if customer is not None:
        yield from _customers(seen, columns["customer_id"], customer)
    yield from _messages(seen)
    yield from _status(seen)
    yield from _events(seen)
    yield from _ratings(seen)
    if seen.has("subject"):
        text = {"of": '{ value = "ticket" }', "id": seen.quoted("ticket_id"), "text": seen.quoted("subject")}
        yield from _block("texts", None, text)


def _customers(seen: _Seen, customer_id: str, role: str) -> Iterator[str]:
    when = seen.filled(role)
    columns = {"customer_id": customer_id}
    if seen.has("customer_name"):
        columns["name"] = seen.quoted("customer_name")
    yield from _block("customers", when, columns)
    if seen.has("customer_email"):
        mail = f'{{ column = {_quoted(seen.columns["customer_email"])}, letters = "lower" }}'
        identity = {"customer_id": customer_id, "kind": '{ value = "email" }', "value": mail}
        yield from _block("customer_identities", seen.filled("customer_email"), identity)


def _messages(seen: _Seen) -> Iterator[str]:
    for role, ending, author, about in (
        ("created_at", "-request", "customer", "The request itself: the customer's first message."),
        ("first_reply_at", "-first-reply", "agent", "The first reply. If it can be a bot's, this has to say so."),
    ):
        if seen.has(role):
            columns = {
                "message_id": seen.key("ticket_id", ending),
                "ticket_id": seen.quoted("ticket_id"),
                "occurred_at": seen.quoted(role),
                "author_type": f'{{ value = "{author}" }}',
                "is_public": "{ value = true }",
            }
            yield from _block("messages", seen.filled(role), columns, about)


def _status(seen: _Seen) -> Iterator[str]:
    field = {"ticket_id": seen.quoted("ticket_id"), "field": '{ value = "status" }'}
    if seen.has("solved_at"):
        solved = {
            "value": '{ value = "solved" }',
            "occurred_at": seen.quoted("solved_at"),
            "actor_type": '{ value = "agent" }',
        }
        about = 'Who solved it is not in the file: this takes it that a person did. Not so? Then "system".'
        yield from _block(
            "ticket_events", seen.filled("solved_at"), {"event_id": seen.key("ticket_id", "-solved"), **field, **solved}, about
        )
    if seen.has("status"):
        when = seen.filled("solved_at", "true") if seen.has("solved_at") else seen.filled("status")
        value = {"value": _translated(seen, "status", STATUSES, "keep aside")}
        yield from _block(
            "ticket_events",
            when,
            {"event_id": seen.key("ticket_id", "-status"), **field, **value},
            "The state as it is in the export; since when is not known, so it has no instant.",
        )


def _events(seen: _Seen) -> Iterator[str]:
    for role, table in (("agent", "agents"), ("team", "teams")):
        if seen.has(role):
            yield from _block(table, seen.filled(role), {f"{role}_id": seen.quoted(role), "name": seen.quoted(role)})
    for role, field in _TICKET_EVENTS.items():
        if seen.has(role):
            columns = {
                "event_id": seen.key("ticket_id", f"-{field}"),
                "ticket_id": seen.quoted("ticket_id"),
                "field": f'{{ value = "{field}" }}',
                "value": seen.quoted(role),
            }
            yield from _block("ticket_events", seen.filled(role), columns)


def _ratings(seen: _Seen) -> Iterator[str]:
    """Scores that stand beside the tickets they are about."""
    answered = next((role for role in ("rated_at", "solved_at", "created_at") if seen.has(role)), None)
    if answered is None:
        return
    about = f"When it was answered is not in the file: this takes {seen.columns[answered]!r}. A better column?"
    for role in filter(seen.has, _SCORES):
        key = seen.key("ticket_id", f"-{_SCORES[role]}")
        yield from _score(seen, role, key, answered, "" if answered == "rated_at" else about)


def _answers(seen: _Seen) -> Iterator[str]:
    """A file of answers: the scores, with the ticket they are about where it is named."""
    answered = _rated_at(seen)
    assert answered is not None
    if seen.has("ticket_id"):
        yield ""
        yield "# The tickets come from another file: import both under one name (--source NAME), so that they join."
    else:
        yield ""
        yield "# No column tells answers of the same second and score apart: name one in invitation_id and answer_id if there is."
    for role in filter(seen.has, _SCORES):
        key = seen.key("ticket_id", f"-{_SCORES[role]}") if seen.has("ticket_id") else _key_of_answer(seen, role, answered)
        yield from _score(seen, role, key, answered, "")


def _key_of_answer(seen: _Seen, role: str, answered: str) -> str:
    """An id of when and what: one made of an address would outlive its erasure."""
    parts = (seen.columns[name].replace("{", "{{").replace("}", "}}") for name in (answered, role))
    return _quoted(" ".join(f"{{{part}}}" for part in parts) + f" {_SCORES[role]}")


def _score(seen: _Seen, role: str, key: str, answered: str, about: str) -> Iterator[str]:
    """One score as a survey that was asked and answered."""
    kind, scale, when = _SCORES[role], _scale(seen, role), seen.filled(role)
    asked = {"invitation_id": key, "kind": f'{{ value = "{kind}" }}', "scale": f'{{ value = "{scale}" }}'}
    if seen.has("ticket_id"):
        asked["ticket_id"] = seen.quoted("ticket_id")
    elif seen.has("customer_id") or seen.has("customer_email"):
        asked["customer_id"] = seen.quoted("customer_id") if seen.has("customer_id") else key
    yield from _block("survey_invitations", when, asked, f"Is {scale} its scale? Others: docs/surveys.md.")
    answer = {"answered_at": seen.quoted(answered), "value_num": seen.quoted(role)}
    yield from _block("survey_answers", when, {"answer_id": key, "invitation_id": key, **answer}, about)
    if "customer_id" in asked:
        yield from _customers(seen, asked["customer_id"], "customer_id" if seen.has("customer_id") else "customer_email")


def _scale(seen: _Seen, role: str) -> str:
    """The usual scale that the name of a score's column says, or that 19 of 20 values fit: one slip makes no other scale."""
    if role == "recommends":
        return "nps_0_10"
    name = seen.columns[role]
    texts = (text_of(cell).strip() for cell in seen.samples[name])
    numbers = sorted(float(text) for text in texts if re.fullmatch(r"\d+(\.\d+)?", text))
    highest = highest_said(name) or (numbers[(len(numbers) - 1) * 19 // 20] if len(numbers) >= 20 else max(numbers, default=0.0))
    if role == "effort":
        return "ces2_7" if highest <= 7 else "ces_0_10"
    return "csat_5" if highest <= 5 else "csat_7" if highest <= 7 else "csat_10"


def _calls(seen: _Seen) -> Iterator[str]:
    started = "started_at" if seen.has("started_at") else "created_at"
    columns = {"interaction_id": seen.quoted("call_id"), "started_at": seen.quoted(started)}
    columns |= {"channel": '{ value = "phone" }', "queued_at": seen.quoted(started)}
    columns |= {name: seen.quoted(name) for name in ("answered_at", "ended_at") if seen.has(name)}
    for role, name in (("talk", "talk_s"), ("agent", "agent_id"), ("team", "queue")):
        if seen.has(role):
            columns[name] = seen.quoted(role)
    if seen.has("answered_at"):
        answered = f'{{ when = {seen.filled("answered_at")}, value = "answered" }}'
        columns["outcome"] = f'{{ choose = [{answered}, {{ value = "abandoned" }}] }}'
    yield from _block("interactions", None, columns)


def _orders(seen: _Seen) -> Iterator[str]:
    placed = "placed_at" if seen.has("placed_at") else "created_at"
    columns = {"order_id": seen.quoted("order_id"), "placed_at": seen.quoted(placed)}
    customer = seen.quoted("customer_id") if seen.has("customer_id") else seen.key("order_id", "").replace('"{', '"order-{', 1)
    if seen.has("customer_id") or seen.has("customer_email"):
        columns["customer_id"] = customer
    if seen.has("amount"):
        columns["amount"] = f'{{ column = {_quoted(seen.columns["amount"])}, unit = "major" }}'
    if seen.has("currency"):
        columns["currency"] = seen.quoted("currency")
    yield from _block("orders", None, columns, 'Amounts are taken as whole units of money; unit = "minor" for cents.')
    if "customer_id" in columns:
        yield from _customers(seen, customer, "customer_id" if seen.has("customer_id") else "customer_email")


def _left(seen: _Seen) -> Iterator[str]:
    unused = [name for name in seen.samples if name not in seen.columns.values()]
    if unused:
        yield ""
        yield "# Columns this proposal has no use for:"
        for name in unused:
            examples = ", ".join(dict.fromkeys(text_of(cell).strip()[:40] for cell in seen.samples[name][:3]))
            yield f"#   {_quoted(name)}: {json.dumps(examples, ensure_ascii=False)[1:-1]}"


def _translated(seen: _Seen, role: str, words: dict[str, tuple[str, ...]], unknown: str) -> str:
    """A column with a translation of every value seen; one that cannot be guessed is left for the reader."""
    texts = list(dict.fromkeys(text_of(cell).strip() for cell in seen.samples[seen.columns[role]]))[:_WORDS_SHOWN]
    known = {text: found for text in texts if (found := word_for(text, words)) is not None}
    values = ", ".join(f"{_quoted(text)} = {_quoted(found)}" for text, found in known.items())
    open_texts = [text for text in texts if text not in known]
    remark = f"  # not translated: {json.dumps(open_texts, ensure_ascii=False)}" if open_texts else ""
    return f'{{ column = {_quoted(seen.columns[role])}, values = {{ {values} }}, unknown = "{unknown}" }}{remark}'


def _block(table: str, when: str | None, columns: dict[str, str], about: str = "") -> Iterator[str]:
    yield ""
    if about:
        yield f"# {about}"
    yield "[[rows]]"
    yield f'table = "{table}"'
    if when is not None:
        yield f"when = {when}"
    yield ""
    yield "[rows.columns]"
    yield from (f"{name} = {value}" for name, value in columns.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
