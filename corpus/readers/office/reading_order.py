"""The reading order of boxes on a page, by the recursive XY-cut (Nagy and Seth, 1984)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_DEPTH = 16
"""Deepest division. Each level looks at all boxes once."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `top` is less than `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def inner(self) -> "Box":
        """The box without a tenth at each side: boxes of text are drawn larger than it, and overlap a little."""
        across, down = (self.right - self.left) // 10, (self.bottom - self.top) // 10
        return Box(self.left + across, self.top + down, self.right - across, self.bottom - down)


def in_reading_order(boxes: Sequence[Box | None]) -> Sequence[int]:
    """Return the indexes of boxes in reading order, from left to right and from top to bottom.

    The widest gap that goes all the way across or down divides the boxes, then those on each side. Of both, that one
    is taken whose sides are more together in the order given, then the wider one. The order given stays where there is
    no gap, or if one box is unknown.
    """
    if any(box is None for box in boxes):
        return range(len(boxes))
    return list(_divided([box.inner for box in boxes if box is not None], range(len(boxes)), _DEPTH))


def _divided(boxes: Sequence[Box], indexes: Sequence[int], depth: int) -> Iterator[int]:
    if not depth or len(indexes) < 2:
        yield from indexes
        return
    cuts = []
    for across in (True, False):
        edges = [(boxes[at].top, boxes[at].bottom) if across else (boxes[at].left, boxes[at].right) for at in indexes]
        gap = _widest_gap(edges)
        if gap is not None:
            is_after = [start >= gap[1] for start, _ in edges]
            changes = sum(one is not other for one, other in pairwise(is_after))
            cuts.append((changes, -gap[0], is_after))
    if not cuts:
        yield from indexes
        return
    _, _, is_after = min(cuts)
    for side in (False, True):
        yield from _divided(
            boxes, [at for at, after in zip(indexes, is_after, strict=True) if after is side], depth - 1
        )


def _widest_gap(spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the size of the widest gap between spans, and where it ends; None if they overlap."""
    widest: tuple[int, int] | None = None
    ordered = sorted(spans)
    end = ordered[0][1]
    for first, last in ordered[1:]:
        if first >= end and (widest is None or first - end > widest[0]):
            widest = first - end, first
        end = max(end, last)
    return widest
