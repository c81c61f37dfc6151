"""Retrieval for one question on one snapshot: candidates, ranked results and highlights."""

import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from corpus.store import Filters
from corpus.text import text_with_title
from service.answering.answer import Span
from service.answering.confidence import Evidence
from service.answering.highlight import Highlighter
from service.answering.questions.wording import as_written
from service.answering.ranking.candidates import Candidate, find_candidates, from_answering_document
from service.answering.ranking.deduplication import Folding, Result, needed, spread
from service.answering.ranking.figures import with_figures_first
from service.answering.ranking.fusion import fuse
from service.answering.ranking.reranking import AskedQuestion, RerankedCandidate, Reranker
from service.answering.ranking.rows import PassageRows
from service.answering.reader import (
    ANSWER_WEIGHT,
    PASSAGE_WEIGHT,
    READ,
    PassageToRead,
    Reader,
    Verdict,
    in_order_of_reading,
    log_odds,
    read_best,
)
from service.answering.sentences import Figures, Passage, QuestionWords, contradicts, figures_in
from service.retrieval import Searcher
from service.settings import Settings

OTHER_FIGURE = 0.35
"""Taken from the evidence for an answer that has another date or number in the place of the question's."""


NO_ANSWER = 2.0
"""Taken from the evidence for words that are never an answer, such as a heading: more than any evidence."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Exchangeable steps of a search.

    Args:
        reranker: Ranks the candidates.
        highlighter: Selects the sentence of a passage that answers.
        reader: Reads the best passages; None if none does.
    """

    reranker: Reranker
    highlighter: Highlighter
    reader: Reader | None = None


