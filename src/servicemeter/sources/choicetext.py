"""What is said of a file's columns, written as a mapping: one text for the terminal's proposal and the page's form."""

from __future__ import annotations

import json
from collections.abc import Iterator

from servicemeter.sources.choices import AS_IT_IS, SCORES, Choices, Words, family_of, kind_of, rated_role
from servicemeter.sources.glimpse import Glimpse
from servicemeter.sources.mapping import mentioned_columns
from servicemeter.sources.mappingfile import parse_mapping

__all__ = ["EDITIONS", "supplied", "write_mapping"]

EDITIONS = (3, 2, 1)
"""How a mapping is written now, and how it was before, so that kept ones are known again. Until 2 a date of solving was a solve
whatever the state said; in 1 the solve was one event and the state another."""

_SOLVED = ("solved", "closed")
_ENDED = (*_SOLVED, "")
"""What a state becomes beside which a date of solving counts: solved, or nothing said."""
_AFTER = {"first_reply_at": "first_reply_after", "solved_at": "solved_after"}
"""Instants that a file may tell as a span of time after the creation."""
_ROWS = {
    "ticket": "tickets", "answer": "survey_answers", "call": "interactions", "order": "orders", "customer": "customers",
    "agent": "agents", "team": "teams", "contract": "customer_contracts",
}  # fmt: skip
_TICKET_EVENTS = {"agent": "assignee_id", "team": "team_id", "priority": "priority", "reason": "reason"}


class _Written:
    """Choices as pieces of a mapping's text; what was seen of the file goes into the remarks alone."""

    def __init__(self, choices: Choices, seen: Glimpse, *, is_guess: bool, edition: int) -> None:
        self.choices, self.seen, self.has = choices, seen, choices.has
        self.is_guess, self.edition = is_guess, edition

    def column(self, role: str) -> str:
        return self.choices.columns[role]

    def quoted(self, role: str) -> str:
        """The value that takes a role's column as it is."""
        name = self.column(role)
        return _quoted(name) if "{" not in name else f"{{ column = {_quoted(name)} }}"

    def told(self, role: str) -> str | None:
        """The meaning that tells an instant: itself, else the span after the creation, if the file has either."""
        if self.has(role):
            return role
        return _AFTER[role] if role in _AFTER and self.has(_AFTER[role]) and self.has("created_at") else None

    def instant(self, role: str) -> str:
        """The value of an instant that is told."""
        if self.has(role):
            return self.quoted(role)
        return f"{{ column = {_quoted(self.column('created_at'))}, plus_seconds = {_listed((self.column(_AFTER[role]),))} }}"

    def key(self, role: str, ending: str, before: str = "") -> str:
        """An id made of a role's column."""
        return _quoted(before + "{" + _braced(self.column(role)) + "}" + ending)

    def filled(self, role: str, truth: str = "false") -> str:
        return f"{{ column = {_quoted(self.column(self.told(role) or role))}, empty = {truth} }}"

    def translated(self, role: str) -> str:
        """A role's column with its translation, if it has one; a guess remarks the texts of the file that it does not know."""
        words = self.choices.words.get(role)
        if words is None:
            return self.quoted(role)
        known = {text.casefold() for text in words.by_text}
        unknown = [text for text in self.seen.texts.get(self.column(role), [])[:25] if text.casefold() not in known]
        remark = f"  # not translated: {json.dumps(unknown, ensure_ascii=False)}" if unknown and self.is_guess else ""
        if words.change_nothing:
            return self.quoted(role) + remark
        return f"{{ column = {_quoted(self.column(role))}, {_translation(words)} }}{remark}"


def write_mapping(choices: Choices, seen: Glimpse, *, is_guess: bool = True, edition: int = EDITIONS[0]) -> str:
    """The text of a mapping. A guess says that it is one, and what it could not guess. `edition` is one of `EDITIONS`."""
    made = _Written(choices, seen, is_guess=is_guess, edition=edition)
    blocks = list(_blocks(made)) if kind_of(choices) else list(_unfinished(made))
    lines = [*_top(made), *_readings(made), *blocks, *_left(made, blocks)]
    return "\n".join(lines) + "\n"


