"""The common recipe: sentence-transformers and a flat FAISS index."""

import faiss
from sentence_transformers import SentenceTransformer

from tests.side_by_side.system import Inputs

__all__ = ["Plain"]


class Plain:
    """Exact search by inner product of normalised vectors."""

    def __init__(self, inputs: Inputs) -> None:
        self._passages = inputs.passages
        self._model = SentenceTransformer(str(inputs.model))
        self._model.encode(["Is everything warm?"])

    def ingest(self) -> None:
        """Encode all passages and add them to the index."""
        vectors = self._model.encode([passage.text for passage in self._passages], normalize_embeddings=True)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def search(self, question: str, k: int) -> list[str]:
        """Encode the question and search the index."""
        _, rows = self._index.search(self._model.encode([question], normalize_embeddings=True), k)
        return [self._passages[row].document for row in rows[0] if row >= 0]
