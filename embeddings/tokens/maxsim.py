"""Binary quantization of token vectors, and late interaction (MaxSim) of a question with them.

MaxSim is the operator of ColBERT (Khattab and Zaharia, 2020, arXiv:2004.12832): for each question token, the greatest
similarity to any passage token. Here passages have one bit per dimension, and questions have floats.
"""

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.tokens.binary_products import BinaryProducts

GRID = np.float32(2**17)
"""Question tokens are rounded to multiples of 1 / GRID, far below the differences between passages. Sums over up to
4096 dimensions are then integers that float32 holds exactly, so a score depends neither on the batch nor on the order
of additions."""

BLOCK = 2048
"""Passage tokens per product. Unpacked, they still fit into a core's own cache."""


def sign_bits(tokens: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Quantize token vectors to one bit per dimension, set where the value is positive.

    Args:
        tokens: `(tokens, dimension)` float32, any scale; `dimension` is a multiple of 8.

    Returns:
        `(tokens, dimension / 8)` uint8.
    """
    return np.packbits(tokens > 0, axis=1)


def signs_to_bytes(signs: NDArray[np.uint8]) -> bytes:
    """Return the bytes that the store keeps, row by row."""
    return signs.tobytes()


def signs_from_bytes(data: bytes, dimension: int) -> NDArray[np.uint8]:
    """Return the array that `signs_to_bytes` serialised.

    Raises:
        ValueError: The length is not a multiple of a row's length.
    """
    return np.frombuffer(data, dtype=np.uint8).reshape(-1, dimension // 8)


class QuestionTokens:
    """Token vectors of a question, to compare with the token signs of passages.

    A similarity is the dot product of a token vector with the signs scaled to length 1. It lies in [-1, 1].

    Args:
        question: `(question tokens, dimension)` float32, rows L2-normalised.
    """

    def __init__(self, question: NDArray[np.float32]) -> None:
        on_grid = np.rint(question * GRID)
        self._products = BinaryProducts(on_grid)
        self._sums = on_grid.sum(axis=1).astype(np.int32)
        self._length = np.sqrt(np.float32(question.shape[1]))

    def similarities(self, passages: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Return the similarity of every question token to every passage token.

        Args:
            passages: For each passage `(tokens, dimension / 8)` uint8; at least one passage.

        Returns:
            For each passage `(tokens, question tokens)` float32.
        """
        boundaries = np.cumsum([len(passage) for passage in passages])[:-1]
        return np.split(self._scaled(self._products.of(np.concatenate(passages))), boundaries)

    def greatest(
        self, passages: Sequence[NDArray[np.uint8]], run: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the greatest similarity of each question token in each run of passage tokens.

        Runs follow each other without overlap.

        Args:
            passages: For each passage `(tokens, dimension / 8)` uint8; at least one passage.
            run: Tokens in a run; the last run of a passage may have fewer.

        Returns:
            `(runs, question tokens)` float32, and the number of runs of each passage, `(passages,)` int64.

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
        """Return similarities from sums over set bits: the dot product with signs is q·(2b - 1) = 2 q·b - Σq."""
        similarities: NDArray[np.float32] = (2 * sums - self._sums).astype(np.float32)
        similarities /= GRID
        similarities /= self._length
        return similarities


def _nth_of_runs(lengths: NDArray[np.int64], counts: NDArray[np.int64], run: int) -> NDArray[np.int64]:
    """Return the indices of the first token of each run, of the second, and so on: `(run, runs)` int64.

    A last run that is short repeats the last token of its passage, which changes no maximum.
    """
    ends = np.repeat(np.cumsum(lengths), counts)
    nth_run = np.arange(len(ends)) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = ends - np.repeat(lengths, counts) + run * nth_run
    indices: NDArray[np.int64] = np.minimum(starts + np.arange(run)[:, np.newaxis], ends - 1)
    return indices
