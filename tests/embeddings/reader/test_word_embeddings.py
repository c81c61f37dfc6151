"""Word embeddings in a file."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from embeddings.reader.word_embeddings import NAME, WordEmbeddings


def test_rows_are_read_where_they_are(tmp_path: Path) -> None:
    rows = np.arange(60, dtype=np.float32).reshape(15, 4)
    save_file({"another": np.ones((3, 5), np.float32), NAME: rows}, tmp_path / "model.safetensors")

    found = WordEmbeddings(tmp_path / "model.safetensors")[np.array([14, 0, 7, 7])]

    np.testing.assert_array_equal(found, rows[[14, 0, 7, 7]])
