"""The systems that can be measured, and what each needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

from eval.errors import SystemNameError

__all__ = ["KNOWN", "SYSTEMS", "KnownSystem", "named_systems"]


@dataclass(frozen=True, slots=True)
class KnownSystem:
    """A system as it is known before any of it is imported.

    Args:
        description: What it is and how it is set, in one line.
        recipe: Module and class, as `module:Class`.
        packages: Distributions whose versions tell which one was measured.
    """

    description: str
    recipe: str
    packages: tuple[str, ...]

    def versions(self) -> dict[str, str]:
        """The installed version of each package.

        Raises:
            PackageNotFoundError: One is not installed.
        """
        return {package: metadata.version(package) for package in self.packages}


_TXTAI = ("txtai", "faiss-cpu", "transformers")
_HAYSTACK = ("haystack-ai", "sentence-transformers-haystack", "sentence-transformers")

KNOWN: Mapping[str, KnownSystem] = {
    "footnote": KnownSystem(
        "Footnote's pipeline with the present settings, over a store on disk",
        "eval.bench.recipes.footnote:Footnote",
        ("footnote-qa", "faiss-cpu", "sentence-transformers"),
    ),
    "plain": KnownSystem(
        "SentenceTransformer and faiss.IndexFlatIP, in memory",
        "eval.bench.recipes.plain:Plain",
        ("faiss-cpu", "sentence-transformers"),
    ),
    "txtai-dense": KnownSystem(
        "txtai Embeddings(path=MODEL), in memory", "eval.bench.recipes.txtai:TxtaiDense", _TXTAI
    ),
    "txtai-hybrid": KnownSystem(
        "txtai Embeddings(path=MODEL, hybrid=True): BM25 and vectors, in memory",
        "eval.bench.recipes.txtai:TxtaiHybrid",
        _TXTAI,
    ),
    "haystack-dense": KnownSystem(
        "Haystack pipeline of text embedder and InMemoryEmbeddingRetriever",
        "eval.bench.recipes.haystack:HaystackDense",
        _HAYSTACK,
    ),
    "haystack-hybrid": KnownSystem(
        "Haystack pipeline of InMemoryBM25Retriever and InMemoryEmbeddingRetriever, joined by reciprocal rank fusion",
        "eval.bench.recipes.haystack:HaystackHybrid",
        _HAYSTACK,
    ),
}

SYSTEMS: Mapping[str, str] = {name: system.description for name, system in KNOWN.items()}
"""What each known system is, by its name, in the order of the table."""


def named_systems(text: str) -> list[str]:
    """Read names with commas between, or `all`: each once, in the order given.

    Raises:
        SystemNameError: A name is not known.
    """
    names = list(KNOWN) if text.strip() == "all" else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in KNOWN:
            raise SystemNameError(f"There is no system '{name}'. Choose from: {', '.join(KNOWN)}, or all.")
    return list(dict.fromkeys(names))
