"""What customers ask about, and how often a standard answer serves (METRICS.md 5.1)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import COUNT, FIRST_TEAM, POPULATION, population, share
from servicemeter.model.metric import Agg, Measure, Metric, Params, Tally

__all__ = ["METRICS"]

Fields = dict[str, Any]


def _reasons(p: Params) -> Measure:
    of = Tally("tickets", {"n": COUNT}, at="f.created_at", where=population(p), dimensions=FIRST_TEAM)

    def finish(found: Fields) -> Fields:
        return share(found["n"], found["n"])

    return Measure((of,), finish, across=_of_all_tickets, implied=("reason",))


def _macros(p: Params) -> Measure:
    fields = {"n": COUNT, "hits": Agg("count(*)", "f.macro_id is not null")}

    def finish(found: Fields) -> Fields:
        return share(found["hits"], found["n"])

    of = Tally("replies", fields, at="f.replied_at", where=f"f.is_written and {population(p)}")
    if "macro_id" in p["by"]:
        return Measure((of,), finish, across=_of_the_whole, implied=("macro_id",))
    return Measure((of,), finish)


def _of_the_whole(rows: list[Fields]) -> None:
    """Make each row a share of all rows together."""
    total = sum(row["n"] or 0 for row in rows)
    for row in rows:
        row |= share(row["numerator"] or 0, total)


def _of_all_tickets(rows: list[Fields]) -> None:
    """Shares of reasons, and beside each the share of tickets that have a reason at all."""
    _of_the_whole(rows)
    total = sum(row["numerator"] or 0 for row in rows)
    known = sum(row["numerator"] or 0 for row in rows if row["reason"] != "(unknown)")
    for row in rows:
        row["coverage"] = known / total if total else None


METRICS = (
    Metric(
        "contact_reason_share",
        "volume",
        {
            "en": ("Contact reasons", "contact drivers"),
            "nl": ("Contactredenen",),
            "ro": ("Motivele contactării",),
        },
        {
            "en": "What do customers contact us about?",
            "nl": "Waarover nemen klanten contact op?",
            "ro": "Din ce motive ne contactează clienții?",
        },
        "tickets created with the reason / tickets created",
        "the period of creation, the latest reason known",
        "fraction",
        "neither",
        _reasons,
        needs=("tickets", "creation"),
        leaves_out="As tickets_created; tickets without a reason stand under (unknown).",
        parameters=(POPULATION,),
        invalid=("agent",),
        beside=("numerator", "coverage"),
    ),
    Metric(
        "macro_share",
        "volume",
        {
            "en": ("Standard answers", "canned-response use"),
            "nl": ("Gebruik van standaardantwoorden",),
            "ro": ("Utilizarea răspunsurilor standard",),
        },
        {
            "en": "How many replies use a standard answer?",
            "nl": "Hoeveel antwoorden gebruiken een standaardantwoord?",
            "ro": "Câte răspunsuri folosesc un răspuns standard?",
        },
        "public human replies with a standard answer / public human replies of sources that record it; by macro_id each "
        "answer's share of all replies",
        "the period of the reply",
        "fraction",
        "neither",
        _macros,
        needs=("messages", "macros"),
        leaves_out="Calls, internal notes, bots, automatic messages; outbound tickets; sources that record no standard answers.",
        parameters=(POPULATION,),
        dimensions=("macro_id",),
    ),
)
