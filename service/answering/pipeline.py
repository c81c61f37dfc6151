"""From a question to its answer."""

import dataclasses
import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence

from corpus import Filters, StoredDocument, StoredPassage
from embeddings import Encoder, signs_from_bytes
from service.answer import Answer, AnsweringPassage, AnswerText, Confidence, Timing
from service.answering.candidates import Candidate, dense_candidates
from service.answering.citation import cite
from service.answering.confidence import found, uncalibrated_confidence
from service.answering.fusion import convex_combination
from service.answering.highlight import best_sentence
from service.answering.reranking import RerankedCandidate, rerank
from service.library import Library, Snapshot
from service.prefix import prefix_of
from service.settings import Settings

__all__ = ["Pipeline"]


class Pipeline:
    """Answers questions from a library's newest snapshot. Safe to share between threads.

    Args:
        library: What is asked about.
        encoder: The one that made its vectors.
        settings: Depths and switches.
        clock: Gives seconds, for the timings.
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        settings: Settings,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.library = library
        self.encoder = encoder
        self.settings = settings
        self._clock = clock

    def ask(self, question: str, *, k: int = 5, filters: Filters | None = None) -> Answer:
        """Answer a question with the best-matching passages, all of one generation.

        Args:
            question: Plain language; not empty.
            k: At most so many passages.
            filters: Which documents may answer.

        Raises:
            StoreCorruptError: Something that the answer needs does not match its checksum.
        """
        times = [self._clock()]
        encoded = self.encoder.encode_question(question)
        times.append(self._clock())
        with self.library.snapshot() as snapshot:
            dense = dense_candidates(snapshot, encoded.vector, max(self.settings.candidates, k), filters)
            candidates = convex_combination([(1.0, dense)])
            times.append(self._clock())
            ranked = rerank(encoded.token_vectors, candidates, self._token_signs(snapshot, candidates))
            times.append(self._clock())
            answered = found(ranked, self.encoder.weights_sha256) or not self.settings.not_found
            passages = self._passages(snapshot, _first(snapshot, ranked, k))
            total, steps = self._clock() - times[0], [b - a for a, b in itertools.pairwise(times)]
            return Answer(
                question=question,
                status="answered" if answered and passages else "not_found",
                confidence=uncalibrated_confidence(candidates, ranked) if answered else Confidence("low", None),
                answer=_answer_text(passages[0]) if answered and passages else None,
                passages=passages,
                interpretation=None,
                generation=snapshot.generation,
                timing_ms=Timing(*(round(1000 * seconds, 2) for seconds in (total, *steps))),
            )

    def _token_signs(self, snapshot: Snapshot, candidates: Sequence[Candidate]) -> dict:  # type: ignore[type-arg]
        stored = snapshot.view.token_vectors([c.key for c in candidates])
        return {key: signs_from_bytes(data, self.encoder.dimension) for key, data in stored.items()}

    def _passages(self, snapshot: Snapshot, ranked: Sequence[RerankedCandidate]) -> list[AnsweringPassage]:
        stored = snapshot.view.passages([c.key for c in ranked])
        documents = snapshot.view.documents_by_key({p.document_key for p in stored})
        return [
            self._passage(rank, candidate, passage, documents[passage.document_key])
            for rank, (candidate, passage) in enumerate(zip(ranked, stored, strict=True), start=1)
        ]

    def _passage(
        self, rank: int, candidate: RerankedCandidate, passage: StoredPassage, document: StoredDocument
    ) -> AnsweringPassage:
        prefix = prefix_of(document.metadata.title, self.encoder, self.settings.title_tokens)
        spans = [(a - len(prefix), b - len(prefix)) for a, b in self.encoder.token_spans(prefix + passage.text)]
        highlight = best_sentence(passage.text, document.metadata.language, candidate.similarities, spans)
        return AnsweringPassage(
            id=passage.id,
            rank=rank,
            score=candidate.score,
            text=passage.text,
            highlights=[highlight],
            citation=cite(document, passage.start, passage.end, page=passage.page, section=passage.section),
            also_found_in=[],
        )


def _first(snapshot: Snapshot, ranked: Sequence[RerankedCandidate], k: int) -> list[RerankedCandidate]:
    """The first `k`, equal scores by passage id: keys, unlike ids, depend on the order of ingestion."""
    counts = Counter(c.score for c in ranked)
    tied = [c.key for c in ranked if counts[c.score] > 1 and c.score >= ranked[min(k, len(ranked)) - 1].score]
    ids = {passage.key: passage.id for passage in snapshot.view.passages(tied)}
    return sorted(ranked, key=lambda c: (-c.score, ids.get(c.key, "")))[:k]


def _answer_text(passage: AnsweringPassage) -> AnswerText:
    """The first passage's highlight, with its own citation."""
    span, whole = passage.highlights[0], passage.citation
    start, end = whole.start + span.start, whole.start + span.end
    href = f"/documents/{whole.document_id}#char={start},{end}"
    text = passage.text[span.start : span.end]
    return AnswerText(text, dataclasses.replace(whole, start=start, end=end, href=href))
