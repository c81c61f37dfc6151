"""Word embeddings, read from a safetensors file as they are needed."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAME = "embeddings.word_embeddings.weight"


class WordEmbeddings:
    """Rows of the word embeddings of a BERT model, mapped from its file: they take no memory until they are read.

    Args:
        path: Safetensors file with the matrix in float32.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))[NAME]
        begin, _ = header["data_offsets"]
        self._rows = np.memmap(path, np.float32, "r", 8 + size + begin, tuple(header["shape"]))

    def __getitem__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the rows of token ids, `(tokens, dimension)` float32."""
        return np.asarray(self._rows[ids])
