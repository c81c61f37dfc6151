"""The contract of every engine, and the limits of what a lagging or failing one can do to an answer."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError, StoreError
from corpus.lexical import terms
from corpus.store.filtering.filters import Filters
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.retrieval.engines import ENGINES
from service.retrieval.local.retriever import LocalRetriever
from service.retrieval.protocols import AnyRetriever, Searcher
from service.settings import Settings
from tests.corpus.samples import allowed_keys, filters_of
from tests.service.conftest import Add, OpenLibrary
from tests.service.retrieval.lagging import LaggingRetriever

ALL = 10_000
TEXT = "The truce began in year {}. {}"
FILTERS = [
    filters_of(publishers=["Paper 1"]),
    filters_of(languages=["es"]),
    filters_of(document_ids=["number-3", "number-8"]),
    filters_of(published_from="2017-01-04", published_before="2017-01-09"),
    filters_of(publishers=["nobody"]),
    filters_of(without_documents=["number-2"]),
]

Opened = Callable[[], Searcher]

EXACT: dict[str, Callable[[Settings], AnyRetriever]] = {
    "local": ENGINES["local"],
    "local, quantized": lambda settings: LocalRetriever(settings.data, exact_up_to=1),
}
"""Engines that propose exactly the best; add another one here only if it does."""

EVERY: dict[str, Callable[[Settings], AnyRetriever]] = {
    **ENGINES,
    **EXACT,
    "lagging": lambda settings: LaggingRetriever(settings.data),
}


@pytest.fixture(params=EXACT)
def retriever(request: pytest.FixtureRequest, settings: Settings) -> AnyRetriever:
    return EXACT[request.param](settings)


@pytest.fixture(params=EVERY)
def any_retriever(request: pytest.FixtureRequest, settings: Settings) -> AnyRetriever:
    return EVERY[request.param](settings)


@pytest.fixture
def twelve(add: Add) -> None:
    for at in range(12):
        about = f"publisher: Paper {at % 2}\nlanguage: {('en', 'es', 'es-SV')[at % 3]}\npublished: 2017-01-{at + 1:02}"
        add(f"number-{at}.txt", f"---\n{about}\n---\nTitle {at}\n\n{TEXT.format(at, 'Gang talks. ' * at)}")


@pytest.fixture
def vector(tiny_encoder: Encoder) -> NDArray[np.float32]:
    return tiny_encoder.encode_question("gang talks").vector


class Following:
    """A retriever's searchers, one generation after the other."""

    def __init__(self, retriever: AnyRetriever, dimension: int) -> None:
        self.retriever = retriever
        self._dimension = dimension
        self._opened: list[Searcher] = []

    def next(self) -> Searcher:
        earlier = self._opened[-1] if self._opened else None
        view = self.retriever.snapshot(earlier) if earlier else self.retriever.snapshot()
        assert view is not None
        self._opened.append(self.retriever.searcher(view, self._dimension, earlier))
        return self._opened[-1]

    def close(self) -> None:
        for searcher in self._opened:
            searcher.view.close()


@pytest.fixture
def following(any_retriever: AnyRetriever, tiny_encoder: Encoder) -> Iterator[Following]:
    opened = Following(any_retriever, tiny_encoder.dimension)
    yield opened
    opened.close()


@pytest.fixture
def exact(retriever: AnyRetriever, tiny_encoder: Encoder) -> Iterator[Following]:
    opened = Following(retriever, tiny_encoder.dimension)
    yield opened
    opened.close()


def keys_of(store: Store, *names: str) -> set[int]:
    """Keys of the passages of some documents, or of all, now."""
    with store.view() as view:
        return {key for name in names or view.document_ids() for key in view.document_passages(view.document(name))}


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize("filters", FILTERS)
def test_filters_are_exact(exact: Following, store: Store, vector: NDArray[np.float32], filters: Filters) -> None:
    searcher = exact.next()
    allowed = searcher.allowed(filters)
    assert allowed is not None

    with store.view() as view:
        wanted = set(allowed_keys(view, filters))

    assert len(allowed) == len(wanted)
    assert set(searcher.nearest(vector, ALL, allowed)) == wanted
    assert set(searcher.matching("truce", ALL, allowed)) == wanted
    every = searcher.nearest(vector, ALL, None)
    assert searcher.nearest(vector, 3, allowed) == [key for key in every if key in wanted][:3]
    best = searcher.matching("gang talks", ALL, None)
    assert searcher.matching("gang talks", 3, allowed) == [key for key in best if key in wanted][:3]
    assert dict(zip(every, allowed.among(np.array(every)), strict=True)) == {key: key in wanted for key in every}


@pytest.mark.usefixtures("twelve")
def test_no_filters_allow_everything(exact: Following, store: Store, vector: NDArray[np.float32]) -> None:
    searcher = exact.next()

    assert searcher.allowed(None) is None
    assert searcher.allowed(filters_of()) is None
    assert set(searcher.nearest(vector, ALL, None)) == keys_of(store)


