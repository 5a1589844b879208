"""The guide to mappings: its examples give what they say, and it tells every key there is."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from importing import mapped

from servicemeter.sources.mappingfile import KEYS, read_mapping
from servicemeter.sources.options import FileOptions, Reading

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "mappings.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```csv\n(.*?)```\s+```toml\n(.*?)```\s+```jsonl\n(.*?)```", GUIDE, flags=re.DOTALL)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: cell.isoformat() if isinstance(cell, (date, datetime)) else cell for name, cell in row.items()}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_the_examples_of_the_guide_are_true(tmp_path: Path, example: tuple[str, str, str]) -> None:
    data, mapping, expected = example
    taken = mapped(tmp_path, data, mapping)
    assert not taken.aside
    rows = [{"table": table, **plain(row)} for table, found in taken.rows.items() for row in found]
    assert sorted(rows, key=repr_of) == sorted(map(json.loads, expected.splitlines()), key=repr_of)


def repr_of(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def test_the_guide_has_an_example_for_each_part() -> None:
    assert len(EXAMPLES) == GUIDE.count("```csv") == GUIDE.count("```toml") == 9


def test_the_guide_tells_every_key() -> None:
    fields = (field.name for kind in (FileOptions, Reading) for field in dataclasses.fields(kind))
    untold = {key for key in chain(KEYS, fields) if not re.search(rf"`[^`]*\b{key}\b[^`]*`", GUIDE)}
    assert not untold


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "mappings").glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_mapping_loads_and_is_called_like_its_file(path: Path) -> None:
    mapping = read_mapping(path)
    assert mapping.name == path.stem
    assert mapping.recognise and mapping.capabilities
