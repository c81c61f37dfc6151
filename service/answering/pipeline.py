"""Pipeline from a question to its answer."""

import time
from collections.abc import Callable, Sequence

from corpus.lexical import LexicalQuery
from corpus.store import Filters
from embeddings.encoder import Encoder, QuestionEncoding
from embeddings.tokens import QuestionTokens
from service.answering.answer import (
    Answer,
    AnsweringPassage,
    AnswerText,
    Citation,
    Confidence,
    Interpretation,
    Timing,
    Turn,
)
from service.answering.citations.citation import cite, page_at
from service.answering.confidence import calibrated, load_calibration, uncalibrated
from service.answering.conversation import Reading, read_together
from service.answering.highlight import Highlighter
from service.answering.questions.kinds import reason_of
from service.answering.questions.wording import worded
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.deduplication import Result, crowded
from service.answering.ranking.maxsim import MaxSim
from service.answering.ranking.reranking import AskedQuestion, Reranker
from service.answering.search import Search, Steps
from service.answering.sentences import QuestionWords
from service.retrieval import Library
from service.settings import Settings

MAX_SIM = MaxSim()

WIDENING = 4
"""Growth factor of the candidates when copies of one text leave too few results."""

MOST_CANDIDATES = 1600
"""Number of candidates at which the growth stops."""


class Pipeline:
    """Answers questions from a library's newest snapshot. Thread-safe.

    Args:
        library: Library to search.
        settings: Limits and options.
        clock: Returns the time in seconds, for the timings.
        reranker: Ranks candidates. A calibration is valid for one version of it.

    Raises:
        SettingsError: The calibration in the settings cannot be used.
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        clock: Callable[[], float] = time.perf_counter,
        reranker: Reranker = MAX_SIM,
    ) -> None:
        self.library = library
        self.settings = settings
        self.calibration = load_calibration(settings.calibration, library.encoder.weights_sha256, reranker.version)
        self._highlighter = Highlighter(library.encoder, settings.title_tokens)
        self._reranker = reranker
        self._clock = clock

    @property
    def encoder(self) -> Encoder:
        """Encoder of the library's newest snapshot."""
        return self.library.encoder

    def ask(self, question: str, *, history: Sequence[Turn] = (), k: int = 5, filters: Filters | None = None) -> Answer:
        """Answer a question with the best-matching passages, all of one generation.

        Args:
            question: Question in natural language; not empty.
            history: Earlier turns of the conversation, oldest first.
            k: Maximum number of passages.
            filters: Restrict the documents that may answer.

        Raises:
            StoreCorruptError: A row that the answer needs does not match its checksum.
        """
        return self.ask_with_evidence(question, history, k, filters)[0]

    def ask_with_evidence(
        self, question: str, history: Sequence[Turn] = (), k: int = 5, filters: Filters | None = None
    ) -> tuple[Answer, float | None]:
        """Return the answer and the first passage's evidence, from which a calibration computes the probability."""
        watch = _Stopwatch(self._clock)
        with self.library.snapshot() as snapshot:
            wording = worded(question, snapshot.searcher, snapshot.encoder, filters)
            encoded = snapshot.encoder.encode_question(wording.text)
            reading = read_together(wording.text, history, snapshot.encoder) if self.settings.context else None
            watch.lap("encode")
            steps = Steps(self._reranker, self._highlighter_with(snapshot.encoder))
            asked, words = _asked(wording.query, encoded, reading), QuestionWords.of(wording.text)
            search = Search(snapshot.searcher, steps, self.settings, asked, words, filters)
            candidates, results = self._results(search, k, watch)
            confidence, found = self._judged(candidates, results)
            reason = reason_of(question, alone=reading is None) if results else None
            found = found and reason is None
            search.rows.read([c.key for result in results for c in (result.candidate, *result.duplicates)])
            passages = [_passage(search, rank, result) for rank, result in enumerate(results, start=1)]
            answer = Answer(
                question=question,
                status="uncertain" if reason else "answered" if found else "not_found",
                reason=reason,
                confidence=confidence,
                answer=_answer_text(search, results[0]) if found else None,
                passages=passages,
                interpretation=_interpretation(reading, wording.spelling),
                generation=snapshot.generation,
                timing_ms=watch.timing(),
            )
        return answer, results[0].candidate.evidence if results else None

    def _highlighter_with(self, encoder: Encoder) -> Highlighter:
        """Return the current highlighter, replaced if the encoder has changed."""
        highlighter = self._highlighter
        if highlighter.encoder is not encoder:
            highlighter = self._highlighter = Highlighter(encoder, self.settings.title_tokens)
        return highlighter

    def _results(self, search: Search, k: int, watch: "_Stopwatch") -> tuple[list[Candidate], list[Result]]:
        """Return candidates and results.

        Add candidates while copies leave fewer than `k` results, or near-copies crowd them.
        """
        depth = max(self.settings.candidates, k)
        while True:
            candidates = search.candidates(depth)
            watch.lap("retrieve")
            results = search.results(candidates, k)
            watch.lap("rerank")
            is_enough = len(results) >= k and not crowded(results, self.settings.per_document)
            if is_enough or len(candidates) < depth or depth >= MOST_CANDIDATES:
                return candidates, results
            depth = min(WIDENING * depth, MOST_CANDIDATES)

    def _judged(self, candidates: Sequence[Candidate], results: Sequence[Result]) -> tuple[Confidence, bool]:
        """Return the confidence in the first result, and whether it suffices to answer."""
        if not results:
            return Confidence("low", None), False
        first = results[0].candidate
        if self.calibration is None:
            return uncalibrated(candidates, first), True
        least = self.calibration.threshold(self.settings.refused_answerable)
        return calibrated(first.evidence, self.calibration), first.evidence >= least


