"""The systems that can be measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

__all__ = ["SYSTEMS", "SystemEntry"]


@dataclass(frozen=True, slots=True)
class SystemEntry:
    """A system, described without importing it.

    Args:
        description: The system and its configuration, in one line.
        implementation: `module:Class` of its `System`.
        packages: Distributions whose versions are reported.
    """

    description: str
    implementation: str
    packages: tuple[str, ...]

    def versions(self) -> dict[str, str]:
        """Return the installed version of each package.

        Raises:
            PackageNotFoundError: A package is not installed.
        """
        return {package: metadata.version(package) for package in self.packages}


_MODULES = "tests.side_by_side.systems"
_TXTAI = ("txtai", "faiss-cpu", "transformers")
_HAYSTACK = ("haystack-ai", "sentence-transformers-haystack", "sentence-transformers")

SYSTEMS: Mapping[str, SystemEntry] = {
    "footnote": SystemEntry(
        "Footnote's pipeline with the present settings, over a store on disk",
        f"{_MODULES}.footnote:Footnote",
        ("footnote-qa", "faiss-cpu", "sentence-transformers"),
    ),
    "plain": SystemEntry(
        "SentenceTransformer and faiss.IndexFlatIP, in memory",
        f"{_MODULES}.plain:Plain",
        ("faiss-cpu", "sentence-transformers"),
    ),
    "txtai-dense": SystemEntry("txtai Embeddings(path=MODEL), in memory", f"{_MODULES}.txtai:TxtaiDense", _TXTAI),
    "txtai-hybrid": SystemEntry(
        "txtai Embeddings(path=MODEL, hybrid=True): BM25 and vectors, in memory",
        f"{_MODULES}.txtai:TxtaiHybrid",
        _TXTAI,
    ),
    "haystack-dense": SystemEntry(
        "Haystack pipeline of text embedder and InMemoryEmbeddingRetriever",
        f"{_MODULES}.haystack:HaystackDense",
        _HAYSTACK,
    ),
    "haystack-hybrid": SystemEntry(
        "Haystack pipeline of InMemoryBM25Retriever and InMemoryEmbeddingRetriever, joined by reciprocal rank fusion",
        f"{_MODULES}.haystack:HaystackHybrid",
        _HAYSTACK,
    ),
}
"""All systems by name, in the order of the table."""
