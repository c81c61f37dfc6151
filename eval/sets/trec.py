"""TREC topics and qrels as a question set."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures

from eval.errors import SetError
from eval.sets.gold import Gold, GoldDocument
from eval.sets.jsonl import decoded, given_bytes, numbered_lines
from eval.sets.questions import Question, QuestionSet
from eval.sets.topics import Topic, read_topics
from service.runtime.terminal import plural


@dataclass(frozen=True, slots=True)
class Judgement:
    """The grade of a relevant document, above 0, and its line in the qrels."""

    grade: int
    line: int


@dataclass(frozen=True, slots=True)
class TrecSet:
    """Topics with at least one relevant document.

    Args:
        questions: The questions.
        judgements: Relevant documents of each question.
        qrels: File of the judgements.
        left_out: Messages about topics that were skipped.
    """

    questions: QuestionSet
    judgements: Mapping[str, Mapping[str, Judgement]]
    qrels: Path
    left_out: Sequence[str]

    def gold(self, documents: Collection[str]) -> dict[str, Gold]:
        """Return the gold of each question.

        Args:
            documents: Ids of all documents in the store.

        Raises:
            SetError: A relevant document is not in the store.
        """
        wanted = sorted((j.line, document) for judged in self.judgements.values() for document, j in judged.items())
        missing = [(line, document) for line, document in wanted if document not in documents]
        if missing:
            line, document = missing[0]
            count = len({document for _, document in missing}) - 1
            others = f" (and {plural(count, 'other')} missing)" if count else ""
            raise SetError(
                f"{self.qrels}, line {line}: there is no document '{document}' in the store{others}. "
                "The qrels must use the ids listed by: footnote documents list"
            )
        return {
            question.id: Gold(documents=[GoldDocument(d, j.grade) for d, j in self.judgements[question.id].items()])
            for question in self.questions.questions
        }


def load_trec(topics: Path, qrels: Path, field: str | None = None) -> TrecSet:
    """Read topics and their qrels, without topics that have no grade above 0.

    Args:
        topics: Topics in any TREC format.
        qrels: Lines of topic, iteration, document and grade.
        field: Field of the topics to ask; None for the default.

    Raises:
        SetError: A file is malformed, or no topic is left.
    """
    judged, found = _read_qrels(qrels), read_topics(topics, field)
    judgements = {topic.id: judged[topic.id] for topic in found if judged.get(topic.id)}
    asked = [topic for topic in found if topic.id in judgements]
    if not asked:
        raise SetError(
            f"No topic of {topics} has a document with a grade above 0 in {qrels}. Check that their ids match."
        )
    digest = hashlib.sha256()
    for topic in asked:
        grades = sorted((document, judgement.grade) for document, judgement in judgements[topic.id].items())
        digest.update(json.dumps([topic.id, topic.text, grades]).encode())
    questions = tuple(Question(topic.id, topic.text, (), (), True, (), topic.line) for topic in asked)
    return TrecSet(
        QuestionSet(topics.stem, topics, digest.hexdigest(), questions), judgements, qrels, _left_out(found, judged)
    )


def _left_out(topics: Sequence[Topic], judged: Mapping[str, Mapping[str, Judgement]]) -> list[str]:
    ids = {topic.id for topic in topics}
    counts = (
        (len(ids - judged.keys()), "without any judgement"),
        (sum(not judged[topic] for topic in ids & judged.keys()), "without a grade above 0"),
        (len(judged.keys() - ids), "of the qrels that the topics do not have"),
    )
    return [f"Left out: {plural(count, 'topic')} {what}." for count, what in counts if count]


def _read_qrels(path: Path) -> dict[str, dict[str, Judgement]]:
    """Return the judgements above 0 of every judged topic, by document, in the order of the file."""
    judged: dict[str, dict[str, Judgement]] = {}
    lines: dict[tuple[str, str], int] = {}
    for number, line in numbered_lines(decoded(given_bytes(path), path)):
        try:
            (row,) = ir_measures.read_trec_qrels(line + "\n")  # type: ignore[no-untyped-call]
        except ValueError as error:
            raise SetError(
                f"{path}, line {number}: not 'topic, iteration, document, grade' separated by spaces."
            ) from error
        key = (row.query_id, row.doc_id)
        if key in lines:
            raise SetError(f"{path}, line {number}: topic and document are already judged in line {lines[key]}.")
        lines[key] = number
        documents = judged.setdefault(row.query_id, {})
        if row.relevance > 0:
            documents[row.doc_id] = Judgement(row.relevance, number)
    if not judged:
        raise SetError(f"{path} has no judgement. Give lines of topic, iteration, document and grade.")
    return judged
