"""Comparison of a vector index with the store."""

import numpy as np

from corpus.store.view import View
from embeddings.index.exact import VectorIndex
from tests.embeddings.conftest import unit_vectors

__all__ = ["assert_shows"]


def assert_shows(index: VectorIndex, view: View) -> None:
    """Check that the index holds exactly the view's passages, and finds what a search by hand finds."""
    vectors = {key: np.frombuffer(data, dtype="<f4") for key, data in view.vectors(view.passage_keys())}
    assert sorted(index.keys.tolist()) == view.passage_keys() == sorted(vectors)
    for question in unit_vectors(np.random.default_rng(5), 3):
        by_hand = sorted(vectors, key=lambda key: -float(vectors[key] @ question))
        assert [key for key, _ in index.search(question, 30)] == by_hand[:30]
