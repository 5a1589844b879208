"""What came of a survey: the funnel with its denominators, who answered, and the score as it is, weighted, and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from servicemeter.analysis.intervals import wilson
from servicemeter.analysis.nonresponse import WeightedShare, bounds, rake, standardised_difference, weighted_share
from servicemeter.office.answers import Version, answered_invitations, list_held
from servicemeter.office.database import Office
from servicemeter.office.invitations import Invitation, list_invitations
from servicemeter.surveys.choosing import NOT_ELIGIBLE
from servicemeter.surveys.forms import Form

__all__ = ["FEWEST_SHOWN", "Difference", "Intent", "Results", "Score", "Step", "survey_results"]

FEWEST_SHOWN = 5
"""Below this many answers there is no score, only their number."""

_UNREACHABLE = ("no_address", "objected", "bounced", "needs_consent", "refused")
_TOO_SOON = ("quarantined", "yielded", "too_often")
_DIMENSIONS = ("channel", "brand", "language", "team_id", "agent_id")
_WEIGHED_BY = ("channel", "brand", "language")
_FIELDS = {
    "channel": ("channel",),
    "team": ("team_id",),
    "brand": ("brand",),
    "source": ("ticket_source", "interaction_source", "order_source", "customer_source"),
}
_WORTH_A_LOOK = 0.2
_LATE = timedelta(days=2)


@dataclass(frozen=True)
class Step:
    """One step of the funnel: how many came so far, and which share of the step before."""

    name: str
    count: int
    of_step_before: float | None


@dataclass(frozen=True)
class Difference:
    """How the answering differ from all who were eligible, for one value of a dimension; `is_large` above 0.2."""

    dimension: str
    value: str
    answered_share: float
    eligible_share: float
    difference: float
    is_large: bool


@dataclass(frozen=True)
class Score:
    """The share of good answers as it is (Wilson), weighted to all who were eligible, and between which it must lie.

    `first_value` is that of the first versions of the answers, `early_value` and `late_value` of those who answered within
    two days and after. Everything is None below `FEWEST_SHOWN` answers.
    """

    n: int
    partial_count: int
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    weighted: WeightedShare | None = None
    lowest: float | None = None
    highest: float | None = None
    first_value: float | None = None
    early_value: float | None = None
    late_value: float | None = None


@dataclass(frozen=True)
class Intent:
    """Why visitors came: how many, how many of those asked managed, and how many did not (*no* and *partly*)."""

    intent: str
    n: int
    asked_count: int
    fulfilled_count: int

    @property
    def unfulfilled_share(self) -> float | None:
        """Of those who said whether they managed."""
        return 1 - self.fulfilled_count / self.asked_count if self.asked_count else None


@dataclass(frozen=True)
class Results:
    """Everything about one form over a span; `held_count` answers wait for somebody to look at them."""

    form: str
    funnel: list[Step]
    end_to_end: float | None
    acceptance: float | None
    reasons: dict[str, int]
    score: Score
    differences: list[Difference]
    intents: list[Intent] = field(default_factory=list)
    held_count: int = 0


def survey_results(
    office: Office,
    form: Form,
    since: datetime | None = None,
    until: datetime | None = None,
    where: Mapping[str, str] | None = None,
) -> Results:
    """What came of the asks decided in [since, until), of those with these values (channel, team, brand, source)."""
    everybody = [i for i in list_invitations(office, form.name, since, until) if _is_of(i, where or {})]
    known = answered_invitations(office, form.name)
    answers = {i.invitation_id: known[i.invitation_id] for i in everybody if i.invitation_id in known}
    eligible = [i for i in everybody if i.reason not in (*NOT_ELIGIBLE, "asked_before")]
    delivered = [i for i in eligible if i.state == "asked"]
    rated = [i for i in delivered if i.rated_at]
    with office.reading() as on:
        held = sum(h.invitation_id in {i.invitation_id for i in everybody} for h in list_held(office, on, state="held"))
    return Results(
        form=form.name,
        funnel=_funnel(everybody, eligible, delivered, rated),
        end_to_end=_share(len(rated), len(eligible)),
        acceptance=_share(len(rated), len(delivered)),
        reasons=dict(Counter(i.reason for i in everybody if i.reason)),
        score=_score(form, eligible, rated, answers),
        differences=_differences(eligible, rated),
        intents=_intents(answers.values()) if form.kind == "intent" else [],
        held_count=held,
    )


def _is_of(invitation: Invitation, where: Mapping[str, str]) -> bool:
    return all(value in {getattr(invitation, field) for field in _FIELDS[name]} for name, value in where.items())


def _funnel(
    everybody: list[Invitation], eligible: list[Invitation], delivered: list[Invitation], rated: list[Invitation]
) -> list[Step]:
    reachable = [i for i in eligible if i.reason not in _UNREACHABLE]
    sampled = [i for i in reachable if i.reason != "sampled_out"]
    counts = {
        "happened": len(everybody),
        "eligible": len(eligible),
        "reachable": len(reachable),
        "sampled": len(sampled),
        "not_quarantined": sum(i.reason not in _TOO_SOON for i in sampled),
        "delivered": len(delivered),
        "seen": sum(i.seen_at is not None for i in delivered),
        "rated": len(rated),
        "complete": sum(i.completed_at is not None for i in rated),
    }
    names = list(counts)
    return [Step(name, n, _share(n, counts[names[k - 1]]) if k else None) for k, (name, n) in enumerate(counts.items())]


def _score(form: Form, eligible: list[Invitation], rated: list[Invitation], answers: Mapping[str, list[Version]]) -> Score:
    said = [(i, answers[i.invitation_id]) for i in rated if i.invitation_id in answers]
    partial = sum(not versions[-1].is_complete for _, versions in said)
    good = _judge(form)
    if len(said) < FEWEST_SHOWN or good is None:
        return Score(len(said), partial)
    last = [good(versions[-1]) for _, versions in said]
    value = sum(last) / len(last)
    low, high = wilson(sum(last), len(last)) or (None, None)
    weights = rake([_kinds(i) for i, _ in said], _margins(eligible), [1 / i.probability if i.probability else 1 for i, _ in said])
    worst = bounds(value, len(said), len(eligible))
    late = [bool(i.sent_at and v[0].answered_at - i.sent_at > _LATE) for i, v in said]
    return Score(
        n=len(said),
        partial_count=partial,
        value=value,
        ci_low=low,
        ci_high=high,
        weighted=weighted_share(last, weights),
        lowest=worst[0] if worst else None,
        highest=worst[1] if worst else None,
        first_value=sum(good(versions[0]) for _, versions in said) / len(said),
        early_value=_mean([hit for hit, is_late in zip(last, late, strict=True) if not is_late]),
        late_value=_mean([hit for hit, is_late in zip(last, late, strict=True) if is_late]),
    )


def _judge(form: Form) -> Callable[[Version], bool] | None:
    """What makes an answer a good one; None where none is (an intent)."""
    scale = form.score.scale
    if scale is not None:
        return lambda version: scale.is_positive(version.content["score"])
    return (lambda version: version.content["score"] == "yes") if form.kind == "fcr" else None


def _differences(eligible: list[Invitation], rated: list[Invitation]) -> list[Difference]:
    """Where the answering are more or fewer than their share of the eligible, the largest difference first."""
    found = []
    for dimension in _DIMENSIONS:
        asked, answered = (Counter(str(getattr(i, dimension) or "(unknown)") for i in group) for group in (eligible, rated))
        for value, count in asked.items():
            difference = standardised_difference(answered[value], len(rated), count, len(eligible))
            if difference is not None and len(asked) > 1:
                shares = answered[value] / len(rated), count / len(eligible)
                found.append(Difference(dimension, value, *shares, difference, abs(difference) > _WORTH_A_LOOK))
    return sorted(found, key=lambda d: (-abs(d.difference), d.dimension, d.value))


def _intents(answers: Iterable[Sequence[Version]]) -> list[Intent]:
    said = [versions[-1].content for versions in answers]
    return [
        Intent(
            intent,
            n,
            sum(c["score"] == intent and "fulfilled" in c for c in said),
            sum(c["score"] == intent and c.get("fulfilled") == "yes" for c in said),
        )
        for intent, n in Counter(str(c["score"]) for c in said).most_common()
    ]


def _margins(eligible: list[Invitation]) -> dict[str, dict[str, float]]:
    kinds = [_kinds(i) for i in eligible]
    return {d: {v: n / len(kinds) for v, n in Counter(k[d] for k in kinds).items()} for d in _WEIGHED_BY}


def _kinds(invitation: Invitation) -> dict[str, str]:
    return {d: str(getattr(invitation, d) or "(unknown)") for d in _WEIGHED_BY}


def _mean(hits: list[bool]) -> float | None:
    return sum(hits) / len(hits) if len(hits) >= FEWEST_SHOWN else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
