"""What the README shows in Python can be asked as it stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import servicemeter

README = Path(__file__).parents[1] / "README.md"


def test_every_question_of_the_readme_has_an_answer(shop: Path) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S))
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
