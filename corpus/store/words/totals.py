"""Totals of the words of a store, a row of the table `meta`."""

from dataclasses import astuple, dataclass, replace
from typing import Self

from corpus.store.connection import Connection

WORDS = "words"
"""Key of the row."""


@dataclass(frozen=True, slots=True)
class WordTotals:
    """Totals of the words of all passages.

    The last three detect rows of the table `terms` that a damaged file has lost.

    Args:
        tokens: Number of terms of all passages, each as often as it occurs.
        terms: Number of different terms.
        frequencies: Sum over the terms of the number of passages that have them.
        keys: Sum of the keys of the terms.
        last: The greatest key that was ever given to a term.
    """

    tokens: int = 0
    terms: int = 0
    frequencies: int = 0
    keys: int = 0
    last: int = 0

    @classmethod
    def parse(cls, value: str) -> Self:
        """Parse the form that `str` gives.

        Raises:
            ValueError: The value has another form.
        """
        tokens, terms, frequencies, keys, last = map(int, value.split())
        return cls(tokens, terms, frequencies, keys, last)

    def __str__(self) -> str:
        return " ".join(map(str, astuple(self)))

    def counted(self, connection: Connection) -> "WordTotals":
        """Return these totals with the last three counted in the table, and the number of terms in its index too."""
        listed = connection.execute("SELECT count(*) FROM terms INDEXED BY sqlite_autoindex_terms_1").fetchone()[0]
        terms, frequencies, keys = connection.execute(
            "SELECT count(*), coalesce(sum(passages), 0), coalesce(sum(key), 0) FROM terms NOT INDEXED"
        ).fetchone()
        return replace(self, terms=terms if terms == listed else -1, frequencies=frequencies, keys=keys)
