"""Measurements of the vector index: recall against exhaustive search, and growth."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from embeddings.index.exact import ExactIndex, Hits
from embeddings.index.projection import VectorProjection
from eval.bench import stores
from eval.bench.sources import BaseDocument
from eval.bench.stores import StoreBuilder
from eval.bench.vectors import measure_vectors
from service.runtime.progress import NoProgress
from service.settings import Settings

PASSAGES = 120

Vectors = list[NDArray[np.float32]]


@pytest.fixture
def builder(base: list[BaseDocument], tiny_encoder: Encoder, settings: Settings, tmp_path: Path) -> StoreBuilder:
    return StoreBuilder(base, tiny_encoder, settings, tmp_path / "work", 7)


@pytest.fixture
def questions(tiny_encoder: Encoder) -> Vectors:
    return [tiny_encoder.encode_question(text).vector for text in ("When did the truce begin?", "Who was in prison?")]


def test_an_exact_index_overlooks_nothing(builder: StoreBuilder, questions: Vectors) -> None:
    measured = measure_vectors(builder.store(PASSAGES, NoProgress()).folder, questions, 1)

    assert (measured.kind, measured.recall, measured.worst_recall) == ("exact", 1.0, 1.0)
    assert measured.filtered_recall == {0.01: 1.0, 0.5: 1.0}
    assert measured.ms.count == measured.cpu_ms.count == len(questions)
    assert set(measured.filtered_cpu_ms) == {0.01, 0.5}


def test_an_index_that_overlooks_half_is_found_out(
    builder: StoreBuilder, questions: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = builder.store(PASSAGES, NoProgress()).folder
    whole = ExactIndex.search

    def half(self: ExactIndex, *arguments: object) -> Hits:
        return whole(self, *arguments)[::2]  # type: ignore[arg-type]

    monkeypatch.setattr(ExactIndex, "search", half)

    assert measure_vectors(folder, questions, 1).recall == pytest.approx(0.5, abs=0.01)


def test_the_last_documents_are_added_to_indexes_that_are_there(
    builder: StoreBuilder, questions: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "GROWTH_DOCUMENTS", 2)
    built = builder.store(PASSAGES, NoProgress())

    assert built.growth is not None
    assert built.growth.documents == 2
    assert 20 < built.growth.passages <= 40
    with View(built.folder) as view:
        assert view.counts() == (built.documents, PASSAGES)
        assert VectorProjection(built.folder).problem(view, len(questions[0])) is None
    assert builder.store(PASSAGES, NoProgress()).growth is None
