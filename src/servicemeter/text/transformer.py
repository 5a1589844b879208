"""A sentiment model of one's own, from a folder on this machine: ONNX with its tokenizer. Nothing is ever downloaded.

The folder holds `model.onnx`, `tokenizer.json`, `config.json` (with `id2label`), `LICENSE` and `SHA256SUMS`; each file
must have the hash that is written there. Needs the extra `servicemeter[transformer]`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicemeter.ground.errors import BadSettings
from servicemeter.text.excerpt import take_excerpt
from servicemeter.text.lexicon import LANGUAGES
from servicemeter.text.sentiment import OURS, Sentiment, judge, to_strength

__all__ = ["Transformer", "load_transformer"]

_FILES = ("model.onnx", "tokenizer.json", "config.json", "LICENSE")
_MOST_TOKENS = 256
_PIECE = 1 << 20
_VALUES = {"negative": -1.0, "neg": -1.0, "neutral": 0.0, "neu": 0.0, "positive": 1.0, "pos": 1.0}


@dataclass(frozen=True)
class Transformer:
    """A loaded model; `name` holds the beginning of its hash, so that another file is another model."""

    name: str
    session: Any
    tokenizer: Any
    values: tuple[float, ...]

    def feel(self, text: str, language: str) -> Sentiment:
        """The mean of the labels' values (-1, 0, 1) by the chances that the model gives them."""
        excerpt = take_excerpt(text)
        if language not in LANGUAGES or not excerpt.text:
            return Sentiment("not analysed", None, is_cut=excerpt.is_cut)
        chances = self._chances(excerpt.text)
        return judge(to_strength(float(chances @ np.array(self.values))), is_cut=excerpt.is_cut)

    def _chances(self, text: str) -> NDArray[np.float64]:
        encoded = self.tokenizer.encode(text)
        known = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        wanted = [given.name for given in self.session.get_inputs()]
        [logits, *_] = self.session.run(None, {name: np.array([known[name]], np.int64) for name in wanted})
        powers = np.exp(logits[0].astype(np.float64) - logits[0].max())
        chances: NDArray[np.float64] = powers / powers.sum()
        return chances


def load_transformer(folder: Path) -> Transformer:
    """Load the model of a folder after comparing every file with its hash; `BadSettings` names the file and what is wrong."""
    digest = _check(folder)
    values = _label_values(folder / "config.json")
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError as error:
        raise BadSettings(
            f"The model in {folder} needs {error.name}, which is not installed. Install servicemeter[transformer] and try again."
        ) from error
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_MOST_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # whatever the library raises for a file that is no model
        raise BadSettings(f"{folder / 'model.onnx'} cannot be loaded as a model: {error}") from error
    return Transformer(f"{OURS}transformer/1-{digest[:8]}", session, tokenizer, values)


def _check(folder: Path) -> str:
    """The hash of the model, after every file was found to be what `SHA256SUMS` says."""
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        raise BadSettings(f"{sums} is missing. Write it in the model's folder: sha256sum {' '.join(_FILES)} > SHA256SUMS")
    lines = (line.split(maxsplit=1) for line in sums.read_text("utf-8").splitlines() if line.strip())
    said = {name.strip().lstrip("*"): digest for digest, name in lines}
    for name in _FILES:
        if not (folder / name).is_file():
            raise BadSettings(f"{folder / name} is missing. A model's folder holds {', '.join(_FILES)} and SHA256SUMS.")
        if said.get(name) != _digest(folder / name):
            raise BadSettings(f"{folder / name} is not the file whose hash stands in SHA256SUMS. Fetch it again.")
    return said["model.onnx"]


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _label_values(config: Path) -> tuple[float, ...]:
    """What each label is worth, in the order of the model's outputs; stars run evenly from -1 to 1."""
    try:
        labels = json.loads(config.read_text("utf-8"))["id2label"]
        names = [str(labels[str(place)]).lower() for place in range(len(labels))]
    except (ValueError, KeyError, TypeError) as error:
        raise BadSettings(f"{config} has no usable id2label ({error}); it names the label of each output.") from error
    if all("star" in name for name in names) and len(names) > 1:
        return tuple(2 * place / (len(names) - 1) - 1 for place in range(len(names)))
    unknown = [name for name in names if name not in _VALUES]
    if unknown:
        raise BadSettings(f"{config}: the label {unknown[0]!r} is none of {', '.join(_VALUES)} or stars.")
    return tuple(_VALUES[name] for name in names)