def supplied(choices: Choices) -> tuple[str, ...]:
    """What a file with one row a ticket can tell (METRICS.md section 7); of other files the tables say it."""
    if kind_of(choices) != "ticket":
        return ()
    told = {
        "tickets": True,
        "first_replies": choices.has("first_reply_at") or choices.has("first_reply_after"),
        "last_solves": choices.has("solved_at") or choices.has("solved_after"),
        "last_assignees": choices.has("agent"),
        "customer_identity": choices.has("customer_id") or choices.has("customer_email"),
        "survey_answers": any(map(choices.has, SCORES)),
    }
    return tuple(name for name, is_told in told.items() if is_told)


def _top(made: _Written) -> Iterator[str]:
    choices, file_name = made.choices, made.seen.file_name
    if made.is_guess:
        yield f"# A proposal for {file_name}, guessed from its columns. Read it, correct it, then:"
    else:
        yield f"# How {file_name} is read, as said on the page Import a file. On the terminal:"
    yield "#"
    yield f"#   servicemeter import {file_name} --map THIS-FILE.toml"
    yield "#"
    yield "# What every key means: docs/mappings.md."
    if made.is_guess and (kind := kind_of(choices)):
        yield f"# Each row is taken as one of {_ROWS[kind]}. The tables, and what each can hold: docs/definitions/tables.md."
    yield ""
    yield f"name = {_quoted(choices.name)}"
    yield "# Which clock the times were read from (not needed if every time carries its offset):"
    yield f"time_zone = {_quoted(choices.time_zone)}" if choices.time_zone else '# time_zone = "Europe/Amsterdam"'
    yield f"recognise = {_listed(choices.recognise)}"
    if choices.capabilities is not None:
        yield f"capabilities = {_listed(choices.capabilities)}"
    elif told := supplied(choices):
        yield "# What the file tells. It shows tickets as they are: not every reply, reopening and change of hands. What needs"
        yield '# those is "not measured". Are they in it? Then messages, status_history, assignment_history.'
        yield f"capabilities = {_listed(told)}"
    if choices.file:
        yield ""
        yield "[format]"
        if choices.file.get("skip_rows") and made.is_guess:
            yield "# Rows above the header, such as a title."
        yield from (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in choices.file.items())


def _readings(made: _Written) -> Iterator[str]:
    """How columns are read; those whose dates could be read in more than one way are asked for."""
    choices, seen = made.choices, made.seen
    for column, reading in choices.readings.items():
        yield ""
        yield f"[columns.{_quoted(column)}]"
        yield from (f"{key} = {_quoted(value)}" for key, value in reading.items())
    for role, column in choices.columns.items():
        open_orders = seen.contenders(column, "date") if family_of(role) == "date" and column in seen.cells else ()
        if open_orders and column not in choices.readings:
            yield ""
            yield f"# Could be {' or '.join(sorted(open_orders))}, for example {_quoted(seen.texts[column][0])[1:-1]}: say which."
            yield f"[columns.{_quoted(column)}]"
            yield f"# date_order = {_quoted(min(open_orders))}"


def _unfinished(made: _Written) -> Iterator[str]:
    """What to begin with where nothing says what a row is: calls and orders that lack their date, or tickets that lack an id."""
    for role, table, key, at in (
        ("call_id", "interactions", "interaction_id", "started_at"),
        ("order_id", "orders", "order_id", "placed_at"),
    ):
        if made.has(role):
            yield ""
            yield f"# Rows of {table} need {at}, and no column is called so. Columns with dates: {_dated(made)}"
            yield from _block(table, None, {key: made.quoted(role), at: '"?"'})
            return
    yield ""
    yield "# No column looks like an id. Name the columns that are one; a row of tickets needs its ticket_id."
    yield from _block("tickets", None, {"ticket_id": '"?"'})


def _dated(made: _Written) -> str:
    return ", ".join(_quoted(name) for name in made.seen.cells if made.seen.are_dates(name)) or "none"


def _blocks(made: _Written) -> Iterator[str]:
    blocks = {"answer": _answers, "ticket": _tickets, "call": _calls, "order": _orders}
    blocks |= {"customer": _people, "agent": _agents, "team": _teams, "contract": _contracts}
    yield from blocks[kind_of(made.choices) or "ticket"](made)


