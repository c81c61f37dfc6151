"""Boilerplate above an article, and menus anywhere."""

import re
from collections.abc import Sequence

from corpus.cleaning.blocks import Block
from corpus.cleaning.phrases import Phrases
from corpus.documents import RemovedSpan

HEAD_BLOCKS = 8
"""Number of first blocks searched for a breadcrumb, and of blocks below it searched for the headline."""

HEADLINE_LETTERS = 12
"""Minimum length of a headline; a shorter one may end another line by chance."""

MENU_ITEMS = 3
"""Minimum items of a menu."""

MENU_WORDS = 4
"""Maximum words of a menu item."""

_SEPARATORS = re.compile(r" ?[>›»→/|·•] ?")  # in a block, white space is single spaces
_TRAIL = re.compile(r" ?[>›→] ?| [»/|] ")
_GLUED = re.compile(r"(?:[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+){2,6}")
_GLUED_WORD = re.compile(r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+")


def breadcrumb(blocks: Sequence[Block], phrases: Phrases) -> RemovedSpan | None:
    """Return the breadcrumb, such as "Home > News > Headline" or "HomeNewsHeadline".

    It includes the headline if the headline is repeated below.
    """
    for at, block in enumerate(blocks[:HEAD_BLOCKS]):
        if block.prose:
            return None
        below = [other.text for other in blocks[at + 1 : at + 1 + HEAD_BLOCKS]]
        end = _trail_end(block.text, below, phrases)
        if end is None:
            end = _glued_end(block.text, below, phrases)
        if end is not None:
            if end >= len(block.text) or block.text[end:].strip() in below:
                return RemovedSpan(block.start, block.end, "breadcrumb")
            if block.end - block.start == len(block.text):  # no white space was folded: positions are the text's
                return RemovedSpan(block.start, block.start + len(block.text[:end].rstrip()), "breadcrumb")
    return None


def _trail_end(text: str, below: Sequence[str], phrases: Phrases) -> int | None:
    """Return the end of a breadcrumb with separators, where the headline begins."""
    borders = list(_TRAIL.finditer(text))
    if not borders:
        return None
    parts = _TRAIL.split(text)
    if any(len(part.split()) > MENU_WORDS for part in parts[:-1]):
        return None
    at_home = parts[0].casefold() in phrases.home
    if at_home and (len(borders) >= 2 or parts[-1] in below):
        section = parts[-1].casefold() in phrases.navigation or len(parts[-1].split()) <= 2
        return len(text) if section else borders[-1].end()
    if len(borders) >= 2 and parts[-1] in below and len(parts[-1]) >= HEADLINE_LETTERS:
        return len(text)
    return None


def _glued_end(text: str, below: Sequence[str], phrases: Phrases) -> int | None:
    """Return the end of a breadcrumb without separators, where the headline begins."""
    for headline in below:
        if len(headline) >= HEADLINE_LETTERS and text.endswith(headline) and _GLUED.fullmatch(text[: -len(headline)]):
            return len(text) - len(headline)
    end, known = 0, 0
    for word in _GLUED_WORD.finditer(text):
        if word.start() != end or word.group().casefold() not in phrases.navigation:
            break
        end, known = word.end(), known + 1
    at_home = text.casefold().startswith(tuple(phrases.home))
    return end if at_home and known >= 2 and re.match(r"[A-ZÁÉÍÓÚÑ¿¡\"“‘0-9]", text[end:]) else None


def headline(blocks: Sequence[Block]) -> str | None:
    """Return the headline if it occurs twice above the first prose, with a date; the first line is then the site."""
    head = []
    for block in blocks[:HEAD_BLOCKS]:
        if block.prose:
            break
        head.append(block)
    for at, block in enumerate(head):
        again = [other for other in head[at + 1 :] if other.text == block.text]
        if at and block.headline and again and any(other.dated for other in head):
            return block.text
    return None


def menus(blocks: Sequence[Block], phrases: Phrases) -> dict[int, str]:
    """Return menus by block index: above the first prose or below the last, in lines or in one line."""
    prose = [at for at, block in enumerate(blocks) if block.prose]
    first, last = (prose[0], prose[-1]) if prose else (len(blocks), -1)
    outside = [*range(first), *range(max(last + 1, first), len(blocks))]
    found = {at: "menu" for at in outside if _menu_line(blocks[at].text, phrases)}
    run: list[int] = []
    for at in [*outside, len(blocks)]:
        item = at < len(blocks) and blocks[at].words <= MENU_WORDS and not blocks[at].ended
        if item and (not run or at == run[-1] + 1):
            run.append(at)
            continue
        found |= _menu_run(run, blocks, phrases)
        run = [at] if item else []
    return found


def _menu_line(text: str, phrases: Phrases) -> bool:
    parts = [part.casefold() for part in _SEPARATORS.split(text) if part]
    known = sum(part in phrases.navigation for part in parts)
    if len(parts) < MENU_ITEMS or any(len(part.split()) > MENU_WORDS for part in parts):
        return False
    return known >= MENU_ITEMS and 2 * known >= len(parts) and not phrases.sure_navigation.isdisjoint(parts)


def _menu_run(run: Sequence[int], blocks: Sequence[Block], phrases: Phrases) -> dict[int, str]:
    """Return the blocks from the first known item of a run to the last, if at least half of them are known."""
    known = [at for at in run if blocks[at].plain in phrases.navigation]
    if len(known) < MENU_ITEMS or 2 * len(known) < known[-1] - known[0] + 1:
        return {}
    if phrases.sure_navigation.isdisjoint(blocks[at].plain for at in known):
        return {}
    return dict.fromkeys(range(known[0], known[-1] + 1), "menu")
