"""What customers wrote themselves."""

import pytest

from servicemeter.text.excerpt import EDGE, take_excerpt


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("Bedankt!\n\nOp ma 3 mei 2026 om 10:00 schreef Support <a@example.com>:\n\nSorry voor de vertraging", "Bedankt!"),
        ("On 3 May 2026 Support wrote:\n> We are terribly sorry\n\nIt works now", "It works now"),
        ("> bad\n> worse\nGood", "Good"),
        ("Mulțumesc!\nPe 3 mai 2026, Echipa <a@example.com>\na scris:\n> ne pare rău", "Mulțumesc!"),
        ("Great\n\n-----Original Message-----\nbad", "Great"),
        ("Prima\n\nVan: Support\nVerzonden: maandag\nAan: Jan\nOnderwerp: klacht\n\nslecht", "Prima"),
        ("All good\n\nKind regards,\nSad Bad Ltd", "All good"),
        ("Top\n\nMet vriendelijke groet,\nJan", "Top"),
        ("O zi bună", ""),
        ("Fine\n-- \nTerrible Inc.", "Fine"),
        ("Fine\nSent from my phone", "Fine"),
        ("I read on page 3 what you wrote: great", "I read on page 3 what you wrote: great"),
        (">only\n>quotes", ""),
        ("", ""),
    ],
)
def test_history_and_signatures_are_left_out(written: str, own: str) -> None:
    assert take_excerpt(written).text == own


def test_a_greeting_in_the_middle_of_a_long_mail_is_no_end() -> None:
    mail = "Regards\n" + "The lamp is broken. " * 50
    assert take_excerpt(mail).text == mail.strip()


def test_a_long_text_is_read_at_both_ends() -> None:
    found = take_excerpt("a" * 3 * EDGE + "z" * 3 * EDGE)
    assert found.is_cut
    assert found.text == "a" * EDGE + "\n\n" + "z" * EDGE


def test_ends_are_counted_in_bytes_and_cut_between_letters() -> None:
    found = take_excerpt("👍" * 3000)
    assert found.is_cut
    assert found.text.count("👍") == 2 * EDGE // 4
    assert not take_excerpt("a" * 2 * EDGE).is_cut