class Search:
    """Steps of retrieval for one question.

    Args:
        searcher: Searcher of the snapshot.
        steps: Reranking and highlighting.
        settings: Limits and options.
        question: Words, vectors and weights of the question.
        words: Words and figures that its answer should have.
        to_read: The question for a reader, and the earlier questions that it is read together with.
        filters: Restrict the documents that may answer.
    """

    def __init__(
        self,
        searcher: Searcher,
        steps: Steps,
        settings: Settings,
        question: AskedQuestion,
        words: QuestionWords,
        to_read: tuple[str, str],
        filters: Filters | None,
    ) -> None:
        self.rows = PassageRows(searcher)
        self._searcher = searcher
        self._steps = steps
        self._settings = settings
        self._question = question
        self._words = words
        self._to_read = to_read
        self._verdicts: dict[int, Verdict] = {}
        self._filters = filters
        self._similarities: dict[int, NDArray[np.float32]] = {}
        self._highlights: dict[int, list[Span]] = {}

    def candidates(self, depth: int) -> list[Candidate]:
        """Return the best candidates after fusion; fewer than `depth` only if no more exist."""
        asked = self._question
        found = find_candidates(self._searcher, asked.vector, asked.words, depth, self._filters, asked.reading)
        in_context = from_answering_document(found, asked.answer, self.rows.passages)
        return fuse(in_context, depth, asked.reading_weight)

    def results(self, candidates: Sequence[Candidate], k: int) -> list[Result]:
        """Return the best `k` results with all their duplicates; fewer if there are fewer distinct texts."""
        reranked = self._steps.reranker.rerank(self._question, candidates, self.rows)
        ranked = self._in_order(with_figures_first(reranked, self._words.figures, self._figures))
        vectors = self._searcher.vectors([c.key for c in ranked])
        self.rows.passages(ranked[rank].key for rank in needed(vectors, k))
        self.rows.read(c.key for c in ranked[:k])
        self._compare([c.key for c in ranked[:k]])
        folding = Folding(ranked, vectors, lambda c: self.rows.passage(c.key).text, self.highlighted_text, k)
        spread_out = spread(folding, lambda c: self.rows.passage(c.key).document_key, self._settings.per_document)
        results = list(islice(spread_out, k))
        folding.complete(results)
        return results

    def read(self, results: Sequence[Result]) -> list[Result]:
        """Return results in the order of a reader, which reads the best ones, those that repeat an answer last.

        The reader changes highlights too.
        """
        if self._steps.reader is not None:
            question, before = self._to_read
            best = [result.candidate for result in results[:READ]]
            question = as_written(question, [self.rows.passage(candidate.key).text for candidate in best])
            inputs, scores = [self._input(c.key, before) for c in best], [c.score for c in best]
            verdicts = read_best(self._steps.reader, question, inputs, scores)
            self._verdicts = {best[at].key: verdict for at, verdict in verdicts.items()}
            for key in self._verdicts:
                self._highlights.pop(key, None)
            if not before:  # of a question without its context, the reader finds the sentence, but not the passage
                results = in_order_of_reading(results, self._verdicts)
        return sorted(results, key=lambda one: self._words.is_given(self.highlighted_text(one.candidate)))

    def evidence(self, candidate: RerankedCandidate) -> Evidence:
        """Return the evidence that the shown answer of a candidate, and its passage, answer."""
        other = OTHER_FIGURE if contradicts(self._shown_figures(candidate), self._words.figures) else 0.0
        if not self._steps.highlighter.answers(self._passage(candidate.key), self.answer_span(candidate)):
            other = NO_ANSWER
        verdict = self._verdicts.get(candidate.key)
        if verdict is None:
            return Evidence(candidate.evidence - other, candidate.evidence)
        chance = verdict.answers
        if verdict.sentences is not None:
            passage, shown = self._passage(candidate.key), self.answer_span(candidate)
            chance = self._steps.highlighter.chance(passage, shown, verdict.sentences)
        return Evidence(
            answer=candidate.evidence + ANSWER_WEIGHT * log_odds(chance) - other,
            passage=candidate.evidence + PASSAGE_WEIGHT * log_odds(verdict.answers),
        )

    def _input(self, key: int, before: str) -> PassageToRead:
        """Return a passage for the reader, with earlier questions before its title.

        As a part of the question, they would be answered themselves.
        """
        passage = self._passage(key)
        return PassageToRead(
            f"{before} {passage.title}".strip(), passage.text, self._steps.highlighter.sentences(passage)
        )

    def _compare(self, keys: Sequence[int]) -> None:
        """Compute the token similarities of passages that have none yet, in one batch."""
        if new := [key for key in keys if key not in self._similarities]:
            similarities = self._question.sentence_tokens.similarities(self.rows.token_signs(new))
            self._similarities.update(zip(new, similarities, strict=True))

    def _in_order(self, ranked: Sequence[RerankedCandidate]) -> list[RerankedCandidate]:
        """Return candidates with ties in order of passage id. Keys depend on the order of ingestion; ids do not."""
        counts = Counter(c.score for c in ranked)
        equal = [c.key for c in ranked if counts[c.score] > 1]
        ids = dict(zip(equal, (passage.id for passage in self.rows.passages(equal)), strict=True))
        return sorted(ranked, key=lambda c: (-c.score, ids.get(c.key, "")))

    def highlights(self, candidate: RerankedCandidate) -> list[Span]:
        """Return the spans to highlight, in order: the answering sentence is the last one."""
        if candidate.key not in self._highlights:
            self._compare([candidate.key])
            similarities, verdict = self._similarities[candidate.key], self._verdicts.get(candidate.key)
            chances = None if verdict is None else verdict.sentences
            found = self._steps.highlighter.highlight(self._passage(candidate.key), similarities, self._words, chances)
            self._highlights[candidate.key] = found
        return self._highlights[candidate.key]

    def answer_span(self, candidate: RerankedCandidate) -> Span:
        """Return the span of the sentence that answers."""
        return self.highlights(candidate)[-1]

    def highlighted_text(self, candidate: RerankedCandidate) -> str:
        """Return the text of the sentence that answers."""
        span = self.answer_span(candidate)
        return self.rows.passage(candidate.key).text[span.start : span.end]

    def _figures(self, key: int) -> Figures:
        """Return the figures of a passage and of its document's title."""
        return figures_in(text_with_title(self.rows.document(key).metadata.title, self.rows.passage(key).text))

    def _shown_figures(self, candidate: RerankedCandidate) -> Figures:
        """Return the figures of the words that are shown of a candidate, with the header above them."""
        text = self.rows.passage(candidate.key).text
        return figures_in(" ".join(text[span.start : span.end] for span in self.highlights(candidate)))

    def _passage(self, key: int) -> Passage:
        """Return a passage with the headings of the sections that begin in it, and the turns that it has parts of."""
        passage, document = self.rows.passage(key), self.rows.document(key)
        sections = document.sections
        first = bisect.bisect_left(sections, passage.start, key=lambda section: section.start)
        after = bisect.bisect_left(sections, passage.end, lo=first, key=lambda section: section.start)
        headings = tuple((section.start - passage.start, section.title) for section in sections[first:after])
        turns = tuple(
            turn.moved(-passage.start)
            for turn in self.rows.turns(key)
            if turn.start < passage.end and passage.start < turn.end
        )
        return Passage(passage.text, document.metadata.title, document.metadata.language, headings, turns)
