"""Messages grouped by what they are about, and new ones sorted by the words of the groups."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from servicemeter.text.reasons import Reason, Reasons, suggest
from servicemeter.text.topics import LANGUAGES, find_topics, topic_words

_ABOUT = {
    "en": {
        "delivery": ("My parcel has not been delivered", "The courier left the parcel outside", "When is it delivered?",
                     "Delivery of the parcel is late, courier unknown"),
        "invoice": ("The invoice has a wrong amount", "Please send the invoice with VAT", "Invoice amount does not match",
                    "I need the VAT invoice"),
        "password": ("I cannot login, password forgotten", "Reset my password please", "The password link for login fails",
                     "Login with new password fails"),
    },
    "nl": {
        "delivery": ("Mijn pakket is niet bezorgd", "De bezorger heeft het pakket buiten gezet", "Wanneer komt het pakket?",
                     "Bezorging van pakket te laat, bezorger onbekend"),
        "invoice": ("De factuur heeft een verkeerd bedrag", "Stuur de factuur met btw", "Het bedrag op de factuur klopt niet",
                    "Ik heb de btw factuur nodig"),
        "password": ("Ik kan niet inloggen, wachtwoord vergeten", "Nieuw wachtwoord aanvragen",
                     "De link bij inloggen werkt niet, wachtwoord",
                     "Inloggen met nieuw wachtwoord mislukt"),
    },
    "ro": {
        "delivery": ("Coletul nu a fost livrat", "Curierul a lăsat coletul afară", "Când este livrat coletul?",
                     "Livrarea coletului întârzie, curier necunoscut"),
        "invoice": ("Factura are o sumă greșită", "Trimiteți factura cu TVA", "Suma de pe factură nu corespunde",
                    "Am nevoie de factura cu TVA"),
        "password": ("Nu pot intra în cont, am uitat parola", "Resetați parola contului",
                     "Linkul pentru parola contului nu merge",
                     "Autentificarea în cont cu parola nouă nu merge"),
    },
}  # fmt: skip


def _messages(language: str, count: int, seed: int) -> list[tuple[str, str]]:
    chance = random.Random(f"{language} {seed}")
    hello = {"en": "Hello, thank you in advance.", "nl": "Hallo, alvast bedankt.", "ro": "Bună ziua, mulțumesc."}[language]
    about = _ABOUT[language]
    return [
        (topic, f"{hello} {chance.choice(about[topic])} {chance.randrange(10_000)}")
        for topic in chance.choices(list(about), k=count)
    ]


def _proposed(language: str, count: int = 300) -> Reasons:
    texts = [text for _, text in _messages(language, count, seed=1)]
    return Reasons(suggest(find_topics(texts, language, least=20, seed=1), language, ()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_proposed_sorts_new_messages_by_what_they_are_about(language: str) -> None:
    reasons = _proposed(language)
    sorted_by: dict[str, Counter[str]] = {}
    asked = _messages(language, 200, seed=2)
    for topic, text in asked:
        found = reasons.by_words(text, language)
        if found:
            sorted_by.setdefault(found.reason_id, Counter())[topic] += 1
    right = sum(counts.most_common(1)[0][1] for counts in sorted_by.values())
    assert {counts.most_common(1)[0][0] for counts in sorted_by.values()} == {"delivery", "invoice", "password"}
    assert right / len(asked) >= 0.8


def test_the_same_messages_give_the_same_reasons_in_any_process() -> None:
    assert _proposed("nl").reasons == _proposed("nl").reasons


@pytest.mark.parametrize("texts", [[], ["hello"], ["..."] * 50, ["the same words every time"] * 50])
def test_too_little_to_group_gives_nothing_or_one(texts: list[str]) -> None:
    assert len(find_topics(texts, "en", least=10, seed=1)) <= 1


def test_reasons_of_one_name_are_one_reason_and_a_nameless_one_is_put_aside() -> None:
    reasons = Reasons(
        [
            Reason("en-1", "Delivery", "en", ("parcel", "courier")),
            Reason("en-2", "Delivery", "en", ("tracking", "depot")),
            Reason("en-3", "", "en", ("newsletter",)),
            Reason("nl-1", "Delivery", "nl", ("pakket",)),
            Reason("tags", "Returns", tags=("retour*",)),
        ]
    )
    named = [
        reasons.by_words(text, lang) for text, lang in (("The courier is at the depot", "en"), ("Waar is mijn pakket?", "nl"))
    ]
    assert [found.name for found in named if found] == ["Delivery", "Delivery"]
    assert reasons.by_words("Stop the newsletter", "en") is None
    assert reasons.by_words("Something else entirely", "en") is None
    found = reasons.by_tags(["VIP", "Retour_2026"])
    assert found is not None
    assert found.name == "Returns"


def test_a_draw_between_two_reasons_is_none() -> None:
    reasons = Reasons([Reason("a", "Delivery", "en", ("parcel",)), Reason("b", "Invoice", "en", ("invoice",))])
    assert reasons.by_words("The invoice of my parcel", "en") is None


def test_words_are_without_the_small_ones_and_without_diacritics() -> None:
    assert topic_words("Bună ziua, când ajunge COLETUL și factura?", "ro") == ["ajunge", "coletul", "factura"]
