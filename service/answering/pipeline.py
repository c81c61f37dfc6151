"""Pipeline from a question to its answer."""

import time
from collections.abc import Callable, Sequence

from corpus.lexical import LexicalQuery
from corpus.store import Filters
from embeddings.encoder import Encoder, QuestionEncoding
from embeddings.tokens import QuestionMaps, QuestionTokens
from service.answering.answer import (
    STEPS,
    Answer,
    AnsweringPassage,
    AnswerText,
    Confidence,
    Interpretation,
    Reason,
    Status,
    Timing,
    Turn,
)
from service.answering.calibration import is_calibrated, load_calibration, scoring_of
from service.answering.citations.quotations import answer_text, cited_passage
from service.answering.confidence import Borders, Evidence, calibrated, claims_warning, uncalibrated
from service.answering.conversation import Reading, read_together
from service.answering.highlight import Highlighter
from service.answering.questions.kinds import reason_of
from service.answering.questions.wording import worded
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.deduplication import Result, crowded
from service.answering.ranking.maxsim import MaxSim
from service.answering.ranking.reranking import AskedQuestion, Reranker
from service.answering.reader import READ, Reader
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
        reader: Reads the best passages; None if none does.
        maps: Maps of the question's token vectors; None to compare them as they are.

    Raises:
        SettingsError: The calibration in the settings cannot be used.
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        clock: Callable[[], float] = time.perf_counter,
        reranker: Reranker = MAX_SIM,
        reader: Reader | None = None,
        maps: QuestionMaps | None = None,
    ) -> None:
        self.library = library
        self.settings = settings
        ranking = reranker.version if maps is None else f"{reranker.version}+maps-{maps.version}"
        self.scoring = scoring_of(ranking, None if reader is None else reader.version)
        self.calibration = load_calibration(settings.calibration, library.encoder.weights_sha256, self.scoring)
        self._borders = Borders.of(self.calibration, settings.refused_answerable, settings.wrong_answers)
        self._highlighter = Highlighter(library.encoder, settings.title_tokens)
        self._reranker = reranker
        self.reader = reader
        self.maps = maps
        self._clock = clock

    @property
    def encoder(self) -> Encoder:
        """Encoder of the library's newest snapshot."""
        return self.library.encoder

    def warning(self) -> str | None:
        """Return the sentence for the operator if the settings claim nothing, or everything; else None."""
        path, wrong_answers = self.settings.calibration, self.settings.wrong_answers
        only_reader = is_calibrated(self.encoder.weights_sha256)
        return claims_warning(self.calibration, path, wrong_answers, only_reader=only_reader)

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
    ) -> tuple[Answer, Evidence | None]:
        """Return the answer and its evidence, the input of a calibration; None without a passage."""
        watch = _Stopwatch(self._clock)
        with self.library.snapshot() as snapshot:
            wording = worded(question, snapshot.searcher, snapshot.encoder, filters)
            encoded = snapshot.encoder.encode_question(wording.text)
            reading = read_together(wording.text, history, snapshot.encoder) if self.settings.context else None
            watch.lap("encode")
            steps = Steps(self._reranker, self._highlighter_with(snapshot.encoder), self.reader)
            asked = _asked(wording.query, encoded, reading, self.maps)
            words = QuestionWords.of(wording.text, frozenset() if reading is None else reading.given)
            to_read = wording.text, "" if reading is None else reading.asked
            search = Search(snapshot.searcher, steps, self.settings, asked, words, to_read, filters)
            candidates, results = self._results(search, max(k, READ), watch)
            results = search.read(results)[:k]
            watch.lap("read")
            evidence = search.evidence(results[0].candidate) if results else None
            confidence, status, reason = self._judged(candidates, results, evidence)
            if results and (asks := reason_of(question, alone=reading is None)):
                status, reason = "uncertain", asks
            search.rows.read([c.key for result in results for c in (result.candidate, *result.duplicates)])
            passages = [_passage(search, rank, result) for rank, result in enumerate(results, start=1)]
            answer = Answer(
                question=question,
                status=status,
                reason=reason,
                confidence=confidence,
                answer=_answer_text(search, results[0]) if status == "answered" else None,
                passages=passages,
                interpretation=_interpretation(reading, wording.spelling),
                generation=snapshot.generation,
                timing_ms=watch.timing(),
            )
        return answer, evidence

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

    def _judged(
        self, candidates: Sequence[Candidate], results: Sequence[Result], evidence: Evidence | None
    ) -> tuple[Confidence, Status, Reason | None]:
        """Return the confidence in the first result, the status that it allows, and the reason of the status."""
        if evidence is None or self.calibration is None:
            confidence = uncalibrated(candidates, results[0].candidate if results else None)
        else:
            confidence = calibrated(evidence, self.calibration)
        return confidence, *self._borders.status(evidence)


def _interpretation(reading: Reading | None, spelling: str | None) -> Interpretation | None:
    if reading is None and spelling is None:
        return None
    return Interpretation(() if reading is None else reading.turns, spelling)


def _asked(
    question: LexicalQuery, encoded: QuestionEncoding, reading: Reading | None, maps: QuestionMaps | None
) -> AskedQuestion:
    if reading is not None:  # the maps have learnt from complete questions
        own, weights = QuestionTokens(encoded.token_vectors), (reading.weight, reading.evidence_weight)
        return AskedQuestion(question, encoded.vector, own, own, reading.vector, *weights, reading.answer)
    if maps is None:
        own = QuestionTokens(encoded.token_vectors)
        return AskedQuestion(question, encoded.vector, own, own)
    ranking, sentences = maps.for_ranking(encoded.token_vectors), maps.for_sentences(encoded.token_vectors)
    return AskedQuestion(question, encoded.vector, QuestionTokens(ranking), QuestionTokens(sentences))


class _Stopwatch:
    """Seconds of each step, summed over repeats."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun = self._last = clock()
        self._steps: dict[str, float] = dict.fromkeys(STEPS, 0.0)

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
    candidate, highlights = result.candidate, search.highlights(result.candidate)
    return AnsweringPassage(
        id=search.rows.passage(candidate.key).id,
        rank=rank,
        score=candidate.score,
        text=search.rows.passage(candidate.key).text,
        highlights=highlights,
        citation=cited_passage(search.rows, candidate.key, highlights[-1]),
        also_found_in=[cited_passage(search.rows, duplicate.key) for duplicate in result.duplicates],
    )


def _answer_text(search: Search, result: Result) -> AnswerText:
    return answer_text(search.rows, result.candidate.key, search.answer_span(result.candidate))
