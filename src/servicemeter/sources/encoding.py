"""In which encoding a text file is written, found from the whole file in one pass of bounded memory."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from servicemeter.ground.errors import BadFile

__all__ = ["Encoding", "find_encoding", "open_bytes"]

_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

# Letters and signs that stand in Western European and Romanian service texts, by the code page that has them. What a
# code page makes of a byte counts for it when it is among these and against it when it is another letter.
_WESTERN = "éëïèöüáóêíúñçäàâîôûßœæøåÉËÏÈÖÜÁÓÇÄÀÂÎÑØÅ€’‘“”„–—…´`°±«»©®·½²³×§£•"
_CENTRAL = "ăâîşţĂÂÎŞŢéáíóöőúüűëäßÉÖÜ€’‘“”„–—…´`°±«»©®·×§"
_SOUTH_EAST = "ăâîșțĂÂÎȘȚéáíóöőúüűëäßèêôûçàùïÉÖÜ€„”«»°±·§"
_LEGACY = (("cp1252", _WESTERN), ("cp1250", _CENTRAL), ("iso8859_16", _SOUTH_EAST))


class Encoding(str):
    """The name of an encoding; `certain` when the bytes prove it, not when letters were weighed."""

    certain: bool

    def __new__(cls, name: str, certain: bool) -> Encoding:
        made = super().__new__(cls, name)
        made.certain = certain
        return made


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading bytes; one packed with gzip is unpacked on the way."""
    with path.open("rb") as peek:
        packed = peek.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def find_encoding(path: Path) -> Encoding:
    """Find the encoding of a text file: its byte order mark, else UTF-8 if all of it is, else by its letters.

    Raises `BadFile` for bytes that are no text and for UTF-8 cut off within a character.
    """
    with open_bytes(path) as stream:
        start = stream.read(4)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return Encoding(name, certain=True)
    return _without_mark(path)


def _without_mark(path: Path) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")()
    counts = np.zeros(256, dtype=np.int64)
    is_utf8 = True
    for chunk in _chunks(path):
        counts += np.bincount(np.frombuffer(chunk, dtype=np.uint8), minlength=256)
        if counts[0]:
            raise BadFile(
                f"{path}: this is not a text file (it has NUL bytes). Give CSV, JSON lines, Parquet or XLSX; "
                "UTF-16 text needs its byte order mark or the option encoding=utf-16-le."
            )
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    if is_utf8 and decoder.getstate()[0]:
        if counts[0xC2:0xF5].sum() > 1:
            raise BadFile(f"{path}: the file is cut off in the middle of a character. Fetch or export it again.")
        is_utf8 = False
    return Encoding("utf-8", certain=True) if is_utf8 else Encoding(_most_plausible(counts), certain=False)


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (EOFError, OSError, zlib.error) as error:
        raise BadFile(f"{path}: the file is damaged or cut off ({error}). Fetch it again.") from error


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _most_plausible(counts: np.ndarray) -> str:
    """Weigh the code pages by what they make of the bytes above 127; the first of the list wins a tie."""
    weights = {name: _weight(counts, name, set(letters)) for name, letters in _LEGACY}
    return max(weights, key=lambda name: weights[name])


def _weight(counts: np.ndarray, name: str, letters: set[str]) -> int:
    total = 0
    for byte in range(128, 256):
        made = bytes([byte]).decode(name, errors="replace")
        total += int(counts[byte]) * (1 if made in letters else -4 if made < "\xa0" or made == "\ufffd" else -1)
    return total
