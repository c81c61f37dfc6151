"""Readers' comments below an article, and advertisements among them."""

import itertools
import re
from collections.abc import Collection, Sequence

from corpus.cleaning.blocks import Block
from corpus.cleaning.phrases import Phrases, is_kept

COMMENT_SIGNS = 2
"""Minimum signs of comments below a line that announces them."""

MOST_COMMENTS = 1.5
"""Length of comments on an article, as a multiple of it. Longer ones may be what the text is about."""

_COUNTED = re.compile(r"\(\d{1,6}\)$")
"""The count of comments as pages show it."""

_AFTER = re.compile(
    r"^(?:categor(?:y|ies)|tags|tagged|filed under|posted in|about the author|categorías?|etiquetas|archivado en"
    r"|sobre (?:el|la) autora?)\b",
    re.IGNORECASE,
)


def reader_comments(blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> dict[int, str]:
    """Return readers' comments by block index.

    They begin at a line that announces them, if comments seem to follow; or, after the end of the article (tags, a note
    on the author, boilerplate), at a line with only a date and a time of day. They end where notes to the article
    begin. If they are longer than an article's, or nothing shows that the text is from a web page, they stay: a record
    of comments consists of them.
    """
    announced = _announced(blocks, phrases)
    starts = _stamped(blocks, taken) if announced is None else announced
    if starts is None:
        return {}
    end = starts + 1
    while end < len(blocks) and not is_kept(blocks[end], phrases):
        end += 1
    comments = range(starts, end)
    if announced is not None and not _are_on_a_page(blocks, comments, taken, phrases):
        return {}
    article = sum(len(blocks[at].text) for at in range(starts) if at not in taken)
    if sum(len(blocks[at].text) for at in comments) > MOST_COMMENTS * article:
        return {}
    return dict.fromkeys(range(starts, end), "reader comments")


def _are_on_a_page(blocks: Sequence[Block], comments: range, taken: Collection[int], phrases: Phrases) -> bool:
    """Return whether something else than a heading and days shows that these are comments on a web page.

    Objections to a plan, or letters in a record, have a heading and days too.
    """
    if _COUNTED.search(blocks[comments.start].text):
        return True
    return any(at not in comments for at in taken) or any(_is_of_a_page(blocks[at], phrases) for at in comments)


def _is_of_a_page(block: Block, phrases: Phrases) -> bool:
    return any(sign.search(block.plain) or sign.search(block.text) for sign in phrases.comment_signs)


def _announced(blocks: Sequence[Block], phrases: Phrases) -> int | None:
    first_prose = next((at for at, block in enumerate(blocks) if block.prose), len(blocks))
    for at in range(first_prose + 1, len(blocks)):
        if any(part.search(blocks[at].plain) for part in phrases.comments):
            signs = (other for other in blocks[at + 1 :] if _comment_sign(other, phrases))
            is_followed = len(list(itertools.islice(signs, COMMENT_SIGNS))) == COMMENT_SIGNS
            return at if is_followed else None  # later lines have no more signs below them
    return None


def _comment_sign(block: Block, phrases: Phrases) -> bool:
    return block.stamped or _is_of_a_page(block, phrases)


def _stamped(blocks: Sequence[Block], taken: Collection[int]) -> int | None:
    first_prose = next((at for at, block in enumerate(blocks) if block.prose), len(blocks))
    closed = False
    for at, block in enumerate(blocks):
        if at <= first_prose:
            continue
        closed = closed or at in taken or (block.words <= 24 and _AFTER.match(block.text) is not None)
        if closed and block.stamped:
            return at
    return None


def advertising_comments(blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> dict[int, str]:
    """Return advertisements at the end of a text, by block index: an address, and typical words."""
    found: dict[int, str] = {}
    for at in reversed(range(len(blocks))):
        if at in taken:
            continue
        block = blocks[at]
        if not phrases.spam_address.search(block.text):
            break
        if sum(kind.search(block.text) is not None for kind in phrases.spam_kinds) < 2:
            break
        found[at] = "advertising comment"
        if at and blocks[at - 1].dated:
            found[at - 1] = "advertising comment"
    return found
