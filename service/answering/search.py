"""One question asked of one snapshot: candidates, their order, and their texts, each read once."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus import Filters, StoredDocument, StoredPassage
from corpus.lexical import Question
from embeddings import Encoder, QuestionEncoding, signs_from_bytes
from service.answer import Span
from service.answering.candidates import Candidate, find_candidates
from service.answering.conversation import Reading
from service.answering.fragments import LONGEST_SOURCE, SourceText
from service.answering.fusion import fuse
from service.answering.highlight import best_sentence
from service.answering.reranking import RerankedCandidate, rerank
from service.answering.results import Result, compared, fold_duplicates, spread
from service.library import Snapshot
from service.prefix import prefix_of
from service.settings import Settings

__all__ = ["Search"]


class Search:
    """The steps of retrieval for one question.

    Args:
        snapshot: Where to look.
        encoder: The one that made its vectors.
        settings: Depths and switches.
        words: The question's words, as the lexical index takes them.
        encoded: The question's vector and token vectors.
        filters: Which documents may answer.
        reading: The question read together with earlier turns, if it needs them.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        settings: Settings,
        words: Question,
        encoded: QuestionEncoding,
        filters: Filters | None,
        reading: Reading | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._encoder = encoder
        self._settings = settings
        self._words = words
        self._encoded = encoded
        self._filters = filters
        self._reading = None if reading is None else reading.vector
        self._reading_weight = 0.0 if reading is None else reading.weight
        self._evidence_weight = 0.0 if reading is None else reading.evidence_weight
        self._passages: dict[int, StoredPassage] = {}
        self._documents: dict[int, StoredDocument] = {}
        self._highlights: dict[int, Span] = {}
        self._source_texts: dict[int, SourceText] = {}

    def candidates(self, depth: int) -> list[Candidate]:
        """The best candidates by meaning and words together; fewer than `depth` only if there are no more."""
        found = find_candidates(self._snapshot, self._encoded.vector, self._words, depth, self._filters, self._reading)
        return fuse(found, depth, self._reading_weight)

    def results(self, candidates: Sequence[Candidate], k: int) -> list[Result]:
        """The candidates in the order in which they answer, each text once as far as `k` results go."""
        signs = self._token_signs(candidates)
        weights = self._reading_weight, self._evidence_weight
        ranked = self._in_order(rerank(self._encoded.token_vectors, candidates, signs, *weights))
        vectors = self._snapshot.index.vectors([c.key for c in ranked])
        self.read(ranked[rank].key for rank in compared(vectors, k))
        folded = fold_duplicates(ranked, vectors, lambda c: self.passage(c.key).text, self.highlighted_text, k)
        documents = self._snapshot.view.passage_documents([result.candidate.key for result in folded])
        return spread(folded, documents, self._settings.per_document)

    def _token_signs(self, candidates: Sequence[Candidate]) -> dict[int, NDArray[np.uint8]]:
        stored = self._snapshot.view.token_vectors([c.key for c in candidates])
        return {key: signs_from_bytes(data, self._encoder.dimension) for key, data in stored.items()}

    def _in_order(self, ranked: Sequence[RerankedCandidate]) -> list[RerankedCandidate]:
        """Equal scores by passage id: keys, unlike ids, depend on the order of ingestion."""
        counts = Counter(c.score for c in ranked)
        tied = [c.key for c in ranked if counts[c.score] > 1]
        self.read(tied)
        return sorted(ranked, key=lambda c: (-c.score, self._passages[c.key].id if counts[c.score] > 1 else ""))

    def read(self, keys: Iterable[int]) -> None:
        """Read passages and their documents, all that are not known yet at once."""
        if not (new := [key for key in keys if key not in self._passages]):
            return
        for passage in self._snapshot.view.passages(new):
            self._passages[passage.key] = passage
        if documents := {self._passages[key].document_key for key in new} - self._documents.keys():
            self._documents.update(self._snapshot.view.documents_by_key(documents))

    def passage(self, key: int) -> StoredPassage:
        """A passage."""
        self.read([key])
        return self._passages[key]

    def document(self, key: int) -> StoredDocument:
        """The document of a passage."""
        return self._documents[self.passage(key).document_key]

    def source_text(self, key: int) -> SourceText | None:
        """The text of a passage's document, to find words in; None if no link could lead to them."""
        document = self.document(key)
        if document.metadata.url is None or document.characters > LONGEST_SOURCE:
            return None
        if document.key not in self._source_texts:
            self._source_texts[document.key] = SourceText(self._snapshot.view.text(document))
        return self._source_texts[document.key]

    def highlight(self, candidate: RerankedCandidate) -> Span:
        """The sentence of a passage that answers."""
        if candidate.key not in self._highlights:
            passage, about = self.passage(candidate.key), self.document(candidate.key).metadata
            prefix = prefix_of(about.title, self._encoder, self._settings.title_tokens)
            spans = [(a - len(prefix), b - len(prefix)) for a, b in self._encoder.token_spans(prefix + passage.text)]
            self._highlights[candidate.key] = best_sentence(passage.text, about.language, candidate.similarities, spans)
        return self._highlights[candidate.key]

    def highlighted_text(self, candidate: RerankedCandidate) -> str:
        """The words of a passage that answer."""
        span = self.highlight(candidate)
        return self.passage(candidate.key).text[span.start : span.end]
