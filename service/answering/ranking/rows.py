"""Cache of the rows that one question reads from a snapshot."""

import functools
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.store import StoredDocument, StoredPassage
from service.answering.citations.text_fragments import LONGEST_SOURCE, SourceText
from service.answering.sentences import SpokenTurn, spoken_turns
from service.retrieval import Searcher

CACHED_DOCUMENTS = 64
"""Documents whose turns are cached with their texts, some 10 KB each. To find the turns again takes 0.2 to 1 ms."""

_cached_turns = functools.lru_cache(maxsize=CACHED_DOCUMENTS)(spoken_turns)


class PassageRows:
    """Passages of a snapshot, with their documents and token signs. Each row is read once.

    Args:
        searcher: Searcher of the snapshot.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._token_signs: dict[int, NDArray[np.uint8]] = {}
        self._passages: dict[int, StoredPassage] = {}
        self._documents: dict[int, StoredDocument] = {}
        self._texts: dict[int, str] = {}
        self._source_texts: dict[int, SourceText] = {}
        self._turns: dict[int, Sequence[SpokenTurn]] = {}

    def token_signs(self, keys: Sequence[int]) -> list[NDArray[np.uint8]]:
        """Return the signs of each passage's token vectors, `(tokens, dimension / 8)` uint8 each."""
        if new := [key for key in keys if key not in self._token_signs]:
            self._token_signs |= self._searcher.token_signs(new)
        return [self._token_signs[key] for key in keys]

    def passages(self, keys: Iterable[int]) -> list[StoredPassage]:
        """Return the passages with these keys, in the order given."""
        wanted = list(keys)
        if new := [key for key in wanted if key not in self._passages]:
            self._passages.update((passage.key, passage) for passage in self._searcher.passages(new))
        return [self._passages[key] for key in wanted]

    def passage(self, key: int) -> StoredPassage:
        """Return the passage with this key."""
        return self.passages([key])[0]

    def read(self, keys: Iterable[int]) -> None:
        """Read passages and their documents in one batch."""
        new = {passage.document_key for passage in self.passages(keys)} - self._documents.keys()
        if new:
            self._documents.update(self._searcher.documents(new))

    def document(self, key: int) -> StoredDocument:
        """Return the document of the passage with this key."""
        self.read([key])
        return self._documents[self._passages[key].document_key]

    def source_text(self, key: int) -> SourceText | None:
        """Return the text of a passage's document for text fragments.

        Return None if the document has no address or is longer than `LONGEST_SOURCE`.
        """
        document = self.document(key)
        if document.metadata.url is None or document.characters > LONGEST_SOURCE:
            return None
        if document.key not in self._source_texts:
            self._source_texts[document.key] = SourceText(self._text(document))
        return self._source_texts[document.key]

    def turns(self, key: int) -> Sequence[SpokenTurn]:
        """Return the turns of the conversation in a passage's document, in code points of the document.

        Of a document longer than `LONGEST_SOURCE`, return those that the passage by itself shows.
        """
        document = self.document(key)
        if document.characters > LONGEST_SOURCE:
            passage = self.passage(key)
            return [turn.moved(passage.start) for turn in spoken_turns(passage.text)]
        if document.key not in self._turns:
            headings = tuple(section.start for section in document.sections)
            self._turns[document.key] = _cached_turns(self._text(document), headings)
        return self._turns[document.key]

    def text(self, key: int, start: int, end: int) -> str:
        """Return the span `[start, end)` of the document of a passage."""
        document, passage = self.document(key), self.passage(key)
        if document.characters > LONGEST_SOURCE:
            return passage.text[start - passage.start : end - passage.start]
        return self._text(document)[start:end]

    def _text(self, document: StoredDocument) -> str:
        if document.key not in self._texts:
            self._texts[document.key] = self._searcher.view.text(document)
        return self._texts[document.key]
