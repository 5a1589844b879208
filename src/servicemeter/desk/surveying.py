"""Surveys and the book: what happened is asked about, and what was answered is counted, like the rows of any source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from servicemeter.desk.anydesk import AnyDesk
from servicemeter.model.question import Filter
from servicemeter.office.ballots import count_ballots, take_ballots
from servicemeter.office.database import Office
from servicemeter.office.deliveries import deliveries_between
from servicemeter.office.inbox import settle, waiting_items
from servicemeter.store.book import LoadReport
from servicemeter.surveys.answering import SOURCE, tell_book
from servicemeter.surveys.asking import decide, occasion_of, remind, span_of
from servicemeter.surveys.choosing import Decision
from servicemeter.surveys.forms import Form
from servicemeter.surveys.replies import answer_rows, ballot_row
from servicemeter.surveys.results import Intent

__all__ = ["FEWEST_BALLOTS", "Saving", "ask_customers", "known_intents", "savings", "take_answers"]

FEWEST_BALLOTS = 20
"""Anonymous answers come into the book this many at once, so that none can be told by when it came."""

_BATCH = 5_000
_REOPENED_SINCE = timedelta(days=60)
_LONGEST_WAY = timedelta(days=183)


def ask_customers(
    desk: AnyDesk, office: Office, forms: Mapping[str, Form], now: datetime, *, dry_run: bool = False
) -> list[Decision]:
    """Decide about everything in the book that the forms ask about; those to be asked have a mail in the outbox afterwards.

    With `dry_run` nothing is written: the decisions say who would be asked, and of the others why not.
    """
    asked = {name: form for name, form in forms.items() if form.asking.event != "visit"}
    occasions = {}
    for name, form in asked.items():
        since, until = span_of(form.asking, now)
        find = _deliveries if form.asking.event == "order_delivered" else _occasions
        rows = find(desk, office, form, since, until, now)
        occasions[name] = [occasion_of(row, form) for row in rows]
    decisions = decide(office, asked, occasions, now, dry_run=dry_run)
    if not dry_run:
        for form in asked.values():
            remind(office, form, _open_again(desk, form, now), now)
    return decisions


def take_answers(desk: AnyDesk, office: Office, forms: Mapping[str, Form], now: datetime) -> list[LoadReport]:
    """Take what came in through our own surveys into the book, in the order in which it came.

    Should the process end in between, the same rows come again and are known already.
    """
    _empty_boxes(office, forms, now)
    reports = []
    while items := waiting_items(office, _BATCH, SOURCE):
        tables: dict[str, Any] = {}
        for item in items:
            for name, rows in json.loads(item.body).items():
                tables.setdefault(name, []).extend(rows)
        reports.append(desk.load(source=SOURCE, now=now, **tables))
        settle(office, [item.item_id for item in items], "taken")
    return reports


@dataclass(frozen=True)
class Saving:
    """Contacts that a page could save: people who come for something, do not manage, and then contact us about it.

    `handle_seconds` is the mean handle time of such a contact, `saved_seconds` contacts x handle time x share that did not
    manage. None where one of them is not known.
    """

    intent: str
    visitor_count: int
    unfulfilled_share: float | None
    contact_count: int
    handle_seconds: float | None
    saved_seconds: float | None


def known_intents(desk: AnyDesk, since: date, until: date, where: Sequence[Filter] = ()) -> list[Intent]:
    """Why visitors came over local days, by all answers in the book, whoever asked; the most frequent first."""
    asked: dict[str, Any] = {"since": since, "until": until, "by": ["intent"], "where": where}
    managed = {row["intent"]: row for row in desk.measure("intent_fulfilled_rate", **asked).rows if "intent" in row}
    found = []
    for row in desk.measure("visitor_intent_share", **asked).rows:
        if row.get("numerator"):
            said = managed.get(row["intent"], {})
            found.append(Intent(row["intent"], int(row["numerator"]), int(said.get("n") or 0), int(said.get("numerator") or 0)))
    return sorted(found, key=lambda intent: (-intent.n, intent.intent))


def savings(
    desk: AnyDesk, reasons_of: Mapping[str, Sequence[str]], intents: Sequence[Intent], since: date, until: date
) -> list[Saving]:
    """What a self-service page could save for each intent over local days, the most first.

    `reasons_of` says which contact reasons belong to an intent; its own name when it is not there.
    """
    contacts = _by_reason(desk, "tickets_created", since, until)
    handling = _by_reason(desk, "average_handle_time", since, until)
    found = []
    for intent in intents:
        reasons = reasons_of.get(intent.intent, (intent.intent,))
        count = int(sum(contacts.get(reason, 0) for reason in reasons))
        times = [(contacts.get(r, 0), handling[r]) for r in reasons if handling.get(r) is not None]
        weight = sum(n for n, _ in times)
        handle = sum(n * seconds for n, seconds in times) / weight if weight else None
        share = intent.unfulfilled_share
        saved = count * handle * share if handle is not None and share is not None else None
        found.append(Saving(intent.intent, intent.n, share, count, handle, saved))
    return sorted(found, key=lambda s: (-(s.saved_seconds or 0), -s.visitor_count, s.intent))


def _by_reason(desk: AnyDesk, metric: str, since: date, until: date) -> dict[str, float]:
    rows = desk.measure(metric, since=since, until=until, by=["reason"]).rows
    return {str(row["reason"]): float(row["value"]) for row in rows if row["value"] is not None}


def _empty_boxes(office: Office, forms: Mapping[str, Form], now: datetime) -> None:
    with office.writing() as on:
        for name, count in count_ballots(on).items():
            if count >= FEWEST_BALLOTS and name in forms:
                ballots = take_ballots(office, on, name)
                tell_book(office, on, f"ballots {ballots[0][0]}", _ballot_tables(forms[name], ballots), now)


def _ballot_tables(form: Form, ballots: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {"survey_invitations": [], "survey_answers": []}
    for ballot_id, said in ballots:
        tables["survey_invitations"].append(ballot_row(form, ballot_id, said["of"]))
        at = datetime.fromisoformat(said["answered_at"])
        tables["survey_answers"] += answer_rows(ballot_id, 1, said["content"], {}, at)
    return tables


def _occasions(
    desk: AnyDesk, office: Office, form: Form, since: datetime, until: datetime, now: datetime
) -> list[dict[str, Any]]:
    return desk.occasions(form.asking.event, since, until, now)


def _deliveries(
    desk: AnyDesk, office: Office, form: Form, since: datetime, until: datetime, now: datetime
) -> list[dict[str, Any]]:
    """The orders of which somebody told us in time that they were delivered; placed at most half a year before."""
    with office.reading() as on:
        delivered = deliveries_between(on, since, until)
    if not delivered:
        return []
    placed = desk.occasions("order_placed", since - _LONGEST_WAY, now, now)
    found = [(row, delivered.get((row["order_source"], row["order_id"]))) for row in placed]
    return [row | {"what": "delivery", "happened_at": at.isoformat(timespec="seconds")} for row, at in found if at]


def _open_again(desk: AnyDesk, form: Form, now: datetime) -> set[tuple[str, str]]:
    """The tickets of the last weeks that are not solved now: nobody is reminded of those."""
    if form.asking.remind_days is None or form.asking.event != "ticket_solved":
        return set()
    since = now - _REOPENED_SINCE
    then = {_ticket(row) for row in desk.occasions("ticket_solved", since, now, since)}
    return then - {_ticket(row) for row in desk.occasions("ticket_solved", since, now, now)}


def _ticket(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["ticket_source"]), str(row["ticket_id"])
