"""One question asked of one snapshot: candidates, their order, and their texts, each read once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalQuery
from corpus.store import Filters, StoredDocument, StoredPassage
from embeddings.encoder import QuestionEncoding
from embeddings.tokens import AskedTokens
from service.answering.answer import Span
from service.answering.candidates import Candidate, find_candidates
from service.answering.conversation import Reading
from service.answering.deduplication import Folding, Result, needed, spread
from service.answering.fusion import fuse
from service.answering.highlight import Highlighter
from service.answering.reranking import RerankedCandidate, rerank
from service.answering.text_fragments import LONGEST_SOURCE, SourceText
from service.retrieval import Searcher
from service.settings import Settings

__all__ = ["Search"]


class Search:
    """The steps of retrieval for one question.

    Args:
        searcher: Of the snapshot that is asked.
        highlighter: Finds the sentences that answer.
        settings: Depths and switches.
        words: The question's words, as the lexical index takes them.
        encoded: The question's vector and token vectors.
        filters: Which documents may answer.
        reading: The question read together with earlier turns, if it needs them.
    """

    def __init__(
        self,
        searcher: Searcher,
        highlighter: Highlighter,
        settings: Settings,
        words: LexicalQuery,
        encoded: QuestionEncoding,
        filters: Filters | None,
        reading: Reading | None = None,
    ) -> None:
        self._searcher = searcher
        self._highlighter = highlighter
        self._settings = settings
        self._words = words
        self._vector = encoded.vector
        self._tokens = AskedTokens(encoded.token_vectors)
        self._filters = filters
        self._reading = None if reading is None else reading.vector
        self._reading_weight = 0.0 if reading is None else reading.weight
        self._evidence_weight = 0.0 if reading is None else reading.evidence_weight
        self._token_signs: dict[int, NDArray[np.uint8]] = {}
        self._similarities: dict[int, NDArray[np.float32]] = {}
        self._passages: dict[int, StoredPassage] = {}
        self._documents: dict[int, StoredDocument] = {}
        self._highlights: dict[int, Span] = {}
        self._source_texts: dict[int, SourceText] = {}

    def candidates(self, depth: int) -> list[Candidate]:
        """The best candidates by meaning and words together; fewer than `depth` only if there are no more."""
        found = find_candidates(self._searcher, self._vector, self._words, depth, self._filters, self._reading)
        return fuse(found, depth, self._reading_weight)

    def results(self, candidates: Sequence[Candidate], k: int) -> list[Result]:
        """The best `k` results with all their duplicates, or fewer if there are not so many different texts."""
        self._read_token_signs([c.key for c in candidates])
        weights = self._reading_weight, self._evidence_weight
        ranked = self._in_order(rerank(self._tokens, candidates, self._token_signs, *weights))
        vectors = self._searcher.vectors([c.key for c in ranked])
        self._read_passages(ranked[rank].key for rank in needed(vectors, k))
        self.read([c.key for c in ranked[:k]])
        self._compare([c.key for c in ranked[:k]])
        folding = Folding(ranked, vectors, lambda c: self.passage(c.key).text, self.highlighted_text, k)
        spread_out = spread(folding, lambda c: self.passage(c.key).document_key, self._settings.per_document)
        results = list(islice(spread_out, k))
        folding.complete(results)
        return results

    def _read_token_signs(self, keys: Sequence[int]) -> None:
        self._token_signs |= self._searcher.token_signs([key for key in keys if key not in self._token_signs])

    def _compare(self, keys: Sequence[int]) -> None:
        """Compare the question's tokens with those of passages, all that are not known yet at once."""
        if new := [key for key in keys if key not in self._similarities]:
            similarities = self._tokens.similarities([self._token_signs[key] for key in new])
            self._similarities.update(zip(new, similarities, strict=True))

    def _in_order(self, ranked: Sequence[RerankedCandidate]) -> list[RerankedCandidate]:
        """Equal scores by passage id: keys, unlike ids, depend on the order of ingestion."""
        counts = Counter(c.score for c in ranked)
        self._read_passages(c.key for c in ranked if counts[c.score] > 1)
        return sorted(ranked, key=lambda c: (-c.score, self._passages[c.key].id if counts[c.score] > 1 else ""))

    def read(self, keys: Sequence[int]) -> None:
        """Read passages and their documents, all that are not known yet at once."""
        self._read_passages(keys)
        new = {self._passages[key].document_key for key in keys} - self._documents.keys()
        if new:
            self._documents.update(self._searcher.documents(new))

    def _read_passages(self, keys: Iterable[int]) -> None:
        if new := [key for key in keys if key not in self._passages]:
            self._passages.update((passage.key, passage) for passage in self._searcher.passages(new))

    def passage(self, key: int) -> StoredPassage:
        """A passage."""
        self._read_passages([key])
        return self._passages[key]

    def document(self, key: int) -> StoredDocument:
        """The document of a passage."""
        self.read([key])
        return self._documents[self._passages[key].document_key]

    def source_text(self, key: int) -> SourceText | None:
        """The text of a passage's document, to find words in; None if no link could lead to them."""
        document = self.document(key)
        if document.metadata.url is None or document.characters > LONGEST_SOURCE:
            return None
        if document.key not in self._source_texts:
            self._source_texts[document.key] = SourceText(self._searcher.view.text(document))
        return self._source_texts[document.key]

    def highlight(self, candidate: RerankedCandidate) -> Span:
        """The sentence of a passage that answers."""
        if candidate.key not in self._highlights:
            passage, about = self.passage(candidate.key), self.document(candidate.key).metadata
            self._compare([candidate.key])
            similarities = self._similarities[candidate.key]
            span = self._highlighter.highlight(passage.text, about.title, about.language, similarities)
            self._highlights[candidate.key] = span
        return self._highlights[candidate.key]

    def highlighted_text(self, candidate: RerankedCandidate) -> str:
        """The words of a passage that answer."""
        span = self.highlight(candidate)
        return self.passage(candidate.key).text[span.start : span.end]
