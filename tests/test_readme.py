"""What the README and the first guide show in Python can be asked as it stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import servicemeter

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["README.md", "docs/start.md"])
def test_every_question_of_a_first_document_has_an_answer(shop: Path, name: str) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), flags=re.S))
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    questions = [
        ([ast.literal_eval(given) for given in call.args], {str(k.arg): ast.literal_eval(k.value) for k in call.keywords})
        for call in calls
        if ast.unparse(call.func) == "desk.measure"
    ]
    assert questions
    with servicemeter.open(shop) as desk:
        for given, named in questions:
            assert desk.measure(*given, **named).rows
