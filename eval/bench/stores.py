"""Stores of a given size: real documents first, then synthetic ones."""

import hashlib
import itertools
import json
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import EncodedPassage, SourceDocument
from corpus.store import Store, View
from embeddings.encoder import Encoder
from eval.bench.sources import BaseDocument
from eval.bench.synthesis import DOCUMENT_PASSAGES, SYNTHESIS_VERSION, Recombiner, source_passages
from eval.bench.vectors import Growth, GrowthClock
from service.opening import refresh_projection
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings

GROWTH_DOCUMENTS = 1000
"""Number of documents added after the indexes exist, to measure their growth."""


@dataclass(frozen=True, slots=True)
class BuiltStore:
    """A store with its index on disk.

    Args:
        folder: The data folder.
        documents, passages: Number of each.
        real_passages: Number of passages of real documents; the others are synthetic.
        generation: Generation of the store.
        kept: Whether an earlier benchmark made it.
        build_s: Seconds of building, index included; None for a kept store.
        growth: Times of adding its last documents; None for a kept or small store.
        database_bytes, index_bytes: Sizes on disk.
    """

    folder: Path
    documents: int
    passages: int
    real_passages: int
    generation: int
    kept: bool
    build_s: float | None
    growth: Growth | None
    database_bytes: int
    index_bytes: int


class StoreBuilder:
    """Builds stores of any size from the same real documents, or reuses those of earlier runs.

    Args:
        base: The encoded real documents.
        encoder: The encoder of their vectors.
        settings: Settings with the sizes of passages and titles.
        work: Folder of the stores.
        seed: Seed of the synthetic documents.
    """

    def __init__(
        self, base: Sequence[BaseDocument], encoder: Encoder, settings: Settings, work: Path, seed: int
    ) -> None:
        self._base = base
        self._originals = source_passages(base, encoder, settings.title_tokens)
        self._encoder = encoder
        self._settings = settings
        self._fingerprint = fingerprint(encoder, settings)
        self._work = work
        self._seed = seed

    def store(self, passages: int, progress: Progress) -> BuiltStore:
        """Return a store of exactly the given size.

        Args:
            passages: Number of passages: real documents as long as they fit, then synthetic ones.
            progress: Receives each stored passage.
        """
        real = self._fitting(passages)
        folder = self._work / f"store-{passages}-{self._digest(passages)}"
        kept = folder.is_dir()
        begun = time.perf_counter()
        growth = None
        if not kept:
            partial = folder.with_name(folder.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            growth = self._fill(partial, real, passages, progress)
            partial.rename(folder)
        settings = self._settings.model_copy(update={"data": folder})
        refresh_projection(settings, self._encoder)
        seconds = time.perf_counter() - begun
        with View(folder) as view:
            counts, generation = view.counts(), view.generation
        return BuiltStore(
            folder=folder,
            documents=counts[0],
            passages=counts[1],
            real_passages=sum(len(document.passages) for document in real),
            generation=generation,
            kept=kept,
            build_s=None if kept else round(seconds, 2),
            growth=growth,
            database_bytes=_bytes(folder.glob("footnote.db*")),
            index_bytes=_bytes((folder / "index").rglob("*")),
        )

    def _fitting(self, passages: int) -> list[BaseDocument]:
        """Return the first real documents that fit."""
        fitting, room = [], passages
        for document in self._base:
            if len(document.passages) > room:
                break
            fitting.append(document)
            room -= len(document.passages)
        return fitting

    def _fill(self, folder: Path, real: Sequence[BaseDocument], passages: int, progress: Progress) -> Growth | None:
        """Fill a store. The last documents of a large store are added after its indexes exist, to measure growth."""
        rest = passages - sum(len(document.passages) for document in real)
        documents = Recombiner(self._originals, self._encoder.max_tokens, self._seed).documents(rest)
        first = -(-rest // DOCUMENT_PASSAGES) - GROWTH_DOCUMENTS
        progress.start(passages, "passages stored")
        try:
            with Store(folder, create=True) as store:
                for document in real:
                    store.put(document.document, document.passages, self._fingerprint)
                    _advance(progress, len(document.passages))
                self._put(store, itertools.islice(documents, max(0, first)), progress)
                clock = self._clock(folder) if first > 0 else None
                self._put(store, documents, progress)
            return None if clock is None else clock.grown()
        finally:
            progress.finish()

    def _put(
        self, store: Store, documents: Iterable[tuple[SourceDocument, Sequence[EncodedPassage]]], progress: Progress
    ) -> None:
        for synthetic, encoded in documents:
            store.put(synthetic, encoded, self._fingerprint)
            _advance(progress, len(encoded))

    def _clock(self, folder: Path) -> GrowthClock:
        refresh_projection(self._settings.model_copy(update={"data": folder}), self._encoder)
        return GrowthClock(folder, self._encoder.dimension)

    def _digest(self, passages: int) -> str:
        """Return a digest of everything that determines the content of a store of this size."""
        documents = [[d.document.source, d.document.source_sha256] for d in self._base]
        parts = [SYNTHESIS_VERSION, self._seed, passages, self._fingerprint, documents]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _advance(progress: Progress, count: int) -> None:
    for _ in range(count):
        progress.advance()


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
