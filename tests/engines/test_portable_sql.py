"""What some engine lacks or reads otherwise may not stand in a fact or a metric; no engine is needed to see it."""

from __future__ import annotations

import inspect
import re
from importlib import resources
from types import ModuleType

import pytest

from servicemeter.metrics import catalog
from servicemeter.metrics.catalog import all_metrics

FORBIDDEN = {
    r"\blateral\b": "join a grouped subquery",
    r"\bqualify\b": "rank in a subquery and filter outside",
    r"\bany_value\b|\barg_m(in|ax)\b": "use first_by or last_by",
    r"over \(\s*\)|row_number\(\) over \(\)": "use numbered([columns]): a statement may be read twice",
    r"\bby name\b|\bgroup by all\b|\border by all\b": "name the columns",
    r"::": "use cast",
    r"\bhash\(": "use tie or row_hash",
    r"\b(quantile|percentile|median)\w*\(": "read at ranks",
    r"\busing\s*\(": "write on",
}
_FOLDERS = ("facts", "absent")


def _templates() -> dict[str, str]:
    store = resources.files("servicemeter.store")
    files = [path for folder in _FOLDERS for path in store.joinpath(folder).iterdir() if path.name.endswith(".sql")]
    return {path.name: re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")) for path in files}


def _declarations() -> dict[str, str]:
    modules: set[ModuleType | None] = {inspect.getmodule(metric.measure) for metric in all_metrics().values()}
    assert catalog.__path__
    sources = {module.__name__: inspect.getsource(module) for module in modules if module}
    return {name: "\n".join(re.findall(r'"""left join.*?"""|"[^"\n]*"', source, re.DOTALL)) for name, source in sources.items()}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_nothing_that_an_engine_lacks(pattern: str) -> None:
    for name, said in {**_templates(), **_declarations()}.items():
        found = re.search(pattern, said, re.IGNORECASE)
        assert not found, f"{name}: {found[0]!r}: {FORBIDDEN[pattern]}" if found else ""
