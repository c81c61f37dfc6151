"""In-memory catalogue of all documents, for filters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from corpus.documents import METADATA_FIELDS
from corpus.store.filtering.filters import Condition, Filters, Term, terms
from corpus.store.rows import StoredDocument

MAX_TERM_CHARACTERS = 1000
"""Longest name and longest text of other front matter that can be filtered on; longer ones are not kept in memory."""

FILTERED_FIELDS = tuple(field.name for field in METADATA_FIELDS if field.filter is not None)

_NOTHING: Mapping[str, tuple[Term, ...]] = {}

Postings = dict[Term, list[int]]
"""Keys of the documents that have a term."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What filters compare of a document. It is valid as long as the document has its key.

    Args:
        fields: Values of the metadata fields that can be filtered on.
        extra: Terms of the other keys of its front matter.
    """

    key: int
    id: str
    fields: Mapping[str, object]
    extra: Mapping[str, tuple[Term, ...]]

    @classmethod
    def of(cls, document: StoredDocument) -> Self:
        """Return the entry of a document whose record has been verified."""
        about = document.metadata
        extra = {name: tuple(_short(value)) for name, value in about.extra.items() if len(name) <= MAX_TERM_CHARACTERS}
        fields = {name: getattr(about, name) for name in FILTERED_FIELDS}
        return cls(document.key, document.id, fields, extra or _NOTHING)


def _short(value: object) -> Iterator[Term]:
    return (term for term in terms(value) if not isinstance(term[1], str) or len(term[1]) <= MAX_TERM_CHARACTERS)


class Catalogue:
    """The documents of a view.

    Filters are evaluated in memory, because a query on a damaged column or SQLite index would silently skip a document.

    Args:
        entries: Entries of all documents.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: Mapping[int, Entry] = {entry.key: entry for entry in entries}
        self._keys = {entry.id: entry.key for entry in self.entries.values()}

    def documents(self, filters: Filters) -> set[int]:
        """Return the keys of the documents that filters allow."""
        allowed = self._with_ids(filters.document_ids or self._keys) - self._with_ids(filters.without_documents)
        for name, condition in filters.fields:
            allowed &= _matching(self._fields[name], condition)
        for name, condition in filters.extra:
            allowed &= _matching(self._extra.get(name, {}), condition)
        return allowed

    def _with_ids(self, identifiers: Iterable[str]) -> set[int]:
        return {self._keys[identifier] for identifier in identifiers if identifier in self._keys}

    @cached_property
    def _fields(self) -> Mapping[str, Postings]:
        """Postings of each metadata field, made when a filter first needs them."""
        postings: dict[str, Postings] = {name: {} for name in FILTERED_FIELDS}
        for entry in self.entries.values():
            for name, found in postings.items():
                for term in terms(entry.fields[name]):
                    found.setdefault(term, []).append(entry.key)
        return postings

    @cached_property
    def _extra(self) -> Mapping[str, Postings]:
        """Postings of each other key of the front matter, made when a filter first needs them."""
        postings: dict[str, Postings] = {}
        for entry in self.entries.values():
            for name, found in entry.extra.items():
                for term in found:
                    postings.setdefault(name, {}).setdefault(term, []).append(entry.key)
        return postings


def _matching(postings: Postings, condition: Condition) -> set[int]:
    return {key for term, keys in postings.items() if condition.matches(term) for key in keys}