@pytest.mark.usefixtures("twelve")
def test_a_passage_that_the_snapshot_does_not_hold_is_not_allowed(following: Following, store: Store) -> None:
    searcher = following.next()
    allowed = searcher.allowed(filters_of(languages=["en", "es"]))
    assert allowed is not None

    held = keys_of(store)

    assert list(allowed.among(np.array([-1, max(held) + 1, 2**62]))) == [False] * 3


@pytest.mark.usefixtures("twelve")
def test_the_best_are_proposed_and_of_equal_ones_those_with_lower_keys(
    exact: Following, vector: NDArray[np.float32], add: Add
) -> None:
    for at in range(8):
        add(f"copy-{at}.txt", "A copy\n\nThe very same words, gang talks and all.")
    searcher = exact.next()

    nearest = searcher.nearest(vector, ALL, None)
    matching = searcher.matching("gang talks", ALL, None)

    products = np.round(searcher.vectors(nearest).astype(np.float64) @ vector.astype(np.float64), 6)
    assert nearest == [key for _, key in sorted(zip(-products, nearest, strict=True))]
    scores = searcher.bm25("gang talks", matching)
    best = sorted(matching, key=lambda key: (-scores[key], key))
    for depth in range(1, len(nearest)):
        assert searcher.nearest(vector, depth, None) == nearest[:depth]
        assert set(searcher.matching("gang talks", depth, None)) == set(best[:depth])


@pytest.mark.usefixtures("twelve")
def test_rows_are_those_of_the_store(following: Following, store: Store) -> None:
    searcher = following.next()
    with store.view() as view:
        keys = view.passage_keys()
        stored = b"".join(data for _, data in view.vectors(keys))
        signs = view.token_vectors(keys)

    assert searcher.vectors(keys).tobytes() == stored
    assert {key: rows.tobytes() for key, rows in searcher.token_signs(keys).items()} == signs
    assert [passage.key for passage in searcher.passages(keys[::-1])] == keys[::-1]


@pytest.mark.usefixtures("twelve")
def test_word_scores_are_bounded_and_do_not_depend_on_the_company(following: Following, store: Store) -> None:
    searcher = following.next()
    keys = sorted(keys_of(store))

    together = searcher.bm25("gang talks of the year", keys)

    assert together
    assert max(together.values()) <= searcher.bm25_bound("gang talks of the year")
    for key in keys:
        assert searcher.bm25("gang talks of the year", [key]).get(key) == together.get(key)
    assert searcher.bm25("quetzal", keys) == {}


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize("filters", [None, *FILTERS])
def test_terms_occur_where_an_allowed_passage_has_them(exact: Following, filters: Filters | None) -> None:
    searcher = exact.next()
    allowed = searcher.allowed(filters)

    found = searcher.occurring([*terms("began gang title 3 quetzal"), ""], allowed)

    wanted = [word for word in ("began", "gang", "title", "3") if searcher.matching(word, 1, allowed)]
    assert set(found) == set(terms(" ".join(wanted)))


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize("filters", [None, *FILTERS])
def test_a_passage_with_a_similar_term_is_proposed_if_it_is_allowed(
    exact: Following, filters: Filters | None, add: Add
) -> None:
    add("other.txt", "Another\n\nThe millers met the militia.")
    searcher = exact.next()
    allowed = searcher.allowed(filters)
    every: list[int | None] = [*searcher.matching("gang", ALL, allowed)] or [None]

    for distance, term in ((1, "gxng"), (1, "gnag"), (1, "gangx"), (1, "gng"), (2, "gxngx")):
        assert searcher.near(term, distance, [], allowed) in every
    assert searcher.near("gxngx", 1, [], allowed) is None
    assert searcher.near("gxng", 1, ["gang"], allowed) is None
    assert searcher.near("quetzal", 2, [], allowed) is None


@pytest.mark.usefixtures("twelve")
def test_a_similar_term_is_of_a_passage_of_the_snapshot(following: Following, store: Store) -> None:
    searcher = following.next()

    assert searcher.near("gxng", 1, [], None) in keys_of(store)
    store.remove("number-3")
    assert following.next().near("gxng", 1, [], None) in [None, *keys_of(store)]


@pytest.mark.usefixtures("twelve")
def test_what_is_deleted_is_never_proposed_again(
    following: Following, vector: NDArray[np.float32], store: Store, add: Add
) -> None:
    following.next()
    gone = keys_of(store, "number-3", "number-8")

    store.remove("number-3")
    store.remove("number-8")
    add("number-3.txt", "Another text about gang talks, under the same name.")
    after = following.next()

    proposed = {*after.nearest(vector, ALL, None), *after.matching("gang talks", ALL, None)}
    assert proposed.isdisjoint(gone)
    assert proposed <= keys_of(store)
    allowed = after.allowed(filters_of(document_ids=["number-3", "number-8"]))
    assert allowed is not None
    assert set(after.nearest(vector, ALL, allowed)) <= keys_of(store, "number-3")
    with pytest.raises(StoreCorruptError):
        after.passages(sorted(gone))


