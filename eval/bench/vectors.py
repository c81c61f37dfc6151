"""Speed, recall and growth of the vector index alone."""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalProjection
from corpus.store import Allowed, View
from embeddings.index import VectorIndex, VectorProjection, updated
from eval.bench.timing import Percentiles, percentiles
from service.retrieval import AllowedPassages

DEPTH = 100
"""Number of passages per search: the default of `FOOTNOTE_CANDIDATES`."""

READ_AT_ONCE = 8192
SHARES = (0.01, 0.5)
"""Shares of the passages that filters allow."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Times of adding documents to a store in use, without encoding.

    Args:
        documents, passages: Number added.
        stored_s: Seconds of committing them to the database, document by document.
        vectors_s: Seconds of updating the vector index.
        written_s: Seconds of writing it to disk.
        lexical_s: Seconds of updating and writing the lexical index.
    """

    documents: int
    passages: int
    stored_s: float
    vectors_s: float
    written_s: float
    lexical_s: float


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """Measurements of the vector index, in the process of the benchmark.

    Args:
        kind: Kind of the index.
        open_s: Seconds of reading and verifying it.
        ms: Latency of one search, with the exact vectors of the results.
        cpu_ms: Processor time of one search, which other processes do not lengthen.
        recall: Mean share of the true nearest passages that are found.
        worst_recall: The lowest share of a question.
        filtered_cpu_ms: Processor time by share of allowed passages, a random sample.
        filtered_recall: Recall by share of allowed passages.
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
    """Measures how long the indexes take to follow the store, as in a server.

    Args:
        folder: The data folder, with current indexes.
        dimension: Dimension of its vectors.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._projection = VectorProjection(folder)
        with View(folder) as view:
            self._index = self._projection.open(view, dimension)
            self._before = view.counts()
        self._begun = time.perf_counter()

    def grown(self) -> Growth:
        """Return the time from construction until now, and update the indexes."""
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
    """Measure the vector index of a store, with exhaustive search as reference.

    Args:
        folder: The data folder, with a current index.
        questions: Vectors `(dimension,)` float32, L2-normalised; at least one.
        seed: Seed of the passages that filters allow.
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
    index.search(questions[0], DEPTH, allowed)  # untimed: the first search builds shared state
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
    """Return for each group of keys and each question the keys of the nearest passages of the group."""
    keys = np.sort(groups[0])
    products = np.concatenate([questions @ block.T for block in _vectors(view, keys)], axis=1)
    members = [np.isin(keys, group) for group in groups]
    return [
        [keys[member][np.argsort(-product[member], kind="stable")[:DEPTH]].tolist() for product in products]
        for member in members
    ]


def _vectors(view: View, keys: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
    """Yield the stored vectors of ascending keys in blocks, `(up to READ_AT_ONCE, dimension)` float32."""
    for at in range(0, len(keys), READ_AT_ONCE):
        stored = view.vectors(keys[at : at + READ_AT_ONCE].tolist())
        yield np.frombuffer(b"".join(data for _, data in stored), dtype="<f4").reshape(len(stored), -1)
