"""CrossEncoders of sentence-transformers."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import safe_open

from corpus.errors import EncoderError
from embeddings.encoder import is_out_of_memory, weights_sha256

_ADVICE = (
    "Set FOOTNOTE_READER to a folder that 'footnote-eval train' made, a CrossEncoder of sentence-transformers, "
    "'default' or 'off'."
)


class CrossEncoder:
    """A CrossEncoder with one output, the logit of the passage's relevance. Safe to share between threads.

    Args:
        folder: Folder of the model.

    Raises:
        EncoderError: The model cannot be loaded, has several outputs, or has no weights of its output.
    """

    def __init__(self, folder: Path) -> None:
        if not any(folder.rglob("*.safetensors")):
            raise EncoderError(f"The folder {folder} has no reader: neither card.json nor .safetensors. {_ADVICE}")
        try:
            self._model = _loaded(folder)
            complete = _has_head(self._model, folder)
        except Exception as error:
            if is_out_of_memory(error):
                raise EncoderError(
                    f"There is not enough memory to load the reader in {folder}. Give the process more, or set "
                    "FOOTNOTE_READER to 'default' or 'off'."
                ) from error
            raise EncoderError(
                f"The reader in {folder} cannot be loaded ({type(error).__name__}). {_ADVICE}"
            ) from error
        if not complete:
            raise EncoderError(
                f"The model in {folder} is no CrossEncoder: it has no weights of a classifier. {_ADVICE}"
            )
        if self._model.num_labels != 1:
            raise EncoderError(
                f"The model in {folder} has {self._model.num_labels} outputs, and a reader has one. {_ADVICE}"
            )
        self.version = weights_sha256(folder)[:12]
        self._lock = threading.Lock()

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the probability of each pair of question and passage to belong together."""
        with self._lock:
            return [float(one) for one in self._model.predict(list(pairs), show_progress_bar=False)]


def _loaded(folder: Path) -> Any:  # noqa: ANN401 - sentence-transformers is imported where it is needed
    import sentence_transformers
    import torch

    return sentence_transformers.CrossEncoder(str(folder), activation_fn=torch.nn.Sigmoid(), local_files_only=True)


def _has_head(model: Any, folder: Path) -> bool:  # noqa: ANN401
    """Return whether the weights of the classifier are in the files; the library draws missing ones at random."""
    inner = model[0].model
    if not type(inner).__name__.endswith("ForSequenceClassification"):
        return True
    stored: set[str] = set()
    for path in folder.rglob("*.safetensors"):
        with safe_open(path, framework="np") as file:
            stored.update(file.keys())
    return all(name in stored for name in inner.state_dict() if not name.startswith(f"{inner.base_model_prefix}."))
