"""Citations."""

from dataclasses import replace

import pytest

from corpus.documents.document import Place
from corpus.documents.fields import Metadata
from corpus.store.rows import StoredDocument
from service.answering.citations.citation import cite, page_at, place_at, recognised_in
from service.answering.citations.text_fragments import SourceText

FULL = Metadata(
    title="The 2012 truce",
    publisher="A paper",
    authors=("One", "Two"),
    published="2017-01-19",
    language="es-SV",
    url="https://example.org/truce?a=1#part",
    tags=("truce",),
    extra={"note": 1},
)


def stored(about: Metadata) -> StoredDocument:
    return StoredDocument(
        key=3,
        id="truce-of-2012",
        source="/home/someone/private/truce.md",
        file="/home/someone/private/truce.md",
        source_sha256="0" * 64,
        media_type="text/markdown",
        revision="sha256:abc",
        characters=5000,
        ingested_at="2026-01-01T00:00:00+00:00",
        passages=4,
        metadata=about,
        sections=(),
        pages=(),
        places=(),
        removed_spans=(),
        reader_version=1,
    )


def test_a_citation_says_all_that_is_known_of_the_document() -> None:
    citation = cite(stored(FULL), 1840, 2710, page=7, section="Talks")

    assert (citation.document_id, citation.revision) == ("truce-of-2012", "sha256:abc")
    assert (citation.title, citation.publisher) == ("The 2012 truce", "A paper")
    assert list(citation.authors) == ["One", "Two"]
    assert (citation.published, citation.language) == ("2017-01-19", "es-SV")
    assert citation.url == citation.source_href == "https://example.org/truce?a=1#part"
    assert (citation.page, citation.section) == (7, "Talks")
    assert (citation.start, citation.end) == (1840, 2710)


def test_a_citation_links_to_its_characters() -> None:
    assert cite(stored(FULL), 1840, 2710, page=None, section=None).href == "/documents/truce-of-2012#char=1840,2710"
    assert cite(stored(FULL), 0, 1, page=None, section=None).href == "/documents/truce-of-2012#char=0,1"


def test_a_citation_links_to_the_words_on_the_page_that_they_came_from() -> None:
    source = SourceText("The truce began in 2012. It ended in 2014.")

    cited = cite(stored(FULL), 0, 24, page=None, section=None, source=source)
    without_address = cite(stored(Metadata(title="T")), 0, 24, page=None, section=None, source=source)

    assert cited.url == "https://example.org/truce?a=1#part"
    assert cited.source_href == "https://example.org/truce?a=1#part:~:text=The%20truce%20began%20in%202012."
    assert without_address.source_href is None


def test_what_is_not_known_is_null() -> None:
    citation = cite(stored(Metadata(title="T")), 0, 1, page=None, section=None)

    unknown = (citation.publisher, citation.published, citation.language, citation.url, citation.source_href)
    assert unknown == (None,) * 5
    assert (citation.page, citation.section) == (None, None)
    assert list(citation.authors) == []


def test_a_citation_never_tells_where_the_file_lay() -> None:
    assert "private" not in repr(cite(stored(FULL), 0, 1, page=None, section=None))


@pytest.mark.parametrize(("start", "page"), [(0, 1), (9, 1), (10, 2), (24, 2), (25, 4), (99, 4)])
def test_the_page_of_a_span_is_the_last_that_begins_before_it(start: int, page: int) -> None:
    assert page_at(replace(stored(FULL), pages=(0, 10, 25, 25)), start) == page


def test_a_document_without_pages_has_no_page() -> None:
    assert page_at(stored(FULL), 5) is None


@pytest.mark.parametrize(("start", "place"), [(3, None), (4, "A2"), (8, "A2"), (9, "A3"), (99, "A3")])
def test_a_citation_names_the_place_that_begins_before_it(start: int, place: str | None) -> None:
    document = replace(stored(FULL), places=(Place("A2", 4), Place("A3", 9)))

    assert place_at(document, start) == place
    assert cite(document, start, start + 1, page=None, section=None).place == place


def test_a_document_without_places_has_no_place() -> None:
    assert place_at(stored(FULL), 5) is None


def test_a_citation_of_recognised_words_says_how_sure_they_are() -> None:
    about = replace(FULL, extra={"recognised_pages": {"1": 0.97, "3": 0.82}})
    document = replace(stored(about), pages=(0, 100, 200, 300))
    assert recognised_in(document, 0, 100) == 0.97
    assert recognised_in(document, 100, 200) is None
    assert recognised_in(document, 50, 250) == 0.82  # the least sure page
    assert cite(document, 210, 220, page=3, section=None).recognised == 0.82


def test_a_picture_without_pages_has_one_confidence() -> None:
    assert recognised_in(stored(replace(FULL, extra={"recognised_pages": {"1": 0.9}})), 40, 60) == 0.9


@pytest.mark.parametrize("extra", [{}, {"recognised_pages": "all"}, {"recognised_pages": {"1": "very"}}])
def test_other_words_have_no_confidence(extra: dict[str, object]) -> None:
    assert recognised_in(stored(replace(FULL, extra=extra)), 40, 60) is None
