"""The committed pages of definitions are what the catalogue makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicemeter.cli.terminal.definition_pages import write_definitions
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.metric import EVERYWHERE
from servicemeter.show.definitions import definition_parts, parameter_cells

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "definitions"


def test_the_committed_pages_are_what_the_catalogue_makes(tmp_path: Path) -> None:
    """`servicemeter metrics --write docs/definitions --cases tests/conformance` makes them anew."""
    made = tmp_path / "docs" / "definitions"
    cases = tmp_path / "tests" / "conformance"
    cases.parent.mkdir()
    cases.symlink_to(ROOT / "tests" / "conformance")
    count = write_definitions(list(all_metrics().values()), made, cases)
    assert count == len(all_metrics()) + 2
    assert {path.name for path in PAGES.iterdir()} == {path.name for path in made.iterdir()}
    for path in made.iterdir():
        assert (PAGES / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name


def test_every_definition_says_everything() -> None:
    for metric in all_metrics().values():
        for code in ("en", "nl", "ro"):
            assert metric.names.get(code) and metric.asks.get(code), (metric.name, code)
        assert metric.formula and metric.counted and metric.leaves_out, metric.name
        assert all(parameter.about for parameter in metric.parameters), metric.name


@pytest.mark.parametrize("language", ["nl", "ro"])
def test_a_definition_is_in_one_language(language: str) -> None:
    """What is alike in both is a list of identifiers, names of vendors or a formula in signs."""
    for metric in all_metrics().values():
        english = dict(definition_parts(metric, EVERYWHERE))
        told = list(definition_parts(metric, EVERYWHERE, language))
        assert len(told) == len(english)
        for (title, text), (name, own) in zip(english.items(), told, strict=True):
            assert name != title, (metric.name, title)
            if title in ("counted", "leaves out", "gives", "target") or " or " in text:
                assert own != text, (metric.name, title)
        for parameter in metric.parameters:
            assert parameter_cells(parameter, language)[3] != parameter.about, (metric.name, parameter.name)


def test_every_metric_has_a_worked_case() -> None:
    without = [metric for metric in all_metrics() if "## Worked cases" not in (PAGES / f"{metric}.md").read_text("utf-8")]
    assert without == []
