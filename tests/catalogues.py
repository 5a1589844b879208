"""Every phrase that servicemeter says, gathered from the code, the templates, the declarations and the heads of findings.

Sentences with values in them (f-strings that are marked, or that an error is raised with) stand in `said.po` by their shape.

`python tests/catalogues.py nl` prints what a language lacks, as entries of a gettext catalogue.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from servicemeter.ground import errors
from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.conditions import _TITLES, reason_named
from servicemeter.show.phrases import read_catalogue, translations
from servicemeter.store.sqlfiles import sql_files

__all__ = ["PACKAGE", "catalogue", "missing", "phrases", "raised"]

PACKAGE = Path(str(files("servicemeter")))
_ONE = {"say": 1, "phrase": 0, "_seconds": 1, "_share": 1, "_number": 1, "_money": 1}
_SHOWN = (
    "desk/asking.py", "desk/comparing.py", "desk/completeness.py", "desk/desk.py", "desk/goals.py", "desk/hours.py",
    "desk/making.py",
    "desk/methods/*.py", "desk/ownrows.py", "desk/privacy.py", "desk/promises.py", "desk/pulling.py", "desk/scorecard.py",
    "desk/setting.py", "desk/sight.py", "desk/states.py", "desk/surveydesk.py", "desk/sync.py", "desk/targets.py",
    "desk/uploads.py", "desk/withdrawing.py", "ground/clock.py", "ground/openings.py", "ground/weektext.py", "ground/zones.py",
    "metrics/**/*.py", "model/*.py", "office/apikeys.py", "office/people.py", "sources/canonical.py", "sources/client.py",
    "sources/columnar.py", "sources/deciding.py", "sources/decisions.py", "sources/delimited.py", "sources/encoding.py",
    "sources/files.py", "sources/jsonlines.py", "sources/mapping.py", "sources/mappingfile.py", "sources/options.py",
    "sources/paging.py", "sources/recognise.py", "sources/workbook.py", "store/tickets.py", "store/values.py",
    "store/withdrawing.py", "web/**/*.py",
)  # fmt: skip
"""Where errors are raised that pages show: each of them is translated; others may be."""
_BELOW = ("ground", "metrics", "sources", "store")
"""Rooms whose marked phrases are said below the faces."""
_ERRORS = frozenset(errors.__all__)
_KINDS = {"phrase": "phrase", "either": "either", "any_of": "either", "dimension": "dimension"}
"""Marks of a value in a sentence, and the kind of value each makes it."""
_TWO = {"counted": 2, "plural": 0, "_count": 1}
Said = dict[str, str | None]
"""English phrases with their plural, where they have one."""


@cache
def phrases() -> dict[str, Said]:
    """What is said by each catalogue: pages and terminal, definitions, findings, what is said below the faces."""
    spoken: Said = {}
    shown = {path for pattern in _SHOWN for path in PACKAGE.glob(pattern)}
    sentences: Said = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = _tree(path)
        spoken |= dict(_of_code(tree))
        is_below = path.relative_to(PACKAGE).parts[0] in _BELOW
        sentences |= dict.fromkeys((*_marked(tree, is_below), *(_raised(tree) if path in shown else ())))
    for file in sql_files("findings").values():
        sentences |= dict.fromkeys(filter(None, file.head.get("parts", "").split(", ")))
    for path in sorted(PACKAGE.glob("web/templates/**/*.html")):
        spoken |= dict(_of_template(path.read_text("utf-8")))
    definitions: Said = {text: None for metric in all_metrics().values() for text in _of_metric(metric)}
    found: Said = {file.head[key]: None for file in sql_files("findings").values() for key in ("title", "remedy")}
    found |= {reason_named(key).title: None for key in _TITLES}
    return {"pages": spoken, "definitions": definitions, "findings": found, "said": sentences}


@cache
def raised() -> set[str]:
    """The sentences that errors of ours are raised with, wherever that is."""
    return {text for path in PACKAGE.rglob("*.py") for text in _raised(_tree(path))}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _raised(tree: ast.AST) -> Iterator[str]:
    """What errors are raised with, and the kinds of things whose names are unknown."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ERRORS and node.args:
            yield from _sentences(node.args[0])


def _marked(tree: ast.AST, is_below: bool) -> Iterator[str]:
    """Marked sentences with values in them (below the faces: all that are marked), and kinds of names, wherever they are."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        if node.func.id == "UnknownName":
            yield from (f"Known: {text}." for text in _told_names(node.args[2]))
        if node.func.id == "UnknownName" or (
            node.func.id == "phrase" and (is_below or not isinstance(node.args[0], ast.Constant))
        ):
            yield from _sentences(node.args[0])


def _told_names(node: ast.expr) -> Iterator[str]:
    """The sentences that stand where the known names would, when there are none or none may be told."""
    if isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in _told_names(value))
    elif isinstance(node, ast.List):
        yield from (text for one in node.elts for text in _constants(one) if " " in text)


def _sentences(node: ast.expr) -> Iterator[str]:
    """The sentences that an argument may be, those with values by their shape: itself, or either side of a choice."""
    if isinstance(node, ast.JoinedStr):
        yield _shape(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_sentences(node.body), *_sentences(node.orelse))
    else:
        yield from _constants(node)


def _shape(node: ast.JoinedStr) -> str:
    """An f-string with names for its values: `{column}`, `{count:,}`, `{kind:phrase}`, `{near:either}`."""
    text, taken = "", set[str]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(part, ast.FormattedValue):
            kind, value = _kind(part)
            name = _name(value)
            while name in taken:
                name = name.rstrip("0123456789") + str(int(name.removeprefix(name.rstrip("0123456789")) or 1) + 1)
            taken.add(name)
            text += f"{{{name}:{kind}}}" if kind else f"{{{name}}}"
    return text


def _kind(part: ast.FormattedValue) -> tuple[str, ast.expr]:
    value, spec = part.value, part.format_spec
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _KINDS:
        return _KINDS[value.func.id], value.args[0]
    is_number = isinstance(spec, ast.JoinedStr) and [getattr(one, "value", "") for one in spec.values] == [","]
    return "," if is_number else "", value


def _name(node: ast.expr) -> str:
    """What to call a value: by the last name in its expression."""
    if isinstance(node, ast.Name):
        return node.id.strip("_").lower()
    if isinstance(node, ast.Attribute):
        return node.attr.strip("_").lower()
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    if isinstance(node, ast.Call):
        return _name(node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else node.func)
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return _name(node.generators[0].iter)
    if isinstance(node, ast.BinOp):
        return _name(node.left)
    return "value"


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
    lacking = {
        name: {one: many for one, many in said.items() if one not in known or (many and len(known[one]) < 2)}
        for name, said in phrases().items()
    }
    lacking["said"] = dict.fromkeys(set(phrases()["said"]) - set(translations(language, "said")))
    return lacking


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
