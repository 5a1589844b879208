"""What the documents show can be typed: every command with its options, every import in Python, every case."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

from servicemeter.cli import servicemeter
from servicemeter.desk import cases
from servicemeter.desk.conformance import run_file
from servicemeter.desk.desk import Desk

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "guides").glob("*.md"))]
GUIDE = (ROOT / "docs" / "guides" / "conformance.md").read_text(encoding="utf-8")
_STOPS = {"#", "&&", "|", "<", ">", "then:"}


def commands(text: str) -> set[str]:
    """The lines of blocks, and the texts between backticks, that are commands in full: nothing is left out in them."""
    blocks = re.findall(r"^ *```\n(.*?)^ *```", text, re.S | re.M)
    indented = re.findall(r"(?:^ {4}.*\n)+", text, re.M)
    lines = [line.strip().removeprefix("uv run ") for block in [*blocks, *indented] for line in block.splitlines()]
    lines += [said.replace("\n", " ") for said in re.findall(r"(?<!`)`([^`]+)`(?!`)", text)]
    return {line for line in lines if re.match(r"servicemeter [a-z]", line) and "…" not in line}


def words(line: str) -> list[str]:
    """The words of a command, up to a remark behind it."""
    said = shlex.split(re.split(r"\s{2,}(?=\S)", line)[0].split(" #")[0])[1:]
    stop = next((i for i, word in enumerate(said) if word in _STOPS), len(said))
    return [word.rstrip(",") for word in said[:stop]]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_command_of_a_document_can_be_typed(path: Path) -> None:
    wrong = []
    for line in sorted(commands(path.read_text(encoding="utf-8"))):
        group: click.Command = servicemeter
        rest, names = words(line), []
        while isinstance(group, click.Group) and rest:
            names.append(rest.pop(0))
            found = group.get_command(click.Context(group), names[-1])
            if found is None:
                wrong.append(f"{line}: no command {names[-1]}")
                break
            group = found
        else:
            try:
                group.make_context(" ".join(names), rest)
            except click.MissingParameter:
                pass  # in the middle of a sentence the name is enough
            except click.ClickException as error:
                wrong.append(f"{line}: {error.format_message()}")
    assert not wrong


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_what_a_document_shows_in_python_is_python(path: Path) -> None:
    for code in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.S):
        if not code.startswith(">>>"):
            ast.parse(code)


def test_the_case_of_the_guide_passes(tmp_path: Path) -> None:
    [text] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)
    path = tmp_path / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    assert [outcome.result for outcome in run_file(path, lambda: Desk(None, on_demand=True))] == ["pass", "pass"]


@pytest.mark.parametrize(
    "keys", [cases._FILE, cases._CASE, cases._SETTINGS, cases._ASK], ids=["file", "case", "settings", "asks"]
)
def test_the_guide_tells_every_key_of_a_case(keys: set[str]) -> None:
    assert not {key for key in keys if f"`{key}`" not in GUIDE}
