"""Files of worked cases, read: what conformance runs, and what the pages of definitions show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from servicemeter.ground.errors import BadCase, UnknownName
from servicemeter.model.tables import TABLES
from servicemeter.show.definitions import Case

__all__ = ["cases_of", "read_cases"]

_FILE = {"version", "settings", "cases"}
_CASE = {"id", "because", "arithmetic", "settings", "tables", "asks", "functions"}
_SETTINGS = {
    "report_tz", "default_calendar", "brand_calendars", "base_currency", "calendars", "sla_policies", "sources", "survey_scales",
}  # fmt: skip
_ASK = {"metric", "from", "to", "at", "grain", "by", "where", "as_of", "known_at", "params", "expect", "expect_rows"}


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of a file as text, with the metrics they ask for; `BadCase` when it is no file of cases."""
    for case in read_cases(path)["cases"]:
        asked = tuple(dict.fromkeys(ask["metric"] for ask in case.get("asks") or []))
        yield Case(case["id"], case.get("because", ""), case.get("arithmetic", ""), asked, path.name)


def read_cases(path: Path) -> dict[str, Any]:
    """What a file of cases says; `BadCase` when it is none, or has a key that nobody reads: what it asks would pass unasked."""
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        is_ours = content["version"] == 1 and isinstance(content["cases"], list)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise _no_file(path, f": {error}") from error
    if not is_ours:
        raise _no_file(path, "")
    _known(f"{path}", content, _FILE)
    _known(f"{path}, settings", content.get("settings") or {}, _SETTINGS)
    for number, case in enumerate(content["cases"], 1):
        _read_case(f"{path}, case {case.get('id', number) if isinstance(case, dict) else number}", case)
    return content


def _no_file(path: Path, because: str) -> BadCase:
    return BadCase(f"{path} is no conformance file{because}. It must be YAML with `version: 1` and `cases:`.")


def _read_case(where: str, case: Any) -> None:
    _known(where, case, _CASE)
    _known(f"{where}, settings", case.get("settings") or {}, _SETTINGS)
    unknown = [name for name in case.get("tables") or {} if name not in TABLES]
    if unknown:
        raise BadCase(f"{where}: {UnknownName('canonical table', unknown[0], TABLES)}")
    if "id" not in case or not (case.get("asks") or case.get("functions")):
        raise BadCase(f"{where}: a case has an `id`, and `asks` (or `functions`) with what is expected.")
    for ask in case.get("asks") or []:
        _known(f"{where}, asks", ask, _ASK)
        if "metric" not in ask or not (ask.get("expect") or "expect_rows" in ask):
            raise BadCase(f"{where}: what is asked has a `metric`, and an answer in `expect` or `expect_rows`.")


def _known(where: str, said: Any, known: set[str]) -> None:
    if not isinstance(said, dict):
        raise BadCase(f"{where}: {said!r} stands where keys and values should.")
    for key in said:
        if key not in known:
            raise BadCase(f"{where}: {UnknownName('key', str(key), known)}")
