"""Counting the words of stored passages from their texts, without encoding them."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from corpus.errors import StoreCorruptError, UnknownDocumentError
from corpus.store.database import DATABASE_NAME, connect, execute_all, format_version, transaction, translated_errors
from corpus.store.layout import FORMAT_VERSION, WORDS_LAYOUT
from corpus.store.meta_table import LOG, read_meta, write_meta
from corpus.store.view import View
from corpus.store.words.totals import WORDS, WordTotals
from corpus.store.write_lock import recorded_writer
from corpus.store.writer import Writer

CountTerms = Callable[[str, str], Mapping[str, int]]
"""Returns the number of occurrences of each term in a passage, given the title of its document and its text."""


class Steps(Protocol):
    """Shows the progress of a long step."""

    def start(self, total: int) -> None:
        """Begin, with the number of documents."""

    def advance(self) -> None:
        """Count a document as done."""


def upgrade(folder: Path, count: CountTerms, present: Callable[[str], str], steps: Steps) -> bool:
    """Give a store the present format version and fingerprint, in one transaction, and count its words.

    Args:
        folder: The data folder.
        count: Counts the terms of a passage.
        present: Returns the fingerprint of passages whose words `count` has counted, given the stored fingerprint.
        steps: Progress by document.

    Returns:
        Whether the store had another version or fingerprint; otherwise nothing was changed.

    Raises:
        StoreError: The store cannot be read or written; nothing was changed.
    """
    with translated_errors(folder / DATABASE_NAME), contextlib.closing(connect(folder, earlier=True)) as connection:
        with transaction(connection), recorded_writer(folder):
            is_earlier = format_version(connection) < FORMAT_VERSION
            if is_earlier:
                execute_all(connection, WORDS_LAYOUT)
                connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
                write_meta(connection, WORDS, str(WordTotals()))
                write_meta(connection, LOG, "0")
            stored = read_meta(connection).get("encoder")
            if not is_earlier and stored in (None, present(stored or "{}")):
                return False
            writer = Writer(connection, folder, "")
            writer.replace_all()
            view = View(folder, connection=connection)
            steps.start(view.counts()[0])
            recount(view, writer, count, steps.advance)
            if stored is not None:
                writer.set_fingerprint(present(stored))
            writer.end()
    return True


def recount(view: View, writer: Writer, count: CountTerms, done: Callable[[], None] = lambda: None) -> None:
    """Count the words of all passages. Those of a document that cannot be read count as empty.

    Args:
        view: View within the writer's transaction.
        writer: Writes the counts.
        count: Counts the terms of a passage.
        done: Called after each document.
    """

    def counted() -> Iterator[tuple[int, Mapping[str, int]]]:
        for listed in view.listed_documents():
            yield from _of_document(view, listed.key, listed.id, count)
            done()

    writer.count_words(counted())


def _of_document(view: View, key: int, identifier: str, count: CountTerms) -> Iterator[tuple[int, Mapping[str, int]]]:
    keys = view.passages_of(key)
    try:
        title = view.document(identifier).metadata.title
        passages = view.passages(keys)
    except (StoreCorruptError, UnknownDocumentError):
        yield from ((each, {}) for each in keys)
        return
    for passage in passages:
        yield passage.key, count(title, passage.text)
