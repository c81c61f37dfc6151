"""Which passages some documents have, by what their records say: read once, checked, and kept in memory."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from corpus.store.rows import StoredDocument

__all__ = ["Catalogue", "Entry", "Filters"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents' passages may be candidates; an empty field allows all.

    Args:
        publishers: Any of these publishers.
        document_ids: Any of these documents.
        languages: Any of these language tags, each with its subtags (`es` takes `es-SV`).
        tags: Documents that carry any of these tags, written alike.
        published_from: First date allowed, ISO 8601.
        published_before: First date no longer allowed, ISO 8601.
        without_documents: None of these documents.
    """

    publishers: Sequence[str] = ()
    document_ids: Sequence[str] = ()
    languages: Sequence[str] = ()
    tags: Sequence[str] = ()
    published_from: str | None = None
    published_before: str | None = None
    without_documents: Sequence[str] = ()

    def __bool__(self) -> bool:
        lists = (self.publishers, self.document_ids, self.languages, self.tags, self.without_documents)
        return any((*lists, self.published_from, self.published_before))


@dataclass(frozen=True, slots=True)
class Entry:
    """What filters ask of a document. It says the same as long as the document has its key.

    Args:
        language: In small letters, with a hyphen at its end.
    """

    key: int
    id: str
    publisher: str | None
    language: str
    tags: frozenset[str]
    published: str | None

    @classmethod
    def of(cls, document: StoredDocument) -> Self:
        """Of a document whose record has been checked."""
        about = document.metadata
        language = (about.language or "").lower() + "-"
        return cls(document.key, document.id, about.publisher, language, frozenset(about.tags), about.published)


class Catalogue:
    """The documents of a view, as filters see them.

    It is kept in memory, because a filter that read the database would, where a column or an index is damaged, pass a
    document over without a word.

    Args:
        entries: Of every document.
        passages: `(document's key, passage's key)` of every passage.
    """

    def __init__(self, entries: Iterable[Entry], passages: Iterable[tuple[int, int]]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._passages: dict[int, array[int]] = {}
        for document_key, key in passages:
            self._passages.setdefault(document_key, array("q")).append(key)

    @property
    def entries(self) -> Mapping[int, Entry]:
        """What is known of each document, by its key."""
        return {entry.key: entry for entry in self._entries.values()}

    def passage_keys(self, filters: Filters) -> list[int]:
        """Keys of the passages that filters allow, ascending."""
        keys: list[int] = []
        for key in self.allowed(filters):
            keys += self._passages.get(key, ())
        return sorted(keys)

    def allowed(self, filters: Filters) -> list[int]:
        """Return the keys of the documents that filters allow."""
        wanted = dict.fromkeys(filters.document_ids) or self._entries
        publishers, tags, without = set(filters.publishers), set(filters.tags), set(filters.without_documents)
        languages = tuple(language.lower() + "-" for language in filters.languages)
        since, until = filters.published_from, filters.published_before
        return [
            entry.key
            for identifier in wanted
            if (entry := self._entries.get(identifier)) is not None
            and identifier not in without
            and (not publishers or entry.publisher in publishers)
            and (not languages or entry.language.startswith(languages))
            and (not tags or not tags.isdisjoint(entry.tags))
            and (not since or (entry.published or "") >= since)
            and (not until or (entry.published is not None and entry.published < until))
        ]
