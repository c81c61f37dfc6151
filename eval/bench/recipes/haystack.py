"""Haystack's pipelines over its in-memory document store."""

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from eval.bench.recipes.recipe import Material

__all__ = ["HaystackDense", "HaystackHybrid"]


class HaystackDense:
    """Text embedder, then embedding retriever. Everything as it comes, but no progress bars."""

    def __init__(self, material: Material) -> None:
        model = str(material.model)
        self._texts = material.texts
        self._store = InMemoryDocumentStore()
        self._documents = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        self._documents.run([Document(content="Is everything warm?")])
        self._pipeline = Pipeline()
        self._pipeline.add_component("text_embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
        self._pipeline.add_component("embedding_retriever", InMemoryEmbeddingRetriever(self._store))
        self._pipeline.connect("text_embedder.embedding", "embedding_retriever.query_embedding")

    def ingest(self) -> None:
        """Embed all passages and write them to the store."""
        documents = [Document(id=str(at), content=text.text) for at, text in enumerate(self._texts)]
        self._store.write_documents(self._documents.run(documents)["documents"])

    def search(self, question: str, k: int) -> list[str]:
        """Run the pipeline; each retriever is asked for `k`."""
        inputs = {"text_embedder": {"text": question}, "embedding_retriever": {"top_k": k}}
        return self._found(self._pipeline.run(inputs)["embedding_retriever"]["documents"])

    def _found(self, documents: list[Document]) -> list[str]:
        return [self._texts[int(document.id)].document for document in documents]


class HaystackHybrid(HaystackDense):
    """The BM25 retriever beside it, both joined by reciprocal rank fusion."""

    def __init__(self, material: Material) -> None:
        super().__init__(material)
        self._pipeline.add_component("bm25_retriever", InMemoryBM25Retriever(self._store))
        self._pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self._pipeline.connect("bm25_retriever", "joiner")
        self._pipeline.connect("embedding_retriever", "joiner")

    def search(self, question: str, k: int) -> list[str]:
        """Run the pipeline; each retriever is asked for `k`, and the first `k` of their union are kept."""
        inputs = {
            "text_embedder": {"text": question},
            "embedding_retriever": {"top_k": k},
            "bm25_retriever": {"query": question, "top_k": k},
        }
        return self._found(self._pipeline.run(inputs)["joiner"]["documents"][:k])
