"""Location of a rated passage in the present text of its document, as a quote that occurs once."""

from collections.abc import Callable
from dataclasses import dataclass

from corpus.documents import revision_of
from corpus.errors import UnknownDocumentError
from service.schemas import RatedPassage


class QuoteNotFoundError(Exception):
    """A rated passage cannot be located, for the reason in the message."""


@dataclass(frozen=True, slots=True)
class QuoteSpan:
    """A quote that occurs once in a document, and its start."""

    document: str
    start: int
    quote: str


def locate_quote(passage: RatedPassage, text_of: Callable[[str], str]) -> tuple[QuoteSpan, bool]:
    """Locate the highlight of a rated passage, or the whole passage if it has none.

    Args:
        passage: The passage.
        text_of: Returns the canonical text of a document by its id.

    Returns:
        The quote, and whether its document has changed since the rating.

    Raises:
        QuoteNotFoundError: The document or the words no longer exist.
    """
    try:
        text = text_of(passage.document_id)
    except UnknownDocumentError as error:
        raise QuoteNotFoundError(f"the document '{passage.document_id}' is no longer in the store") from error
    changed = revision_of(text) != passage.revision
    start, end = _moved(passage, text) if changed else _marked(passage)
    if not text[start:end].strip():
        raise QuoteNotFoundError(f"'{passage.document_id}' has no words from {start} to {end}")
    start, end = unique_span(text, start, end)
    return QuoteSpan(passage.document_id, start, text[start:end]), changed


def _moved(passage: RatedPassage, text: str) -> tuple[int, int]:
    if passage.text is None:
        raise QuoteNotFoundError(f"'{passage.document_id}' has changed since, and the rating has no 'text'")
    start, end = _marked(passage)
    marked = passage.text[start - passage.start : end - passage.start]
    for words, offset in ((passage.text, start - passage.start), (marked, 0)):
        at = text.find(words)
        if words.strip() and at >= 0 and text.find(words, at + 1) < 0:
            return at + offset, at + offset + len(marked)
    raise QuoteNotFoundError(
        f"'{passage.document_id}' has changed since, and the words no longer occur in it exactly once"
    )


def _marked(passage: RatedPassage) -> tuple[int, int]:
    """Return the span of the highlight in the document, or of the passage if it has none."""
    if passage.highlight is None:
        return passage.start, passage.end
    return passage.start + passage.highlight.start, passage.start + passage.highlight.end


def unique_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Strip a span, and extend it word by word until its text is unique.

    Args:
        text: Canonical text of a document.
        start: Start of the span.
        end: End of the span, which is not blank.
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
