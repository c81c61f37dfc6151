"""The vector index of a store by itself: how quick it is, what it overlooks, how long it takes to open and to grow."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalProjection
from corpus.store import Allowed, View
from embeddings.index import VectorIndex, VectorProjection, updated
from eval.bench.timing import Percentiles, percentiles
from service.retrieval import AllowedPassages

__all__ = ["Growth", "GrowthClock", "VectorSearch", "measure_vectors"]

DEPTH = 100
"""Passages wanted of a search, as `FOOTNOTE_CANDIDATES` by default."""

READ_AT_ONCE = 8192
SHARES = (0.01, 0.5)
"""Of the passages that filters allow."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What it took to add documents to a store that is being served, without encoding.

    Args:
        documents, passages: How many were added.
        stored_s: Seconds until they were in the database, document by document.
        vectors_s: Until the next vector index was ready.
        written_s: Until it was on disk.
        lexical_s: Until the next lexical index was ready and on disk.
    """

    documents: int
    passages: int
    stored_s: float
    vectors_s: float
    written_s: float
    lexical_s: float


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """The vector index of a store by itself, in the benchmark's own process.

    Args:
        kind: How it searches.
        open_s: Seconds to read it from disk and verify it.
        ms: One search by a question's vector, with the exact vectors of what it finds.
        cpu_ms: The processor's time for it, which others' work does not lengthen.
        recall: Share of the true nearest passages that it finds, on average.
        worst_recall: The same of the question with which it finds least.
        filtered_cpu_ms: By share of the passages that are allowed, drawn by chance.
        filtered_recall: The same.
    """

    kind: str
    open_s: float
    ms: Percentiles
    cpu_ms: Percentiles
    recall: float
    worst_recall: float
    filtered_cpu_ms: dict[float, Percentiles]
    filtered_recall: dict[float, float]


class GrowthClock:
    """Measures how the indexes of a store follow it, as those of a server do.

    Args:
        folder: The data folder, with indexes that are up to date.
        dimension: Of its vectors.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._projection = VectorProjection(folder)
        with View(folder) as view:
            self._index = self._projection.open(view, dimension)
            self._before = view.counts()
        self._begun = time.perf_counter()

    def grown(self) -> Growth:
        """What it took, from when this object was made until the documents were stored, and from now on."""
        times = [self._begun, time.perf_counter()]
        with View(self._folder) as view:
            index = updated(self._index, view)
            times.append(time.perf_counter())
            self._projection.save(index, view)
            times.append(time.perf_counter())
            LexicalProjection(self._folder).open(view)
            times.append(time.perf_counter())
            documents, passages = view.counts()
        stored, vectors, written, lexical = np.diff(times).round(3).tolist()
        return Growth(documents - self._before[0], passages - self._before[1], stored, vectors, written, lexical)


def measure_vectors(folder: Path, questions: Sequence[NDArray[np.float32]], seed: int) -> VectorSearch:
    """Measure the vector index of a store, beside a comparison of every question with every vector.

    Args:
        folder: The data folder, with an index that is up to date.
        questions: `(dimension,)` float32 each, L2-normalised; one at least.
        seed: Of the passages that filters allow.
    """
    with View(folder) as view:
        begun = time.perf_counter()
        index = VectorProjection(folder).open(view, len(questions[0]))
        open_s = round(time.perf_counter() - begun, 3)
        keys = np.array(view.passage_keys(), dtype=np.int64)
        shuffled = np.random.default_rng(seed).permutation(keys)
        allowed = [shuffled, *(shuffled[: max(1, int(share * len(shuffled)))] for share in SHARES)]
        nearest = _nearest(view, np.stack(questions), allowed)
        whole = _searched(index, questions, None, nearest[0])
        some = [
            _searched(index, questions, AllowedPassages(keys, np.isin(keys, a)), n)
            for a, n in zip(allowed[1:], nearest[1:], strict=True)
        ]
    return VectorSearch(
        kind=index.kind,
        open_s=open_s,
        ms=whole.ms,
        cpu_ms=whole.cpu_ms,
        recall=whole.recall,
        worst_recall=whole.worst_recall,
        filtered_cpu_ms={share: one.cpu_ms for share, one in zip(SHARES, some, strict=True)},
        filtered_recall={share: one.recall for share, one in zip(SHARES, some, strict=True)},
    )


@dataclass(frozen=True, slots=True)
class _Searched:
    ms: Percentiles
    cpu_ms: Percentiles
    recall: float
    worst_recall: float


def _searched(
    index: VectorIndex,
    questions: Sequence[NDArray[np.float32]],
    allowed: Allowed | None,
    nearest: Sequence[Collection[int]],
) -> _Searched:
    index.search(questions[0], DEPTH, allowed)  # the first one makes what all use
    ms, cpu_ms, recalls = [], [], []
    for question, true in zip(questions, nearest, strict=True):
        begun, cpu_begun = time.perf_counter(), time.thread_time()
        found = index.search(question, DEPTH, allowed)
        index.vectors([key for key, _ in found])
        cpu_ms.append(1000 * (time.thread_time() - cpu_begun))
        ms.append(1000 * (time.perf_counter() - begun))
        recalls.append(len({key for key, _ in found}.intersection(true)) / len(true))
    return _Searched(_summary(ms), _summary(cpu_ms), round(float(np.mean(recalls)), 5), round(min(recalls), 5))


def _summary(times: Sequence[float]) -> Percentiles:
    summary = percentiles(times)
    if summary is None:
        raise ValueError("at least one question is needed")
    return summary


def _nearest(
    view: View, questions: NDArray[np.float32], groups: Sequence[NDArray[np.int64]]
) -> list[list[Collection[int]]]:
    """For each group of keys and each question, the keys of its nearest passages among them."""
    best = [[(np.empty(0, np.float32), np.empty(0, np.int64))] * len(questions) for _ in groups]
    keys = np.sort(groups[0])
    members = [np.isin(keys, group) for group in groups]
    for at in range(0, len(keys), READ_AT_ONCE):
        block = keys[at : at + READ_AT_ONCE]
        stored = view.vectors(block.tolist())
        vectors = np.frombuffer(b"".join(data for _, data in stored), dtype="<f4").reshape(len(stored), -1)
        products = questions @ vectors.T
        for rows, member in zip(best, members, strict=True):
            here = member[at : at + READ_AT_ONCE]
            for number, product in enumerate(products):
                rows[number] = _best(*rows[number], product[here], block[here])
    return [[kept.tolist() for _, kept in rows] for rows in best]


def _best(
    products: NDArray[np.float32], keys: NDArray[np.int64], more: NDArray[np.float32], more_keys: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The best of some that are sorted, and of more."""
    nearer = more > (products[-1] if len(products) == DEPTH else -np.inf)
    products, keys = np.concatenate([products, more[nearer]]), np.concatenate([keys, more_keys[nearer]])
    chosen = np.argsort(-products, kind="stable")[:DEPTH]
    return products[chosen], keys[chosen]
