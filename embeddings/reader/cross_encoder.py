"""CrossEncoders of sentence-transformers."""

import threading
from collections.abc import Sequence
from pathlib import Path

from corpus.errors import EncoderError
from embeddings.encoder import translated_load_errors, weights_sha256


class CrossEncoder:
    """A CrossEncoder with one output, the logit of the passage's relevance. Safe to share between threads.

    Args:
        folder: Folder of the model.

    Raises:
        EncoderError: The model cannot be loaded, or has several outputs.
    """

    def __init__(self, folder: Path) -> None:
        with translated_load_errors(str(folder)):
            import sentence_transformers
            import torch

            self._model = sentence_transformers.CrossEncoder(
                str(folder), activation_fn=torch.nn.Sigmoid(), local_files_only=True
            )
        if self._model.num_labels != 1:
            raise EncoderError(f"The model in {folder} has {self._model.num_labels} outputs. Choose one with one.")
        self.version = weights_sha256(folder)[:12]
        self._lock = threading.Lock()

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the probability of each pair of question and passage to belong together."""
        with self._lock:
            return [float(one) for one in self._model.predict(list(pairs), show_progress_bar=False)]
