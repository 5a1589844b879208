"""Every phrase that servicemeter says, gathered from the code, the templates, the declarations and the heads of findings.

`python tests/catalogues.py nl` prints what a language lacks, as entries of a gettext catalogue.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.conditions import _TITLES, reason_named
from servicemeter.show.phrases import read_catalogue
from servicemeter.store.sqlfiles import sql_files

__all__ = ["PACKAGE", "catalogue", "missing", "phrases"]

PACKAGE = Path(str(files("servicemeter")))
_ONE = {"say": 1, "phrase": 0, "_seconds": 1, "_share": 1, "_number": 1, "_money": 1}
_TWO = {"counted": 2, "plural": 0, "_count": 1}
Said = dict[str, str | None]
"""English phrases with their plural, where they have one."""


def phrases() -> dict[str, Said]:
    """What is said by each catalogue: pages and terminal, definitions, findings."""
    spoken: Said = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        spoken |= dict(_of_code(ast.parse(path.read_text("utf-8"))))
    for path in sorted(PACKAGE.glob("web/templates/**/*.html")):
        spoken |= dict(_of_template(path.read_text("utf-8")))
    definitions: Said = {text: None for metric in all_metrics().values() for text in _of_metric(metric)}
    found: Said = {file.head[key]: None for file in sql_files("findings").values() for key in ("title", "remedy")}
    found |= {reason_named(key).title: None for key in _TITLES}
    return {"pages": spoken, "definitions": definitions, "findings": found}


def _of_code(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = _ONE.get(node.func.id)
        if place is not None and len(node.args) > place:
            yield from ((text, None) for text in _constants(node.args[place]))
        place = _TWO.get(node.func.id)
        if place is not None and len(node.args) > place + 1:
            yield from zip(_constants(node.args[place]), _constants(node.args[place + 1]), strict=True)


def _constants(node: ast.expr) -> Iterator[str]:
    """The texts an argument may be: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body), *_constants(node.orelse))


def _of_template(text: str) -> Iterator[tuple[str, str | None]]:
    for call in Environment().parse(text).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name):
            continue
        said = [arg.value if isinstance(arg, nodes.Const) else None for arg in call.args]
        if call.node.name == "_" and said and said[0] is not None:
            yield said[0], None
        elif call.node.name == "counted" and len(said) >= 3:
            yield str(said[1]), str(said[2])


def _of_metric(metric: Any) -> Iterator[str]:
    texts = [metric.formula, metric.counted, metric.leaves_out, metric.peers]
    texts += [parameter.about for parameter in metric.parameters]
    texts += [metric.target.source] if metric.target else []
    yield from (text for text in texts if text)


def catalogue(language: str) -> dict[str, list[str]]:
    """All that is translated into a language."""
    found: dict[str, list[str]] = {}
    for path in sorted((PACKAGE / "show" / "locale" / language).glob("*.po")):
        found |= read_catalogue(path.read_text("utf-8"))
    return found


def missing(language: str) -> dict[str, Said]:
    """What a language lacks, by catalogue."""
    known = catalogue(language)
    return {
        name: {one: many for one, many in said.items() if one not in known or (many and len(known[one]) < 2)}
        for name, said in phrases().items()
    }


def _entry(one: str, many: str | None) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    if many is None:
        return f'msgid {quoted(one)}\nmsgstr ""\n'
    return f'msgid {quoted(one)}\nmsgid_plural {quoted(many)}\nmsgstr[0] ""\nmsgstr[1] ""\n'


if __name__ == "__main__":
    for name, said in missing(sys.argv[1]).items():
        print(f"# {name}.po")
        print("\n".join(_entry(one, many) for one, many in said.items()))