def _tickets(made: _Written) -> Iterator[str]:
    columns = {"ticket_id": made.quoted("ticket_id")}
    columns |= {name: made.quoted(name) for name in ("created_at", "language", "brand") if made.has(name)}
    if made.has("channel"):
        columns["channel"] = made.translated("channel")
    customer = next((role for role in ("customer_id", "customer_email") if made.has(role)), None)
    if customer == "customer_id":
        columns["customer_id"] = made.quoted(customer)
    elif customer is not None:
        columns["customer_id"] = made.key("ticket_id", "", "ticket-")
    yield from _block("tickets", None, columns)
    if not made.has("created_at"):
        yield f"# created_at: no column is called so. Columns with dates: {_dated(made)}"
    if customer is not None:
        yield from _customers(made, columns["customer_id"], customer)
    yield from _messages(made)
    yield from _status(made)
    yield from _events(made)
    yield from _ratings(made)
    if made.has("subject"):
        text = {"of": '{ value = "ticket" }', "id": made.quoted("ticket_id"), "text": made.quoted("subject")}
        yield from _block("texts", None, text)


def _customers(made: _Written, customer_id: str, role: str) -> Iterator[str]:
    when = made.filled(role)
    columns = {"customer_id": customer_id}
    if made.has("customer_name"):
        columns["name"] = made.quoted("customer_name")
    columns |= {name: made.quoted(name) for name in ("segment", "country", "birth_year", "first_seen_at") if made.has(name)}
    if kind_of(made.choices) == "customer" and made.has("language"):
        columns["language"] = made.quoted("language")
    yield from _block("customers", when, columns)
    if made.has("customer_email"):
        mail = f'{{ column = {_quoted(made.column("customer_email"))}, letters = "lower" }}'
        identity = {"customer_id": customer_id, "kind": '{ value = "email" }', "value": mail}
        yield from _block("customer_identities", made.filled("customer_email"), identity)


def _people(made: _Written) -> Iterator[str]:
    yield from _customers(made, made.quoted("customer_id"), "customer_id")


def _agents(made: _Written) -> Iterator[str]:
    names = {"name": made.quoted("agent_name")} if made.has("agent_name") else {}
    yield from _block("agents", None, {"agent_id": made.quoted("agent_id"), **names})


def _teams(made: _Written) -> Iterator[str]:
    others = {name: made.quoted(role) for name, role in (("name", "team_name"), ("tier", "tier")) if made.has(role)}
    yield from _block("teams", None, {"team_id": made.quoted("team_id"), **others})


def _contracts(made: _Written) -> Iterator[str]:
    columns = {"customer_id": made.quoted("customer_id"), "started_on": made.quoted("started_on")}
    if made.has("ended_on"):
        columns["ended_on"] = made.quoted("ended_on")
    about = "ended_on is the first day without the contract. Is it the last day with it here? Then each is a day short."
    yield from _block("customer_contracts", None, columns, about if made.has("ended_on") else "")
    yield from _customers(made, columns["customer_id"], "customer_id")


def _messages(made: _Written) -> Iterator[str]:
    for role, ending, author, about in (
        ("created_at", "-request", "customer", "The request itself: the customer's first message."),
        ("first_reply_at", "-first-reply", "agent", "The first reply. If it can be a bot's, this has to say so."),
    ):
        if told := made.told(role):
            columns = {
                "message_id": made.key("ticket_id", ending),
                "ticket_id": made.quoted("ticket_id"),
                "occurred_at": made.instant(role),
                "author_type": f'{{ value = "{author}" }}',
                "is_public": "{ value = true }",
            }
            yield from _block("messages", made.filled(role), columns, about + (_elapsed(made, told) if told != role else ""))


def _status(made: _Written) -> Iterator[str]:
    """The state of each ticket: one event, of which every row of the file is a version, so that the newest export holds."""
    field = {"ticket_id": made.quoted("ticket_id"), "field": '{ value = "status" }'}
    if made.told("solved_at") is None:
        if made.has("status"):
            yield from _state(made, made.filled("status"), {"event_id": made.key("ticket_id", "-status"), **field})
        return
    key = {"event_id": made.key("ticket_id", "-solved")}
    counts, counts_not, about = _counting(made)
    solved = {"value": '{ value = "solved" }', "occurred_at": made.instant("solved_at"), "actor_type": '{ value = "agent" }'}
    yield from _block("ticket_events", counts, {**key, **field, **solved}, about)
    if made.has("status"):
        other = key if made.edition > 1 else {"event_id": made.key("ticket_id", "-status")}
        yield from _state(made, counts_not, {**other, **field})
    elif made.edition > 1:
        about = "Without a date it is not solved, or no longer: this takes back what an earlier export said."
        yield from _block("ticket_events", counts_not, {**key, **field, "value": '{ value = "new" }'}, about)


