"""The embeddings database of txtai."""

from txtai import Embeddings

from eval.bench.recipes.recipe import Material

__all__ = ["TxtaiDense", "TxtaiHybrid"]


class TxtaiDense:
    """`Embeddings(path=...)`, everything else as it comes."""

    hybrid = False

    def __init__(self, material: Material) -> None:
        self._texts = material.texts
        self._embeddings = Embeddings(path=str(material.model), hybrid=self.hybrid)
        self._embeddings.batchtransform(["Is everything warm?"])

    def ingest(self) -> None:
        """Index all passages."""
        self._embeddings.index([text.text for text in self._texts])

    def search(self, question: str, k: int) -> list[str]:
        """Search with a limit."""
        return [self._texts[at].document for at, _ in self._embeddings.search(question, k)]


class TxtaiHybrid(TxtaiDense):
    """With `hybrid=True`: BM25 and vectors, half each."""

    hybrid = True
