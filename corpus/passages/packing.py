"""Pieces of a text put together, so that what belongs together is not parted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import accumulate

__all__ = ["CHUNKING_VERSION", "Piece", "Tie", "packed"]

CHUNKING_VERSION = 2
"""Part of the encoder's fingerprint: raised whenever the same text would be cut differently."""


class Tie(IntEnum):
    """How much is lost when a passage begins with a piece, rather than going on with it."""

    FREE = 0
    """Nothing: a new thought, or a new question."""
    LEANING = 1
    """A follow-up question or remark parts from what it refers to."""
    INSIDE = 2
    """An answer is cut in two."""
    PROMPTED = 3
    """An answer, perhaps, parts from the remark that it answers."""
    TIED = 4
    """A heading or question parts from what it announces."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text.

    Args:
        length: In code points.
        size: In tokens.
        tie: To the piece before it.
    """

    length: int
    size: int
    tie: Tie = Tie.FREE


def packed(pieces: Iterable[Piece], target: int, most: int) -> Iterator[int]:
    """Pack pieces in their order into chunks of up to `target` tokens.

    Where a piece has no room, the chunk ends before it, or before an earlier piece if less is lost there and the
    rest has room together. For what is tied to the chunk's first pieces, up to `most` tokens are allowed.

    Yields:
        The length of each chunk; together they are as long as the pieces.
    """
    chunk: list[Piece] = []
    size = 0
    for piece in pieces:
        if chunk and not piece.size:  # blank or invisible: a place for a border as bad as any
            chunk[-1] = replace(chunk[-1], length=chunk[-1].length + piece.length)
            continue
        if chunk and size + piece.size > target:
            at, tie = _border(chunk, piece, most if piece.tie >= Tie.PROMPTED else target)
            if tie is not Tie.TIED or size + piece.size > most:
                yield sum(part.length for part in chunk[:at])
                chunk = chunk[at:]
                size = sum(part.size for part in chunk)
        chunk.append(piece)
        size += piece.size
    if chunk:
        yield sum(part.length for part in chunk)


def _border(chunk: Sequence[Piece], piece: Piece, room: int) -> tuple[int, Tie]:
    """Where to end a chunk so that its rest has room with `piece`: where the tie is least, and there the last place."""
    best, tie = len(chunk), piece.tie
    after = accumulate(part.size for part in reversed(chunk))
    for at, rest in zip(range(len(chunk) - 1, 0, -1), after, strict=False):
        if rest + piece.size > room:
            break
        if chunk[at].tie < tie:
            best, tie = at, chunk[at].tie
    return best, tie
