"""A consistent view of a store in PostgreSQL."""

from collections.abc import Sequence
from pathlib import Path

from corpus.errors import StoreError
from corpus.postgres.address import Address
from corpus.postgres.connection import PostgresConnection, connected
from corpus.store import PASSAGE_COLUMNS, ListedDocument, StoredPassage, View, passage_from_record, records, require_all

_COLUMNS = ", ".join(f"passages.{name}" for name in PASSAGE_COLUMNS.split(", "))
_PASSAGES = (
    f"SELECT {_COLUMNS}, substring(text FROM greatest(byte_start, 0)::int + 1"  # noqa: S608 - our own columns
    " FOR greatest(byte_end - greatest(byte_start, 0), 0)::int) AS span_text"
    " FROM passages JOIN documents ON documents.key = passages.document WHERE passages.key = ANY(?)"
)


class PostgresView(View):
    """Reads a store inside one transaction, REPEATABLE READ and READ ONLY. Threads may share a view.

    Args:
        folder: The data folder of this machine, which has the indexes.
        address: The address of the database.
        connection: A connection in a transaction, which is used instead of a new one and stays open on close.

    Raises:
        StoreError: The store cannot be opened.
    """

    def __init__(self, folder: Path, address: Address, *, connection: PostgresConnection | None = None) -> None:
        owned = None
        if connection is None:
            owned = connected(address)
            try:
                owned.begin_reading()
            except BaseException:
                owned.close()
                raise
        self._opened = owned
        super().__init__(folder, connection=connection or owned)
        self._shown = address.shown

    def close(self) -> None:
        """End the transaction; closing twice is allowed."""
        if self._opened is not None:
            with self._lock:
                self._opened.close()

    @property
    def is_usable(self) -> bool:
        """Whether the transaction still reads: the server may have ended it, or the connection is lost."""
        try:
            self._rows("SELECT 1")
        except StoreError:
            return False
        return True

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these keys, in the order given, in one query.

        Raises:
            StoreCorruptError: A passage is missing or damaged.
        """
        with self._reading():
            found = {record["key"]: record for record in records(self._connection.execute(_PASSAGES, (list(keys),)))}
        require_all(keys, found, "is missing")
        return [passage_from_record(found[key], found[key]["span_text"]) for key in keys]

    def listed_documents(self) -> list[ListedDocument]:
        """Return every document, unverified, in order of the ids."""
        return [ListedDocument(*row) for row in self._rows("SELECT key, id, source FROM documents ORDER BY id")]

    def problems_found_by_sqlite(self) -> list[str]:
        """Return nothing: PostgreSQL has its own tools, pg_amcheck and data checksums."""
        return []