def _state(made: _Written, when: str, event: dict[str, str]) -> Iterator[str]:
    about = "The state as it is in the export; since when is not known, so it has no instant."
    yield from _block("ticket_events", when, {**event, "value": made.translated("status")}, about)


def _counting(made: _Written) -> tuple[str, str, str]:
    """The condition under which the date of solving counts, the one under which it does not, and the remark on it.

    A ticket that was opened again may keep its date: it counts only where the state says so, or says nothing.
    """
    about = 'Who solved it is not in the file: this takes it that a person did. Not so? Then "system".'
    if not made.has("solved_at"):
        about += _elapsed(made, "solved_after")
    if not made.has("status") or made.edition < 3:
        return made.filled("solved_at"), made.filled("solved_at", "true"), about
    both = f"[{made.filled('solved_at')}, {_says_solved(made)}]"
    more = (
        "The date counts where the state says solved or closed, or nothing: a ticket opened again may keep it.\n"
        "# Another word for solved belongs into both conditions, and not only into values."
    )
    return both, f"{{ not = {both} }}", f"{more}\n# {about}"


def _says_solved(made: _Written) -> str:
    """The condition under which the state says solved or closed, or nothing, whatever its words become."""
    state, words = _quoted(made.column("status")), made.choices.words.get("status", Words({}, AS_IT_IS))
    if words.rest in _ENDED:
        others = words.spelled(lambda word: word not in _ENDED)
        return f"{{ column = {state}, none_of = {_listed(others)} }}"
    own = _SOLVED if words.unknown == AS_IT_IS and words.otherwise is None else ()
    texts = tuple(dict.fromkeys((*words.spelled(lambda word: word in _ENDED), *own)))
    return f"{{ any = [{made.filled('status', 'true')}, {{ column = {state}, one_of = {_listed(texts)} }}] }}"


def _elapsed(made: _Written, role: str) -> str:
    return (
        f"\n# {made.column(role)!r} is added to the creation, as time that passed by the clock. Is it counted in business hours?"
        "\n# Then leave this block out: when it happened cannot be told from it."
    )


def _events(made: _Written) -> Iterator[str]:
    for role, table in (("agent", "agents"), ("team", "teams")):
        if made.has(role):
            yield from _block(table, made.filled(role), {f"{role}_id": made.quoted(role), "name": made.quoted(role)})
    for role, field in _TICKET_EVENTS.items():
        if made.has(role):
            columns = {
                "event_id": made.key("ticket_id", f"-{field}"),
                "ticket_id": made.quoted("ticket_id"),
                "field": f'{{ value = "{field}" }}',
                "value": made.translated(role),
            }
            yield from _block("ticket_events", made.filled(role), columns)


def _ratings(made: _Written) -> Iterator[str]:
    """Scores that stand beside the tickets they are about."""
    answered = next((role for role in ("rated_at", "solved_at", "created_at") if made.told(role)), None)
    if answered is None:
        return
    column = made.column(made.told(answered) or answered)
    about = f"When it was answered is not in the file: this takes {column!r}. A better column?"
    undated = None if made.edition == 1 else made.filled(answered, "true")
    for place, role in enumerate(filter(made.has, SCORES)):
        key = made.key("ticket_id", f"-{SCORES[role]}")
        yield from _score(made, role, key, answered, "" if answered == "rated_at" else about, undated)
        if place == 0:
            dated = [] if made.edition == 1 else [made.filled(answered)]
            yield from _comment(made, role, key, made.key("ticket_id", "-comment"), answered, *dated)


