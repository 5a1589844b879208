"""Rows of what was said, and the subjects of a sample of the requests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from servicemeter.sources.demo.changes import actor_ids
from servicemeter.sources.demo.columns import Ints, ids, instants, joined, numbers_or_null, rows_of, words
from servicemeter.sources.demo.making import Making
from servicemeter.sources.demo.people import LANGUAGES

__all__ = ["message_rows", "numbered", "subject_rows"]

_AUTHORS = ("customer", "agent", "bot", "system")
_TEXT_SHARE = 0.1
_SUBJECTS = {
    "nl": ("Waar blijft mijn pakket", "Retour aanmelden", "Vraag over een product", "Factuur ontvangen",
           "Ik kan niet inloggen", "Bestelling wijzigen", "Klacht over mijn bestelling"),
    "ro": ("Unde este coletul meu", "Cerere de retur", "Întrebare despre un produs", "Am nevoie de factură",
           "Nu mă pot autentifica", "Modificare comandă", "Reclamație despre comanda mea"),
    "en": ("Where is my parcel", "Returning an item", "Question about a product", "Invoice needed",
           "Cannot sign in", "Changing my order", "Complaint about my order"),
}  # fmt: skip


def numbered(m: Making) -> dict[str, Ints]:
    """All that was said, in the order of tickets and instants, with the number of each message."""
    said = m.said.gathered(m.plan.until)
    return {**said, "number": m.numbers.take("message", len(said["at"]))}


def message_rows(m: Making, said: dict[str, Ints]) -> Any:
    """Rows of `messages`, in the order of what was said."""
    place = said["ticket"]
    columns = {
        "message_id": ids("m", said["number"]),
        "ticket_id": ids("t", m.tickets.number[place]),
        "occurred_at": instants(said["at"]),
        "author_type": words(_AUTHORS, said["author"]),
        "author_id": actor_ids(m, place, said["author"], said["who"]),
        "is_public": said["public"] == 1,
        "is_auto": said["auto"] == 1,
        "interaction_id": ids("i", said["session"]),
        "update_id": ids("u", said["update"]),
        "macro_id": ids("k", said["macro"]),
    }
    return rows_of("messages", columns, said["at"])


def subject_rows(m: Making) -> Any:
    """Rows of `texts`: subjects of a tenth of the tickets, in the ticket's language."""
    t = m.tickets
    some = np.flatnonzero(m.rng.random(len(t.number)) < _TEXT_SHARE)
    subjects = [subject for language in LANGUAGES for subject in _SUBJECTS[language]]
    subject = words(subjects, t.language[some] * len(_SUBJECTS["nl"]) + t.reason[some])
    order = joined(pa.scalar(" (o"), numbers_or_null(t.order[some]), pa.scalar(")"))
    columns = {
        "of": pa.repeat("ticket", len(some)),
        "id": ids("t", t.number[some]),
        "text": joined(subject, pc.fill_null(order, "")),
    }
    return rows_of("texts", columns, t.created[some])
