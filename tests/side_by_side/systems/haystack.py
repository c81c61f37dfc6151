"""Haystack's pipelines over its in-memory document store."""

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from tests.side_by_side.system import Inputs

__all__ = ["HaystackDense", "HaystackHybrid"]


class HaystackDense:
    """Text embedder and embedding retriever, with default settings but without progress bars."""

    def __init__(self, inputs: Inputs) -> None:
        model = str(inputs.model)
        self._passages = inputs.passages
        self._store = InMemoryDocumentStore()
        self._embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        self._embedder.run([Document(content="Is everything warm?")])
        self._pipeline = Pipeline()
        self._pipeline.add_component("text_embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
        self._pipeline.add_component("embedding_retriever", InMemoryEmbeddingRetriever(self._store))
        self._pipeline.connect("text_embedder.embedding", "embedding_retriever.query_embedding")

    def ingest(self) -> None:
        """Embed all passages and write them to the store."""
        documents = [Document(id=str(row), content=passage.text) for row, passage in enumerate(self._passages)]
        self._store.write_documents(self._embedder.run(documents)["documents"])

    def search(self, question: str, k: int) -> list[str]:
        """Run the pipeline with `top_k=k`."""
        inputs = {"text_embedder": {"text": question}, "embedding_retriever": {"top_k": k}}
        return self._documents(self._pipeline.run(inputs)["embedding_retriever"]["documents"])

    def _documents(self, found: list[Document]) -> list[str]:
        return [self._passages[int(document.id)].document for document in found]


class HaystackHybrid(HaystackDense):
    """BM25 and embedding retrievers, joined by reciprocal rank fusion."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__(inputs)
        self._pipeline.add_component("bm25_retriever", InMemoryBM25Retriever(self._store))
        self._pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self._pipeline.connect("bm25_retriever", "joiner")
        self._pipeline.connect("embedding_retriever", "joiner")

    def search(self, question: str, k: int) -> list[str]:
        """Run the pipeline with `top_k=k` for each retriever, and return the first `k` of the joined list."""
        inputs = {
            "text_embedder": {"text": question},
            "embedding_retriever": {"top_k": k},
            "bm25_retriever": {"query": question, "top_k": k},
        }
        return self._documents(self._pipeline.run(inputs)["joiner"]["documents"][:k])
