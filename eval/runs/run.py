"""A run: every question of a set asked, judged and measured."""

import datetime
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from corpus.errors import FootnoteError
from eval.errors import BaselineError
from eval.measures import (
    COMPLETE,
    COMPLETE_AT,
    PER_QUESTION,
    Judged,
    aggregate_latency,
    completeness,
    confidence_measures,
    expected_calibration_error,
    holds_any,
    retrieval_values,
)
from eval.runs.target import Target
from eval.sets import Gold, Question, QuestionSet, answering_documents, is_relevant, retrieved_items
from service.answering import Answer, AnsweringPassage
from service.runtime.progress import Progress

__all__ = ["Outcome", "Run", "RunPassage", "load_run", "run_questions", "save_run"]

FORMAT = 1
KEPT_PASSAGES = 10
"""As many as the report shows a question; the measures look at all."""


@dataclass(frozen=True, slots=True)
class RunPassage:
    """A passage that came, and whether it answers."""

    id: str
    rank: int
    score: float
    document: str
    title: str
    start: int
    end: int
    text: str
    highlight: tuple[int, int] | None
    relevant: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Args:
        id, question, tags, answerable: From the set.
        expected: Quotes, or documents that answer and the words they should give.
        status: `answered`, `not_found` or `failed`.
        error: Why it failed.
        confidence: The probability, or else the first passage's score; None if nothing came.
        probability: The calibrated probability, if there is one.
        answer: The words given as the answer.
        first_relevant: Rank of the first passage that answers; None if none does.
        values: By measure, in [0, 1].
        latency_ms: Wall-clock time of asking.
        items: The ranked items for trec_eval.
        passages: The first few passages.
    """

    id: str
    question: str
    tags: Sequence[str]
    answerable: bool
    expected: Sequence[str]
    status: str
    error: str | None
    confidence: float | None
    probability: float | None
    answer: str | None
    first_relevant: int | None
    values: Mapping[str, float]
    latency_ms: float
    items: Sequence[str]
    passages: Sequence[RunPassage]


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run, as it is stored."""

    format: int
    set_name: str
    set_sha256: str
    started: str
    k: int
    overlap: float
    target: Mapping[str, Any]
    measures: Mapping[str, float | None]
    outcomes: Sequence[Outcome]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def failed(self) -> int:
        """How many questions failed."""
        return sum(outcome.status == "failed" for outcome in self.outcomes)