def _answers(made: _Written) -> Iterator[str]:
    """A file of answers: the scores, with the ticket they are about where it is named."""
    answered = rated_role(made.choices)
    assert answered is not None
    if made.has("ticket_id"):
        yield ""
        yield "# The tickets come from another file: import both under one name (--source NAME), so that they join."
    else:
        yield ""
        yield "# No column tells answers of the same second and score apart: name one in invitation_id and answer_id if there is."
    for place, role in enumerate(filter(made.has, SCORES)):
        has_ticket = made.has("ticket_id")
        key = made.key("ticket_id", f"-{SCORES[role]}") if has_ticket else _key_of_answer(made, role, answered, SCORES[role])
        yield from _score(made, role, key, answered, "")
        if place == 0:
            other = made.key("ticket_id", "-comment") if has_ticket else _key_of_answer(made, role, answered, "comment")
            yield from _comment(made, role, key, other, answered)


def _key_of_answer(made: _Written, role: str, answered: str, ending: str) -> str:
    """An id of when and what: one made of an address would outlive its erasure."""
    parts = (_braced(made.column(name)) for name in (answered, role))
    return _quoted(" ".join(f"{{{part}}}" for part in parts) + f" {ending}")


def _score(made: _Written, role: str, key: str, answered: str, about: str, undated: str | None = None) -> Iterator[str]:
    """One score as a survey that was asked and answered; an answer that is `undated` is left out, and its ticket taken."""
    kind, scale, when = SCORES[role], made.choices.scales[role], made.filled(role)
    asked = {"invitation_id": key, "kind": f'{{ value = "{kind}" }}', "scale": f'{{ value = "{scale}" }}'}
    if made.has("ticket_id"):
        asked["ticket_id"] = made.quoted("ticket_id")
    elif made.has("customer_id") or made.has("customer_email"):
        asked["customer_id"] = made.quoted("customer_id") if made.has("customer_id") else key
    yield from _block("survey_invitations", when, asked, f"Is {scale} its scale? Others: docs/surveys.md.")
    answer = {"answered_at": made.instant(answered), "value_num": made.translated(role)}
    yield from _block("survey_answers", when, {"answer_id": key, "invitation_id": key, **answer}, about, undated)
    if "customer_id" in asked:
        yield from _customers(made, asked["customer_id"], "customer_id" if made.has("customer_id") else "customer_email")


def _comment(made: _Written, role: str, invitation: str, key: str, answered: str, *dated: str) -> Iterator[str]:
    """What was written beside a score, as the answer to a question of its own."""
    if made.has("comment"):
        columns = {"answer_id": key, "invitation_id": invitation, "question": '{ value = "comment" }'}
        columns |= {"answered_at": made.instant(answered), "value_text": made.quoted("comment")}
        when = ", ".join((made.filled(role), made.filled("comment"), *dated))
        yield from _block("survey_answers", f"[{when}]", columns)


def _calls(made: _Written) -> Iterator[str]:
    started = "started_at" if made.has("started_at") else "created_at"
    columns = {"interaction_id": made.quoted("call_id"), **_leg(made), "started_at": made.quoted(started)}
    columns |= {"channel": '{ value = "phone" }', "queued_at": made.quoted(started)}
    columns |= _times_of_call(made, started)
    if made.has("ticket_id"):
        columns["ticket_id"] = made.quoted("ticket_id")
    if made.has("direction"):
        columns["direction"] = made.translated("direction")
    for role, name in (("talk", "talk_s"), ("hold", "hold_s"), ("wrap_up", "acw_s"), ("agent", "agent_id"), ("team", "queue")):
        if made.has(role):
            columns[name] = made.quoted(role)
    if made.has("outcome"):
        columns["outcome"] = made.translated("outcome")
    elif answered := _answered(made):
        columns["outcome"] = f'{{ choose = [{{ when = {answered}, value = "answered" }}, {{ value = "abandoned" }}] }}'
    yield from _block("interactions", None, columns)
    if made.has("agent") and made.edition > 1:
        yield from _block("agents", made.filled("agent"), {"agent_id": made.quoted("agent"), "name": made.quoted("agent")})


def _leg(made: _Written) -> dict[str, str]:
    """The id of a leg, and that of the first leg of its call."""
    if not made.has("leg"):
        return {}
    first = made.choices.first_leg
    if first is None:
        return {"interaction_id": made.quoted("leg"), "root_interaction_id": made.quoted("call_id")}
    call, leg = (_braced(made.column(role)) for role in ("call_id", "leg"))
    return {"interaction_id": _quoted(f"{{{call}}}-{{{leg}}}"), "root_interaction_id": _quoted(f"{{{call}}}-{_braced(first)}")}