@pytest.mark.usefixtures("twelve")
def test_a_generation_stays_what_it_is(
    following: Following, vector: NDArray[np.float32], store: Store, add: Add
) -> None:
    old = following.next()
    allowed = old.allowed(filters_of(languages=["es"]))
    before = old.nearest(vector, ALL, None), old.matching("truce", ALL, allowed), old.view.generation

    store.remove("number-1")
    add("later.txt", "Gang talks that came later.")
    new = following.next()

    assert (old.nearest(vector, ALL, None), old.matching("truce", ALL, allowed), old.view.generation) == before
    assert new.view.generation > old.view.generation
    assert new.view.store_id == old.view.store_id


def test_there_is_no_next_generation_without_a_change(following: Following, add: Add) -> None:
    add("one.txt", "The truce began.")
    searcher = following.next()

    assert following.retriever.snapshot(searcher) is None
    add("one.txt", "The truce began.")
    assert following.retriever.snapshot(searcher) is None


def test_an_empty_store_proposes_nothing(following: Following, vector: NDArray[np.float32], add: Add) -> None:
    searcher = following.next()
    allowed = searcher.allowed(filters_of(languages=["es"]))

    assert searcher.nearest(vector, 5, None) == searcher.matching("truce", 5, None) == []
    assert searcher.nearest(vector, 5, allowed) == searcher.matching("truce", 5, allowed) == []
    assert searcher.vectors([]).shape[0] == 0
    assert (searcher.token_signs([]), searcher.bm25("truce", [])) == ({}, {})


def test_closing_a_snapshot_leaves_the_others(following: Following, store: Store, add: Add) -> None:
    add("one.txt", "The truce began.")
    old = following.next()
    add("two.txt", "Then it ended.")
    new = following.next()

    old.view.close()
    old.view.close()

    assert len(new.passages(sorted(keys_of(store)))) == 2


def test_an_index_kept_for_the_next_start_is_the_same(
    retriever: AnyRetriever,
    tiny_encoder: Encoder,
    vector: NDArray[np.float32],
    add: Add,
) -> None:
    found = []
    for at in range(3):
        add(f"number-{at}.txt", TEXT.format(at, "Gang talks. " * at))
        view = retriever.snapshot()
        searcher = retriever.searcher(view, tiny_encoder.dimension)
        retriever.save(searcher)
        found.append(searcher.nearest(vector, ALL, None))
        again = retriever.searcher(view, tiny_encoder.dimension)
        assert again.nearest(vector, ALL, None) == found[-1]
        view.close()
    assert [len(keys) for keys in found] == [1, 2, 3]


# An engine that lags behind, or fails


@pytest.fixture
def lagging(settings: Settings) -> LaggingRetriever:
    return LaggingRetriever(settings.data)


@pytest.mark.usefixtures("twelve")
def test_a_lagging_engine_loses_candidates_but_falsifies_none(
    lagging: LaggingRetriever, settings: Settings, open_library: OpenLibrary, store: Store, add: Add
) -> None:
    behind = open_library(retriever=lagging)
    abreast = open_library()
    store.remove("number-11")
    add("number-10.txt", "Title 10\n\nIt says something else by now, of gang talks.")
    add("later.txt", "Gang talks that came later.")
    assert behind.refresh()
    assert abreast.refresh()

    answers = [Pipeline(library, settings).ask("gang talks", k=50) for library in (behind, abreast)]

    late, right = ({passage.id: (passage.score, passage.text) for passage in one.passages} for one in answers)
    assert late.items() < right.items()
    assert answers[0].generation == answers[1].generation
    cited = {passage.citation.document_id for passage in answers[0].passages}
    assert not cited & {"number-10", "number-11", "later"}
    with behind.snapshot() as snapshot:
        for passage in answers[0].passages:
            document = snapshot.view.document(passage.citation.document_id)
            assert snapshot.view.span(document, passage.citation.start, passage.citation.end) == passage.text


@pytest.mark.usefixtures("twelve")
def test_an_engine_that_fails_gives_an_error_and_no_answer(
    lagging: LaggingRetriever, settings: Settings, open_library: OpenLibrary
) -> None:
    library = open_library(retriever=lagging)
    pipeline = Pipeline(library, settings)
    before = pipeline.ask("gang talks")

    lagging.is_dead = True
    with pytest.raises(StoreError, match="cannot be reached"):
        pipeline.ask("gang talks")

    lagging.is_dead = False
    assert pipeline.ask("gang talks").passages == before.passages
