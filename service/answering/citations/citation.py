"""Citation of a span, with a link to the span in its document."""

import bisect
from collections.abc import Mapping

from corpus.documents import RECOGNISED
from corpus.store import StoredDocument
from service.answering.answer import Citation
from service.answering.citations.text_fragments import SourceText, link_to_words


def cite(
    document: StoredDocument,
    start: int,
    end: int,
    *,
    page: int | None,
    section: str | None,
    source: SourceText | None = None,
    speaker: str | None = None,
    words: int | None = None,
) -> Citation:
    """Return a citation of the span `[start, end)` of a document's canonical text.

    The fragment of `href` uses the `char` scheme of RFC 5147, whose positions lie between characters, like ours. With
    `source`, `source_href` has a text fragment for the span if its words occur once in the document. `speaker` is who
    says the words. `words` is the code point whose place is given, by default `start`.
    """
    about = document.metadata
    return Citation(
        document_id=document.id,
        revision=document.revision,
        title=about.title,
        publisher=about.publisher,
        authors=list(about.authors),
        published=about.published,
        language=about.language,
        url=about.url,
        page=page,
        section=section,
        start=start,
        end=end,
        href=f"/documents/{document.id}#char={start},{end}",
        source_href=link_to_words(about.url, None if source is None else source.fragment(start, end)),
        speaker=speaker,
        place=place_at(document, start if words is None else words),
        recognised=recognised_in(document, start, end),
    )


def page_at(document: StoredDocument, start: int) -> int | None:
    """Return the page, from 1, of a code point in a document's canonical text; None if it has no pages."""
    return bisect.bisect_right(document.pages, start) or None


def place_at(document: StoredDocument, start: int) -> str | None:
    """Return the label of the place of a code point in a document's canonical text; None if it has none."""
    at = bisect.bisect_right(document.places, start, key=lambda place: place.start)
    return document.places[at - 1].label if at else None


def recognised_in(document: StoredDocument, start: int, end: int) -> float | None:
    """Return how sure the recognition of the words in a span is, on its least sure page; None if they were text."""
    pages = document.metadata.extra.get(RECOGNISED)
    if not isinstance(pages, Mapping):
        return None
    first, last = page_at(document, start) or 1, page_at(document, max(start, end - 1)) or 1
    found = [pages.get(str(page)) for page in range(first, last + 1)]
    return min((each for each in found if isinstance(each, float)), default=None)
