"""The language of messages, alone and in their conversation."""

import pytest

from servicemeter.text.language import conversation_languages, recognise

NL, DE = (
    "Mijn bestelling is nog steeds niet aangekomen bij ons",
    "Ich warte seit drei Wochen auf mein Paket und höre nichts von Ihnen",
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I have been waiting for three weeks and nobody answers", "en"),
        (NL, "nl"),
        ("Aștept de trei săptămâni și nimeni nu răspunde", "ro"),
        ("AŞTEPT DE TREI SĂPTĂMÂNI ŞI NIMENI NU RĂSPUNDE", "ro"),
        ("astept de trei saptamani si nimeni nu raspunde", "ro"),
        (DE, "de"),
        ("Où est ma commande ? Je suis très déçue de votre service", "fr"),
        ("ok", None),
        ("https://shop.example.com/order/1234567890 @shop_helpdesk", None),
        ("👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", None),
        ("", None),
    ],
)
def test_recognise(text: str, language: str | None) -> None:
    assert recognise(text) == language


def test_a_short_message_takes_the_customers_language() -> None:
    assert conversation_languages(["Bedankt!"], known="nl") == ["nl"]


def test_without_it_the_conversations() -> None:
    assert conversation_languages([NL, "Bedankt!"]) == ["nl", "nl"]


def test_else_it_stays_unknown() -> None:
    assert conversation_languages(["Bedankt!", "ok"]) == [None, None]


def test_a_long_message_in_another_language_speaks_for_itself() -> None:
    assert conversation_languages([NL, DE], known="nl") == ["nl", "de"]


def test_spelling_with_cedillas_is_read_like_commas() -> None:
    words = "Ţara în care staţi şi aşteptaţi"
    assert conversation_languages([words]) == conversation_languages([words.translate(str.maketrans("ţşŢ", "țșȚ"))]) == ["ro"]
