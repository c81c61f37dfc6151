"""Reading passages: texts, vectors and keys."""

import json
import sqlite3
from collections.abc import Container, Iterable, Sequence

from corpus.documents import EncodedPassage, Passage
from corpus.errors import StoreCorruptError
from corpus.store.checksums import keyed_checksum
from corpus.store.meta_table import KEY_SUM
from corpus.store.reading.words import WordReader
from corpus.store.rows import PASSAGE_COLUMNS, Record, StoredDocument, StoredPassage, passage_from_record, records


class PassageReader(WordReader):
    """Reads passages; text and vectors are verified against their checksums."""

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these keys, in the order given.

        Raises:
            StoreCorruptError: A passage is missing or damaged.
        """
        query = f"SELECT {PASSAGE_COLUMNS} FROM passages WHERE key IN (SELECT value FROM json_each(?))"
        with self._reading():
            cursor = self._connection.execute(query, (json.dumps(list(keys)),))
            found = {record["key"]: record for record in records(cursor)}
            require_all(keys, found, "is missing")
            return [passage_from_record(found[key], self._span_bytes(found[key])) for key in keys]

    def _span_bytes(self, record: Record) -> bytes:
        """Read the bytes of a passage's span only, since the document's text may be long."""
        key, document, start, end = record["key"], record["document"], record["byte_start"], record["byte_end"]
        if not (isinstance(document, int) and isinstance(start, int) and isinstance(end, int)):
            raise StoreCorruptError(f"Passage {key} is damaged. Run: footnote verify")
        if not isinstance(self._connection, sqlite3.Connection):
            raise TypeError("only SQLite opens a column as a file")
        try:
            blob = self._connection.blobopen("documents", "text", document, readonly=True)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            raise StoreCorruptError(f"Passage {key} has no document. Run: footnote verify") from error
        with blob:
            start = min(max(start, 0), len(blob))
            blob.seek(start)
            return blob.read(min(max(end, start), len(blob)) - start)

    def document_passages(self, document: StoredDocument) -> list[int]:
        """Return the keys of a document's passages, in order of their start."""
        return self.passages_of(document.key)

    def passages_of(self, document: int) -> list[int]:
        """Return the keys of the passages of the document with this key, in order of their start."""
        rows = self._rows("SELECT key FROM passages WHERE document = ? ORDER BY start, key", (document,))
        return [key for (key,) in rows]

    def key_digest(self, last: int) -> tuple[int, int]:
        """Return the number of passages with keys up to `last`, and the sum of these keys modulo 2**32 each.

        Keys have random gaps, so that different sets of passages have different sums.
        """
        count, total = self._rows(f"SELECT count(*), {KEY_SUM} FROM passages WHERE +key <= ?", (last,))[0]
        return count, total

    def vectors(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        """Return `(key, vector)` of the passages with these keys, ascending.

        Raises:
            StoreCorruptError: A vector is missing or damaged.
        """
        query = (
            "SELECT key, vector, vector_checksum FROM passages"
            " WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key"
        )
        rows = self._rows(query, (json.dumps(list(keys)),))
        require_all(keys, {key for key, _, _ in rows}, "is missing")
        return [(key, _verified(key, data, expected, "vector of passage {} is")) for key, data, expected in rows]

    def token_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """Return the packed token vectors of the passages with these keys.

        Raises:
            StoreCorruptError: The token vectors of a passage are missing or damaged.
        """
        query = "SELECT passage, data, checksum FROM token_vectors WHERE passage IN (SELECT value FROM json_each(?))"
        rows = self._rows(query, (json.dumps(list(keys)),))
        require_all(keys, {key for key, _, _ in rows}, "has no token vectors")
        return {key: _verified(key, data, expected, "token vectors of passage {} are") for key, data, expected in rows}

    def encoded_passages(self, document: StoredDocument) -> list[EncodedPassage]:
        """Return the passages of a document with their vectors, in order.

        Raises:
            StoreCorruptError: A passage, a vector or the token vectors of a passage are missing or damaged.
        """
        keys = self.document_passages(document)
        vectors, tokens, terms = dict(self.vectors(keys)), self.token_vectors(keys), self.named_terms(keys)
        return [
            EncodedPassage(
                Passage(each.start, each.end, each.section, each.page),
                vectors[each.key],
                tokens[each.key],
                terms[each.key],
            )
            for each in self.passages(keys)
        ]


def _verified(key: int, data: object, expected: int, subject: str) -> bytes:
    if not isinstance(data, bytes) or keyed_checksum(key, data) != expected:
        raise StoreCorruptError(f"The {subject.format(key)} damaged. Run: footnote verify")
    return data


def require_all(keys: Iterable[int], found: Container[int], what: str) -> None:
    """Require that all passages were found.

    Raises:
        StoreCorruptError: One was not.
    """
    for key in keys:
        if key not in found:
            raise StoreCorruptError(f"Passage {key} {what}. Run: footnote verify")
