"""Citation: where a span stands, and a link that shows it there."""

import bisect

from corpus.store import StoredDocument
from service.answering.answer import Citation
from service.answering.citations.text_fragments import SourceText, link_to_words

__all__ = ["cite", "page_at"]


def cite(
    document: StoredDocument,
    start: int,
    end: int,
    *,
    page: int | None,
    section: str | None,
    source: SourceText | None = None,
) -> Citation:
    """Cite the span `[start, end)` of a document's canonical text.

    The link's fragment is RFC 5147's `char` scheme, which counts code points between characters as we do. With the
    text in `source`, the link to the document's own address names the words as well, if it says them once.
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
    )


def page_at(document: StoredDocument, start: int) -> int | None:
    """The page, from 1, on which a code point of a document's canonical text stands; None if it has no pages."""
    return bisect.bisect_right(document.pages, start) or None
