"""Token vectors kept as signs, and the late interaction (MaxSim) of a question with them.

MaxSim is the operator of ColBERT (Khattab and Zaharia, 2020, arXiv:2004.12832): for each question token, the
greatest similarity to any passage token. Here the passage side is one bit a dimension, the question side float.
"""

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.tokens.bit_products import BitProducts

__all__ = ["AskedTokens", "pack_signs", "signs_from_bytes", "signs_to_bytes"]

GRID = np.float32(2**17)
"""Question tokens are rounded to multiples of 1 / GRID, far below what tells passages apart. Sums over a token of up to
4096 dimensions are then whole numbers that float32 holds exactly, so that a passage scores the same in whatever company
and whatever order it is added up."""

BLOCK = 2048
"""Passage tokens that are multiplied at a time: unpacked they still fit into a processor's own cache."""


def pack_signs(tokens: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Keep a bit a dimension.

    Args:
        tokens: `(tokens, dimension)` float32, any scale; `dimension` a multiple of 8.

    Returns:
        `(tokens, dimension / 8)` uint8, a bit set where the value is positive.
    """
    return np.packbits(tokens > 0, axis=1)


def signs_to_bytes(signs: NDArray[np.uint8]) -> bytes:
    """The bytes that the store keeps: rows one after the other."""
    return signs.tobytes()


def signs_from_bytes(data: bytes, dimension: int) -> NDArray[np.uint8]:
    """The array that `signs_to_bytes` was given.

    Raises:
        ValueError: The length is no multiple of a row's.
    """
    return np.frombuffer(data, dtype=np.uint8).reshape(-1, dimension // 8)


class AskedTokens:
    """A question's tokens, to be compared with passages'.

    A similarity is the dot product with the signs scaled to length 1, so that it lies in [-1, 1].

    Args:
        question: `(question tokens, dimension)` float32, rows L2-normalised.
    """

    def __init__(self, question: NDArray[np.float32]) -> None:
        on_grid = np.rint(question * GRID)
        self._products = BitProducts(on_grid)
        self._whole = on_grid.sum(axis=1).astype(np.int32)
        self._length = np.sqrt(np.float32(question.shape[1]))

    def similarities(self, passages: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """The similarity of each to every token of each passage.

        Args:
            passages: For each passage `(tokens, dimension / 8)` uint8; one passage or more.

        Returns:
            For each passage `(tokens, question tokens)` float32.
        """
        borders = np.cumsum([len(passage) for passage in passages])[:-1]
        return np.split(self._scaled(self._products.of(np.concatenate(passages))), borders)

    def greatest(
        self, passages: Sequence[NDArray[np.uint8]], run: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The greatest similarity of each to any token of a run of passage tokens, for all runs that follow each other.

        Args:
            passages: For each passage `(tokens, dimension / 8)` uint8; one passage or more.
            run: Tokens in a run; the last one of a passage may have fewer.

        Returns:
            `(runs, question tokens)` float32, and how many runs each passage has, `(passages,)` int64.

        Raises:
            ValueError: A passage has no tokens.
        """
        lengths = np.array([len(passage) for passage in passages])
        if not lengths.all():
            raise ValueError("A passage has no tokens")
        rows, counts = np.concatenate(passages), -(-lengths // run)
        nth_of_runs = _nth_of_runs(lengths, counts, run)
        sums = [
            functools.reduce(
                np.maximum, (self._products.of(rows.take(nth, axis=0)) for nth in nth_of_runs[:, at : at + BLOCK])
            )
            for at in range(0, nth_of_runs.shape[1], BLOCK)
        ]
        return self._scaled(np.concatenate(sums)), counts

    def _scaled(self, sums: NDArray[np.int32]) -> NDArray[np.float32]:
        """Similarities from sums over set bits: with signs for bits the dot product is q·(2b - 1) = 2 q·b - Σq."""
        similarities: NDArray[np.float32] = (2 * sums - self._whole).astype(np.float32)
        similarities /= GRID
        similarities /= self._length
        return similarities


def _nth_of_runs(lengths: NDArray[np.int64], counts: NDArray[np.int64], run: int) -> NDArray[np.int64]:
    """Where the first token of each run stands, where the second, and so on: `(run, runs)` int64.

    The last token of a passage stands for those that its last run lacks, which changes no maximum.
    """
    ends = np.repeat(np.cumsum(lengths), counts)
    nth_run = np.arange(len(ends)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = ends - np.repeat(lengths, counts) + run * nth_run
    places: NDArray[np.int64] = np.minimum(starts + np.arange(run)[:, np.newaxis], ends - 1)
    return places
