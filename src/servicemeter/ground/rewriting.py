"""Changing one value in a settings file that people write by hand: their comments and order stay as they are.

The change is proven before it is used: the new text must read as the old settings with that one value changed, and nothing else.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from servicemeter.ground.errors import BadSettings

__all__ = ["with_value"]

_HEADER = re.compile(r"^\s*\[")


def with_value(text: str, section: str, key: str, value: bool | int | str | list[str] | None) -> str:
    """The settings with `key` of `[section]` set to a value, or (None) taken out.

    >>> print(with_value("# ours\\n[privacy]\\nredact = true # by law\\n", "privacy", "redact", False), end="")
    # ours
    [privacy]
    redact = false # by law

    Raises `BadSettings` where the text is written in a way that cannot be changed without touching more than this value.
    """
    wanted = _changed(_read(text), section, key, value)
    fresh = _written(text, section, key, value)
    if _read(fresh) != wanted:
        raise BadSettings(
            f"[{section}] {key} is written in a way that is not safe to change here. Change it in the file by hand."
        )
    return fresh


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The settings file cannot be read: {error}. Mend it by hand first; nothing was changed.") from error


def _changed(said: dict[str, Any], section: str, key: str, value: Any) -> dict[str, Any]:
    held = said.get(section, {})
    if not isinstance(held, dict):
        raise BadSettings(f"{section} is no section of the settings file. Write [{section}] on a line of its own.")
    rest = {name: one for name, one in held.items() if name != key}
    inside = rest if value is None else {**rest, key: value}
    return {**said, section: inside} if inside or section in said else said


def _written(text: str, section: str, key: str, value: Any) -> str:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    start = next((i for i, line in enumerate(lines) if re.fullmatch(rf"\s*\[\s*{section}\s*\]\s*(#.*)?\s*", line)), None)
    if start is None:
        return "".join([*lines, *(["\n"] if lines else []), f"[{section}]\n", _line(key, value)]) if value is not None else text
    end = next((i for i in range(start + 1, len(lines)) if _HEADER.match(lines[i])), len(lines))
    at = next((i for i in range(start + 1, end) if re.match(rf"\s*{key}\s*=", lines[i])), None)
    if at is None:
        return "".join([*lines[: start + 1], *([_line(key, value)] if value is not None else []), *lines[start + 1 :]])
    return "".join([*lines[:at], *([_line(key, value, _comment(lines[at]))] if value is not None else []), *lines[at + 1 :]])


def _line(key: str, value: Any, comment: str = "") -> str:
    said = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{key} = {said}{comment}\n"


def _comment(line: str) -> str:
    """What is said behind a value; a `#` inside quotes is none."""
    found = re.search(r"""^[^"'#]*(?:"[^"]*"[^"'#]*|'[^']*'[^"'#]*)*(\s#.*)$""", line.rstrip("\n"))
    return " " + found[1].strip() if found else ""
