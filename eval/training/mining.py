"""Mining: training records from a labelled set, with the passages that the pipeline itself retrieves."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.text import sentence_spans
from eval.measures import holds_any, normalised
from eval.runs import stored_beir
from eval.sets import load_beir
from service.opening import open_pipeline
from service.runtime.progress import Progress
from service.runtime.terminal import say
from service.settings import load_settings

__all__ = ["MinedPassage", "Record", "answer_spans", "mine", "read_records", "write_records"]

RETRIEVED = 10
"""Passages retrieved for each question."""

LONG_ANSWER_WORDS = 15
"""Words above which an answer counts as prose put together from sentences, rather than as a string of the passage."""

SHARE_IN_ANSWER = 0.75
"""Share of a sentence's words that a long answer must contain for the sentence to count as answering."""

GROUPS = 10
"""Groups by hash, for sets in which each document has a title of its own."""


@dataclass(frozen=True, slots=True)
class MinedPassage:
    """Passage as the reader sees it. `spans` are the `[start, end)` of answers in `text`, in code points."""

    title: str
    text: str
    spans: Sequence[Sequence[int]] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Question, with passages that answer it and passages that do not.

    Args:
        set: Name of the set.
        id: Id of the question.
        group: Title of the article, or a hash group. Sets are divided by it.
        question: The question.
        positives: Passages with an answer, best first; empty for an unanswerable question.
        negatives: Retrieved passages without an answer, best first.
    """

    set: str
    id: str
    group: str
    question: str
    positives: Sequence[MinedPassage]
    negatives: Sequence[MinedPassage]


def mine(folder: Path, data: Path, progress: Progress, *, by_title: bool) -> Iterator[Record]:
    """Ask the questions of a BEIR folder, and yield a record for each with a passage to learn from.

    Args:
        folder: BEIR folder with `metadata.answers`.
        data: Data folder; filled with the set's documents where they are missing.
        progress: Shows the progress.
        by_title: Group questions by the title of their article; else by a hash of their id.
    """
    beir = load_beir(folder)
    data, ids = stored_beir(beir, data)
    asked = [question for question in beir.questions.questions if not question.history]
    with open_pipeline(load_settings(data=data), say) as pipeline:
        progress.start(len(asked))
        for question in asked:
            gold = {ids[d] for d, grade in beir.grades.get(question.id, {}).items() if grade > 0 and d in ids}
            strings = beir.strings.get(question.id, ())
            positives, negatives = [], []
            found = pipeline.ask(question.text, k=RETRIEVED).passages
            for passage in found:
                title = passage.citation.title
                if passage.citation.document_id in gold:
                    if spans := answer_spans(passage.text, strings):
                        positives.append(MinedPassage(title, passage.text, spans))
                elif not holds_any(passage.text, strings):
                    negatives.append(MinedPassage(title, passage.text))
            titles = Counter(p.title for p in positives or negatives[:5])
            group = titles.most_common(1)[0][0] if by_title and titles else _hash_group(question.id)
            if (positives or not gold) and negatives:
                yield Record(folder.name, question.id, group, question.text, positives, negatives)
            progress.advance()
        progress.finish()


def answer_spans(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of answers in a text, sorted.

    A short answer is located as a string of whole words, without regard to case and white space. A long one is prose
    put together from sentences, so each sentence that is mostly in it is a span.
    """
    spans: set[tuple[int, int]] = set()
    for answer in answers:
        if len(answer.split()) > LONG_ANSWER_WORDS:
            spans.update(_sentences_in(text, answer))
        elif words := answer.split():
            pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
            spans.update(match.span() for match in re.finditer(pattern, text, re.IGNORECASE))
    return sorted(spans)


def _sentences_in(text: str, answer: str) -> Iterator[tuple[int, int]]:
    held = set(normalised(answer).split())
    for start, end in sentence_spans(text, "en"):
        words = normalised(text[start:end]).split()
        if len(words) > 2 and sum(word in held for word in words) >= SHARE_IN_ANSWER * len(words):
            yield start, end


def _hash_group(identifier: str) -> str:
    return f"group {int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % GROUPS}"


def write_records(records: Iterator[Record], path: Path) -> int:
    """Write records as JSON Lines; return their number."""
    number = 0
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")
            number += 1
    return number


def read_records(path: Path) -> list[Record]:
    """Read records that `write_records` wrote."""
    records = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            given = json.loads(line)
            passages = {
                name: [MinedPassage(p["title"], p["text"], [tuple(span) for span in p["spans"]]) for p in given[name]]
                for name in ("positives", "negatives")
            }
            records.append(Record(given["set"], given["id"], given["group"], given["question"], **passages))
    return records