@dataclass(slots=True)
class _Asked:
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
    """Ask every question and measure what comes.

    Args:
        questions: What to ask. A question that fails, or to which nothing comes, scores zero.
        gold: What answers each, by question id.
        target: Who is asked.
        progress: Told of each question.
        k: How many passages to ask for.
        overlap: Share of a gold span that a passage must cover to count.
        clock: Gives seconds.
    """
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    asked = []
    progress.start(len(questions.questions), "questions")
    try:
        for question in questions.questions:
            progress.doing(question.id)
            asked.append(_ask(question, target, k, clock))
            progress.advance()
    finally:
        progress.finish()
    grades = {q.id: gold[q.id].grades for q in questions.questions if q.answerable}
    items = {a.question.id: retrieved_items(a.answer.passages, gold[a.question.id], overlap) for a in asked if a.answer}
    retrieval = retrieval_values(grades, {q: items[q] for q in grades if q in items})
    outcomes = [
        _outcome(a, gold[a.question.id], overlap, retrieval.get(a.question.id), items.get(a.question.id, []))
        for a in asked
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


def _ask(question: Question, target: Target, k: int, clock: Callable[[], float]) -> _Asked:
    begun = clock()
    try:
        answer, error = target.ask(question.text, k, question.history), None
    except FootnoteError as failure:
        answer, error = None, str(failure)
    return _Asked(question, answer, error, round(1000 * (clock() - begun), 3))


def _outcome(
    asked: _Asked, gold: Gold, overlap: float, retrieval: Mapping[str, float] | None, items: Sequence[str]
) -> Outcome:
    question, answer = asked.question, asked.answer
    passages = [] if answer is None else [_passage(p, gold, overlap) for p in answer.passages]
    first = next((p for p in passages if p.relevant), None)
    values: dict[str, float] = dict(retrieval or {})
    if question.answerable:
        values.update(_answer_values(answer, first, gold, overlap))
    values["refusal_accuracy"] = float(answer is not None and (answer.status == "answered") == question.answerable)
    probability = None if answer is None else answer.confidence.probability
    score = passages[0].score if passages else None
    return Outcome(
        id=question.id,
        question=question.text,
        tags=question.tags,
        answerable=question.answerable,
        expected=[quote.quote for quote in question.answers] or [*(d.document for d in gold.documents), *gold.strings],
        status="failed" if answer is None else answer.status,
        error=asked.error,
        confidence=score if probability is None else probability,
        probability=probability,
        answer=None if answer is None or answer.answer is None else answer.answer.text,
        first_relevant=None if first is None else first.rank,
        values=values,
        latency_ms=asked.latency_ms,
        items=items,
        passages=passages[:KEPT_PASSAGES],
    )


def _passage(passage: AnsweringPassage, gold: Gold, overlap: float) -> RunPassage:
    citation = passage.citation
    highlight = passage.highlights[0] if passage.highlights else None
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


def _answer_values(answer: Answer | None, first: RunPassage | None, gold: Gold, overlap: float) -> dict[str, float]:
    """What is measured of an answerable question beside the ranking, as far as its gold allows."""
    values: dict[str, float] = {}
    brought = answering_documents([] if answer is None else answer.passages[:COMPLETE_AT], gold, overlap)
    complete = completeness(gold.answering, brought)
    if complete is not None:
        values[COMPLETE] = complete
    if gold.spans:
        values["answer_accuracy"] = float(_answers(answer, gold, overlap))
        values["highlight_F1"] = _highlight_f1(first, gold)
    elif gold.strings:
        given = "" if answer is None or answer.answer is None else answer.answer.text
        values["answer_accuracy"] = float(holds_any(given, gold.strings))
        values["answer_in_highlight"] = float(holds_any(_highlighted(first), gold.strings))
    return values


def _highlighted(passage: RunPassage | None) -> str:
    if passage is None or passage.highlight is None:
        return ""
    return passage.text[slice(*passage.highlight)]


def _answers(answer: Answer | None, gold: Gold, overlap: float) -> bool:
    """Whether the answer's words and a gold span share enough of the shorter of the two."""
    if answer is None or answer.answer is None:
        return False
    citation = answer.answer.citation
    length = citation.end - citation.start
    return any(span.overlap(citation) >= overlap * min(span.end - span.start, length) for span in gold.spans)


def _highlight_f1(passage: RunPassage | None, gold: Gold) -> float:
    """Harmonic mean of precision and recall, in characters, of the first relevant passage's highlight."""
    if passage is None or passage.highlight is None:
        return 0.0
    start, end = (passage.start + offset for offset in passage.highlight)
    best = 0.0
    for span in gold.spans:
        if span.document == passage.document:
            shared = max(0, min(end, span.end) - max(start, span.start))
            best = max(best, 2 * shared / ((end - start) + (span.end - span.start)))
    return best


def summarised(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Every measure over a list of outcomes; None where it has nothing to count or is not available yet."""
    measures: dict[str, float | None] = {}
    for name in PER_QUESTION:
        values = [outcome.values[name] for outcome in outcomes if name in outcome.values]
        measures[name] = float(np.mean(values)) if values else None
    judged = [_judged(outcome) for outcome in outcomes]
    measures.update(confidence_measures(judged))
    known = [(o.probability, j.correct) for o, j in zip(outcomes, judged, strict=True) if o.probability is not None]
    measures["ECE"] = expected_calibration_error([p for p, _ in known], [c for _, c in known]) if known else None
    measures.update(aggregate_latency([outcome.latency_ms for outcome in outcomes if outcome.status != "failed"]))
    return measures


def _judged(outcome: Outcome) -> Judged:
    return Judged(
        answerable=outcome.answerable,
        refused=outcome.status == "not_found",
        correct=outcome.first_relevant == 1,
        confidence=-1.0 if outcome.confidence is None else outcome.confidence,
    )


def judged_outcomes(run: Run) -> list[Judged]:
    """A run's outcomes as far as confidence is concerned."""
    return [_judged(outcome) for outcome in run.outcomes]


def save_run(run: Run, path: Path) -> None:
    """Write a run as JSON, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(asdict(run), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def load_run(path: Path) -> Run:
    """Read a stored run.

    Raises:
        BaselineError: The file cannot be read or is not a run.
    """
    if path.is_dir():
        raise BaselineError(f"{path} is a folder. Name the stored run in it: {path / 'run.json'}")
    try:
        run = TypeAdapter(Run).validate_json(path.read_bytes())
    except OSError as error:
        raise BaselineError(f"The run {path} cannot be read ({error.strerror}). Check the path.") from error
    except ValidationError as error:
        raise BaselineError(f"{path} is not a stored run. Make one with: footnote-eval run --report DIR") from error
    if run.format != FORMAT:
        raise BaselineError(f"{path} is a run of format {run.format}; this footnote-eval reads {FORMAT}. Run it again.")
    return run
