"""Phrases of boilerplate, from `phrases.toml`."""

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from corpus.cleaning.blocks import Block


@dataclass(frozen=True, slots=True)
class Mark:
    """A kind of boilerplate that is recognised by its words.

    Args:
        reason: Its name, shown to users.
        strong: Whether it is enough by itself; if not, the document needs a second sign.
        words: Maximum words of the block.
        whole: Normalised texts of whole blocks.
        parts: Patterns within a block.
        unfinished: Whether the block must not end like a sentence.
        keep_case: Whether `parts` are case-sensitive.
        after_body: Whether it counts only after the last prose.
        beside: Whether it counts only next to another mark.
    """

    reason: str
    strong: bool
    words: int
    whole: frozenset[str]
    parts: Sequence[re.Pattern[str]]
    unfinished: bool = False
    keep_case: bool = False
    after_body: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Phrases:
    """The contents of `phrases.toml`."""

    marks: Sequence[Mark]
    related: frozenset[str]
    related_parts: Sequence[re.Pattern[str]]
    comments: Sequence[re.Pattern[str]]
    comment_signs: Sequence[re.Pattern[str]]
    spam_kinds: Sequence[re.Pattern[str]]
    spam_address: re.Pattern[str]
    keep: Sequence[re.Pattern[str]]
    home: frozenset[str]
    sure_navigation: frozenset[str]
    navigation: frozenset[str]


@functools.cache
def phrases() -> Phrases:
    """Return the phrases. They are read once."""
    with resources.files("corpus.cleaning").joinpath("phrases.toml").open("rb") as file:
        data = tomllib.load(file)
    return Phrases(
        marks=[_mark(mark) for mark in data["mark"]],
        related=frozenset(data["related"]["whole"]),
        related_parts=_patterns(data["related"]["part"]),
        comments=_patterns(data["comments"]["part"]),
        comment_signs=_patterns(data["comments"]["sign"]),
        spam_kinds=_patterns(data["spam"]["kinds"]),
        spam_address=re.compile(data["spam"]["address"], re.IGNORECASE),
        keep=_patterns(data["keep"]["part"]),
        home=frozenset(data["navigation"]["home"]),
        sure_navigation=frozenset(data["navigation"]["sure"]),
        navigation=frozenset(data["navigation"]["words"]),
    )


def is_kept(block: Block, phrases: Phrases) -> bool:
    """Return whether a block is a note, a source or the like, which belongs to the article."""
    return any(part.search(block.plain) or part.search(block.text) for part in phrases.keep)


def _mark(mark: dict[str, Any]) -> Mark:
    flags = 0 if mark.get("keep_case") else re.IGNORECASE
    parts, whole = _patterns(mark.pop("part", ()), flags), frozenset(mark.pop("whole", ()))
    return Mark(**mark, whole=whole, parts=parts)


def _patterns(sources: Sequence[str], flags: int = re.IGNORECASE) -> list[re.Pattern[str]]:
    return [re.compile(source, flags) for source in sources]
