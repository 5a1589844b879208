"""Files of worked cases, read: what conformance runs, and what the pages of definitions show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from servicemeter.ground.errors import BadCase
from servicemeter.show.definitions import Case

__all__ = ["cases_of", "read_cases"]


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of a file as text, with the metrics they ask for; `BadCase` when it is no file of cases."""
    for case in read_cases(path)["cases"]:
        asked = tuple(dict.fromkeys(ask["metric"] for ask in case.get("asks") or []))
        yield Case(case["id"], case.get("because", ""), case.get("arithmetic", ""), asked, path.name)


def read_cases(path: Path) -> dict[str, Any]:
    """What a file of cases says; `BadCase` when it is none."""
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["cases"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadCase(f"{path} is no conformance file: {error}. It must be YAML with `version: 1` and `cases:`.") from error
    return content
