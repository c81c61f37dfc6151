"""Verifying a store, and repairing what can be made again from what is left."""

import contextlib
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.documents import EncodedPassage
from corpus.errors import StoreCorruptError
from corpus.lexical import LexicalProjection
from corpus.store import Repair, StoredDocument, View, rebuild_database_indexes, repair, rewrite
from embeddings.encoder import Encoder
from embeddings.index import VectorProjection
from service.ingest import encoded_passages, lent, naming
from service.reading import Sandbox
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings
from service.upkeep.verify import Problem, Remedy, problems

__all__ = ["Verified", "verified"]

OF_AN_INDEX = ("missing from index", "wrong # of entries in index", "non-unique entry in index")
"""How SQLite says that an index does not agree with its table."""

STALE = "is out of date"
"""Said of an index on disk that whoever opens the store next brings up to date: nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in a store.

    Args:
        documents, passages: How many there are.
        problems: What is wrong, and was not or could not be repaired.
        repaired: What was wrong and no longer is.
        rebuilt: What was wrong with each index on disk; unless only checking, it has been made again.
        not_rebuilt: What is still wrong with each that could not be written.
        kind: How the vector index on disk is searched; None if there is none.
    """

    documents: int
    passages: int
    problems: Sequence[Problem]
    repaired: Sequence[Problem] = ()
    rebuilt: Mapping[str, str] = field(default_factory=dict)
    not_rebuilt: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None


def verified(settings: Settings, encoder: Callable[[], Encoder], progress: Progress, *, check: bool) -> Verified:
    """Check all of a store, and repair it.

    Where only passages, vectors or token vectors of a document are damaged, it is cut and encoded again from its text.
    Where SQLite's own indexes are, these are made anew, and where its pages are, the whole database is. The vector
    and the lexical index are made anew where they do not fit.

    Args:
        settings: Say where the store is and how documents are cut.
        encoder: Called only if a document is to be encoded again.
        progress: Told of each document.
        check: Change nothing.

    Raises:
        EncoderMismatchError: A document is to be encoded again, but the store was made with another encoder.
        StoreError: The store cannot be opened or written.
    """
    found = _problems(settings, progress)
    left = found
    if found and not check:
        _repair(settings, encoder, progress, found)
        left = _problems(settings, progress)
    with View(settings.data, damaged=True) as view:
        documents, passages = view.totals.documents, view.totals.passages
        rebuilt, not_rebuilt, kind = ({}, {}, None) if left else _indexes(settings, view, check=check)
    repaired = [problem for problem in found if problem.document not in {one.document for one in left}]
    return Verified(documents, passages, left, repaired, rebuilt, not_rebuilt, kind)


def _problems(settings: Settings, progress: Progress) -> list[Problem]:
    with View(settings.data, damaged=True) as view:
        return list(problems(view, progress))


def _repair(settings: Settings, encoder: Callable[[], Encoder], progress: Progress, found: Sequence[Problem]) -> None:
    """Repair what can be, in the least costly way."""
    of_database = [problem for problem in found if problem.remedy is Remedy.REWRITE]
    if of_database and all(any(said in problem.detail for said in OF_AN_INDEX) for problem in of_database):
        with contextlib.suppress(StoreCorruptError):
            rebuild_database_indexes(settings.data)
            found = _problems(settings, progress)
    with lent(settings) as sandbox:
        plan = _plan(settings, encoder, sandbox, progress, found)
        try:
            if all(problem.remedy is not Remedy.REWRITE for problem in found):
                with contextlib.suppress(StoreCorruptError):  # a row that is to go cannot even be deleted
                    if plan.reencode or any(problem.remedy is Remedy.RECOUNT for problem in found):
                        repair(settings.data, plan)
                    return
            with contextlib.suppress(StoreCorruptError):  # what is left is reported
                rewrite(settings.data, plan)
        finally:
            progress.finish()


def _plan(
    settings: Settings,
    encoder: Callable[[], Encoder],
    sandbox: Sandbox,
    progress: Progress,
    found: Sequence[Problem],
) -> Repair:
    encoder = functools.cache(encoder)
    lost = {problem.document for problem in found if problem.document and problem.remedy is Remedy.INGEST}
    again = {problem.document for problem in found if problem.document} - lost
    everything = any(problem.remedy is Remedy.ENCODE_ALL for problem in found)
    if everything:
        with View(settings.data, damaged=True) as view:
            again = {document.id for document in view.listed_documents()} - lost
    progress.start(len(again))

    def encode(document: StoredDocument, text: str) -> Sequence[EncodedPassage]:
        progress.doing(document.id)
        with naming(document):
            passages = encoded_passages(sandbox, encoder(), settings, document, text)
        progress.advance()
        return passages

    made_with = fingerprint(encoder(), settings) if again else None
    return Repair(lost, sorted(again), encode, made_with, everything)


def _indexes(settings: Settings, view: View, *, check: bool) -> tuple[dict[str, str], dict[str, str], str | None]:
    """What was wrong with the indexes on disk, what still is, and the vector index's kind.

    Unless only checking, they are made again.
    """
    rebuilt: dict[str, str] = {}
    not_rebuilt: dict[str, str] = {}
    if view.fingerprint is None:
        return rebuilt, not_rebuilt, None
    dimension = int(json.loads(view.fingerprint)["dimension"])
    vectors, lexical = VectorProjection(settings.data), LexicalProjection(settings.data)
    indexes: list[tuple[str, Callable[[], str | None], Callable[[], object]]] = [
        ("vector", lambda: vectors.problem(view, dimension), lambda: vectors.open(view, dimension)),
        ("lexical", lambda: lexical.problem(view), lambda: lexical.open(view)),
    ]
    for name, look, make in indexes:
        problem = look()
        if problem is None or (check and problem == STALE):
            continue
        if not check:
            make()
        (not_rebuilt if not check and look() else rebuilt)[name] = problem
    return rebuilt, not_rebuilt, vectors.kind()
