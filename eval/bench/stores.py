"""Stores of a given size to ask: real documents first, then synthetic ones."""

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
from eval.bench.base import BaseDocument
from eval.bench.synthesis import DOCUMENT_PASSAGES, SYNTHESIS_VERSION, Recombiner, homes_of
from eval.bench.vectors import Growth, GrowthClock
from service.opening import refresh_projection
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings

__all__ = ["BuiltStore", "StoreBuilder"]

GROWTH_DOCUMENTS = 1000
"""The last so many documents are added to a store that has its indexes already."""


@dataclass(frozen=True, slots=True)
class BuiltStore:
    """A store to ask, with its index on disk.

    Args:
        folder: Its data folder.
        documents, passages: How many it holds.
        real_passages: How many of the passages are real documents'; the others are synthetic.
        generation: Its change counter.
        kept: Whether it lay there from an earlier benchmark.
        build_s: Seconds it took to make, index included; None if it was kept.
        growth: What it took to add the last of its documents; None if it was kept, or too small.
        database_bytes, index_bytes: On disk.
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
    """Makes stores of any size out of the same real documents, or finds those that were made before.

    Args:
        base: The real documents, encoded.
        encoder: That made their vectors.
        settings: Sizes of passages and title.
        work: Folder that the stores are kept in.
        seed: Of what is synthetic.
    """

    def __init__(
        self, base: Sequence[BaseDocument], encoder: Encoder, settings: Settings, work: Path, seed: int
    ) -> None:
        self._base = base
        self._homes = homes_of(base, encoder, settings.title_tokens)
        self._encoder = encoder
        self._settings = settings
        self._fingerprint = fingerprint(encoder, settings)
        self._work = work
        self._seed = seed

    def store(self, passages: int, progress: Progress) -> BuiltStore:
        """A store of exactly so many passages.

        Args:
            passages: Real documents as long as they fit, synthetic ones for the rest.
            progress: Told of each document.
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
        """The first real documents that fit together."""
        fitting, room = [], passages
        for document in self._base:
            if len(document.passages) > room:
                break
            fitting.append(document)
            room -= len(document.passages)
        return fitting

    def _fill(self, folder: Path, real: Sequence[BaseDocument], passages: int, progress: Progress) -> Growth | None:
        """Make a store; its last documents are added when the indexes over the others are there, if they are many."""
        rest = passages - sum(len(document.passages) for document in real)
        documents = Recombiner(self._homes, self._encoder.max_tokens, self._seed).documents(rest)
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
        """Of all that decides what a store of this size holds."""
        documents = [[d.document.source, d.document.source_sha256] for d in self._base]
        parts = [SYNTHESIS_VERSION, self._seed, passages, self._fingerprint, documents]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _advance(progress: Progress, count: int) -> None:
    for _ in range(count):
        progress.advance()


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
