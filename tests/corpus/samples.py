"""Small documents with passages, what is in a store's file, and what a message of ours looks like."""

import datetime
import hashlib
import itertools
import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import HealthCheck, settings

from corpus.documents.content import ReadOptions
from corpus.documents.document import EncodedPassage, Passage, Place, Section, SourceDocument
from corpus.documents.fields import Metadata
from corpus.files.source import SourceBytes
from corpus.lexical.counts import term_counts
from corpus.readers.reading import read_documents
from corpus.store.database import DATABASE_NAME
from corpus.store.filtering.filters import AnyOf, Condition, Filters, Languages, Range
from corpus.store.meta_table import RowTotals, read_meta, write_meta
from corpus.store.rows import StoredPassage
from corpus.store.view import View

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: a slow machine is no failure."""

FINGERPRINT = "an encoder"

TITLE = "La tregua"

TEXT = "# Tregua\n\nÉl llegó en 2012 — «la tregua» empezó. 😀 Two came later.\n"


def sample_document(source: str = "/documents/truce.md", text: str = TEXT, **metadata: object) -> SourceDocument:
    """A document with every piece of metadata, unless told otherwise."""
    about: dict[str, object] = {
        "title": "La tregua",
        "publisher": "El Diario",
        "authors": ("Ana Ruiz", "B. López"),
        "published": "2017-01-19",
        "language": "es-SV",
        "url": "https://example.org/tregua",
        "tags": ("tregua",),
        "extra": {"sources": [{"facts": ["one"]}], "año": 2012},
    }
    return SourceDocument(
        source=source,
        source_sha256=hashlib.sha256(text.encode()).hexdigest(),
        media_type="text/markdown",
        text=text,
        metadata=Metadata(**{**about, **metadata}),  # type: ignore[arg-type]
        sections=(Section("Tregua", 1, 0),),
        places=(Place("A1", 0), Place("A2", 3)),
    )


def sample_passages(text: str = TEXT, pieces: int = 2, title: str = TITLE) -> list[EncodedPassage]:
    """Passages that part a text into equal pieces, each with bytes of its own as vectors."""
    borders = [len(text) * at // pieces for at in range(pieces + 1)]
    return [
        EncodedPassage(
            Passage(start, end, section="Tregua", page=at + 1),
            vector=hashlib.sha256(f"vector {start} {text}".encode()).digest(),
            token_vectors=hashlib.sha256(f"tokens {start} {text}".encode()).digest() * 3,
            terms=term_counts(title, text[start:end]),
        )
        for at, (start, end) in enumerate(itertools.pairwise(borders))
    ]


def filters_of(
    publishers: Sequence[str] = (),
    document_ids: Sequence[str] = (),
    languages: Sequence[str] = (),
    tags: Sequence[str] = (),
    published_from: str | None = None,
    published_before: str | None = None,
    without_documents: Sequence[str] = (),
    extra: Mapping[str, Condition] | None = None,
) -> Filters:
    """Filters on the metadata fields and on other keys of the front matter; dates are ISO 8601."""
    first, last = (datetime.date.fromisoformat(day) if day else None for day in (published_from, published_before))
    fields: list[tuple[str, Condition]] = []
    if publishers:
        fields.append(("publisher", AnyOf.of(publishers)))
    if languages:
        fields.append(("language", Languages(frozenset(languages))))
    if tags:
        fields.append(("tags", AnyOf.of(tags)))
    if first or last:
        fields.append(("published", Range(gte=first, lt=last)))
    return Filters(tuple(fields), tuple((extra or {}).items()), tuple(document_ids), tuple(without_documents))


def rows_of_tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a store's file holds, read without any code of ours."""
    connection = sqlite3.connect(folder / DATABASE_NAME)
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608
    finally:
        connection.close()


def signature(folder: Path) -> str:
    """A digest of everything that a store's file holds: the same before and after means that nothing changed."""
    return hashlib.sha256(repr(rows_of_tables(folder)).encode()).hexdigest()


def tamper(folder: Path, statement: str, values: Sequence[object] = ()) -> None:
    """Change a store's file behind its back."""
    connection = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    try:
        connection.execute(statement, values)
    finally:
        connection.close()


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Change what a store says of itself behind its back, with a checksum that fits."""
    write_meta(connection, key, value)


def count_up(connection: sqlite3.Connection) -> None:
    """Make what was changed behind a store's back a generation of its own, of the rows that are now there."""
    set_meta(connection, "generation", str(int(read_meta(connection)["generation"]) + 1))
    set_meta(connection, "totals", str(RowTotals.counted(connection)))


def read_document(file: SourceBytes, options: ReadOptions | None = None) -> SourceDocument:
    """The only document of a file."""
    [document] = read_documents(file, options)
    assert isinstance(document, SourceDocument)
    return document


def allowed_keys(view: View, filters: Filters) -> list[int]:
    """The keys of the passages of the documents that filters allow."""
    documents = set(view.allowed_documents(filters))
    return sorted(key for document, key in view.passage_rows() if document in documents)


def all_passages(view: View) -> list[StoredPassage]:
    return view.passages(view.passage_keys())


def read_everything(folder: Path, keys: Sequence[int] | None = None) -> None:
    """Read all that a store holds, or the passages that an index says it holds, and all documents."""
    with View(folder) as view:
        for document in view.documents():
            view.text(document)
            view.passages(view.document_passages(document))
        keys = view.passage_keys() if keys is None else keys
        passages = view.passages(keys)
        view.documents_by_key(passage.document_key for passage in passages)
        view.vectors(keys)
        view.token_vectors(keys)


def is_clause(message: str) -> bool:
    """Whether a message reads well between 'Refused X: ' and a full stop."""
    return _is_one_line(message) and not message.endswith(".") and re.match(r"[a-z'{]", message) is not None


def is_sentences(message: str) -> bool:
    """Whether a message is one or two sentences, the last of which may end with a command to run."""
    sentences = re.split(r"(?<=\.) (?=[A-Z])", message)
    ends_well = message.endswith(".") or re.search(r"([Rr]un|with): footnote [a-z]", sentences[-1]) is not None
    return _is_one_line(message) and ends_well and len(sentences) <= 2 and re.match(r"[A-Z/{]", message) is not None


def _is_one_line(message: str) -> bool:
    suspicious = ("Traceback", "sqlite3.", "Error(", "<class", " None)", "  ")
    return bool(message) and "\n" not in message and not any(text in message for text in suspicious)
