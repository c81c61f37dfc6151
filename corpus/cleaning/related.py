"""Lists of other articles below an article."""

import operator
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import NamedTuple

from corpus.cleaning.blocks import Block
from corpus.cleaning.phrases import Phrases, is_kept

TEASER_WORDS = 45
"""Maximum words of a teaser."""

LIST_HEADLINES = 3
"""Minimum headlines of a list without other signs."""

TITLE_WORDS = 4
"""Minimum words of most titles of articles. Items of other lists have one or two."""


def related_articles(blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> dict[int, str]:
    """Return lists of other articles, each below a line that announces it, by block index.

    A list has dates on their own lines, truncated teasers, headlines with a sentence below, or headlines alone. It ends
    where the article continues or its notes begin.
    """
    found: dict[int, str] = {}
    lists = _Lists(blocks, taken, phrases)
    for at, block in enumerate(blocks):
        if at not in found and _opens_list(block, phrases):
            end = lists.end(at + 1)
            if lists.is_list(at + 1, end):
                found |= dict.fromkeys(range(at, end), "other articles")
    return found


def _opens_list(block: Block, phrases: Phrases) -> bool:
    text = block.plain
    return block.words <= 8 and (text in phrases.related or any(part.search(text) for part in phrases.related_parts))


class _Shapes(NamedTuple):
    """Numbers of blocks by shape.

    Args:
        items: Blocks that are not other boilerplate.
        shown: Dates and truncated blocks, which occur in lists of articles only.
        headlines: Possible titles of articles.
        titles: Blocks as long as a title of an article.
        sentences: Blocks of prose.
    """

    items: int = 0
    shown: int = 0
    headlines: int = 0
    titles: int = 0
    sentences: int = 0

    def plus(self, other: "_Shapes") -> "_Shapes":
        """Return the sum of both."""
        return _Shapes(*map(operator.add, self, other))

    def minus(self, other: "_Shapes") -> "_Shapes":
        """Return the difference of both."""
        return _Shapes(*map(operator.sub, self, other))

    def are_a_list(self) -> bool:
        """Return whether blocks of these shapes are a list of articles."""
        if self.shown >= 2 or (self.headlines >= 2 and (self.shown >= 1 or self.sentences >= 2)):
            return True
        return self.headlines >= LIST_HEADLINES and self.headlines == self.items and 2 * self.titles > self.items


class _Lists:
    """Lists of articles. Every line may open one, so the shape of each block is computed once for all of them."""

    def __init__(self, blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> None:
        self._blocks = blocks
        self._taken = taken
        self._phrases = phrases
        self._walked = range(0)
        self._until: list[_Shapes] = []

    def end(self, start: int) -> int:
        """Return the end of the list that begins at an index. Call it with increasing indexes."""
        blocks = self._blocks
        if start >= len(blocks) or not (start in self._taken or self._begins(start)):
            return start
        at = self._walk(start + 1)
        last = at - 1
        if at < len(blocks) and last > start and blocks[last].headline and blocks[at].prose and not blocks[last].dated:
            return last  # possibly the article's own heading
        return at

    def is_list(self, start: int, end: int) -> bool:
        """Return whether the blocks of `[start, end)` are a list of articles."""
        if not self._until:
            self._until = list(accumulate(map(self._shapes, range(len(self._blocks))), _Shapes.plus, initial=_Shapes()))
        return self._until[end].minus(self._until[start]).are_a_list()

    def _shapes(self, at: int) -> _Shapes:
        block = self._blocks[at]
        if at in self._taken:
            return _Shapes()
        shown, headline = block.dated or block.cut_off, block.headline and not block.dated
        return _Shapes(1, shown, headline, block.words >= TITLE_WORDS, block.prose)

    def _walk(self, start: int) -> int:
        """Return the first index that does not continue the list."""
        if start not in self._walked:
            at = start
            while at < len(self._blocks) and (at in self._taken or self._continues_with(at)):
                at += 1
            self._walked = range(start, at + 1)
        return self._walked[-1]

    def _begins(self, at: int) -> bool:
        """Return whether a block can be the first item of a list."""
        block = self._blocks[at]
        if is_kept(block, self._phrases):
            return False
        return block.cut_off or block.dated or _opens_list(block, self._phrases) or block.headline

    def _continues_with(self, at: int) -> bool:
        """Return whether a block can be another item, or the teaser of the item before it."""
        block, before = self._blocks[at], self._blocks[at - 1]
        if self._begins(at):
            return True
        if is_kept(block, self._phrases) or block.words > TEASER_WORDS:
            return False
        return (before.dated or before.headline) and self._may_continue(at + 1)

    def _may_continue(self, at: int) -> bool:
        """Return whether the text ends here, or the next block can belong to a list."""
        if at >= len(self._blocks):
            return True
        block = self._blocks[at]
        return is_kept(block, self._phrases) or block.cut_off or block.dated or not block.prose
