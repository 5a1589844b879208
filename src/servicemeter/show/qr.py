"""QR codes (ISO/IEC 18004) as pictures: bytes, error correction M, versions 1 to 10, the mask with the least penalty."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

__all__ = ["qr_matrix", "qr_svg"]

_BLOCKS: dict[int, tuple[int, tuple[int, ...]]] = {
    1: (10, (16,)), 2: (16, (28,)), 3: (26, (44,)), 4: (18, (32, 32)), 5: (24, (43, 43)), 6: (16, (27, 27, 27, 27)),
    7: (18, (31, 31, 31, 31)), 8: (22, (38, 38, 39, 39)), 9: (22, (36, 36, 36, 37, 37)), 10: (26, (43, 43, 43, 43, 44)),
}  # fmt: skip
"""By version: code words for correction in each block, and data words in every block, at level M."""

_ALIGNED: dict[int, tuple[int, ...]] = {
    1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34),
    7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50),
}  # fmt: skip
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
_QUIET = 4
Grid = list[list[bool | None]]


def qr_svg(text: str, label: str) -> str:
    """The code as a picture with a quiet zone; dark on light in any theme, so that every camera reads it."""
    matrix = qr_matrix(text)
    size = len(matrix) + 2 * _QUIET
    path = "".join(
        f"M{c + _QUIET} {r + _QUIET}h1v1h-1z" for r, row in enumerate(matrix) for c, is_dark in enumerate(row) if is_dark
    )
    return (
        f'<svg class="qr" role="img" aria-label="{escape(label)}" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def qr_matrix(text: str) -> list[list[bool]]:
    """The modules of the code, true where dark. `ValueError` for a text longer than version 10 holds (213 bytes)."""
    data = text.encode()
    version = next((v for v in _BLOCKS if _room(v) >= len(data)), None)
    if version is None:
        raise ValueError("the text is too long for a QR code of version 10")
    bits = _bits(_words(data, version))
    frame = _frame(version)
    candidates = [_masked(frame, bits, mask, version) for mask in range(len(_MASKS))]
    return min(candidates, key=_penalty)


def _room(version: int) -> int:
    return sum(_BLOCKS[version][1]) - (2 if version < 10 else 3)


def _words(data: bytes, version: int) -> list[int]:
    """Data and correction words, interleaved over the blocks."""
    correction, sizes = _BLOCKS[version]
    bits = f"0100{len(data):0{8 if version < 10 else 16}b}" + "".join(f"{byte:08b}" for byte in data)
    total = 8 * sum(sizes)
    bits += "0" * min(4, total - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[i % 2] for i in range(total // 8 - len(words))]
    blocks, start = [], 0
    for size in sizes:
        blocks.append(words[start : start + size])
        start += size
    checks = [_correction(block, correction) for block in blocks]
    mixed = [block[i] for i in range(max(sizes)) for block in blocks if i < len(block)]
    return mixed + [check[i] for i in range(correction) for check in checks]


def _bits(words: list[int]) -> list[bool]:
    return [bool(word >> shift & 1) for word in words for shift in range(7, -1, -1)]


def _times(a: int, b: int) -> int:
    """The product in the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _correction(block: list[int], count: int) -> list[int]:
    """The Reed-Solomon words of a block: what is left when it is divided by the generator."""
    generator, root = [1], 1
    for _ in range(count):
        generator = [a ^ _times(b, root) for a, b in zip([*generator, 0], [0, *generator], strict=True)]
        root = _times(root, 2)
    rest = [*block, *[0] * count]
    for i in range(len(block)):
        factor = rest[i]
        for k, value in enumerate(generator):
            rest[i + k] ^= _times(value, factor)
    return rest[len(block) :]


def _frame(version: int) -> Grid:
    """The fixed patterns; places of data are None, those of the format are held free."""
    size = 17 + 4 * version
    grid: Grid = [[None] * size for _ in range(size)]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for r in range(-1, 8):
            for c in range(-1, 8):
                if 0 <= top + r < size and 0 <= left + c < size:
                    ring = max(abs(r - 3), abs(c - 3))
                    grid[top + r][left + c] = ring in (0, 1, 3)
    centres = _ALIGNED[version]
    for r in centres:
        for c in centres:
            if grid[r][c] is None:
                for dr in range(-2, 3):
                    for dc in range(-2, 3):
                        grid[r + dr][c + dc] = max(abs(dr), abs(dc)) != 1
    for i in range(8, size - 8):
        grid[6][i] = grid[i][6] = i % 2 == 0
    for r, c in _format_places(size)[0] + _format_places(size)[1]:
        grid[r][c] = False
    grid[size - 8][8] = True
    if version >= 7:
        for i, is_dark in enumerate(_checked(version, 0x1F25, 12, 18)):
            r, c = i // 3, size - 11 + i % 3
            grid[r][c] = grid[c][r] = is_dark
    return grid


def _format_places(size: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the 15 bits of the format stand, twice, the lowest bit first."""
    first = [*((i, 8) for i in range(6)), (7, 8), (8, 8), (8, 7), *((8, i) for i in range(5, -1, -1))]
    second = [*((8, size - 1 - i) for i in range(8)), *((size - 7 + i, 8) for i in range(7))]
    return first, second


def _checked(value: int, generator: int, shift: int, length: int) -> list[bool]:
    """A value with its check bits behind it (BCH), the lowest bit first."""
    rest = value << shift
    for bit in range(length - 1, shift - 1, -1):
        if rest >> bit & 1:
            rest ^= generator << (bit - shift)
    whole = value << shift | rest
    return [bool(whole >> bit & 1) for bit in range(length)]


def _masked(frame: Grid, bits: list[bool], mask: int, version: int) -> list[list[bool]]:
    """The data put in, two columns at a time from the right, up and down, under a mask; and the format that says which."""
    size = len(frame)
    grid = [[bool(value) for value in row] for row in frame]
    waiting = iter(bits)
    column = size - 1
    is_upward = True
    while column > 0:
        if column == 6:
            column -= 1
        for r in range(size - 1, -1, -1) if is_upward else range(size):
            for c in (column, column - 1):
                if frame[r][c] is None:
                    grid[r][c] = next(waiting, False) ^ _MASKS[mask](r, c)
        is_upward = not is_upward
        column -= 2
    said = _checked(mask, 0x537, 10, 15)  # level M is 00, so the format's five bits are those of the mask
    for bit, (first, second) in enumerate(zip(*_format_places(size), strict=True)):
        value = said[bit] ^ bool(0x5412 >> bit & 1)
        grid[first[0]][first[1]] = grid[second[0]][second[1]] = value
    return grid


def _penalty(grid: list[list[bool]]) -> int:
    """How hard a code is to read: long runs, blocks, patterns like the corners, too much of one colour."""
    size, total = len(grid), 0
    columns = [list(column) for column in zip(*grid, strict=True)]
    for line in (*grid, *columns):
        text = "".join("1" if value else "0" for value in line)
        for colour in "01":
            total += sum(len(run) - 2 for run in text.replace("0" if colour == "1" else "1", " ").split() if len(run) >= 5)
        total += 40 * sum(text[i : i + 11] in ("10111010000", "00001011101") for i in range(size - 10))
    total += 3 * sum(
        grid[r][c] == grid[r][c + 1] == grid[r + 1][c] == grid[r + 1][c + 1] for r in range(size - 1) for c in range(size - 1)
    )
    dark = sum(map(sum, grid)) * 100 // size**2
    return total + 10 * (abs(dark - 50) // 5)
