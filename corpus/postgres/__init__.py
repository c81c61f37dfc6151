"""The document store in PostgreSQL: the same rows, checksums and generations as in `corpus.store`."""

from corpus.postgres.address import Address
from corpus.postgres.store import PostgresStore
from corpus.postgres.view import PostgresView

__all__ = ["Address", "PostgresStore", "PostgresView"]
