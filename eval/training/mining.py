"""Mining: training records from a labelled set, with the passages that the pipeline itself retrieves."""

import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.text import sentence_spans
from eval.measures import holds_any, normalised
from eval.runs import LoadedSet, local_target, stored_beir
from eval.sets import BeirFolder, Gold, Question, gold_of, resolve
from service.answering import Answer, Citation
from service.runtime.progress import Progress

RETRIEVED = 10
"""Passages retrieved for each question."""

LONG_ANSWER_WORDS = 15
"""Words above which an answer counts as prose put together from sentences, rather than as a string of the passage."""

LEAST_COVERED = 0.5
"""Share of a quote that a passage must have to count as answering."""

SHARE_IN_ANSWER = 0.75
"""Share of a sentence's words that a long answer must contain for the sentence to count as answering."""


_WORD = re.compile(r"\w+")


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
        group: Title of the article that most of the passages are from. Sets are divided by it.
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


def mine(given: LoadedSet, data: Path | None, progress: Progress) -> Iterator[Record]:
    """Ask the questions of a set, and yield a record for each with a passage to learn from.

    Of a follow-up, the earlier questions that it is read together with stand before the titles of its passages, as the
    pipeline gives them to a reader.

    Args:
        given: A BEIR folder with `metadata.answers`, or a question set in JSON Lines.
        data: Data folder with the documents. That of a BEIR folder is filled where they are missing, and is one in the
            user's cache if None. A question set needs one with its documents.
        progress: Shows the progress.

    Raises:
        FootnoteError: The set or the documents cannot be used.
    """
    beir = given.source if isinstance(given.source, BeirFolder) else None
    folder, ids = (data, dict[str, str]()) if beir is None else stored_beir(beir, data)
    with local_target(folder, claims=False, reader="off") as target:
        gold = resolve(given.questions, target.text) if beir is None else gold_of(beir, ids.get, target.text)
        progress.start(len(given.questions.questions))
        for question in given.questions.questions:
            answer = target.ask(question.text, RETRIEVED, question.history)
            if record := _record(given.questions.name, question, answer, gold[question.id]):
                yield record
            progress.advance()
        progress.finish()


def _record(name: str, question: Question, answer: Answer, gold: Gold) -> Record | None:
    used = () if answer.interpretation is None else answer.interpretation.turns
    before = " ".join(question.history[at].content for at in used if question.history[at].role == "user")
    positives, negatives, titles = [], [], Counter[str]()
    for passage in answer.passages:
        citation = passage.citation
        title = f"{before} {citation.title}".strip()
        if spans := _answering(passage.text, citation, gold):
            positives.append(MinedPassage(title, passage.text, spans))
            titles[citation.title] += 1
        elif not _may_answer(passage.text, citation, gold):
            negatives.append(MinedPassage(title, passage.text))
    if not negatives or (gold.answering and not positives):
        return None
    titles = titles or Counter(passage.citation.title for passage in answer.passages[:5])
    return Record(name, question.id, titles.most_common(1)[0][0], question.text, positives, negatives)


def _answering(text: str, citation: Citation, gold: Gold) -> list[tuple[int, int]]:
    """Return the spans of answers in a passage: of its quotes, or of short answers in a relevant document."""
    if citation.document_id in {document.document for document in gold.documents}:
        return answer_spans(text, gold.strings)
    held = [span for span in gold.spans if span.coverage(citation) >= LEAST_COVERED]
    shared = [(max(span.start, citation.start), min(span.end, citation.end)) for span in held]
    return sorted((start - citation.start, end - citation.start) for start, end in shared)


def _may_answer(text: str, citation: Citation, gold: Gold) -> bool:
    relevant = citation.document_id in {document.document for document in gold.documents}
    return relevant or holds_any(text, gold.strings) or any(span.overlap(citation) for span in gold.spans)


def answer_spans(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of answers in a text, sorted.

    An answer is located as a string of whole words, without regard to case, punctuation and white space. A long one
    that does not occur is prose put together from sentences, so each sentence that is mostly in it is a span.
    """
    spans: set[tuple[int, int]] = set()
    for answer in answers:
        found = set(_occurrences(text, answer))
        if not found and len(answer.split()) > LONG_ANSWER_WORDS:
            found = set(_sentences_in(text, answer))
        spans |= found
    return sorted(spans)


def _occurrences(text: str, answer: str) -> Iterator[tuple[int, int]]:
    found = list(_WORD.finditer(text))
    words = [match.group().casefold() for match in found]
    wanted = [word.casefold() for word in _WORD.findall(answer)]
    for at in range(len(words) - len(wanted) + 1):
        if wanted and words[at : at + len(wanted)] == wanted:
            yield found[at].start(), found[at + len(wanted) - 1].end()


def _sentences_in(text: str, answer: str) -> Iterator[tuple[int, int]]:
    held = set(normalised(answer).split())
    for start, end in sentence_spans(text, "en"):
        words = normalised(text[start:end]).split()
        if len(words) > 2 and sum(word in held for word in words) >= SHARE_IN_ANSWER * len(words):
            yield start, end


def divided(records: Sequence[Record], share: float, most: int) -> tuple[list[Record], list[Record]]:
    """Divide records by article into those to learn from and a sample of those to measure on.

    Args:
        records: The records.
        share: Share of the articles to measure on, drawn by a hash of their titles.
        most: Maximum number of records of each set to measure on, with and without an answer each.
    """
    learnt = [record for record in records if not _is_held_out(record, share)]
    kinds = defaultdict(list)
    for record in records:
        if _is_held_out(record, share):
            kinds[record.set, bool(record.positives)].append(record)
    rng = random.Random(0)  # noqa: S311 - reproducible, not secret
    return learnt, [record for kind in kinds.values() for record in rng.sample(kind, min(most, len(kind)))]


def _is_held_out(record: Record, share: float) -> bool:
    return _hashed(record.group) < share * 2**32


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def sampled(records: Sequence[Record], most: int, sets: Collection[str]) -> list[Record]:
    """Return records, of each of `sets` at most `most`, drawn by a hash of their ids, in order."""
    hashes = defaultdict(list)
    for record in records:
        hashes[record.set].append(_hashed(record.id))
    last = {name: sorted(hashes[name])[:most][-1] for name in sets if hashes[name]}
    return [record for record in records if record.set not in last or _hashed(record.id) <= last[record.set]]
