"""What must hold of whatever comes of a hostile file."""

import json
import re
from collections.abc import Iterator, Sequence

from corpus.documents.document import SourceDocument
from service.reading.splitting import SplitText
from tests.corpus.samples import is_clause
from tests.hostile.generators import MARKER

__all__ = [
    "LONGEST_REASON",
    "class_of",
    "faults_of_document",
    "faults_of_passages",
    "faults_of_reason",
    "is_over_a_limit",
]

LONGEST_REASON = 300
"""Characters of a clause that somebody reads."""

_GIVEN_AWAY = (
    "/documents",
    "tmp/",
    "/etc",
    "/proc",
    "/usr",
    "/opt",
    "/var",
    "/root",
    "/home",
    "site-packages",
    ".py",
    "Traceback",
)
_OVER = ("took more than", "takes more than", "crashed or needed more")


def faults_of_reason(reason: str) -> Iterator[str]:
    """What is wrong with a reason that a file or a record is refused for."""
    if not is_clause(reason):
        yield "reason: no clause"
    if len(reason) > LONGEST_REASON:
        yield "reason: too long"
    if not reason.isprintable():
        yield "reason: unprintable"
    if MARKER in reason:
        yield "reason: gives away what is in the file"
    yield from (f"reason: has {part}" for part in _GIVEN_AWAY if part in reason)


def is_over_a_limit(reason: str) -> bool:
    """Whether a file was refused for what reading it cost. That keeps the promise, and is worth a look."""
    return any(part in reason for part in _OVER)


def faults_of_document(document: SourceDocument) -> Iterator[str]:
    """What is wrong with a document: it cannot be stored, or its maps do not lie in its text."""
    about = document.metadata
    if not document.text.strip() or not about.title.strip():
        yield "document: no text or title"
    kept = [document.text, document.source, about.title, about.publisher, about.language, about.url]
    try:
        json.dumps([*kept, *about.authors, *about.tags, about.extra], ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        yield f"document: cannot be stored ({type(error).__name__})"
    length = len(document.text)
    for name, places in (("sections", [one.start for one in document.sections]), ("pages", list(document.pages))):
        if places != sorted(places) or any(not 0 <= place <= length for place in places):
            yield f"document: {name} out of order or outside"
    if not _in_order([(one.start, one.end) for one in document.removed_spans], length):
        yield "document: removed spans overlap or lie outside"


def faults_of_passages(document: SourceDocument, cut: SplitText) -> Iterator[str]:
    """What is wrong with passages: they overlap, hold what was removed, or leave something out."""
    text = document.text
    spans = [(one.start, one.end) for one in cut.passages]
    if not _in_order(spans, len(text)):
        yield "passages: overlap or lie outside"
        return
    taken = sorted([*spans, *((one.start, one.end) for one in document.removed_spans)])
    if not _in_order(taken, len(text)):
        yield "passages: hold what was removed"
        return
    at = 0
    for start, end in [*taken, (len(text), len(text))]:
        if text[at:start].strip():
            yield "passages: leave something out"
            return
        at = end


def class_of(fault: str) -> str:
    """A fault without what differs from file to file."""
    return re.sub(r"\d[\d,.]*", "N", re.sub(r"'[^']*'", "'…'", fault))[:120]


def _in_order(spans: Sequence[tuple[int, int]], length: int) -> bool:
    last = 0
    for start, end in spans:
        if not last <= start < end <= length:
            return False
        last = end
    return True