def _answered(made: _Written) -> str | None:
    """The condition under which a call was answered: its outcome says so, else it has an instant, an agent or a talk time."""
    words = made.choices.words.get("outcome", Words())
    texts = tuple(text for text, word in words.by_text.items() if word == "answered")
    if made.has("outcome"):
        return f"{{ column = {_quoted(made.column('outcome'))}, one_of = {_listed(texts or ('answered',))} }}"
    told = ("answered_at", "agent", "talk") if made.has("wait") else ("answered_at",)
    return next((made.filled(role) for role in told if made.has(role)), None)


def _times_of_call(made: _Written, started: str) -> dict[str, str]:
    """When a call was answered and ended: as the file says, else the wait, the talk and the hold after it began."""
    times = {name: made.quoted(name) for name in ("answered_at", "ended_at") if made.has(name)}
    answered = _answered(made)
    if not made.has("wait") or answered is None:
        return times

    def after(*roles: str) -> str:
        return f"column = {_quoted(made.column(started))}, plus_seconds = {_listed(tuple(map(made.column, roles)))}"

    picked_up = f"{{ choose = [{{ when = {answered}, {after('wait')} }}] }}"
    spoken = after("wait", "talk", *(["hold"] if made.has("hold") else [])) if made.has("talk") else 'value = ""'
    ended = f"{{ choose = [{{ when = {answered}, {spoken} }}, {{ {after('wait')} }}] }}"
    return {"answered_at": picked_up, "ended_at": ended, **times}


def _orders(made: _Written) -> Iterator[str]:
    placed = "placed_at" if made.has("placed_at") else "created_at"
    columns = {"order_id": made.quoted("order_id"), "placed_at": made.quoted(placed)}
    customer = made.quoted("customer_id") if made.has("customer_id") else made.key("order_id", "", "order-")
    if made.has("customer_id") or made.has("customer_email"):
        columns["customer_id"] = customer
    if made.has("amount"):
        columns["amount"] = f"{{ column = {_quoted(made.column('amount'))}, unit = {_quoted(made.choices.unit)} }}"
    if made.has("currency"):
        columns["currency"] = made.quoted("currency")
    yield from _block("orders", None, columns, 'Amounts are taken as whole units of money; unit = "minor" for cents.')
    if "customer_id" in columns:
        yield from _customers(made, customer, "customer_id" if made.has("customer_id") else "customer_email")


def _left(made: _Written, blocks: list[str]) -> Iterator[str]:
    """The columns of no use, in a guess with values: not in what is kept: customers' words would outlive their erasure."""
    used = mentioned_columns(parse_mapping("\n".join(['name = "m"', *blocks]), "m")) if kind_of(made.choices) else set()
    unused = [name for name in made.seen.cells if name not in used]
    if unused:
        yield ""
        yield "# Columns this has no use for:"
        for name in unused:
            examples = _quoted(", ".join(text[:40] for text in made.seen.texts[name][:3]))[1:-1]
            yield f"#   {_quoted(name)}: {examples}" if made.is_guess else f"#   {_quoted(name)}"


def _translation(words: Words) -> str:
    values = ", ".join(f"{_quoted(text)} = {_quoted(word)}" for text, word in words.by_text.items())
    said = f"values = {{ {values} }}, unknown = {_quoted(words.unknown)}"
    return said if words.otherwise is None else f"values = {{ {values} }}, otherwise = {_quoted(words.otherwise)}"


def _block(table: str, when: str | None, columns: dict[str, str], about: str = "", drop: str | None = None) -> Iterator[str]:
    yield ""
    if about:
        yield f"# {about}"
    yield "[[rows]]"
    yield f'table = "{table}"'
    if when is not None:
        yield f"when = {when}"
    if drop is not None:
        yield f"drop = [{drop}]"
    yield ""
    yield "[rows.columns]"
    yield from (f"{name} = {value}" for name, value in columns.items())


def _listed(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _braced(name: str) -> str:
    return name.replace("{", "{{").replace("}", "}}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # the one sign that JSON lets stand and TOML does not
