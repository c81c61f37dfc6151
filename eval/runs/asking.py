"""LoadSummary and judging: every question of a set, in order."""

import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.errors import FootnoteError
from eval.measures import retrieval_values
from eval.runs.answers import answer_values, is_right, shown_sentence
from eval.runs.run import FORMAT, QuestionOutcome, Run, RunPassage
from eval.runs.summary import summarised
from eval.runs.target import Target
from eval.sets import Gold, Question, QuestionSet, is_relevant, retrieved_items
from service.answering import Answer, AnsweringPassage
from service.runtime.progress import Progress

KEPT_PASSAGES = 10
"""Number of stored passages per question, as many as the report shows; the measures use all."""


@dataclass(slots=True)
class _Response:
    question: Question
    answer: Answer | None
    error: str | None
    latency_ms: float


def run_questions(
    questions: QuestionSet,
    gold: Mapping[str, Gold],
    target: Target,
    progress: Progress,
    *,
    k: int,
    overlap: float,
    clock: Callable[[], float] = time.perf_counter,
) -> Run:
    """Ask every question and measure the answers.

    Args:
        questions: The questions. One that fails or returns nothing scores zero.
        gold: Gold by question id.
        target: Pipeline or service to ask.
        progress: Receives each question.
        k: Number of passages per question.
        overlap: Share of a gold span that a relevant passage covers.
        clock: Returns the time in seconds.
    """
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    responses = []
    progress.start(len(questions.questions), "questions")
    try:
        for question in questions.questions:
            progress.doing(question.id)
            responses.append(_ask(question, target, k, clock))
            progress.advance()
    finally:
        progress.finish()
    grades = {q.id: gold[q.id].grades for q in questions.questions if q.answerable}
    answered = [(r.question.id, r.answer.passages) for r in responses if r.answer]
    items = {question: retrieved_items(passages, gold[question], overlap) for question, passages in answered}
    retrieval = retrieval_values(grades, {q: items[q] for q in grades if q in items})
    outcomes = [
        _outcome(r, gold[r.question.id], overlap, retrieval.get(r.question.id), items.get(r.question.id, []))
        for r in responses
    ]
    return Run(
        format=FORMAT,
        set_name=questions.name,
        set_sha256=questions.sha256,
        started=started,
        k=k,
        overlap=overlap,
        target=dict(target.describe()),
        measures=summarised(outcomes),
        outcomes=outcomes,
        qrels=grades,
    )


def _ask(question: Question, target: Target, k: int, clock: Callable[[], float]) -> _Response:
    start = clock()
    try:
        answer, error = target.ask(question.text, k, question.history), None
    except FootnoteError as failure:
        answer, error = None, str(failure)
    return _Response(question, answer, error, round(1000 * (clock() - start), 3))


def _outcome(
    response: _Response, gold: Gold, overlap: float, retrieval: Mapping[str, float] | None, items: Sequence[str]
) -> QuestionOutcome:
    question, answer = response.question, response.answer
    passages = [] if answer is None else [_passage(p, gold, overlap) for p in answer.passages]
    first = next((p for p in passages if p.relevant), None)
    values: dict[str, float] = dict(retrieval or {})
    right = question.answerable and (
        is_right(shown_sentence(answer), gold, overlap) if gold.has_words else bool(passages and passages[0].relevant)
    )
    if question.answerable:
        values.update(answer_values(answer, first, gold, overlap))
        values["claimed_right"] = float(right and answer is not None and answer.status == "answered")
    values["refusal_accuracy"] = float(answer is not None and (answer.status == "answered") == question.answerable)
    probability = None if answer is None else answer.confidence.probability
    score = passages[0].score if passages else None
    return QuestionOutcome(
        id=question.id,
        question=question.text,
        tags=question.tags,
        answerable=question.answerable,
        expected=[quote.quote for quote in question.answers] or [*(d.document for d in gold.documents), *gold.strings],
        status="failed" if answer is None else answer.status,
        reason=None if answer is None else answer.reason,
        error=response.error,
        confidence=score if probability is None else probability,
        probability=probability,
        passage_probability=None if answer is None else answer.confidence.passage_probability,
        answer=None if answer is None or answer.answer is None else answer.answer.text,
        right=right,
        first_relevant=None if first is None else first.rank,
        values=values,
        latency_ms=response.latency_ms,
        items=items,
        passages=passages[:KEPT_PASSAGES],
    )


def _passage(passage: AnsweringPassage, gold: Gold, overlap: float) -> RunPassage:
    citation = passage.citation
    highlight = passage.highlights[-1] if passage.highlights else None
    return RunPassage(
        id=passage.id,
        rank=passage.rank,
        score=passage.score,
        document=citation.document_id,
        title=citation.title,
        start=citation.start,
        end=citation.end,
        text=passage.text,
        highlight=None if highlight is None else (highlight.start, highlight.end),
        relevant=is_relevant(passage, gold, overlap, gold.grades),
    )
