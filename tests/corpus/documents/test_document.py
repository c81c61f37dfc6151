import dataclasses

import pytest

from corpus.documents.document import Passage, passage_id, revision_of
from corpus.documents.fields import Metadata


def test_a_revision_is_the_sha256_of_the_utf8_text() -> None:
    assert revision_of("abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert revision_of("Él") == "sha256:3986cc3f45c085960f1649c97f3366a55ce7ac46578f3c6e881fde011ae41ee7"


def test_a_passage_id_is_the_same_on_every_machine() -> None:
    assert passage_id("truce", "sha256:00", Passage(3, 9)) == "3bff8c766e7cd323"


@pytest.mark.parametrize(
    ("document", "revision", "start", "end"),
    [
        ("truce-2", "sha256:00", 3, 9),
        ("truce", "sha256:01", 3, 9),
        ("truce", "sha256:00", 2, 9),
        ("truce", "sha256:00", 3, 8),
    ],
)
def test_another_document_revision_or_span_gives_another_passage_id(
    document: str, revision: str, start: int, end: int
) -> None:
    assert passage_id(document, revision, Passage(start, end)) != passage_id("truce", "sha256:00", Passage(3, 9))


def test_a_passages_section_and_page_do_not_change_its_id() -> None:
    plain, placed = Passage(3, 9), Passage(3, 9, section="Tregua", page=4)
    assert passage_id("truce", "sha256:00", plain) == passage_id("truce", "sha256:00", placed)


def test_a_documents_metadata_cannot_be_changed_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Metadata(title="Tregua").title = "Otra"  # type: ignore[misc]
