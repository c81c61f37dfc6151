"""Token vectors kept as signs, and the late interaction (MaxSim) of a question with them.

MaxSim is the operator of ColBERT (Khattab and Zaharia, 2020, arXiv:2004.12832): for each question token, the
greatest similarity to any passage token. Here the passage side is one bit a dimension, the question side float.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack_signs", "signs_from_bytes", "signs_to_bytes", "token_similarities"]

GRID = np.float32(2**17)
"""Question tokens are rounded to multiples of 1 / GRID, far below what tells passages apart. Every sum over a token
of up to 4096 dimensions is then exact in float32, so that a passage scores the same in whatever company and
whatever order it is added up."""

BLOCK = 128
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


def token_similarities(
    question: NDArray[np.float32], passages: Sequence[NDArray[np.uint8]]
) -> list[NDArray[np.float32]]:
    """The similarity of every question token to every token of each passage.

    Args:
        question: `(question tokens, dimension)` float32, rows L2-normalised.
        passages: For each passage `(tokens, dimension / 8)` uint8.

    Returns:
        For each passage `(question tokens, tokens)` float32: the dot product with the signs scaled to length 1,
        so that it lies in [-1, 1]. They are views of one array with a row for each passage token.
    """
    if not passages:
        return []
    dimension = question.shape[1]
    question = np.rint(question * GRID) / GRID
    columns = np.ascontiguousarray(question.T)
    signs = np.concatenate(passages)
    scores = np.empty((len(signs), len(question)), dtype=np.float32)
    bits = np.empty((min(BLOCK, len(signs)), dimension), dtype=np.float32)
    for start in range(0, len(signs), BLOCK):
        rows = signs[start : start + BLOCK]
        bits[: len(rows)] = np.unpackbits(rows, axis=1)
        np.matmul(bits[: len(rows)], columns, out=scores[start : start + BLOCK])
    # q·(2b - 1) = 2 q·b - Σq: the bits need no mapping to ±1 first
    scores *= 2
    scores -= question.sum(axis=1)
    scores /= np.sqrt(np.float32(dimension))
    borders = np.cumsum([len(passage) for passage in passages])[:-1]
    return [rows.T for rows in np.split(scores, borders)]
