"""Candidates from real indexes, by meaning and by words."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.lexical.index import LexicalIndex
from corpus.store.filtering.filters import Filters
from corpus.store.rows import StoredPassage
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from embeddings.index.exact import ExactIndex
from service.answering.ranking.candidates import (
    ANSWER_RANK,
    ANSWERING_DOCUMENT,
    Candidate,
    find_candidates,
    from_answering_document,
)
from service.retrieval.library import Snapshot
from service.retrieval.local.searcher import LocalSearcher
from tests.corpus.samples import allowed_keys, filters_of
from tests.service.conftest import Add, OpenLibrary, local

LANGUAGES = ("en", "es", "es-SV")
MANY = 10_000

Indexed = Callable[[Mapping[int, tuple[Sequence[float], str]]], Snapshot]
"""A snapshot whose indexes hold a vector and a text for each key."""


@pytest.fixture
def indexed(store: Store, tiny_encoder: Encoder) -> Indexed:
    def _indexed(passages: Mapping[int, tuple[Sequence[float], str]]) -> Snapshot:
        vectors = [unit(vector) for vector, _ in passages.values()]
        index = ExactIndex.empty(2).changed((), list(passages), np.array(vectors).reshape(-1, 2))
        lexical = LexicalIndex.in_memory((key, text) for key, (_, text) in passages.items())
        return Snapshot(LocalSearcher(store.view(), index, lexical), tiny_encoder)

    return _indexed


def unit(vector: Sequence[float]) -> NDArray[np.float32]:
    as_floats = np.array(vector, dtype=np.float32)
    normalised: NDArray[np.float32] = as_floats / np.linalg.norm(as_floats)
    return normalised


EAST = unit((1, 0))


def test_each_kind_finds_what_the_other_misses_and_both_scores_are_given(indexed: Indexed) -> None:
    snapshot = indexed({1: ((1, 0), "other things"), 2: ((-1, 0), "the truce"), 3: ((0, 1), "nothing")})

    by_meaning, by_words = find_candidates(snapshot.searcher, EAST, "truce", 1)

    assert by_meaning == Candidate(1, 1.0, 0.0)
    assert (by_words.key, by_words.cosine) == (2, -1.0)
    assert 0 < by_words.lexical < 1


def test_what_both_find_comes_once(indexed: Indexed) -> None:
    snapshot = indexed({1: ((1, 0), "the truce"), 2: ((0, 1), "nothing")})

    assert [candidate.key for candidate in find_candidates(snapshot.searcher, EAST, "truce", 1)] == [1]


def test_what_only_the_reading_with_earlier_turns_is_near_to_is_found_too(indexed: Indexed) -> None:
    snapshot = indexed({1: ((1, 0), "one"), 2: ((3, 4), "two"), 3: ((0, 1), "three")})

    alone = find_candidates(snapshot.searcher, EAST, "?", 1)
    read = find_candidates(snapshot.searcher, EAST, "?", 1, reading=unit((0, 1)))

    assert alone == [Candidate(1, 1.0, 0.0, 0.0)]
    assert read == [Candidate(1, 1.0, 0.0, 0.0), Candidate(3, 0.0, 0.0, 1.0)]


def test_a_passage_found_by_meaning_has_its_words_counted_too(indexed: Indexed) -> None:
    better = {key: ((0, 1), "truce") for key in range(2, 20)}
    snapshot = indexed({1: ((1, 0), "truce and a good many other words than those"), **better})

    first = find_candidates(snapshot.searcher, EAST, "truce", 3)[0]
    [alone] = [c for c in find_candidates(snapshot.searcher, EAST, "truce", 100) if c.key == 1]

    assert first.key == 1
    assert 0 < first.lexical == alone.lexical


@pytest.mark.parametrize("question", ["", "?!", "🕊", "quetzal"])
def test_without_a_known_word_meaning_alone_finds(indexed: Indexed, question: str) -> None:
    snapshot = indexed({key: ((key, 1), "the truce") for key in range(1, 6)})

    found = find_candidates(snapshot.searcher, EAST, question, 2)

    assert [candidate.key for candidate in found] == [4, 5]
    assert {candidate.lexical for candidate in found} == {0.0}


def test_the_share_of_words_says_how_much_of_the_question_is_there(indexed: Indexed) -> None:
    texts = {1: "truce", 2: "truce prison", 3: "truce prison mayor", 4: "bread", 5: "bees"}
    snapshot = indexed({key: ((1, 0), text) for key, text in texts.items()})

    shares = [c.lexical for c in find_candidates(snapshot.searcher, EAST, "the truce, the prison and the mayor", 9)]

    assert shares[0] < shares[1] < shares[2] < 1
    assert shares[3:] == [0, 0]


def test_a_word_that_is_everywhere_gives_no_share_above_one(indexed: Indexed) -> None:
    """Its score is next to nothing, and no larger when it is rounded."""
    snapshot = indexed(dict.fromkeys(range(19_000), ((1, 0), "truce " * 10)))

    assert all(0 <= c.lexical <= 1 for c in find_candidates(snapshot.searcher, EAST, "truce", 10))


def test_no_more_than_asked_for_of_either_kind(indexed: Indexed) -> None:
    snapshot = indexed({key: ((1, key), "truce" if key % 2 else "bread") for key in range(1, 60)})

    assert len(find_candidates(snapshot.searcher, EAST, "truce", 10)) <= 20
    assert len(find_candidates(snapshot.searcher, EAST, "truce", MANY)) == 59


def test_a_snapshot_of_nothing_has_no_candidates(indexed: Indexed) -> None:
    assert find_candidates(indexed({}).searcher, EAST, "truce", 5) == []


coordinates = st.tuples(st.integers(-4, 4), st.integers(-4, 4)).filter(any)
texts = st.lists(st.sampled_from(["truce", "prison", "mayor", "the", "2012"]), max_size=6).map(" ".join)


@given(
    passages=st.dictionaries(st.integers(0, 99), st.tuples(coordinates, texts), max_size=20), depth=st.integers(1, 9)
)
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_the_best_of_either_kind_are_among_them(
    indexed: Indexed, passages: Mapping[int, tuple[Sequence[float], str]], depth: int
) -> None:
    snapshot = indexed(passages)

    found = {c.key: c for c in find_candidates(snapshot.searcher, EAST, "truce in prison", depth)}

    cosines = {key: round(float(unit(vector) @ EAST), 6) for key, (vector, _) in passages.items()}
    nearest = sorted(passages, key=lambda key: (-cosines[key], key))[:depth]
    matching = [key for key, _ in local(snapshot).lexical.search("truce in prison", depth)]
    assert list(found) == sorted({*nearest, *matching})
    for key, candidate in found.items():
        assert candidate.cosine == pytest.approx(cosines[key], abs=2e-6)
        assert 0 <= candidate.lexical <= 1


@pytest.fixture
def library_of_twelve(add: Add, open_library: OpenLibrary) -> OpenLibrary:
    for at in range(12):
        about = f"publisher: Paper {at % 2}\nlanguage: {LANGUAGES[at % 3]}\npublished: 2017-01-{at + 1:02}"
        tags = f"tags: [year {at}{', even' if at % 2 == 0 else ''}]"
        text = f"Title {at}\n\nThe truce began in year {at}. {'Gang talks. ' * at}"
        add(f"number-{at}.txt", f"---\n{about}\n{tags}\n---\n{text}")
    return open_library


def documents_of(snapshot: Snapshot, candidates: Sequence[Candidate]) -> set[str]:
    passages = snapshot.searcher.passages([candidate.key for candidate in candidates])
    documents = snapshot.searcher.documents(passage.document_key for passage in passages)
    return {document.id for document in documents.values()}


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (filters_of(publishers=["Paper 1"]), range(1, 12, 2)),
        (filters_of(document_ids=["number-3", "number-8"]), [3, 8]),
        (filters_of(languages=["es"]), [1, 2, 4, 5, 7, 8, 10, 11]),
        (filters_of(languages=["es-SV"]), [2, 5, 8, 11]),
        (filters_of(tags=["even"]), range(0, 12, 2)),
        (filters_of(tags=["year 3", "year 4"]), [3, 4]),
        (filters_of(tags=["even"], languages=["en"]), [0, 6]),
        (filters_of(published_from="2017-01-11"), [10, 11]),
        (filters_of(published_before="2017-01-03"), [0, 1]),
        (filters_of(publishers=["Paper 0"], languages=["en"], published_from="2017-01-02"), [6]),
        (filters_of(publishers=["Paper 0", "Paper 1"]), range(12)),
    ],
)
def test_filters_give_exactly_the_allowed_passages(
    library_of_twelve: OpenLibrary, tiny_encoder: Encoder, filters: Filters, allowed: Sequence[int]
) -> None:
    vector = tiny_encoder.encode_question("gang talks").vector
    with library_of_twelve().snapshot() as snapshot:
        every = find_candidates(snapshot.searcher, vector, "gang talks", MANY, filters)

        assert documents_of(snapshot, every) == {f"number-{at}" for at in allowed}
        assert [candidate.key for candidate in every] == allowed_keys(local(snapshot).view, filters)
        assert min(2, len(every)) <= len(find_candidates(snapshot.searcher, vector, "gang talks", 2, filters)) <= 4


@pytest.mark.parametrize(
    "filters",
    [
        filters_of(publishers=["nobody"]),
        filters_of(languages=["e"]),
        filters_of(tags=["eve"]),
        filters_of(tags=["EVEN"]),
        filters_of(tags=['["even"]', "%", "' OR 1=1 --"]),
        filters_of(published_from="2018-01-01"),
        filters_of(tags=["even"], publishers=["Paper 1"]),
        filters_of(published_from="2017-01-05", published_before="2017-01-05"),
    ],
)
def test_filters_that_allow_nothing_give_nothing(
    library_of_twelve: OpenLibrary, tiny_encoder: Encoder, filters: Filters
) -> None:
    with library_of_twelve().snapshot() as snapshot:
        vector = tiny_encoder.encode_question("truce").vector
        assert find_candidates(snapshot.searcher, vector, "truce", 10, filters) == []


def test_empty_filters_are_no_filters(library_of_twelve: OpenLibrary, tiny_encoder: Encoder) -> None:
    vector = tiny_encoder.encode_question("truce").vector
    with library_of_twelve().snapshot() as snapshot:
        unfiltered = find_candidates(snapshot.searcher, vector, "truce", 5)
        assert find_candidates(snapshot.searcher, vector, "truce", 5, filters_of()) == unfiltered


def _of_two_documents(keys: Iterable[int]) -> list[StoredPassage]:
    """Return passages of document 1 below key 100, and of document 2 from there."""
    return [StoredPassage(key, f"{key}", 1 + key // 100, 0, 9, None, None, f"Mill {key} turns.") for key in keys]


def test_passages_of_the_document_that_has_the_answer_are_raised() -> None:
    candidates = [Candidate(1, 0.5, 0.0, 0.2), Candidate(2, 0.5, 0.0, 0.6), Candidate(100, 0.5, 0.0, 0.5)]
    raised = from_answering_document(candidates, "Mill 1 turns.", _of_two_documents)
    assert [one.reading for one in raised] == pytest.approx([0.2 + ANSWERING_DOCUMENT, 0.6 + ANSWERING_DOCUMENT, 0.5])
    assert [one.key for one in raised] == [1, 2, 100]


@pytest.mark.parametrize("answer", ["", "Mill 7 turns."])
def test_without_an_answer_in_a_passage_nothing_is_raised(answer: str) -> None:
    candidates = [Candidate(1, 0.5, 0.0, 0.2), Candidate(100, 0.5, 0.0, 0.5)]
    assert list(from_answering_document(candidates, answer, _of_two_documents)) == candidates


def test_the_answer_is_looked_for_in_the_nearest_passages_only() -> None:
    near = [Candidate(key, 0.5, 0.0, 0.9) for key in range(ANSWER_RANK)]
    candidates = [*near, Candidate(100, 0.5, 0.0, 0.1)]
    assert list(from_answering_document(candidates, "Mill 100 turns.", _of_two_documents)) == candidates
