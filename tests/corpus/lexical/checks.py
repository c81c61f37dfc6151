"""Comparison of a lexical index with the store."""

from corpus.lexical.index import LexicalIndex
from corpus.store.view import View
from tests.corpus.samples import all_passages

__all__ = ["assert_best", "assert_shows", "rebuilt"]

QUESTIONS = (
    "truce gang",
    "number 2",
    "What did the mayor of 2012 say?",
    "La tregua",
    "who",
    [("gang", 1.0), ("3", 0.3)],
)


def rebuilt(view: View) -> LexicalIndex:
    """An index of a view's passages that no projection has touched."""
    documents = {document.key: document for document in view.documents()}
    passages = [(p.key, f"{documents[p.document_key].metadata.title}\n{p.text}") for p in all_passages(view)]
    return LexicalIndex.in_memory(passages)


def assert_shows(index: LexicalIndex, view: View) -> None:
    """Check that the index holds exactly the view's passages, with the answers and scores of a rebuilt index."""
    assert index.keys() == view.passage_keys()
    assert_best(index, view)


def assert_best(index: LexicalIndex, view: View) -> None:
    """Check that searches of any depth give the passages and scores of a rebuilt index."""
    reference = rebuilt(view)
    for question in QUESTIONS:
        for depth in (1, 5, 50):
            expected = reference.search(question, depth)
            assert index.search(question, depth) == expected
            assert sorted(index.matching(question, depth)) == sorted(key for key, _ in expected)
