"""Does a store keep its promises? Every invariant of every stored span and vector."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from corpus import StoredDocument, StoredPassage, View, passage_id
from corpus.documents import Passage, RemovedSpan
from corpus.errors import StoreCorruptError
from service.progress import Progress

__all__ = ["Problem", "problems"]

NORM_TOLERANCE = 1e-3
"""How far a float32 vector's length may be from 1."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it must be; `document` is None where it concerns the whole store."""

    document: str | None
    detail: str


def problems(view: View, progress: Progress) -> Iterator[Problem]:
    """Check a whole store.

    Checked are: SQLite's own integrity; each document's record and text against their checksums; each passage's
    text against its span, its id, order and length in tokens; that passages cover all of the text; each vector's
    and token vector's checksum and shape.

    Args:
        view: What to check.
        progress: Told of each document.
    """
    yield from (Problem(None, detail) for detail in view.problems_found_by_sqlite())
    if "documents" in (altered := view.altered()):
        yield Problem(None, "its documents are others than were written to it")
    shape = _shape(view.fingerprint)
    identifiers = view.document_ids()
    if shape is None and identifiers:
        yield Problem(None, "the record of the encoder is damaged")
    progress.start(len(identifiers))
    whole = True
    try:
        for identifier in identifiers:
            progress.doing(identifier)
            try:
                document = view.document(identifier)
                for detail in itertools.chain(_of_spans(view, document), _of_vectors(view, document, shape)):
                    whole = False
                    yield Problem(identifier, detail)
            except StoreCorruptError as error:
                whole = False
                yield Problem(identifier, str(error).removesuffix(" Run: footnote verify").rstrip("."))
            progress.advance()
    finally:
        progress.finish()
    if whole and "passages" in altered:
        yield Problem(None, "its passages are others than were written to it")


def _shape(fingerprint: str | None) -> tuple[int, int] | None:
    """Dimension and maximum length in tokens of the encoder that made the vectors."""
    try:
        parts = json.loads(fingerprint or "")
        dimension, max_tokens = int(parts["dimension"]), int(parts["max_tokens"])
    except (ValueError, OverflowError, KeyError, TypeError):
        return None
    return (dimension, max_tokens) if dimension > 0 and dimension % 8 == 0 else None


def _of_spans(view: View, document: StoredDocument) -> Iterator[str]:
    text = view.text(document)
    if len(text) != document.characters:
        yield f"its text has {len(text)} characters where its record says {document.characters}"
    for section in document.sections:
        if not 0 <= section.start <= len(text):
            yield f"the section '{section.title}' begins outside its text"
    if any(not 0 <= page <= len(text) for page in document.pages):
        yield "a page begins outside its text"
    if any(not 0 <= span.start < span.end <= len(text) for span in document.removed):
        yield "a removed span lies outside its text"
    left = _blanked(text, document.removed)
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
