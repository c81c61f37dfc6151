"""Labelled questions and what the pipeline scores them: the material that a calibration is fitted on."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from corpus.store import Filters, View
from eval.errors import SetError
from eval.runs import stored_beir
from eval.sets import BeirFolder, Gold, Question, QuestionSet, gold_of, is_relevant, load_beir, load_questions, resolve
from service.answering import Pipeline
from service.opening import open_pipeline
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import load_settings

__all__ = ["AskedSet", "Case", "Kind", "LabelledSet", "ask_set", "load_sets"]

Kind = Literal["answerable", "unanswerable", "left out"]

FEWEST = 20
"""Questions with and without an answer that a set needs; with fewer, one question moves every figure by 5 %."""

SEED = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One asking of a question.

    Args:
        question: Its id.
        kind: `left out` if it was asked without the documents that answer it.
        score: The evidence that the first passage answers.
        correct: Whether the first passage answers.
    """

    question: str
    kind: Kind
    score: float
    correct: bool

    @property
    def answerable(self) -> bool:
        """Whether the documents that were asked answer."""
        return self.kind == "answerable"


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set to calibrate on.

    Args:
        questions: What to ask.
        beir: The folder it comes from, if it is one.
        leave_out: Whether each answerable question is asked once more, without the documents that answer it.
    """

    questions: QuestionSet
    beir: BeirFolder | None
    leave_out: bool


@dataclass(frozen=True, slots=True)
class AskedSet:
    """A set after asking.

    Args:
        name, sha256: Of the set.
        cases: Every asking.
        follow_ups: how many questions were asked after earlier turns.
        weights_sha256: Digest of the encoder's weights.
        encoder: Its fingerprint.
    """

    name: str
    sha256: str
    cases: Sequence[Case]
    follow_ups: int
    weights_sha256: str
    encoder: str

    def counts(self) -> Mapping[Kind, int]:
        """How many cases there are of each kind."""
        counts: dict[Kind, int] = {"answerable": 0, "unanswerable": 0, "left out": 0}
        for case in self.cases:
            counts[case.kind] += 1
        return counts


def load_sets(paths: Sequence[Path], leave_out: Sequence[Path], most: int | None) -> list[LabelledSet]:
    """Read the sets, and check that each can be calibrated on, before anything is asked.

    Args:
        paths: JSON Lines files and BEIR folders.
        leave_out: Those of them whose answerable questions are asked once more without what answers them.
        most: Draw at most so many questions of each set, the same ones each time; None for all.

    Raises:
        SetError: A set cannot be read, is named twice, or has too few questions with or without an answer.
    """
    sets: dict[str, LabelledSet] = {}
    for path in paths:
        beir = load_beir(path) if path.is_dir() else None
        questions = load_questions(path) if beir is None else beir.questions
        if questions.name in sets:
            raise SetError(f"Two sets are called '{questions.name}'. Give each once, under a name of its own.")
        drawn = replace(questions, questions=_drawn(questions.questions, most))
        labelled = LabelledSet(drawn, beir, path in leave_out)
        _check(labelled, path)
        sets[questions.name] = labelled
    return list(sets.values())


def _drawn(questions: Sequence[Question], most: int | None) -> Sequence[Question]:
    if most is None or len(questions) <= most:
        return questions
    chosen = random.Random(SEED).sample(range(len(questions)), most)  # noqa: S311 - a sample, no secret
    return tuple(questions[at] for at in sorted(chosen))


def _check(labelled: LabelledSet, path: Path) -> None:
    asked = labelled.questions.questions
    answerable = sum(question.answerable for question in asked)
    without = len(asked) - answerable + (answerable if labelled.leave_out else 0)
    more = f"and {FEWEST} are needed. Add some, or draw more with --questions."
    if answerable < FEWEST:
        raise SetError(f"{path} gives {answerable} answerable questions to ask, {more}")
    if not without:
        raise SetError(
            f"{path} has no question without an answer, so it cannot show how such questions score. "
            f'Add some with "answerable": false, or ask its questions without what answers them: --leave-out {path}'
        )
    if without < FEWEST:
        raise SetError(f"{path} gives {without} questions without an answer to ask, {more}")


def ask_set(labelled: LabelledSet, data: Path | None, overlap: float, progress: Progress) -> AskedSet:
    """Ask every question of a set, and those that are to be asked without what answers them once more.

    Args:
        labelled: The set. The documents of a BEIR folder are brought into a folder of the user's cache.
        data: Data folder that a JSON Lines set is asked of; the settings' own if None.
        overlap: Share of a quote that a passage must cover to answer.
        progress: Told of each question.

    Raises:
        FootnoteError: The set or the store cannot be used.
    """
    questions, beir = labelled.questions, labelled.beir
    folder, ids = (data, {}) if beir is None else stored_beir(beir, None)
    # a calibration for another encoder must not stand in the way of a new one
    settings = load_settings(data=folder).model_copy(update={"calibration": None})
    with open_pipeline(settings) as pipeline, View(settings.data) as view:

        def text(document: str) -> str:
            return view.text(view.document(document))

        gold = resolve(questions, text) if beir is None else gold_of(beir, ids.get, text)
        titles = {document.id: document.metadata.title for document in view.documents()} if labelled.leave_out else {}
        cases = []
        progress.start(len(questions.questions), "questions")
        try:
            for question in questions.questions:
                progress.doing(question.id)
                cases.append(_case(pipeline, question, gold[question.id], overlap, without=()))
                if labelled.leave_out and question.answerable:
                    without = _same_article(gold[question.id].answering, titles)
                    cases.append(_case(pipeline, question, gold[question.id], overlap, without=without))
                progress.advance()
        finally:
            progress.finish()
        return AskedSet(
            name=questions.name,
            sha256=questions.sha256,
            cases=cases,
            follow_ups=sum(bool(question.history) for question in questions.questions),
            weights_sha256=pipeline.encoder.weights_sha256,
            encoder=fingerprint(pipeline.encoder, settings),
        )


def _same_article(answering: set[str], titles: Mapping[str, str]) -> Sequence[str]:
    """The documents that answer and all others with their titles: sets hold one article as many documents."""
    articles = {titles[document] for document in answering if document in titles}
    return sorted(answering | {document for document, title in titles.items() if title in articles})


def _case(pipeline: Pipeline, question: Question, gold: Gold, overlap: float, without: Sequence[str]) -> Case:
    filters = Filters(without_documents=without) if without else None
    answer, evidence = pipeline.ask_with_evidence(question.text, question.history, k=1, filters=filters)
    if evidence is None:
        raise SetError(
            f"Without the documents that answer '{question.id}' nothing is left to be found. "
            "Leave --leave-out out for its set, or ask a store that holds more."
        )
    first = answer.passages[0]
    kind: Kind = "left out" if without else "answerable" if question.answerable else "unanswerable"
    return Case(question.id, kind, evidence, is_relevant(first, gold, overlap, gold.grades))
