"""Boilerplate recognised by its words: share buttons, newsletter boxes, licence notes."""

import re
from collections.abc import Collection, Sequence

from corpus.cleaning.blocks import Block
from corpus.cleaning.phrases import Mark, Phrases

BETWEEN_WORDS = 50
"""Maximum words of an appeal between two pieces of boilerplate."""

_APPEAL = re.compile(
    r"\b(?:we|our|us)\b.{0,120}\b(?:resources|support|donat\w+|subscri\w+|newsletter|sustain|contribut\w+|member\w*)\b"
    r"|\b(?:apoy\w+|recursos|donaci\w+|suscri\w+|boletín|soci[oa]s?)\b.{0,120}\b(?:nosotros|nuestr[oa]s?|necesitamos)\b"
    r"|\b(?:nuestr[oa]s?|necesitamos|queremos)\b.{0,120}\b(?:apoy\w+|recursos|donaci\w+|suscri\w+|boletín|soci[oa]s?)\b",
    re.IGNORECASE,
)


def marks_of(blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> dict[int, Mark]:
    """Return the boilerplate recognised by its words, by block index.

    Args:
        blocks: Blocks of the text.
        taken: Known boilerplate, which cannot be the end of the article.
        phrases: Phrases of boilerplate.
    """
    last_prose = max((at for at, block in enumerate(blocks) if block.prose and at not in taken), default=-1)
    found: dict[int, Mark] = {}
    for at, block in enumerate(blocks):
        marks = (mark for mark in phrases.marks if not (mark.after_body and at < last_prose) and _says(block, mark))
        mark = next(marks, None)
        if mark is not None:
            found[at] = mark
    return {at: mark for at, mark in found.items() if not mark.beside or {at - 1, at + 1} & found.keys()}


def _says(block: Block, mark: Mark) -> bool:
    if block.words > mark.words or (mark.unfinished and block.ended):
        return False
    texts = [block.text] if mark.keep_case else [block.text, block.plain]
    return block.plain in mark.whole or any(part.search(text) for part in mark.parts for text in texts)


def appeals_between(blocks: Sequence[Block], taken: Collection[int]) -> dict[int, str]:
    """Return appeals to readers between two pieces of boilerplate, by block index."""
    return {
        at: "appeal to readers"
        for at in range(1, len(blocks) - 1)
        if at not in taken
        and at - 1 in taken
        and at + 1 in taken
        and blocks[at].words <= BETWEEN_WORDS
        and _APPEAL.search(blocks[at].text)
    }
