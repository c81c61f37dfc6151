"""Verification of every stored document, span and vector against checksums and invariants."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from corpus.documents import Passage, RemovedSpan, passage_id
from corpus.errors import StoreCorruptError, StoreError, UnknownDocumentError
from corpus.lexical import term_counts
from corpus.store import StoredDocument, StoredPassage, View
from service.runtime.progress import Progress

NORM_TOLERANCE = 1e-3
"""Largest deviation of a float32 vector's norm from 1."""


class Remedy(Enum):
    """Remedy for a problem."""

    REWRITE = "rewrite the database"
    RECOUNT = "count rows and rewrite the table `meta`"
    COUNT_WORDS = "count the words of all passages again"
    ENCODE = "split and encode the document again from its stored text"
    ENCODE_ALL = "split and encode all documents again"
    INGEST = "ingest the document again, or restore a backup"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a store.

    Args:
        document: Id of the document; None if the problem concerns the whole store.
        detail: Description of the problem.
        remedy: How to repair it.
        source: Source of the document, if it can be read.
    """

    document: str | None
    detail: str
    remedy: Remedy = Remedy.INGEST
    source: str | None = None


def problems(view: View, progress: Progress) -> Iterator[Problem]:
    """Yield the problems of a store.

    Verified are SQLite's integrity; record and text of each document against their checksums; text, id and order of
    each passage; that passages cover the text; checksum and shape of each vector and its token vectors.

    Args:
        view: View of the store.
        progress: Progress by document.
    """
    structure = _of_database(view)
    yield from (Problem(None, detail, Remedy.REWRITE) for detail in structure)
    for key in view.damaged:
        yield Problem(None, f"its record of its {key} is damaged", Remedy.RECOUNT)
    shape = _shape(view.fingerprint)
    named = [document.id for document in view.listed_documents()]
    if shape is None and named:
        yield Problem(None, "the record of the encoder is damaged", Remedy.ENCODE_ALL)
    altered = _altered(view)
    if "documents" in altered and "totals" not in view.damaged:
        remedy = Remedy.REWRITE if structure and len(named) == view.totals.documents else Remedy.INGEST
        yield Problem(None, "it has other documents than were written to it", remedy)
    progress.start(len(named))
    intact = True
    try:
        for identifier in named:
            progress.doing(identifier)
            for problem in _of_document(view, identifier, shape):
                intact = False
                yield problem
            progress.advance()
    finally:
        progress.finish()
    if intact and "passages" in altered:
        yield Problem(None, "it has other passages than were written to it", Remedy.RECOUNT)
    if intact and not _are_words_counted(view):
        yield Problem(None, "its frequencies of words are not those of its passages", Remedy.COUNT_WORDS)


def _of_database(view: View) -> list[str]:
    try:
        return view.problems_found_by_sqlite()
    except StoreError as error:
        return [clause(error)]


def _altered(view: View) -> list[str]:
    try:
        return view.tables_with_other_rows()
    except StoreError:
        return ["documents", "passages"]


def _are_words_counted(view: View) -> bool:
    try:
        return view.words_are_counted()
    except StoreError:
        return False


def _of_document(view: View, identifier: str, shape: tuple[int, int] | None) -> Iterator[Problem]:
    source = None
    remedy = Remedy.INGEST
    try:
        document = view.document(identifier)
        source, text = document.source, view.text(document)
        yield from (Problem(identifier, detail, remedy, source) for detail in _of_text(document, text))
        remedy = Remedy.ENCODE
        for detail in itertools.chain(_of_spans(view, document, text), _of_vectors(view, document, shape)):
            yield Problem(identifier, detail, remedy, source)
        yield from (Problem(None, detail, Remedy.COUNT_WORDS) for detail in _of_words(view, document))
    except StoreError as error:
        yield Problem(identifier, clause(error), remedy, source or view.unverified_source(identifier))
    except UnknownDocumentError:
        yield Problem(identifier, "its record is missing", remedy)


def clause(error: StoreError) -> str:
    """Return what an error says is wrong, without the advice to verify the store."""
    return str(error).removesuffix(" Run: footnote verify").rstrip(".")


def _shape(fingerprint: str | None) -> tuple[int, int] | None:
    """Return dimension and maximum tokens of the encoder that made the vectors; None if its record is damaged."""
    try:
        parts = json.loads(fingerprint or "")
        dimension, max_tokens = int(parts["dimension"]), int(parts["max_tokens"])
    except (ValueError, OverflowError, KeyError, TypeError):
        return None
    return (dimension, max_tokens) if dimension > 0 and dimension % 8 == 0 else None


def _of_text(document: StoredDocument, text: str) -> Iterator[str]:
    if len(text) != document.characters:
        yield f"its text has {len(text)} characters where its record says {document.characters}"
    for section in document.sections:
        if not 0 <= section.start <= len(text):
            yield f"the section '{section.title}' begins outside the text"
    if any(not 0 <= page <= len(text) for page in document.pages):
        yield "a page begins outside the text"
    if any(not 0 <= place.start <= len(text) for place in document.places):
        yield "a place begins outside the text"
    if any(not 0 <= span.start < span.end <= len(text) for span in document.removed_spans):
        yield "a removed span lies outside the text"


def _of_spans(view: View, document: StoredDocument, text: str) -> Iterator[str]:
    left = _with_blanks(text, document.removed_spans)
    end = 0
    for passage in view.passages(view.document_passages(document)):
        yield from _of_span(passage, document, text)
        if left[end : passage.start].strip():
            yield f"characters {end} to {passage.start} are in no passage"
        end = max(end, passage.end)
    if left[end:].strip():
        yield f"characters {end} to {len(text)} are in no passage"


def _with_blanks(text: str, removed: Sequence[RemovedSpan]) -> str:
    """Return the text with spaces in place of the removed spans."""
    left, at = [], 0
    for span in removed:
        left += [text[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return "".join([*left, text[at:]])


def _of_span(passage: StoredPassage, document: StoredDocument, text: str) -> Iterator[str]:
    if not 0 <= passage.start < passage.end <= len(text) or text[passage.start : passage.end] != passage.text:
        yield f"passage {passage.id} is not the text of its span"
    span = Passage(passage.start, passage.end)
    if passage.id != passage_id(document.id, document.revision, span):
        yield f"passage {passage.id} does not have the id of its span"


def _of_vectors(view: View, document: StoredDocument, shape: tuple[int, int] | None) -> Iterator[str]:
    keys = view.document_passages(document)
    vectors, signs = dict(view.vectors(keys)), view.token_vectors(keys)
    if shape is not None:
        for key in keys:
            yield from _of_shape(key, vectors[key], signs[key], *shape)


def _of_words(view: View, document: StoredDocument) -> Iterator[str]:
    try:
        stored = view.named_terms(view.document_passages(document))
    except StoreCorruptError as error:
        yield clause(error)
        return
    for passage in view.passages(list(stored)):
        if dict(term_counts(document.metadata.title, passage.text)) != stored[passage.key]:
            yield f"the term counts of passage {passage.id} are not those of its text"


def _of_shape(key: int, vector: bytes, signs: bytes, dimension: int, max_tokens: int) -> Iterator[str]:
    if len(vector) != 4 * dimension:
        yield f"the vector of passage {key} has {len(vector)} bytes instead of {4 * dimension}"
    elif not abs(float(np.linalg.norm(np.frombuffer(vector, dtype="<f4"))) - 1) <= NORM_TOLERANCE:
        yield f"the vector of passage {key} does not have norm 1"
    tokens, rest = divmod(len(signs), dimension // 8)
    if rest or not 0 < tokens <= max_tokens:
        yield f"the token vectors of passage {key} do not match 1 to {max_tokens} tokens"
