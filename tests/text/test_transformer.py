"""A model from a local folder, with a tiny one made here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from servicemeter.ground.errors import BadSettings
from servicemeter.text.transformer import load_transformer

pytest.importorskip("onnxruntime", reason="the extra servicemeter[transformer] is not installed")
pytest.importorskip("tokenizers", reason="the extra servicemeter[transformer] is not installed")
onnx = pytest.importorskip("onnx", reason="onnx, which makes the tiny model, is not installed")

WORDS = {"[UNK]": 0, "good": 1, "bad": 2}
LOGITS = [[0.0, 2.0, 0.0], [-3.0, 0.0, 3.0], [3.0, 0.0, -3.0]]  # of each word: negative, neutral, positive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that adds up what each word says."""
    (tmp_path / "model.onnx").write_bytes(_model())
    (tmp_path / "tokenizer.json").write_text(_tokenizer(), "utf-8")
    config = {"id2label": {"0": "NEGATIVE", "1": "neutral", "2": "Positive"}}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    (tmp_path / "LICENSE").write_text("CC0\n", "utf-8")
    note_sums(tmp_path)
    return tmp_path


def note_sums(folder: Path) -> None:
    names = ("model.onnx", "tokenizer.json", "config.json", "LICENSE")
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


def _model() -> bytes:
    from onnx import TensorProto, helper

    weights = helper.make_tensor("weights", TensorProto.FLOAT, [3, 3], [x for row in LOGITS for x in row])
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["each"]),
        helper.make_node("ReduceSum", ["each", "axes"], ["logits"], keepdims=0),
    ]
    given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "length"])
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])
    graph = helper.make_graph(nodes, "tiny", [given], [out], [weights, axes])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())


def _tokenizer() -> str:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return str(tokenizer.to_str())


def test_it_says_what_the_model_says(folder: Path) -> None:
    model = load_transformer(folder)
    assert model.name.startswith("servicemeter-transformer/1-")
    assert [model.feel(text, "en").label for text in ("good", "bad", "lamp", "good bad")] == [
        "positive", "negative", "neutral", "neutral",
    ]  # fmt: skip
    assert model.feel("good", "en").score == pytest.approx(0.947, abs=0.01)
    assert model.feel("good", "de").label == model.feel("", "en").label == "not analysed"


def test_a_long_text_is_cut_to_what_the_model_reads(folder: Path) -> None:
    assert load_transformer(folder).feel("lamp " * 256 + "good " * 999, "en").label == "neutral"


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json", "LICENSE"])
def test_a_changed_or_missing_file_is_refused(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BadSettings, match=f"{name} is not the file whose hash"):
        load_transformer(folder)
    (folder / name).unlink()
    with pytest.raises(BadSettings, match=f"{name} is missing"):
        load_transformer(folder)


def test_without_sums_nothing_is_loaded(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(BadSettings, match="sha256sum"):
        load_transformer(folder)


@pytest.mark.parametrize("labels", ["{}", '{"id2label": {"0": "joy"}}', '{"id2label": {"1": "positive"}}', "no"])
def test_labels_that_say_nothing_are_refused(folder: Path, labels: str) -> None:
    (folder / "config.json").write_text(labels, "utf-8")
    note_sums(folder)
    with pytest.raises(BadSettings, match=r"config\.json"):
        load_transformer(folder)


def test_a_file_that_is_no_model_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"no model")
    note_sums(folder)
    with pytest.raises(BadSettings, match="cannot be loaded as a model"):
        load_transformer(folder)


def test_stars_run_from_bad_to_good(folder: Path) -> None:
    stars = {"id2label": {"0": "1 star", "1": "2 stars", "2": "3 stars"}}
    (folder / "config.json").write_text(json.dumps(stars), "utf-8")
    note_sums(folder)
    assert load_transformer(folder).values == (-1.0, 0.0, 1.0)
