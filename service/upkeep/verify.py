"""Does a store keep its promises? Every invariant of every stored span and vector."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from corpus.documents import Passage, RemovedSpan, passage_id
from corpus.errors import StoreError, UnknownDocumentError
from corpus.store import StoredDocument, StoredPassage, View
from service.runtime.progress import Progress

__all__ = ["Problem", "Remedy", "problems"]

NORM_TOLERANCE = 1e-3
"""How far a float32 vector's length may be from 1."""


class Remedy(Enum):
    """What makes a problem go away."""

    REWRITE = "the database's own structures are made anew"
    RECOUNT = "what the store says of itself is written anew"
    ENCODE = "the document is cut and encoded again, from its text in the store"
    ENCODE_ALL = "all documents are"
    INGEST = "the document is ingested again, or the store restored from a backup"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it must be.

    Args:
        document: The id of the one it concerns; None if it is the whole store.
        detail: What is wrong.
        remedy: What helps.
        source: Where the document came from, if that can still be read.
    """

    document: str | None
    detail: str
    remedy: Remedy = Remedy.INGEST
    source: str | None = None


def problems(view: View, progress: Progress) -> Iterator[Problem]:
    """Check a whole store.

    Checked are: SQLite's own integrity; each document's record and text against their checksums; each passage's
    text against its span, its id, order and length in tokens; that passages cover all of the text; each vector's
    and token vector's checksum and shape.

    Args:
        view: What to check.
        progress: Told of each document.
    """
    structure = _of_database(view)
    yield from (Problem(None, detail, Remedy.REWRITE) for detail in structure)
    yield from _of_meta(view)
    shape = _shape(view.fingerprint)
    named = [document.id for document in view.listed_documents()]
    if shape is None and named:
        yield Problem(None, "the record of the encoder is damaged", Remedy.ENCODE_ALL)
    altered = _altered(view)
    if "documents" in altered and "totals" not in view.damaged:
        remedy = Remedy.REWRITE if structure and len(named) == view.totals.documents else Remedy.INGEST
        yield Problem(None, "its documents are others than were written to it", remedy)
    progress.start(len(named))
    whole = True
    try:
        for identifier in named:
            progress.doing(identifier)
            for problem in _of_document(view, identifier, shape):
                whole = False
                yield problem
            progress.advance()
    finally:
        progress.finish()
    if whole and "passages" in altered:
        yield Problem(None, "its passages are others than were written to it", Remedy.RECOUNT)


def _of_database(view: View) -> list[str]:
    try:
        return view.problems_found_by_sqlite()
    except StoreError as error:
        return [_clause(error)]


def _of_meta(view: View) -> Iterator[Problem]:
    for key in view.damaged:
        yield Problem(None, f"its record of its {key} is damaged", Remedy.RECOUNT)


def _altered(view: View) -> list[str]:
    try:
        return view.tables_with_other_rows()
    except StoreError:
        return ["documents", "passages"]


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
    except StoreError as error:
        yield Problem(identifier, _clause(error), remedy, source or view.unverified_source(identifier))
    except UnknownDocumentError:
        yield Problem(identifier, "its record is missing", remedy)


def _clause(error: StoreError) -> str:
    return str(error).removesuffix(" Run: footnote verify").rstrip(".")


def _shape(fingerprint: str | None) -> tuple[int, int] | None:
    """Dimension and maximum length in tokens of the encoder that made the vectors."""
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
            yield f"the section '{section.title}' begins outside its text"
    if any(not 0 <= page <= len(text) for page in document.pages):
        yield "a page begins outside its text"
    if any(not 0 <= span.start < span.end <= len(text) for span in document.removed_spans):
        yield "a removed span lies outside its text"


def _of_spans(view: View, document: StoredDocument, text: str) -> Iterator[str]:
    left = _blanked(text, document.removed_spans)
    end = 0
    for passage in view.passages(view.document_passages(document)):
        yield from _of_span(passage, document, text)
        if left[end : passage.start].strip():
            yield f"characters {end} to {passage.start} are in no passage"
        end = max(end, passage.end)
    if left[end:].strip():
        yield f"characters {end} to {len(text)} are in no passage"


def _blanked(text: str, removed: Sequence[RemovedSpan]) -> str:
    """The text with spaces for what cleaning took out."""
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


def _of_shape(key: int, vector: bytes, signs: bytes, dimension: int, max_tokens: int) -> Iterator[str]:
    if len(vector) != 4 * dimension:
        yield f"the vector of passage {key} has {len(vector)} bytes instead of {4 * dimension}"
    elif not abs(float(np.linalg.norm(np.frombuffer(vector, dtype="<f4"))) - 1) <= NORM_TOLERANCE:
        yield f"the vector of passage {key} has not the length 1"
    tokens, rest = divmod(len(signs), dimension // 8)
    if rest or not 0 < tokens <= max_tokens:
        yield f"the token vectors of passage {key} are not those of 1 to {max_tokens} tokens"
