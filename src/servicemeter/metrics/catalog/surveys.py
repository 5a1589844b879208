"""Who answers, and why visitors come (METRICS.md 5.5)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import COUNT, share
from servicemeter.model.answer import Row
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

Fields = dict[str, Any]

_KINDS = ("csat", "ces", "nps", "fcr", "intent", "all")
_SCOPES = ("transactional", "relational", "intercept", "review", "all")


def _response(p: Params) -> Measure:
    window = int(float(p["answer_window_days"]) * 86400)
    mature = f"f.sent_at + {window} < p.as_of"
    chosen = [f"f.{name} = '{p[name]}'" for name in ("kind", "scope") if p[name] != "all"]
    fields = {
        "n": Agg("count(*)", mature),
        "hits": Agg("count(*)", f"{mature} and f.scored_at <= f.sent_at + {window}"),
        "n_immature": Agg("count(*)", f"not ({mature})"),
    }

    def finish(found: Fields) -> Fields:
        return {**share(found["hits"], found["n"]), "n_immature": found["n_immature"]}

    where = " and ".join(["f.delivery = 'delivered'", *chosen])
    return Measure((Tally("invitations", fields, at="f.sent_at", where=where),), finish)


_LATEST = "not f.is_invalid and not f.is_unscored and (f.replaced_at is null or f.replaced_at >= p.e)"
_SAID_WHY = """left join {{ facts }}.answers as said on said.source = f.source and said.invitation_id = f.invitation_id
    and said.question = 'score' and not said.is_unscored and said.answered_at < p.e
    and (said.replaced_at is null or said.replaced_at >= p.e)"""


def _asked_visitors(question: str) -> str:
    return f"f.kind = 'intent' and f.question = '{question}' and f.delivery = 'delivered'"


def _intents(_: Params) -> Measure:
    def finish(found: Fields) -> Fields:
        return {"value": None, "numerator": found["hits"], "n": found["hits"]}

    why = {"intent": "f.value_text"}
    where = f"{_asked_visitors('score')} and {_LATEST}"
    of = Tally("answers", {"hits": COUNT}, at="f.answered_at", where=where, dimensions=why)
    return Measure((of,), finish, across=_shares, implied=("intent",), n_of_whole=True)


def _shares(rows: list[Row]) -> None:
    """Of the answers of all intents together."""
    total = sum(row["numerator"] or 0 for row in rows)
    for row in rows:
        if total:
            row |= {**share(row["numerator"], total), "null_reason": None}


def _fulfilled(_: Params) -> Measure:
    def finish(found: Fields) -> Fields:
        return {**share(found["hits"], found["n"]), "n_invalid": found["n_invalid"]}

    fields = {
        "n": Agg("count(*)", f"not f.is_invalid and {_LATEST}"),
        "hits": Agg("count(*)", f"{_LATEST} and lower(f.value_text) = 'yes'"),
        "n_invalid": Agg("count(*)", "f.is_invalid"),
    }
    where = _asked_visitors("fulfilled")
    of = Tally(
        "answers", fields, at="f.answered_at", where=where, dimensions={"intent": "said.value_text"}, lookups={"said": _SAID_WHY}
    )
    return Measure((of,), finish)


_CHOICE = "which surveys: the kind and the scope asked for, or all of them"

METRICS = (
    Metric(
        "survey_response_rate",
        "voice",
        {
            "en": ("Survey response rate", "response rate"),
            "nl": ("Enquêterespons", "responspercentage"),
            "ro": ("Rata de răspuns la sondaj",),
        },
        {
            "en": "Which share of the customers we asked answered?",
            "nl": "Welk deel van de gevraagde klanten gaf antwoord?",
            "ro": "Ce parte dintre clienții întrebați a răspuns?",
        },
        "delivered invitations sent in the period and answered within the window / delivered invitations sent in the period",
        "the period of sending; mature only",
        "fraction",
        "higher",
        _response,
        needs=("survey_invitations", "invitations_sent"),
        leaves_out="Bounced and suppressed invitations; invitations whose window is still open (n_immature), also when answered. "
        "A survey left half-way counts when its score question is answered.",
        parameters=(
            Parameter("kind", "all", _KINDS, _CHOICE),
            Parameter("scope", "all", _SCOPES, _CHOICE),
            Parameter("answer_window_days", 14, (), "days after the invitation, inclusive"),
        ),
        dimensions=("page", "location"),
        beside=("n_immature",),
        peers="Answers received over invitations sent in the same period is wrong at both edges.",
    ),
    Metric(
        "visitor_intent_share",
        "voice",
        {
            "en": ("Visit intent", "primary purpose", "visitor intent"),
            "nl": ("Bezoekersintentie",),
            "ro": ("Intenția vizitatorilor",),
        },
        {
            "en": "Why do people come?",
            "nl": "Waarom komen mensen?",
            "ro": "De ce vin oamenii?",
        },
        "answers with this intent / answers; one primary intent an answer",
        "the period of the answer",
        "fraction",
        "neither",
        _intents,
        needs=("intercept_surveys",),
        leaves_out="Answers replaced by a later one, bounced and suppressed invitations.",
        dimensions=("intent", "page", "location"),
        peers="The usual definition of intercept surveys.",
    ),
    Metric(
        "intent_fulfilled_rate",
        "voice",
        {
            "en": ("Task completion", "intent fulfilled", "task completion rate"),
            "nl": ("Doel bereikt",),
            "ro": ("Rata de îndeplinire a intenției",),
        },
        {
            "en": "Do visitors get what they came for?",
            "nl": "Krijgen bezoekers waarvoor ze kwamen?",
            "ro": "Obțin vizitatorii ceea ce au căutat?",
        },
        "'yes' / answers to the follow-up question; 'partly' is not fulfilled",
        "the period of the answer",
        "fraction",
        "higher",
        _fulfilled,
        needs=("intercept_surveys",),
        leaves_out="Visitors who were not asked or did not answer the follow-up; answers replaced by a later one; other words "
        "than yes, partly and no (n_invalid).",
        dimensions=("intent", "page", "location"),
        peers="The usual task completion rate of intercept surveys.",
    ),
)