def _interpretation(reading: Reading | None, spelling: str | None) -> Interpretation | None:
    if reading is None and spelling is None:
        return None
    return Interpretation(() if reading is None else reading.turns, spelling)


def _asked(question: LexicalQuery, encoded: QuestionEncoding, reading: Reading | None) -> AskedQuestion:
    tokens = QuestionTokens(encoded.token_vectors)
    if reading is None:
        return AskedQuestion(question, encoded.vector, tokens)
    weights = reading.weight, reading.evidence_weight
    return AskedQuestion(question, encoded.vector, tokens, reading.vector, *weights)


class _Stopwatch:
    """Seconds of each step, summed over repeats."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = self._last = clock()
        self._steps: dict[str, float] = {"encode": 0.0, "retrieve": 0.0, "rerank": 0.0}

    def lap(self, step: str) -> None:
        now = self._clock()
        self._steps[step] += now - self._last
        self._last = now

    def timing(self) -> Timing:
        total = self._clock() - self._begun
        return Timing(
            total=round(1000 * total, 2), **{step: round(1000 * taken, 2) for step, taken in self._steps.items()}
        )


def _passage(search: Search, rank: int, result: Result) -> AnsweringPassage:
    candidate = result.candidate
    return AnsweringPassage(
        id=search.rows.passage(candidate.key).id,
        rank=rank,
        score=candidate.score,
        text=search.rows.passage(candidate.key).text,
        highlights=search.highlights(candidate),
        citation=_citation(search, candidate.key),
        also_found_in=[_citation(search, duplicate.key) for duplicate in result.duplicates],
    )


def _citation(search: Search, key: int) -> Citation:
    document, passage, source = search.rows.document(key), search.rows.passage(key), search.rows.source_text(key)
    return cite(document, passage.start, passage.end, page=passage.page, section=passage.section, source=source)


def _answer_text(search: Search, result: Result) -> AnswerText:
    """Return the sentence of the first result that answers, with its own citation."""
    key, span = result.candidate.key, search.answer_span(result.candidate)
    document, passage = search.rows.document(key), search.rows.passage(key)
    start, end = passage.start + span.start, passage.start + span.end
    page, source = page_at(document, start), search.rows.source_text(key)
    cited = cite(document, start, end, page=page, section=passage.section, source=source)
    return AnswerText(passage.text[span.start : span.end], cited)
