"""What web pages have below an article: lists of other articles, and readers' comments."""

import re
from collections.abc import Collection, Sequence

from corpus.cleaning.blocks import Block
from corpus.cleaning.phrases import Phrases

__all__ = ["advertising_comments", "reader_comments", "related_articles"]

TEASER_WORDS = 45
"""The words that a list gives of another article are no more."""

LIST_HEADLINES = 3
"""So many headlines in a row are a list of links."""

COMMENT_SIGNS = 2

_AFTER = re.compile(
    r"^(?:categor(?:y|ies)|tags|tagged|filed under|posted in|about the author|categorías?|etiquetas|archivado en"
    r"|sobre (?:el|la) autora?)\b",
    re.IGNORECASE,
)


def related_articles(blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> dict[int, str]:
    """Lists of other articles, each under a line that says so, by the place of their blocks.

    Such a list is furniture if it shows the shapes of one: dates on lines of their own, blurbs that break off,
    headlines with a sentence below, or headlines alone. It ends where the article goes on, or its notes begin.
    """
    found: dict[int, str] = {}
    for at, block in enumerate(blocks):
        if at not in found and _opens_list(block, phrases):
            end = _list_end(blocks, at + 1, taken, phrases)
            if _is_list(blocks, range(at + 1, end), taken):
                found |= dict.fromkeys(range(at, end), "other articles")
    return found


def _opens_list(block: Block, phrases: Phrases) -> bool:
    said = block.plain
    return block.words <= 8 and (said in phrases.related or any(part.search(said) for part in phrases.related_parts))


def _list_end(blocks: Sequence[Block], start: int, taken: Collection[int], phrases: Phrases) -> int:
    at = start
    while at < len(blocks) and (at in taken or _in_list(blocks, at, start, phrases)):
        at += 1
    last = at - 1
    if at < len(blocks) and last > start and blocks[last].headline and blocks[at].prose and not blocks[last].dated:
        at = last  # the article's own heading, perhaps
    return at


def _in_list(blocks: Sequence[Block], at: int, start: int, phrases: Phrases) -> bool:
    block = blocks[at]
    if _kept(block, phrases):
        return False
    if block.cut_off or block.dated or _opens_list(block, phrases):
        return True
    if block.headline:
        return True
    if block.words > TEASER_WORDS:
        return False
    before = blocks[at - 1]
    titled = at > start and (before.dated or (before.headline and at - 1 > start - 1))
    return titled and _goes_on(blocks, at + 1, phrases)


def _goes_on(blocks: Sequence[Block], at: int, phrases: Phrases) -> bool:
    """Whether the text ends here, or the next block is of a list too: a date, a headline, words that break off."""
    if at >= len(blocks):
        return True
    block = blocks[at]
    if _kept(block, phrases) or block.cut_off or block.dated:
        return True
    return not block.prose


def _is_list(blocks: Sequence[Block], places: range, taken: Collection[int]) -> bool:
    items = [blocks[at] for at in places if at not in taken]
    shown = sum(block.dated or block.cut_off for block in items)
    headlines = sum(block.headline and not block.dated for block in items)
    sentences = sum(block.prose for block in items)
    listed = shown >= 2 or (headlines >= 2 and (shown >= 1 or sentences >= 2))
    return listed or (headlines >= LIST_HEADLINES and headlines == len(items) and _titles(items))


def _titles(items: Sequence[Block]) -> bool:
    """Whether they are as long as titles of articles are; a list of things has a word or two each."""
    return sum(block.words >= 4 for block in items) * 2 > len(items)


def _kept(block: Block, phrases: Phrases) -> bool:
    """Whether a block is a note, a source or the like, which belong to the article before them."""
    return any(part.search(block.plain) or part.search(block.text) for part in phrases.keep)


def reader_comments(blocks: Sequence[Block], taken: Collection[int], phrases: Phrases) -> dict[int, str]:
    """Readers' comments, by the place of their blocks.

    They begin at a line that announces them, if what follows looks like comments; or, after what closes an article
    (tags, a note on the author, furniture), at a line that is no more than a date and a time of day. They end where
    notes to the article begin, or the text does.
    """
    starts = _announced(blocks, phrases) or _stamped(blocks, taken)
    if starts is None:
        return {}
    end = starts + 1
    while end < len(blocks) and not _kept(blocks[end], phrases):
        end += 1
    return dict.fromkeys(range(starts, end), "reader comments")


def _announced(blocks: Sequence[Block], phrases: Phrases) -> int | None:
    first_prose = next((at for at, block in enumerate(blocks) if block.prose), len(blocks))
    for at, block in enumerate(blocks):
        if at > first_prose and any(part.search(block.plain) for part in phrases.comments):
            signs = sum(_comment_sign(other, phrases) for other in blocks[at + 1 :])
            if signs >= COMMENT_SIGNS:
                return at
    return None


def _comment_sign(block: Block, phrases: Phrases) -> bool:
    return block.stamped or any(sign.search(block.plain) or sign.search(block.text) for sign in phrases.comment_signs)


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
    """Advertisements posted at the end of a text: an address to write to, and the words of such advertisements."""
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
