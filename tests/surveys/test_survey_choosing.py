"""Whom to ask: the draw keeps to its share, the quarantine holds, no survey is starved, and everybody left out has a reason."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from servicemeter.surveys.choosing import Ledger, Occasion, choose, choose_all, draw
from servicemeter.surveys.formfile import load_forms
from servicemeter.surveys.forms import Form

START = datetime(2026, 1, 1, tzinfo=UTC)
Z999 = 3.2905267314918945
FORMS = load_forms()


def occasion(person: str, at: datetime, *identities: str, **more: object) -> Occasion:
    """Something that happened to a person who can be reached."""
    known = identities or (f"email:{person}",)
    whole = {"address": f"{person}@example.com", "customer_source": "desk", "customer_id": person, "country": "NL"} | more
    return Occasion(f"{person} {at.isoformat()} {len(known)}", at, known, **whole)  # type: ignore[arg-type]


def form(name: str, **asking: object) -> Form:
    """A shipped form that asks otherwise."""
    return replace(FORMS[name], asking=replace(FORMS[name].asking, **asking))  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_the_realised_share_is_the_asked_one(share: float) -> None:
    size = 100_000
    hits = sum(draw(f"desk\x1fc{n}", "csat", "2026-03") < share for n in range(size))
    assert abs(hits - size * share) < Z999 * math.sqrt(size * share * (1 - share))


def test_draws_are_the_same_again_and_differ_by_survey_and_period() -> None:
    assert draw("c1", "csat", "2026-03") == draw("c1", "csat", "2026-03")
    assert len({draw("c1", "csat", "2026-03"), draw("c1", "nps", "2026-03"), draw("c1", "csat", "2026-04")}) == 3


def test_no_share_asks_nobody_and_the_whole_share_everybody() -> None:
    people = [occasion(f"c{n}", START) for n in range(200)]
    assert all(choose(form("csat", share=0.0), p, Ledger(), START).reason == "sampled_out" for p in people)
    assert all(choose(form("csat", share=1.0), p, Ledger(), START).reason is None for p in people)


@pytest.mark.slow
def test_quarantine_holds_over_a_hundred_thousand_customers() -> None:
    rng = random.Random(5)
    forms = {"csat": form("csat"), "ces": form("ces", share=0.5), "nps": form("nps")}
    asked: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    reasons: Counter[str | None] = Counter()
    ledger = Ledger()
    for day in range(0, 40, 4):
        at = START + timedelta(days=day, hours=rng.randrange(24))
        occasions: dict[str, list[Occasion]] = {name: [] for name in forms}
        for turn in range(15_000):
            n = (day // 4 * 10_000 + turn) % 100_000  # everybody, and half of them again four days later
            # Some are known by a phone number here and an address there, and by both once in a while.
            ways = [(f"email:{n}",), (f"phone:{n}", f"email:{n}"), (f"email:{n}", f"account:{n}")][rng.randrange(3)]
            name = rng.choice(("csat", "csat", "ces", "nps"))
            occasions[name].append(occasion(str(n), at - timedelta(hours=30, seconds=rng.randrange(80_000)), *ways))
        for decision in choose_all(occasions, forms, ledger, at):
            reasons[decision.reason] += 1
            if decision.reason is None:
                asked[decision.occasion.customer_id or ""].append((at, decision.form.name))
    assert len(asked) > 80_000 and reasons["quarantined"] > 10_000
    violations = 0
    for asks in asked.values():
        for i, (at, name) in enumerate(asks):
            for later, other in asks[i + 1 :]:
                needed = forms[other].asking.own_days if name == other else forms[other].asking.any_days
                violations += later - at < timedelta(days=needed)
    assert violations == 0


def test_a_person_is_one_by_any_address() -> None:
    ledger = Ledger()
    ledger.note("csat", ["email:a", "phone:1"], START)
    by_phone = occasion("c2", START + timedelta(days=3), "phone:1")
    assert choose(form("csat"), by_phone, ledger, START + timedelta(days=3)).reason == "quarantined"
    assert choose(form("csat"), by_phone, ledger, START + timedelta(days=7)).reason is None


def test_a_rare_survey_gets_its_turn() -> None:
    forms = {"csat": form("csat"), "nps": form("nps")}
    ledger, sent = Ledger(), Counter[str]()
    ledger.note("csat", ["email:c1"], START - timedelta(days=1))
    for day in range(30):  # a ticket solved every day
        at = START + timedelta(days=day)
        occasions = {"csat": [occasion("c1", at)], "nps": [replace(occasion("c1", START), occasion_id="quarter")]}
        sent.update(d.form.name for d in choose_all(occasions, forms, ledger, at) if d.reason is None)
    assert sent["nps"] == 1 and sent["csat"] >= 3


def test_at_most_so_many_a_year() -> None:
    ledger, often = Ledger(), form("csat", own_days=1, any_days=1, most_per_year=3)
    asked = []
    for day in range(0, 400, 2):
        at = START + timedelta(days=day)
        decision = choose(often, occasion("c1", at), ledger, at)
        if decision.reason is None:
            ledger.note("csat", decision.occasion.identities, at)
            asked.append(day)
    assert asked == [0, 2, 4, 366, 368, 370]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"barred": "no_answer"}, "no_answer"),
        ({"barred": "auto_closed"}, "auto_closed"),
        ({"address": None}, "no_address"),
        ({"channel": "phone"}, "other_channel"),
        ({"country": "DE"}, "needs_consent"),
        ({"identities": ("email:objector",)}, "objected"),
        ({"identities": ("email:gone",)}, "bounced"),
        ({}, None),
    ],
)
def test_everybody_left_out_has_a_reason(more: dict[str, object], reason: str | None) -> None:
    ledger = Ledger(objected={"email:objector"}, bounced={"email:gone"})
    one = replace(occasion("c1", START, channel="email"), **more)  # type: ignore[arg-type]
    asking = form("csat", channels=("email",), consent_countries=("DE",))
    decision = choose(asking, one, ledger, START)
    assert decision.reason == reason and decision.probability == 1.0


def test_an_episode_is_asked_about_once() -> None:
    ledger, one = Ledger(), occasion("c1", START)
    choose_all({"csat": [one]}, {"csat": form("csat")}, ledger, START)
    assert choose(form("csat"), one, ledger, START + timedelta(days=30)).reason == "asked_before"


@pytest.mark.parametrize(
    ("customer", "ticket", "browser", "chosen"),
    [("nl-BE", "en", ["ro"], "nl"), (None, "ro", ["en"], "ro"), (None, None, ["de", "nl"], "nl"), ("pl", None, ["de"], "en")],
)
def test_the_language_is_the_customers_own_first(
    customer: str | None, ticket: str | None, browser: list[str], chosen: str
) -> None:
    from servicemeter.surveys.choosing import speak

    one = replace(occasion("c1", START), customer_language=customer, language=ticket)
    assert speak(FORMS["csat"], one, browser) == chosen
