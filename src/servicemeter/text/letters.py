"""Letters made alike: small, without diacritics, Romanian cedilla and comma letters one and the same."""

import unicodedata

__all__ = ["compose", "fold"]

_REMEMBERED = 60_000
_ALIKE = {"ı": "i", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"'}


def compose(text: str) -> str:
    """Write letters and their marks as one character each wherever Unicode has one; `s` and a comma below become `ș`."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Make letters small and take their diacritics away, so that "Țeapă", "ŢEAPĂ" and "teapa" are the same word.

    One character becomes one character: a place in the folded text is the same place in the text, and a text that is
    composed (see `compose`) loses no mark on the way. Curly apostrophes and quotes become straight ones.

    >>> fold("Vă mulţumesc, TOTUL e în regulă! Één dag’s")
    "va multumesc, totul e in regula! een dag's"
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    return text.translate(_FOLDED)


class _Folded(dict[int, int]):
    """The folded form of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        folded = self[code] = ord(_fold_letter(chr(code)))
        return folded


def _fold_letter(letter: str) -> str:
    if letter in _ALIKE:
        return _ALIKE[letter]
    apart = unicodedata.normalize("NFKD", letter.lower()).lower()
    return apart[0] if all(map(unicodedata.combining, apart[1:])) else letter


_FOLDED = _Folded()
