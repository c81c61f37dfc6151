"""Where a rated passage stands today, as words that stand in their document once."""

from collections.abc import Callable
from dataclasses import dataclass

from corpus.documents import revision_of
from corpus.errors import UnknownDocumentError
from eval.sets.feedback import RatedPassage

__all__ = ["NotFoundAgainError", "Place", "place_of", "unique_span"]


class NotFoundAgainError(Exception):
    """A rated passage cannot be found again; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a document that stand in it once, and where."""

    document: str
    start: int
    quote: str


def place_of(passage: RatedPassage, text_of: Callable[[str], str]) -> tuple[Place, bool]:
    """The highlight of a rated passage, or all of it where nothing was marked.

    Args:
        passage: The passage.
        text_of: Gives a document's canonical text by its id.

    Returns:
        The place, and whether its document has changed since it was rated.

    Raises:
        NotFoundAgainError: The document or the words are no longer there.
    """
    try:
        text = text_of(passage.document_id)
    except UnknownDocumentError as error:
        raise NotFoundAgainError(f"there is no document '{passage.document_id}' in the store any more") from error
    changed = revision_of(text) != passage.revision
    start, end = _moved(passage, text) if changed else _marked(passage)
    if not text[start:end].strip():
        raise NotFoundAgainError(f"'{passage.document_id}' has no words from {start} to {end}")
    start, end = unique_span(text, start, end)
    return Place(passage.document_id, start, text[start:end]), changed


def _moved(passage: RatedPassage, text: str) -> tuple[int, int]:
    if passage.text is None:
        raise NotFoundAgainError(f"'{passage.document_id}' has changed since, and the rating does not hold the words")
    start, end = _marked(passage)
    marked = passage.text[start - passage.start : end - passage.start]
    for words, offset in ((passage.text, start - passage.start), (marked, 0)):
        at = text.find(words)
        if words.strip() and at >= 0 and text.find(words, at + 1) < 0:
            return at + offset, at + offset + len(marked)
    raise NotFoundAgainError(f"'{passage.document_id}' has changed since, and these words no longer stand in it once")


def _marked(passage: RatedPassage) -> tuple[int, int]:
    """The highlight in code points of the document; the whole passage without one."""
    if passage.highlight is None:
        return passage.start, passage.end
    return passage.start + passage.highlight.start, passage.start + passage.highlight.end


def unique_span(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without white space at its ends, made longer word by word until its words stand in the text once.

    Args:
        text: A document's canonical text.
        start: Where the span begins.
        end: Where it ends; it holds more than white space.
    """
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    after = True
    while text.find(text[start:end], text.find(text[start:end]) + 1) >= 0:
        if (after and end < len(text.rstrip())) or not text[:start].strip():
            end = _word_after(text, end)
        else:
            start = _word_before(text, start)
        after = not after
    return start, end


def _word_after(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _word_before(text: str, at: int) -> int:
    while text[at - 1].isspace():
        at -= 1
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at
