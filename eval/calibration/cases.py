"""Cases: labelled questions with the evidence of the pipeline, the input of a calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus.store import Filters, View
from eval.calibration.labelled import LabelledSet
from eval.errors import SetError
from eval.runs import is_right, shown_sentence, stored_beir
from eval.sets import Gold, Question, gold_of, is_relevant, resolve
from service.answering import Evidence, Pipeline
from service.opening import open_pipeline
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.runtime.terminal import say
from service.settings import load_settings

Kind = Literal["answerable", "unanswerable", "left out"]


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled answer.

    Args:
        question: Id of the question.
        kind: `left out` if it was asked without its relevant documents.
        evidence: Evidence of the answer and of the first passage.
        answer_right: Whether the sentence shown first has the gold's words; without any, `passage_right`. False for a
            question without an answer.
        passage_right: Whether the first passage is relevant.
    """

    question: str
    kind: Kind
    evidence: Evidence
    answer_right: bool
    passage_right: bool

    @property
    def answerable(self) -> bool:
        """Whether the documents answer the question."""
        return self.kind == "answerable"


@dataclass(frozen=True, slots=True)
class AskedSet:
    """The cases of a set.

    Args:
        name, sha256: Name and digest of the set.
        cases: The cases.
        follow_ups: Number of questions with earlier turns.
        without_words: Number of answerable questions whose gold has no words, only documents.
        scoring: Version of the evidence.
        weights_sha256: Digest of the encoder's weights.
        encoder: Fingerprint of the encoder.
    """

    name: str
    sha256: str
    cases: Sequence[Case]
    follow_ups: int
    without_words: int
    scoring: str
    weights_sha256: str
    encoder: str

    def counts(self) -> Mapping[Kind, int]:
        """Count the cases of each kind."""
        counts: dict[Kind, int] = {"answerable": 0, "unanswerable": 0, "left out": 0}
        for case in self.cases:
            counts[case.kind] += 1
        return counts


def ask_set(labelled: LabelledSet, data: Path | None, overlap: float, progress: Progress) -> AskedSet:
    """Ask every question of a set, and with `leave_out` each answerable one again without its relevant documents.

    Args:
        labelled: The set. The documents of a BEIR folder are stored in a folder of the user's cache.
        data: Data folder for a JSON Lines set; None for that of the settings.
        overlap: Share of a quote that a relevant passage covers.
        progress: Receives each question.

    Raises:
        FootnoteError: The set or the store cannot be used.
    """
    questions, beir = labelled.questions, labelled.beir
    folder, ids = (data, {}) if beir is None else stored_beir(beir, None)
    # a calibration of another encoder or of an older version would be refused
    settings = load_settings(data=folder).model_copy(update={"calibration": None})
    with open_pipeline(settings, say) as pipeline, View(settings.data) as view:

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
            without_words=sum(q.answerable and not gold[q.id].has_words for q in questions.questions),
            scoring=pipeline.scoring,
            weights_sha256=pipeline.encoder.weights_sha256,
            encoder=fingerprint(pipeline.encoder, settings),
        )


def _same_article(answering: set[str], titles: Mapping[str, str]) -> Sequence[str]:
    """Return the relevant documents and all others with their titles: sets split one article into documents."""
    articles = {titles[document] for document in answering if document in titles}
    return sorted(answering | {document for document, title in titles.items() if title in articles})


def _case(pipeline: Pipeline, question: Question, gold: Gold, overlap: float, without: Sequence[str]) -> Case:
    filters = Filters(without_documents=without) if without else None
    answer, evidence = pipeline.ask_with_evidence(question.text, question.history, k=1, filters=filters)
    if evidence is None:
        raise SetError(
            f"Without the documents that answer '{question.id}' the store has no passages. "
            "Omit --leave-out for its set, or use a store with more documents."
        )
    first = answer.passages[0]
    kind: Kind = "left out" if without else "answerable" if question.answerable else "unanswerable"
    passage_right = is_relevant(first, gold, overlap, gold.grades)
    words_right = is_right(shown_sentence(answer), gold, overlap) if gold.has_words else passage_right
    return Case(question.id, kind, evidence, words_right and kind == "answerable", passage_right)
