"""The embeddings database of txtai."""

from txtai import Embeddings

from tests.side_by_side.system import Inputs

__all__ = ["TxtaiDense", "TxtaiHybrid"]


class TxtaiDense:
    """`Embeddings(path=...)` with default settings."""

    hybrid = False

    def __init__(self, inputs: Inputs) -> None:
        self._passages = inputs.passages
        self._embeddings = Embeddings(path=str(inputs.model), hybrid=self.hybrid)
        self._embeddings.batchtransform(["Is everything warm?"])

    def ingest(self) -> None:
        """Index all passages."""
        self._embeddings.index([passage.text for passage in self._passages])

    def search(self, question: str, k: int) -> list[str]:
        """Search with a limit."""
        return [self._passages[row].document for row, _ in self._embeddings.search(question, k)]


class TxtaiHybrid(TxtaiDense):
    """With `hybrid=True`: BM25 and vectors at equal weight."""

    hybrid = True
