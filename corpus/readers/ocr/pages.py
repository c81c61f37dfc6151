"""Recognition of one page after the other, within limits of time."""

import contextlib
import contextvars
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.documents import RECOGNISED
from corpus.readers.ocr.engine import MIN_CONFIDENCE, OutOfTime, confidence_of, recognised
from corpus.readers.ocr.layout import paragraphs_of

if TYPE_CHECKING:
    from PIL.Image import Image

PAGE_SECONDS = 60
"""Processor time for a page. A page of small print takes 4; there is room for a newspaper's."""

FILE_SECONDS = 1800
"""Processor time for all pages of a file, enough for some 500."""

MAX_PIXELS = 12_000_000
"""Pixels of a page. A larger one is scaled down; a page of A4 at 300 dpi has 9 million."""

INSTALL = "install footnote-qa[ocr] to have the words recognised"

MAX_NAMED = 10
"""Maximum pages listed in a note."""

_WORD = re.compile(r"[^\W_]{2}")
"""A word or number. A page with nothing but single signs is a drawing, of which the recogniser makes `O` or `1)`."""

_begun: contextvars.ContextVar[Callable[[], None]] = contextvars.ContextVar("begun", default=lambda: None)


def named_pages(pages: list[int]) -> str:
    """Return the numbers of pages as part of a sentence."""
    named = ", ".join(map(str, pages[:MAX_NAMED]))
    more = f" and {len(pages) - MAX_NAMED:,} more" if len(pages) > MAX_NAMED else ""
    return f"{'page' if len(pages) == 1 else 'pages'} {named}{more}"


@contextlib.contextmanager
def reporting_pages(begun: Callable[[], None]) -> Iterator[None]:
    """Call a function whenever a page is about to be recognised, as long as the block runs."""
    token = _begun.set(begun)
    try:
        yield
    finally:
        _begun.reset(token)


@dataclass(slots=True)
class Recognition:
    """Recognises the pages of a file.

    Args:
        confidences: Mean confidence of each page with recognised words, by its number from 1.
        without: Pages on which no words were found.
        unsure: Pages of which lines with low confidence were left out.
        late: Pages that were left out because they take too long.
        seconds: Processor time that is left.
    """

    confidences: dict[int, float] = field(default_factory=dict)
    without: list[int] = field(default_factory=list)
    unsure: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    seconds: float = FILE_SECONDS

    def paragraphs(self, picture: Callable[[], "Image"], number: int) -> list[str]:
        """Return the paragraphs of a page.

        Args:
            picture: Returns the page, in mode RGB, of at most `MAX_PIXELS`.
            number: Its number, from 1.
        """
        if self.seconds <= 0:
            self.late.append(number)
            return []
        _begun.get()()
        before = time.process_time()
        try:
            words = recognised(picture(), min(PAGE_SECONDS, self.seconds))
        except OutOfTime:
            self.late.append(number)
            return []
        finally:
            self.seconds -= time.process_time() - before
        sure = [each for each in words if each.confidence >= MIN_CONFIDENCE]
        if len(sure) < len(words):
            self.unsure.append(number)
        if not any(_WORD.search(each.text) for each in sure):
            self.without.append(number)
            return []
        self.confidences[number] = min(0.999, round(confidence_of(sure), 3))
        return paragraphs_of(sure)

    @property
    def extra(self) -> dict[str, object]:
        """The confidences, as metadata of the document."""
        return (
            {RECOGNISED: {str(number): each for number, each in self.confidences.items()}} if self.confidences else {}
        )

    def refusal(self) -> str | None:
        """Return why a file without any other words is refused; None if no page was recognised."""
        if self.late:
            return "recognising its words takes too long; split it"
        if self.without:
            return "it has no text: no words were recognised; give a larger picture, or one with more contrast"
        return None

    def notes(self, numbers: Callable[[list[int]], str] | None) -> list[str]:
        """Return notes for the summary. `numbers` names pages; a picture without pages has None."""
        notes = (
            (self.unsure, "lines whose words could not be recognised surely were left out"),
            (self.without, "no words were recognised"),
            (self.late, "recognising the words takes too long, so they were left out; split the file"),
        )
        return [note if numbers is None else f"{note}: {numbers(pages)}" for pages, note in notes if pages]
