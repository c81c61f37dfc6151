"""Candidates from a real library."""

from collections.abc import Sequence

import pytest

from corpus import Filters
from embeddings import Encoder
from service.answering.candidates import Candidate, dense_candidates
from service.library import Snapshot
from tests.service.conftest import Add, OpenLibrary

LANGUAGES = ("en", "es", "es-SV")


@pytest.fixture
def library_of_twelve(add: Add, open_library: OpenLibrary) -> OpenLibrary:
    for at in range(12):
        front = f"---\npublisher: Paper {at % 2}\nlanguage: {LANGUAGES[at % 3]}\npublished: 2017-01-{at + 1:02}\n---\n"
        add(f"number-{at}.txt", f"{front}Title {at}\n\nThe truce began in year {at}. {'Gang talks. ' * at}")
    return open_library


def keys_of(candidates: Sequence[Candidate]) -> set[int]:
    return {candidate.key for candidate in candidates}


def documents_of(snapshot: Snapshot, candidates: Sequence[Candidate]) -> set[str]:
    passages = snapshot.view.passages([candidate.key for candidate in candidates])
    documents = snapshot.view.documents_by_key(passage.document_key for passage in passages)
    return {document.id for document in documents.values()}


def test_candidates_come_best_first_as_many_as_asked(library_of_twelve: OpenLibrary, tiny_encoder: Encoder) -> None:
    vector = tiny_encoder.encode_question("When did the truce begin?").vector
    with library_of_twelve().snapshot() as snapshot:
        everything = dense_candidates(snapshot, vector, 10_000)
        best = dense_candidates(snapshot, vector, 5)

        assert keys_of(everything) == set(snapshot.view.passage_keys())
        assert everything == sorted(everything, key=lambda c: (-c.score, c.key))
        assert best == everything[:5]


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(publishers=["Paper 1"]), range(1, 12, 2)),
        (Filters(document_ids=["number-3", "number-8"]), [3, 8]),
        (Filters(languages=["es"]), [1, 2, 4, 5, 7, 8, 10, 11]),
        (Filters(languages=["es-SV"]), [2, 5, 8, 11]),
        (Filters(published_from="2017-01-11"), [10, 11]),
        (Filters(published_before="2017-01-03"), [0, 1]),
        (Filters(publishers=["Paper 0"], languages=["en"], published_from="2017-01-02"), [6]),
        (Filters(publishers=["Paper 0", "Paper 1"]), range(12)),
    ],
    ids=repr,
)
def test_filters_give_exactly_the_allowed_passages(
    library_of_twelve: OpenLibrary, tiny_encoder: Encoder, filters: Filters, allowed: Sequence[int]
) -> None:
    vector = tiny_encoder.encode_question("gang talks").vector
    with library_of_twelve().snapshot() as snapshot:
        every = dense_candidates(snapshot, vector, 10_000, filters)

        assert documents_of(snapshot, every) == {f"number-{at}" for at in allowed}
        unfiltered = dense_candidates(snapshot, vector, 10_000)
        assert every == [candidate for candidate in unfiltered if candidate.key in keys_of(every)]
        assert dense_candidates(snapshot, vector, 2, filters) == every[:2]


@pytest.mark.parametrize(
    "filters",
    [Filters(publishers=["nobody"]), Filters(languages=["e"]), Filters(published_from="2018-01-01")],
    ids=repr,
)
def test_filters_that_allow_nothing_give_nothing(
    library_of_twelve: OpenLibrary, tiny_encoder: Encoder, filters: Filters
) -> None:
    with library_of_twelve().snapshot() as snapshot:
        assert dense_candidates(snapshot, tiny_encoder.encode_question("x").vector, 10, filters) == []


def test_empty_filters_are_no_filters(library_of_twelve: OpenLibrary, tiny_encoder: Encoder) -> None:
    vector = tiny_encoder.encode_question("x").vector
    with library_of_twelve().snapshot() as snapshot:
        assert dense_candidates(snapshot, vector, 5, Filters()) == dense_candidates(snapshot, vector, 5)


def test_an_empty_library_has_no_candidates(open_library: OpenLibrary, tiny_encoder: Encoder) -> None:
    with open_library().snapshot() as snapshot:
        assert dense_candidates(snapshot, tiny_encoder.encode_question("x").vector, 5) == []
