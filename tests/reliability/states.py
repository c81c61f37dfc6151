"""The content of a data folder as a comparable value, and its consistency with the indexes."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import StoreMissingError
from corpus.lexical.index import LexicalIndex
from corpus.lexical.projection import LexicalProjection
from corpus.store.database import DATABASE_NAME
from corpus.store.rows import StoredDocument, StoredPassage
from corpus.store.view import View
from corpus.store.write_lock import WRITER_NAME
from embeddings.index.projection import VectorProjection
from service.runtime.progress import NoProgress
from service.upkeep.feedback import FEEDBACK_NAME
from service.upkeep.verify import problems
from tests.conftest import TINY_DIMENSION

__all__ = ["QUESTIONS", "State", "ViolationError", "state_of", "strays"]

QUESTIONS = ("When did the truce begin?", "number talks 3", "gang prison")

TOLERANCE = 1e-5
"""Tolerance of an inner product summed in another order."""

NOT_THE_SAME_TWICE = ("key", "ingested_at")
"""Properties of a document that differ between two runs of one command."""


class ViolationError(Exception):
    """A promise that was not kept."""


@dataclass(frozen=True)
class State:
    """Everything that a store returns, independent of its keys.

    Args:
        documents: SHA-256 by id, over record, text, passages, vectors and token vectors.
        encoder: The fingerprint that they were made with.
        seconds: What it took to open it, indexes included.
    """

    documents: Mapping[str, str]
    encoder: str | None
    seconds: float = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{{{', '.join(f'{name}:{digest[:6]}' for name, digest in self.documents.items())}}}"


EMPTY = State({}, None)


def state_of(data: Path) -> State:
    """Open a data folder once, like a server, and read everything, without a second attempt.

    Raises:
        ViolationError: Something is damaged, or an index is not that of the passages.
        StoreError: It cannot be opened.
    """
    begun = time.perf_counter()
    try:
        view = View(data)
    except StoreMissingError:
        return EMPTY
    with view:
        vectors = VectorProjection(data).open(view, TINY_DIMENSION)
        lexical = LexicalProjection(data).open(view)
        seconds = time.perf_counter() - begun
        found = list(problems(view, NoProgress()))
        if found:
            raise ViolationError(f"the store has problems: {found}")
        documents = {document.id: _digest(view, document) for document in view.documents()}
        _check_counts(data)
        keys = view.passage_keys()
        _check_vectors(view, vectors, keys)
        _check_lexical(view, lexical, keys)
        return State(documents, view.fingerprint if documents else None, seconds)


def _digest(view: View, document: StoredDocument) -> str:
    digest = hashlib.sha256()
    record = {name: getattr(document, name) for name in document.__slots__ if name not in NOT_THE_SAME_TWICE}
    digest.update(repr((record, view.text(document))).encode())
    keys = view.document_passages(document)
    vectors, signs, terms = dict(view.vectors(keys)), view.token_vectors(keys), view.named_terms(keys)
    for passage in view.passages(keys):
        words = sorted(terms[passage.key].items())
        digest.update(repr((_said(passage), vectors[passage.key], signs[passage.key], words)).encode())
    return digest.hexdigest()


def _said(passage: StoredPassage) -> tuple[Any, ...]:
    return tuple(getattr(passage, name) for name in passage.__slots__ if not name.endswith("key"))


def _check_counts(data: Path) -> None:
    """Check that no passage lacks its document and no token vectors their passage, and vice versa."""
    with closing(sqlite3.connect(data / DATABASE_NAME)) as connection:
        passages, joined, signs = connection.execute(
            "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM passages p JOIN documents d"
            " ON d.key = p.document JOIN token_vectors t ON t.passage = p.key), (SELECT count(*) FROM token_vectors)"
        ).fetchone()
    if not passages == joined == signs:
        raise ViolationError(f"{passages} passages, {signs} token vectors, of which {joined} belong together")


def _check_vectors(view: View, index: Any, keys: list[int]) -> None:
    if sorted(index.keys.tolist()) != keys:
        raise ViolationError("the vector index holds other passages than the store")
    stored = view.vectors(keys)
    if b"".join(data for _, data in stored) != index.vectors(keys).tobytes():
        raise ViolationError("the vector index holds other vectors than the store")
    for seed in range(len(QUESTIONS)):
        question = np.random.default_rng(seed).standard_normal(TINY_DIMENSION).astype(np.float32)
        question /= np.linalg.norm(question)
        exact = [(key, float(np.frombuffer(data, dtype="<f4") @ question)) for key, data in stored]
        best = max((score for _, score in exact), default=0)
        found = index.search(question, 1)
        if abs((found[0][1] if found else 0) - best) > TOLERANCE or len(found) != min(1, len(keys)):
            raise ViolationError("the vector index does not find the nearest passage")


def _check_lexical(view: View, index: LexicalIndex, keys: list[int]) -> None:
    if index.keys() != keys:
        raise ViolationError("the lexical index holds other passages than the store")
    titles = {document.key: document.metadata.title for document in view.documents()}
    texts = [(p.key, f"{titles[p.document_key]}\n{p.text}") for p in view.passages(keys)]
    fresh = LexicalIndex.in_memory(texts)
    for question in QUESTIONS:
        if index.search(question, len(keys)) != fresh.search(question, len(keys)):
            raise ViolationError(f"the lexical index answers '{question}' differently from a new one")


def strays(data: Path) -> list[str]:
    """Return unused files and folders that nothing will delete, relative to the data folder."""
    return sorted(set(_below(data)) - set(_belonging(data)))


def _below(data: Path) -> Iterator[str]:
    below = (path.relative_to(data) for path in data.rglob("*"))
    return (str(path) for path in below if path.parts[0] != "encoder")


def _belonging(data: Path) -> Iterator[str]:
    yield WRITER_NAME
    for name in (DATABASE_NAME, FEEDBACK_NAME):
        yield from (name, f"{name}-wal", f"{name}-shm", f"{name}-journal")
    for kind in ("index", "index/vectors", "index/lexical"):
        yield kind
        yield from (f"{kind}/lock", f"{kind}/manifest.json")
        manifest = data / kind / "manifest.json"
        if manifest.is_file():
            files = json.loads(manifest.read_bytes())["files"]
            yield from (f"{kind}/{name}" for name in (files.values() if isinstance(files, dict) else files))
