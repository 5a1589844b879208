"""`servicemeter text` in the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from servicemeter.cli import servicemeter
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.text.sentiment import MODEL


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(servicemeter, list(map(str, arguments)))
    return result.exit_code, result.stdout, result.stderr


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_labelled_file_is_scored(tmp_path: Path) -> None:
    rows = 'label\tlanguage\ttext\n1\ten\tGreat lamp\n-1\ten\tIt broke\n-1\ten\t"Great" lamp, it broke\n0\tnl\tWaar is het?\n'
    file = write(tmp_path / "labelled.tsv", rows)
    status, out, _ = run("text", "score", file, "--json")
    found = json.loads(out)
    assert (status, found["n"], found["model"], found["left_out"]) == (0, 4, MODEL, 0)
    assert set(found["languages"]) == {"en", "nl"}
    assert (found["languages"]["en"]["n"], found["languages"]["en"]["classes"]) == (3, 2)
    assert {"accuracy", "accuracy_ci_low", "accuracy_ci_high", "macro_f1", "coverage"} <= set(found["languages"]["nl"])
    assert json.loads(run("text", "score", file, "--format", "json")[1]) == found
    table = run("text", "score", file)[1]
    assert "macro F1" in table and "all" in table


def test_quotes_of_a_program_and_line_breaks_are_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tsv", 'text\tlabel\tlanguage\n"Great\nlamp"\t1\ten\n"It ""broke"""\t-1\ten\n')
    assert json.loads(run("text", "score", file, "--json")[1])["accuracy"] == 1.0
    file = write(tmp_path / "b.csv", 'label,language,text\n1,en,"Great, lovely lamp"\n-1,en,It broke\n')
    assert json.loads(run("text", "score", file, "--json")[1])["accuracy"] == 1.0


def test_rows_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tsv", "label\tlanguage\ttext\n2\ten\tGreat\n1\t\tGreat\n1\tde\tToll\n1\ten\tGreat\n")
    status, out, said = run("text", "score", file)
    assert status == 0 and "100.0 %" in out
    assert "row 2, label: '2'" in said and "row 3, language" in said and "1 text is in a language" in said


def test_files_that_cannot_be_scored_say_what_to_do(tmp_path: Path) -> None:
    for name, text in (
        ("a", "label\ttext\n1\tGreat\n"),
        ("b", "label\tlanguage\ttext\n"),
        ("c", "label\tlanguage\ttext\nx\ten\ta\n"),
    ):
        status, out, said = run("text", "score", write(tmp_path / name, text))
        assert status and not out and "label (-1, 0 or 1)" in said, name
    status, _, said = run("text", "score", tmp_path / "none.tsv")
    assert status == 1 and "there is no such file" in said


def test_messages_are_analysed_and_measured(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with Desk(Home(home)) as desk:
        desk.load(
            source="helpdesk",
            now=datetime(2026, 4, 1, tzinfo=UTC),
            tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z"}],
            messages=[{"message_id": "1", "ticket_id": "1", "occurred_at": "2026-03-02T09:00:00Z", "author_type": "customer"}],
            texts=[{"of": "message", "id": "1", "text": "This is the worst lamp that I have ever bought"}],
        )
    status, out, _ = run("text", "analyse", "--home", home, "--format", "json")
    found = json.loads(out)
    assert (status, found["messages"], found["by_label"], found["by_language"]) == (0, 1, {"negative": 1}, {"en": 1})
    status, out, said = run("text", "analyse", "--home", home)
    assert status == 0 and not out and "has been read before" in said
    status, out, _ = run("text", "learn", "--home", home, "--format", "json")
    assert status == 0 and json.loads(out)["live"] == MODEL
    assert "it takes 100 rated comments" in run("text", "learn", "--home", home)[2]


def test_an_empty_book_is_said_to_be_empty(tmp_path: Path) -> None:
    status, _, said = run("text", "analyse", "--home", tmp_path / "data")
    assert status == 1 and "Nothing has been imported" in said
