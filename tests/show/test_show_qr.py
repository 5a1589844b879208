"""QR codes: against the standard's own figures. That cameras read them was tried with an independent reader (decisions, 221)."""

from __future__ import annotations

import pytest

from servicemeter.show.qr import _checked, _correction, _frame, _words, qr_matrix, qr_svg


def test_correction_words_are_those_of_the_standards_example() -> None:
    """ISO/IEC 18004, the example of version 1-M."""
    data = [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11]
    assert _correction(data, 10) == [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]


def test_data_words_begin_with_mode_and_length_and_are_filled_up() -> None:
    """0100 (bytes), 00000011 (three), a b c, 0000 (end): 40 36 16 26 30, then EC and 11 in turn to 16 words."""
    assert _words(b"abc", 1)[:16] == [
        0x40,
        0x36,
        0x16,
        0x26,
        0x30,
        0xEC,
        0x11,
        0xEC,
        0x11,
        0xEC,
        0x11,
        0xEC,
        0x11,
        0xEC,
        0x11,
        0xEC,
    ]


def test_format_and_version_are_those_of_the_standards_tables() -> None:
    published = ["101010000010010", "101000100100101", "101111001111100", "101101101001011",
                 "100010111111001", "100000011001110", "100111110010111", "100101010100000"]  # fmt: skip
    for mask, bits in enumerate(published):
        value = sum(1 << bit for bit, is_set in enumerate(_checked(mask, 0x537, 10, 15)) if is_set) ^ 0x5412
        assert f"{value:015b}" == bits
    version = sum(1 << bit for bit, is_set in enumerate(_checked(7, 0x1F25, 12, 18)) if is_set)
    assert f"{version:018b}" == "000111110010010100"


@pytest.mark.parametrize(
    ("length", "size"), [(14, 21), (15, 25), (106, 41), (107, 45), (122, 45), (123, 49), (152, 49), (213, 57)]
)
def test_a_text_takes_the_smallest_version_that_holds_it(length: int, size: int) -> None:
    """Capacities of level M in bytes: 14, 26, 42, 62, 84, 106, 122, 152, 180, 213."""
    assert len(qr_matrix("x" * length)) == size


def test_a_longer_text_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr_matrix("x" * 214)


def test_as_many_places_are_free_as_the_version_has_bits() -> None:
    """Bits of data and correction, and remainder bits: 208 + 0, 359 = 352 + 7, …, 1568 + 0 (versions 1, 2, 7)."""
    free = {version: sum(row.count(None) for row in _frame(version)) for version in (1, 2, 7)}
    assert free == {1: 208, 2: 359, 7: 1568}


def test_the_picture_has_a_quiet_zone_and_a_name() -> None:
    svg = qr_svg("x", 'a "name"')
    assert svg.startswith('<svg class="qr" role="img" aria-label="a &quot;name&quot;" viewBox="0 0 29 29"')
    assert "M4 4h1v1h-1z" in svg and "M3 " not in svg
