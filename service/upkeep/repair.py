"""Verification of a store, and repair from its intact data."""

import contextlib
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.documents import EncodedPassage
from corpus.errors import FeedbackError, StoreCorruptError
from corpus.lexical import LexicalProjection, term_counts
from corpus.store import Repair, StoredDocument, View, rebuild_database_indexes, repair, rewrite
from embeddings.encoder import Encoder
from embeddings.index import VectorProjection
from service.ingest import borrowed_sandbox, encoded_passages, error_context
from service.reading import Sandbox
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings
from service.upkeep.feedback import Feedback
from service.upkeep.originals import CheckedOriginals, checked_originals
from service.upkeep.verify import Problem, Remedy, problems

INDEX_MESSAGES = ("missing from index", "wrong # of entries in index", "non-unique entry in index")
"""Messages of SQLite about an index that disagrees with its table."""

NO_DAMAGE = ("is out of date", "is missing")
"""Problems of an index on disk that the next process to open the store corrects, for example after a restore."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Result of a verification.

    Args:
        documents: Number of documents.
        passages: Number of passages.
        problems: Problems that were not repaired.
        repaired: Problems that were repaired.
        rebuilt: Damage of each index on disk that was rebuilt, or would be without `check`.
        not_rebuilt: Problem of each index on disk that could not be written.
        kind: Kind of the vector index on disk; None if there is none.
        feedback: Problem of the feedback, which is not repaired; None if it can be read.
        originals: The kept originals.
    """

    documents: int
    passages: int
    problems: Sequence[Problem]
    repaired: Sequence[Problem] = ()
    rebuilt: Mapping[str, str] = field(default_factory=dict)
    not_rebuilt: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    feedback: str | None = None
    originals: CheckedOriginals = field(default_factory=CheckedOriginals)


def verified(settings: Settings, encoder: Callable[[], Encoder], progress: Progress, *, check: bool) -> Verified:
    """Verify a store, and repair it.

    A document with damaged passages, vectors or token vectors is split and encoded again from its text. Damaged SQLite
    indexes are rebuilt; if pages of the database are damaged, a new database is written. Vector and lexical indexes
    that do not match the store are rebuilt. Damaged originals, and those of no document, are removed.

    Args:
        settings: Data folder, and sizes of passages and titles.
        encoder: Loads the encoder; called only if a document must be encoded again.
        progress: Progress by document.
        check: Change nothing.

    Raises:
        EncoderMismatchError: A document must be encoded again, but the store was made with another encoder.
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
        originals = CheckedOriginals() if left else checked_originals(view, settings.data, check=check)
    repaired = [problem for problem in found if problem.document not in {one.document for one in left}]
    feedback = _feedback_problem(settings)
    return Verified(documents, passages, left, repaired, rebuilt, not_rebuilt, kind, feedback, originals)


def _problems(settings: Settings, progress: Progress) -> list[Problem]:
    with View(settings.data, damaged=True) as view:
        return list(problems(view, progress))


def _feedback_problem(settings: Settings) -> str | None:
    try:
        Feedback(settings.data).ratings()
    except FeedbackError as error:
        return str(error)
    return None


def _repair(settings: Settings, encoder: Callable[[], Encoder], progress: Progress, found: Sequence[Problem]) -> None:
    """Repair what can be repaired, in the cheapest way."""
    structural = [problem for problem in found if problem.remedy is Remedy.REWRITE]
    if structural and all(any(message in problem.detail for message in INDEX_MESSAGES) for problem in structural):
        with contextlib.suppress(StoreCorruptError):
            rebuild_database_indexes(settings.data)
            found = _problems(settings, progress)
    with borrowed_sandbox(settings) as sandbox:
        plan = _plan(settings, encoder, sandbox, progress, found)
        try:
            if all(problem.remedy is not Remedy.REWRITE for problem in found):
                with contextlib.suppress(StoreCorruptError):  # a row cannot be deleted: rewrite the database
                    if plan.reencode or plan.recount:
                        repair(settings.data, plan)
                    return
            with contextlib.suppress(StoreCorruptError):  # remaining problems are reported
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
    reencode = {problem.document for problem in found if problem.document} - lost
    everything = any(problem.remedy is Remedy.ENCODE_ALL for problem in found)
    if everything:
        with View(settings.data, damaged=True) as view:
            reencode = {document.id for document in view.listed_documents()} - lost
    progress.start(len(reencode))

    def encode(document: StoredDocument, text: str) -> Sequence[EncodedPassage]:
        progress.doing(document.id)
        with error_context(document):
            passages = encoded_passages(sandbox, encoder(), settings, document, text)
        progress.advance()
        return passages

    used = fingerprint(encoder(), settings) if reencode else None
    recount = any(problem.remedy in (Remedy.RECOUNT, Remedy.COUNT_WORDS) for problem in found)
    return Repair(lost, sorted(reencode), encode, used, term_counts, everything, recount)


def _indexes(settings: Settings, view: View, *, check: bool) -> tuple[dict[str, str], dict[str, str], str | None]:
    """Return the damage of indexes that were rebuilt, problems of those that could not be, and the vector index's kind.

    With `check`, nothing is rebuilt.
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
        if problem is None or (check and problem in NO_DAMAGE):
            continue
        if not check:
            make()
        if not check and look():
            not_rebuilt[name] = problem
        elif problem not in NO_DAMAGE:
            rebuilt[name] = problem
    return rebuilt, not_rebuilt, vectors.kind()
