"""The plain recipe: sentence-transformers and a flat FAISS index, as everybody writes it in ten lines."""

import faiss
from sentence_transformers import SentenceTransformer

from eval.bench.recipes.recipe import Material

__all__ = ["Plain"]


class Plain:
    """Exact search by inner product of normalised vectors."""

    def __init__(self, material: Material) -> None:
        self._texts = material.texts
        self._model = SentenceTransformer(str(material.model))
        self._model.encode(["Is everything warm?"])

    def ingest(self) -> None:
        """Encode all passages and add them to the index."""
        vectors = self._model.encode([text.text for text in self._texts], normalize_embeddings=True)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def search(self, question: str, k: int) -> list[str]:
        """Encode the question and look for the nearest."""
        _, found = self._index.search(self._model.encode([question], normalize_embeddings=True), k)
        return [self._texts[at].document for at in found[0] if at >= 0]
