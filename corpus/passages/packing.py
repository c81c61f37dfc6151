"""Packing of a text's pieces into chunks, at boundaries where the least context is lost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import accumulate

CHUNKING_VERSION = 2
"""Part of the store's fingerprint. Raise it when the same text would be split differently."""


class Tie(IntEnum):
    """Context that is lost if a passage begins with a piece."""

    FREE = 0
    """None: a new paragraph of prose, or a new question."""
    FOLLOW_UP = 1
    """A follow-up question or remark is separated from the answer that it refers to."""
    INSIDE = 2
    """An answer is split."""
    AFTER_REMARK = 3
    """An answer may be separated from the remark that it answers."""
    AFTER_HEADING = 4
    """A heading or question is separated from the text below it."""


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
    """Pack pieces in order into chunks of up to `target` tokens.

    A chunk ends before the piece that does not fit. It ends before an earlier piece if less context is lost there, and
    that piece and those after it fit into one chunk. A piece below a heading or question may exceed the target, up to
    `most` tokens.

    Yields:
        The length of each chunk. Together they are as long as the pieces.
    """
    chunk: list[Piece] = []
    size = 0
    for piece in pieces:
        if chunk and not piece.size:  # blank or invisible: no boundary before it
            chunk[-1] = replace(chunk[-1], length=chunk[-1].length + piece.length)
            continue
        if chunk and size + piece.size > target:
            at, tie = _boundary(chunk, piece, most if piece.tie >= Tie.AFTER_REMARK else target)
            if tie is not Tie.AFTER_HEADING or size + piece.size > most:
                yield sum(part.length for part in chunk[:at])
                chunk = chunk[at:]
                size = sum(part.size for part in chunk)
        chunk.append(piece)
        size += piece.size
    if chunk:
        yield sum(part.length for part in chunk)


def _boundary(chunk: Sequence[Piece], piece: Piece, room: int) -> tuple[int, Tie]:
    """Return where to end a chunk: the last boundary with the least tie after which the rest and `piece` fit."""
    best, tie = len(chunk), piece.tie
    after = accumulate(part.size for part in reversed(chunk))
    for at, rest in zip(range(len(chunk) - 1, 0, -1), after, strict=False):
        if rest + piece.size > room:
            break
        if chunk[at].tie < tie:
            best, tie = at, chunk[at].tie
    return best, tie
