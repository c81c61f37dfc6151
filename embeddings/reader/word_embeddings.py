"""Word embeddings, read from a safetensors file as they are needed."""

import json
import os
import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAME = "embeddings.word_embeddings.weight"


class WordEmbeddings:
    """Rows of the word embeddings of a BERT model, which stay in its file. Safe to share between threads.

    A pair has some hundred rows, which the system caches. The whole matrix would take 47 MB, and its file, mapped into
    memory, as much in the course of time.

    Args:
        path: Safetensors file with the matrix in float32.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        size = int.from_bytes(os.pread(self._file, 8, 0), "little")
        header = json.loads(os.pread(self._file, size, 8))[NAME]
        self._start = 8 + size + header["data_offsets"][0]
        self.dimension = header["shape"][1]

    def __getitem__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the rows of token ids, `(tokens, dimension)` float32."""
        width = 4 * self.dimension
        unique, where = np.unique(ids, return_inverse=True)
        rows = b"".join(os.pread(self._file, width, self._start + width * int(one)) for one in unique)
        return np.frombuffer(rows, np.float32).reshape(-1, self.dimension)[where]
